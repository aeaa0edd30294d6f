"""Settings without an option: from the environment, else the repository's settings, else a default."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from portkey_openapi.contract import BASE_URL
from portkey_prompts.lock.errors import DEFAULT_NAME
from portkey_prompts.project import Project

DEFAULT_FOLDER = "prompts"
BASE_URL_VARIABLE, KEY_VARIABLE = "PORTKEY_BASE_URL", "PORTKEY_API_KEY"
BY_DEFAULT = "By default what the repository's settings say, else"
_OFFICIAL = "PORTKEY_PROXY"  # the official SDK's name for the base URL


class Setting(NamedTuple):
    """A value and its source: an option, an environment variable, a file, or `default`."""

    value: str
    source: str


def base_url(given: str | None) -> Setting:
    """Choose where the service is.

    Args:
        given: as the command line or its variable says.

    Raises:
        ProjectError: the repository's settings are needed, and can't be used.
    """
    if given:
        return Setting(given, BASE_URL_VARIABLE if given == os.environ.get(BASE_URL_VARIABLE) else "--base-url")
    if other := os.environ.get(_OFFICIAL):
        return Setting(other, _OFFICIAL)
    project = Project.find()
    return Setting(project.base_url, str(project.file)) if project.base_url else Setting(BASE_URL, "default")


def folder(given: Path | None = None) -> Setting:
    """Choose the folder of the prompts' files.

    Raises:
        ProjectError: as for `base_url`.
    """
    if given is not None:
        return Setting(str(given), "--folder")
    project = Project.find()
    return _path(project, project.folder, DEFAULT_FOLDER)


def lock_file(given: str | None = None) -> Setting:
    """Choose the lock file.

    Raises:
        ProjectError: as for `base_url`.
    """
    if given is not None:
        return Setting(given, "--file")
    project = Project.find()
    return _path(project, project.lock, DEFAULT_NAME)


def _path(project: Project, path: Path | None, default: str) -> Setting:
    return Setting(default, "default") if path is None else Setting(relative(path), str(project.file))


def relative(path: Path) -> str:
    """Write a path of the settings as it is called from the working directory."""
    return os.path.relpath(path)
