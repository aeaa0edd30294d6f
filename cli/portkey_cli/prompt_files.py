"""Prompts that a command names by their files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from portkey_cli.clients import Connection, connect
from portkey_cli.failures import NoFileError, UsageError
from portkey_prompts.folder import PARTIAL, SUFFIX, Folder, Key, key_of

if TYPE_CHECKING:
    from portkey_ai import Portkey
    from portkey_ai.types import Collection


def is_file(reference: str) -> bool:
    """Say whether a reference is a prompt's file, and no slug: `prompts/greeting.prompt`, or with `@production`."""
    return reference.partition("@")[0].endswith(SUFFIX)


def key_of_prompt(file: Path) -> Key:
    """Say which prompt a file is.

    Raises:
        UsageError: it is a partial.
    """
    key = key_of(file)
    if key.kind == PARTIAL:
        raise UsageError(f"{file} is a partial. Name a prompt that includes it.")
    return key


def folder_of(portkey: Portkey, path: Path, collections: Iterable[Collection] | None = None) -> Folder:
    """Read a folder, with what it remembers of a service and the workspace that the key is for.

    Args:
        portkey: the service.
        path: the folder.
        collections: the service's, where they are known: they tell the workspace.

    Raises:
        PromptFileError: a file can't be read.
    """
    return Folder.read(path, str(portkey.base_url).rstrip("/"), _workspace(portkey, collections))


def _workspace(portkey: Portkey, collections: Iterable[Collection] | None = None) -> str | None:
    """Find the workspace that a key is for: collections name it."""
    known = portkey.collections.list(page_size=1).data if collections is None else collections
    return next((each.workspace_id for each in known if each.workspace_id), None)


def slug_reference(context: typer.Context, reference: str) -> str:
    """Write a reference to a file as one to its prompt on the service; any other stays as it is.

    Raises:
        UsageError: it is a partial's, or the service does not know it yet.
        NoFileError: there is none, and none is remembered.
    """
    if not is_file(reference):
        return reference
    name, at, version = reference.partition("@")
    key = key_of_prompt(Path(name))
    folder = Folder.remembered(Path(name).parent, Connection.of(context).service().value.rstrip("/"))
    if folder.has_several_workspaces:
        with connect(context) as portkey:
            folder = Folder.remembered(folder.path, folder.service, _workspace(portkey))
    synced = folder.synced.get(key)
    if synced is None:
        remedy = "that the folder remembers. Push it first: portkey-prompts push"
        if not Path(name).is_file():
            raise NoFileError(f"{name}: there is no such file, and it is on no service {remedy}")
        raise UsageError(f"{name} is on no service yet {remedy}")
    return f"{synced.slug}{at}{version}"
