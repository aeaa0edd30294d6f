"""The lock file's format, read strictly, so that no slip goes unnoticed.

Texts are written so that a changed line of a prompt is a changed line of the file, and read back byte for byte:

| a value | stands in the file as |
|---|---|
| a text of one line | that |
| a text with line breaks (LF; a CR stays at the end of its line) | `{"lines": ["…", "…"]}` |
| a chat prompt's `string`, whose JSON can be written again exactly | `{"style": "compact", "messages": […]}` |
| an object whose one key is `lines` or `literal` | `{"literal": {…}}`, so that it is not taken for the above |
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, TypeVar

from portkey_openapi import API_VERSION
from portkey_prompts.rendering import content_fields
from portkey_prompts.strict_json import JSONError, read_json
from portkey_prompts.templates.messages import STYLES, style_of

from .entries import Includes, LockedPartial, LockedPrompt
from .errors import LockError, lock_command

FORMAT = 2
"""The version of the format, raised with every change, an addition too, so that older readers refuse the file.

All versions since 1 are read; 1 had no names.
"""

ABOUT = (
    "The exact versions of the prompts that this app uses. Written by `portkey-prompts lock`; don't edit, commit it."
)

T = TypeVar("T")

_OPTIONAL = {"name", "partials", "variable_partials"}
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
    if not 1 <= number <= FORMAT:
        problem = f"it is of format {number}, and this package reads formats up to {FORMAT}."
        raise LockError(problem, path=path, remedy=_newer())
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
    remedy = f"Put back the last good file, or run: {lock_command('--upgrade', reference, path=path)}"
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
        **({} if locked.name is None else {"name": locked.name}),
        "version": locked.version,
        "version_id": locked.version_id,
        "api_version": locked.api_version,
        "sha256": locked.sha256,
        "detail": {
            name: template_to_lines(value) if name == "string" else to_lines(value)
            for name, value in locked.detail.items()
        },
    }
    if locked.partials:
        entry["partials"] = {reference: _partial_entry(each) for reference, each in locked.partials.items()}
    if locked.variable_partials:
        entry["variable_partials"] = list(locked.variable_partials)
    return entry


def _partial_entry(partial: LockedPartial) -> dict[str, Any]:
    return {"slug": partial.slug, "version": partial.version, "string": to_lines(partial.string)}


def _prompt(reference: str, entry: Any) -> LockedPrompt:
    _check_names(entry, "the entry", _REQUIRED, _OPTIONAL)
    detail = _of(dict, entry["detail"], "detail")
    name = None if entry.get("name") is None else _of(str, entry["name"], "name")
    _check_names(detail, "detail", set(), set(content_fields()))
    return LockedPrompt(
        reference=reference,
        slug=_of(str, entry["slug"], "slug"),
        version=_of(int, entry["version"], "version"),
        version_id=_of(str, entry["version_id"], "version_id"),
        api_version=_of(str, entry["api_version"], "api_version"),
        name=name,
        detail={
            name: template_from_lines(value) if name == "string" else from_lines(value)
            for name, value in detail.items()
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
    pointer = f"partials.{reference}"
    _check_names(entry, pointer, {"slug", "version", "string"})
    string = from_lines(entry["string"])
    return LockedPartial(
        _of(str, entry["slug"], f"{pointer}.slug"),
        _of(int, entry["version"], f"{pointer}.version"),
        _of(str, string, f"{pointer}.string"),
    )


def _check(locked: LockedPrompt, stated: Any) -> None:
    """Check what was read: its hash, its API version, and that it holds all partials that its templates include.

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


def _check_names(entry: Any, pointer: str, required: set[str], optional: Collection[str] = ()) -> None:
    if not isinstance(entry, dict):
        raise ValueError(f"{pointer} is no object")
    missing, unknown = required - entry.keys(), entry.keys() - required - set(optional)
    if missing or unknown:
        what = f"lacks `{min(missing)}`" if missing else f"holds `{min(unknown)}`, which no lock file has"
        raise ValueError(f"{pointer} {what}")


def _of(kind: type[T], value: Any, pointer: str) -> T:
    if type(value) is not kind:
        raise ValueError(f"`{pointer}` is of another kind than it should be")
    return value


def _newer() -> str:
    return "Install the release that wrote it: pip install --upgrade portkey-prompts"


def _other_file() -> str:
    return "Name the lock file, or put back the last good one."


_LINES, _LITERAL = "lines", "literal"


_UNSEEN = re.compile(
    "[\x7f-\x9f\xad\u200b\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
"""Characters that a reviewer can't see or sees out of place; and half surrogate pairs, which UTF-8 can't hold."""


def to_lines(value: Any) -> Any:
    """Turn the texts in a JSON value into lines, where they have several."""
    if isinstance(value, str):
        return {_LINES: value.split("\n")} if "\n" in value else value
    if isinstance(value, list):
        return [to_lines(item) for item in value]
    if isinstance(value, dict):
        members = {name: to_lines(member) for name, member in value.items()}
        return {_LITERAL: members} if _is_mark(value) else members
    return value


def from_lines(value: Any) -> Any:
    """Undo `to_lines`.

    Raises:
        ValueError: the value was not written like this.
    """
    if isinstance(value, list):
        return [from_lines(item) for item in value]
    if not isinstance(value, dict):
        return value
    if not _is_mark(value):
        return {name: from_lines(member) for name, member in value.items()}
    ((mark, inner),) = value.items()
    if mark == _LINES:
        return _joined(inner)
    if not isinstance(inner, dict):
        raise ValueError('"literal" holds an object')
    return {name: from_lines(member) for name, member in inner.items()}


def template_to_lines(string: str) -> Any:
    """Turn a prompt's `string` into lines; a chat into its messages, where the same JSON can be written from them."""
    messages = _messages(string)
    style = None if messages is None else style_of(messages, string)
    return to_lines(string) if style is None else {"style": style, "messages": to_lines(messages)}


def template_from_lines(value: Any) -> str:
    """Undo `template_to_lines`.

    Raises:
        ValueError: the value was not written like this.
    """
    if isinstance(value, dict) and value.keys() == {"style", "messages"}:
        write = STYLES.get(value["style"]) if isinstance(value["style"], str) else None
        if write is None:
            raise ValueError(f'"style" is {value["style"]!r}, and none of: {", ".join(STYLES)}')
        return write(from_lines(value["messages"]))
    text = from_lines(value)
    if not isinstance(text, str):
        raise ValueError("a template is a text, lines, or messages in a style")
    return text


def to_text(value: Any) -> str:
    """Write a JSON value for people: indented, in readable letters, everything that can't be seen escaped."""
    text = json.dumps(value, allow_nan=False, ensure_ascii=False, indent=2)
    return _UNSEEN.sub(_escaped, text) + "\n"


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}" if found[0] < "\x80" else json.dumps(found[0])[1:-1]


def _is_mark(value: dict[str, Any]) -> bool:
    return len(value) == 1 and (_LINES in value or _LITERAL in value)


def _joined(lines: Any) -> str:
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise ValueError('"lines" holds a list of texts')
    return "\n".join(lines)


def _messages(string: str) -> list[Any] | None:
    """Parse what may be a chat; None where it is none."""
    if not string.startswith("["):
        return None
    try:
        value = read_json(string, as_javascript=True)
    except JSONError:
        return None
    return value if value and all(isinstance(item, dict) for item in value) else None
