"""The lock file's format: what stands where, held strictly, so that no slip goes by unseen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, TypeVar

from portkey_openapi import API_VERSION

from .entries import CONTENT_FIELDS, LockedPartial, LockedPrompt
from .errors import LockError, command
from .includes import Includes
from .texts import laid_out, restored, template_laid_out, template_restored

FORMAT = 1
"""The version of the format. Raised with every change of it, an addition too: an older reader must not pass it over."""

ABOUT = (
    "The exact versions of the prompts that this app uses. Written by `portkey-prompts lock`; don't edit, commit it."
)

T = TypeVar("T")

_OPTIONAL = {"partials", "variable_partials"}
_REQUIRED = {"slug", "version", "version_id", "api_version", "sha256", "detail"}


def document(prompts: Mapping[str, LockedPrompt]) -> dict[str, Any]:
    """Say a lock file as JSON."""
    entries = {reference: _entry(prompts[reference]) for reference in sorted(prompts)}
    return {"about": ABOUT, "lock_format": FORMAT, "prompts": entries}


def entries_of(value: dict[str, Any], path: Path) -> dict[str, Any]:
    """Take the entries, not yet read, out of a decoded lock file.

    Raises:
        LockError: the file is of an unknown format.
    """
    number = value.get("lock_format")
    if type(number) is not int:
        raise LockError("it is JSON, but no lock file: `lock_format` is missing.", path=path, remedy=_other_file())
    if number != FORMAT:
        raise LockError(
            f"it is of format {number}, and this package reads format {FORMAT}.", path=path, remedy=_newer()
        )
    entries = value.get("prompts")
    unknown = value.keys() - {"about", "lock_format", "prompts"}
    if unknown or not isinstance(entries, dict):
        problem = f"`{min(unknown)}` is no part of the format." if unknown else "`prompts` is missing, or no object."
        raise LockError(problem, path=path, remedy="Put back the last good one, or delete it and lock anew.")
    return entries


def read_entry(reference: str, entry: Any, path: Path) -> LockedPrompt:
    """Read one entry, and check that it is whole.

    Raises:
        LockError: something in it was changed or is missing.
    """
    remedy = f"Put back the last good file, or run: {command('--upgrade', reference, path=path)}"
    try:
        locked = _prompt(reference, entry)
        _check(locked, entry["sha256"])
    except LockError as error:
        error.path, error.reference, error.remedy = path, reference, error.remedy or remedy
        raise
    except (ValueError, RecursionError) as error:
        raise LockError(f"it was changed by hand: {error}.", remedy=remedy, path=path, reference=reference) from None
    return locked


def _entry(locked: LockedPrompt) -> dict[str, Any]:
    entry = {
        "slug": locked.slug,
        "version": locked.version,
        "version_id": locked.version_id,
        "api_version": locked.api_version,
        "sha256": locked.sha256,
        "detail": {
            name: template_laid_out(value) if name == "string" else laid_out(value)
            for name, value in locked.detail.items()
        },
    }
    if locked.partials:
        entry["partials"] = {reference: _partial_entry(each) for reference, each in locked.partials.items()}
    if locked.variable_partials:
        entry["variable_partials"] = list(locked.variable_partials)
    return entry


def _partial_entry(partial: LockedPartial) -> dict[str, Any]:
    return {"slug": partial.slug, "version": partial.version, "string": laid_out(partial.string)}


def _prompt(reference: str, entry: Any) -> LockedPrompt:
    _check_names(entry, "the entry", _REQUIRED, _OPTIONAL)
    detail = _of(dict, entry["detail"], "detail")
    _check_names(detail, "detail", set(), set(CONTENT_FIELDS))
    return LockedPrompt(
        reference=reference,
        slug=_of(str, entry["slug"], "slug"),
        version=_of(int, entry["version"], "version"),
        version_id=_of(str, entry["version_id"], "version_id"),
        api_version=_of(str, entry["api_version"], "api_version"),
        detail={
            name: template_restored(value) if name == "string" else restored(value) for name, value in detail.items()
        },
        partials={
            name: _partial(name, partial) for name, partial in _of(dict, entry.get("partials", {}), "partials").items()
        },
        variable_partials=tuple(
            _of(str, name, "variable_partials")
            for name in _of(list, entry.get("variable_partials", []), "variable_partials")
        ),
    )


def _partial(reference: str, entry: Any) -> LockedPartial:
    place = f"partials.{reference}"
    _check_names(entry, place, {"slug", "version", "string"})
    string = restored(entry["string"])
    return LockedPartial(
        _of(str, entry["slug"], f"{place}.slug"),
        _of(int, entry["version"], f"{place}.version"),
        _of(str, string, f"{place}.string"),
    )


def _check(locked: LockedPrompt, stated: Any) -> None:
    """Hold what was read against its hash, its API version, and what its templates include.

    Raises:
        LockError: one of them is not as it should be.
    """
    if locked.sha256 != stated:
        raise LockError(
            f"its content is not what was locked: its SHA-256 is {locked.sha256[:12]}…, not {stated!s:.12}…."
        )
    if locked.api_version.partition(".")[0] != API_VERSION.partition(".")[0]:
        raise LockError(f"it was locked under API version {locked.api_version}, and this package speaks {API_VERSION}.")
    missing = Includes(locked.detail, locked.texts).missing
    if missing:
        raise LockError(f"not all partials that it includes are locked: {', '.join(missing)} is missing.")


def _check_names(entry: Any, place: str, required: set[str], optional: Collection[str] = ()) -> None:
    if not isinstance(entry, dict):
        raise ValueError(f"{place} is no object")
    missing, unknown = required - entry.keys(), entry.keys() - required - set(optional)
    if missing or unknown:
        what = f"lacks `{min(missing)}`" if missing else f"holds `{min(unknown)}`, which no lock file has"
        raise ValueError(f"{place} {what}")


def _of(kind: type[T], value: Any, place: str) -> T:
    if type(value) is not kind:
        raise ValueError(f"`{place}` is of another kind than it should be")
    return value


def _newer() -> str:
    return "Install the release that wrote it: pip install --upgrade portkey-prompts"


def _other_file() -> str:
    return "Name the lock file, or put back the last good one."
