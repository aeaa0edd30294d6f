"""A repository's settings for its prompts: `[tool.portkey-prompts]` in `pyproject.toml`, or `.portkey.toml`.

    [tool.portkey-prompts]
    base_url = "http://127.0.0.1:8790/v1"
    folder = "prompts"
    lock = "prompts.lock"

In `.portkey.toml` the same names stand at the top level. Paths are relative to the file's folder. API keys are refused,
since the file is committed.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from portkey_openapi.requests import LOCAL_URL, check_base_url
from portkey_prompts.errors import SourceError
from portkey_prompts.files import read_regular

OWN_FILE: Final = ".portkey.toml"
SHARED_FILE: Final = "pyproject.toml"
TABLE: Final = "portkey-prompts"
_TEXTS: Final = ("base_url", "folder", "lock")
_TABLES: Final = ("bindings",)
_SECRETS: Final = ("key", "token", "secret", "password")


class ProjectError(SourceError):
    """A repository's settings can't be used; the message names the file and the remedy."""


@dataclass(frozen=True)
class Project:
    """A repository's settings.

    Attributes:
        file: where they stand; None where there are none.
        base_url: where the service is; None where the file does not say.
        folder: where the prompts' files are; None where the file does not say.
        lock: the lock file; None where the file does not say.
        bindings: the table `bindings`, as it is written.
    """

    file: Path | None = None
    base_url: str | None = None
    folder: Path | None = None
    lock: Path | None = None
    bindings: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def find(cls, start: Path | None = None) -> Project:
        """Read the nearest settings: of a folder or one above it, up to the repository's root.

        Outside of a repository only the folder itself is looked at: those above may belong to other users.

        Args:
            start: the folder; by default the working directory.

        Raises:
            ProjectError: they can't be read, or a setting can't be used.
        """
        for folder in _up_to_the_root((start or Path.cwd()).absolute()):
            found = [(file, table) for file in _files(folder) if (table := _table(file)) is not None]
            if len(found) > 1:
                raise ProjectError(f"{found[0][0]} and {SHARED_FILE} both have settings. Keep those of one.")
            if found:
                return _read(*found[0])
        return cls()


def _up_to_the_root(start: Path) -> list[Path]:
    folders = [start, *start.parents]
    root = next((index for index, folder in enumerate(folders) if (folder / ".git").exists()), 0)
    return folders[: root + 1]


def _files(folder: Path) -> list[Path]:
    """Name the files that are there: also one that can't be read, so that this is said."""
    return [file for name in (OWN_FILE, SHARED_FILE) if os.path.lexists(file := folder / name)]


def _table(file: Path) -> Any:
    """Load the settings in a file; None where it has none."""
    try:
        document = tomllib.loads(read_regular(file).decode("utf-8-sig"))
    except OSError as error:
        raise ProjectError(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ProjectError(f"{file} is no UTF-8 text (byte {error.start}). Convert it first.") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ProjectError(f"{file} is no TOML: {error or 'it is nested too deep'}.") from None
    if file.name == OWN_FILE:
        return document
    tools = document.get("tool")
    return tools.get(TABLE) if isinstance(tools, dict) else None


def _read(file: Path, table: Any) -> Project:
    if not isinstance(table, dict):
        raise ProjectError(f"{file}: tool.{TABLE} must be a table.")
    _check_names(file, table)
    for name in _TEXTS:
        if name in table and not (isinstance(table[name], str) and table[name].strip()):
            raise ProjectError(f'{file}: {name} must be text, such as {name} = "{_example(name)}".')
    for name in _TABLES:
        if not isinstance(table.get(name, {}), dict):
            raise ProjectError(f"{file}: {name} must be a table.")
    _check_base_url(file, table.get("base_url"))
    return Project(
        file=file,
        base_url=table.get("base_url"),
        folder=_beside(file, table.get("folder")),
        lock=_beside(file, table.get("lock")),
        bindings=table.get("bindings", {}),
    )


def _check_names(file: Path, table: Mapping[str, Any]) -> None:
    known = (*_TEXTS, *_TABLES)
    for name in table:
        if name in known:
            continue
        if any(word in name.lower() for word in _SECRETS):
            raise ProjectError(f"{file}: {name} has no place in a file that others read. Set PORTKEY_API_KEY instead.")
        alike = get_close_matches(name.replace("-", "_"), known, 1)
        remedy = f"Is {alike[0]} meant?" if alike else f"There are: {', '.join(known)}."
        raise ProjectError(f"{file}: {name} is no setting. {remedy}")


def _check_base_url(file: Path, base_url: str | None) -> None:
    if base_url is None:
        return
    if "@" in base_url or "?" in base_url:  # may be a secret, so it is not shown
        raise ProjectError(f"{file}: base_url holds a user, a password or a query. Set PORTKEY_API_KEY instead.")
    try:
        check_base_url(base_url)
    except ValueError as error:
        raise ProjectError(f"{file}: {error}") from None


def _example(name: str) -> str:
    return {"base_url": LOCAL_URL, "folder": "prompts", "lock": "prompts.lock"}[name]


def _beside(file: Path, path: str | None) -> Path | None:
    return None if path is None else file.parent / path
