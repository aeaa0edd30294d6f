"""`push`: files of prompts, as new versions on the service."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any

import typer

from portkey_ai.errors import PortkeyError
from portkey_cli import settings
from portkey_cli.clients import connect
from portkey_cli.completing import labels
from portkey_cli.contents import NOTHING
from portkey_cli.failures import NOT_AS_ASKED, OK, NoFileError, UsageError, listed
from portkey_cli.labels import label_id
from portkey_cli.options import Description, add_command, option
from portkey_cli.output import note, progress, write_line
from portkey_cli.partials import note_unknown
from portkey_cli.sync import Difference, FolderOption, Force, Names, Remote, Sync, show_conflict
from portkey_prompts.errors import SourceError, command
from portkey_prompts.files import exclusively
from portkey_prompts.folder import PARTIAL, PROMPT, Key, State, Synced, in_order, included, sent
from portkey_prompts.prompt_file import doubts
from portkey_prompts.rendering import StoredPrompt, content_fields
from portkey_prompts.templates import TemplateError


def register(app: typer.Typer) -> None:
    """Add the command."""
    add_command(app, "push", push, "portkey-prompts push --label staging -m 'A warmer tone'")


def push(
    context: typer.Context,
    names: Names = None,
    folder: FolderOption = None,
    label: Annotated[
        str | None, option("--label LABEL", "Put a label on what the files hold.", autocompletion=labels)
    ] = None,
    publish: Annotated[bool, option("--publish", "Publish what the files hold.")] = False,
    dry_run: Annotated[bool, option("--dry-run", "Say what would be done, and do nothing.")] = False,
    delete: Annotated[bool, option("--delete", "Delete prompts of the service whose files were deleted.")] = False,
    force: Force = False,
    message: Description = None,
) -> int:
    """Make new versions on the service of the files that were changed, partials first.

    What is the same there makes no version. What was changed here and there is a conflict: nothing is pushed, it is
    shown, and the exit code is 1; --force makes a version of the file all the same. The message of a version is, by
    default, the commit that the folder is at. A push that was interrupted can be repeated.
    """
    path = Path(settings.folder(folder).value)
    if not path.is_dir():
        raise NoFileError(f"There is no folder {path}. Name one with --folder, or begin with: {command('pull')}")
    with exclusively(path), connect(context) as portkey:
        with progress("Comparing …"):
            sync = Sync(portkey, path)
            found = sync.differences(names)
        refused = [each for each in found if each.state == State.CONFLICT and not force]
        for each in refused:
            show_conflict(sync, each)
        if refused:
            note(f"Nothing was pushed: {len(refused)} in conflict. Pull and merge, or choose with --force.")
            return NOT_AS_ASKED
        marked = label_id(portkey, label) if label else None
        work = Push(sync, message or _commit(sync.folder.path), dry_run)
        work.all(found, force, delete)
        work.mark(marked, publish)
    note(f"{work.count} {'to push' if dry_run else 'pushed'}, {len(found) - work.count} left.")
    return OK


class Push:
    """Apply the differences between a folder and the service to the service.

    Args:
        sync: the comparison of the two.
        message: the new versions' description.
        dry_run: whether only to say what would be done.
    """

    def __init__(self, sync: Sync, message: str | None, dry_run: bool) -> None:
        self.count = 0
        self._sync = sync
        self._message = {} if message is None else {"version_description": message}
        self._dry_run = dry_run
        self._same: list[Key] = []

    def all(self, found: list[Difference], force: bool, delete: bool) -> None:
        """Push what was changed here, partials before what includes them; delete what was deleted here."""
        states = {State.CHANGED_HERE, State.ONLY_HERE, *((State.CONFLICT, State.CHANGED_THERE) if force else ())}
        folder, same = self._sync.folder, [each for each in found if each.state == State.SAME]
        changed = {each.key: each for each in found if each.state in states}
        # A partial that is created anew gets another slug, so whatever includes it needs a version with that slug.
        anew = {key.stem for key, each in changed.items() if key.kind == PARTIAL and not each.remote}
        for stem in anew:
            folder.synced.pop(Key(PARTIAL, stem), None)
        for each in same:
            file = folder.files[each.key]
            if not file.slugs and included(file.version["string"]) & anew:
                changed[each.key] = each
        self._check(changed)
        self._same = [each.key for each in same if each.key not in changed] + list(changed)
        for each in same if not self._dry_run else ():
            if each.key not in changed and each.remote:
                folder.note(each.key, Synced(each.remote.slug, each.remote.digest))
        for key in in_order(changed, folder.files):
            self._push(changed[key])
        for key in changed if not self._dry_run else ():
            # Partials that include each other need a second version, which knows the slugs of all.
            if again := (synced := folder.synced[key]).digest != self._digest(key):
                self._save(key, synced)
            if (again and not changed[key].remote) or self._is_unlinked(changed[key].remote):
                made = self._sync.retrieve(key.kind, synced.slug)
                if made is not None:
                    self._sync.resource(key.kind).publish(synced.slug, version=made.number)  # as the first one was
            note_unknown(self._sync.portkey, sent(folder.files[key], folder.slugs())["string"], f"{key.file_name}: ")
        for each in found if delete else ():
            if each.state == State.ONLY_THERE and each.synced and each.synced.digest:
                self._delete(each)

    def _is_unlinked(self, remote: Remote | None) -> bool:
        """Say whether the only version there names partials by their files, as an interrupted push leaves it."""
        if remote is None or remote.number != 1:
            return False
        named = included(remote.version["string"])
        files = {key.stem for key in self._sync.folder.files if key.kind == PARTIAL}
        return any(not self._sync.is_there(PARTIAL, name) for name in named & files)

    def _digest(self, key: Key) -> str:
        return self._sync.digest(key, self._sync.folder.files[key])

    def _check(self, keys: Collection[Key]) -> None:
        """Look at what is to be pushed, before anything is.

        Raises:
            SourceError: a template is malformed, naming its file.
            PortkeyError: it can't be told which prompt of the service a file is.
            NoFileError: what is pushed could not be remembered.
            UsageError: there is no such collection.
        """
        path = self._sync.folder.path
        if keys and not self._dry_run and not os.access(path, os.W_OK):
            raise NoFileError(f"{path} can't be written to, and it remembers what is pushed. Nothing was.")
        for key in keys:
            file = self._sync.folder.files[key]
            if key in self._sync.namesakes:
                several = f"several {key.kind}s there have its name: {listed(self._sync.namesakes[key])}"
                raise PortkeyError(f"{key.file_name}: {several}. Pull them, and put it in the place of the one it is.")
            try:
                self._sync.collection_id(file.collection)
                StoredPrompt(file.version)
            except UsageError as error:
                raise UsageError(f"{key.file_name}: {error}") from None
            except TemplateError as error:
                raise SourceError(f"{path / key.file_name}: the template: {error}") from None
            for doubt in doubts(file):
                note(f"{key.file_name}: {doubt}")

    def mark(self, label: str | None, publish: bool) -> None:
        """Put a label on the versions that are the files', and publish them."""
        for key in self._same if (label or publish) and not self._dry_run else ():
            synced = self._sync.folder.synced[key]
            remote = self._sync.retrieve(key.kind, synced.slug)
            if remote is None:
                continue
            if label and key.kind == PROMPT:
                self._sync.portkey.prompts.versions.update(remote.slug, remote.version_id, label_id=label)
            if publish and not remote.published:
                self._sync.resource(key.kind).publish(remote.slug, version=remote.number)

    def _push(self, each: Difference) -> None:
        self.count += 1
        write_line(f"{each.key.file_name} -> {each.remote.slug if each.remote else 'a new one'}")
        if not self._dry_run:
            self._save(each.key, Synced(each.remote.slug) if each.remote else None)

    def _save(self, key: Key, synced: Synced | None) -> None:
        """Make a version of a file, or the prompt itself; what the service holds then is remembered at once."""
        try:
            self._send(key, synced)
        except PortkeyError:
            note(f"{key.file_name} could not be pushed. What came before it was: push again once that is mended.")
            raise

    def _send(self, key: Key, synced: Synced | None) -> None:
        sync, file = self._sync, self._sync.folder.files[key]
        version, meant = sent(file, sync.folder.slugs()), self._digest(key)
        fields: dict[str, Any] = {"name": file.name or key.stem, **self._message}
        if key.kind == PROMPT or synced is None:
            fields["collection_id"] = sync.collection_id(file.collection)
        if synced is None:
            defaults: dict[str, Any] = {"parameters": {}} if key.kind == PROMPT else {}
            synced = Synced(sync.resource(key.kind).create(**fields, **{**defaults, **version}).slug)
        else:
            names = content_fields() if key.kind == PROMPT else ("string",)
            whole = {name: version.get(name, NOTHING.get(name)) for name in names}
            sync.resource(key.kind).update(synced.slug, **fields, **whole)
        sync.folder.note(key, Synced(synced.slug, meant))

    def _delete(self, each: Difference) -> None:
        self.count += 1
        assert each.remote is not None
        write_line(f"{each.key.file_name} was deleted -> delete {each.remote.slug}")
        if not self._dry_run:
            self._sync.resource(each.key.kind).delete(each.remote.slug)
            self._sync.folder.forget(each.key)


def _commit(folder: Path) -> str | None:
    """Name the commit that a folder is at; None where it is in no repository, or git is not there."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=folder, capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None
