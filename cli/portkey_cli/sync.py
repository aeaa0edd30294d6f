"""A folder of prompts beside a service: what each of them holds, and how they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import typer

from portkey_ai.errors import NotFoundError
from portkey_cli import completing, settings
from portkey_cli.failures import UsageError, listed
from portkey_cli.labels import label_id
from portkey_cli.options import option
from portkey_cli.output import note, write_diff, write_line
from portkey_cli.prompt_files import folder_of
from portkey_cli.resolving import threads
from portkey_openapi import Record
from portkey_openapi.errors import UnexpectedBody, shown
from portkey_prompts.folder import (
    PARTIAL,
    PROMPT,
    SUFFIX,
    Key,
    Kind,
    State,
    Synced,
    digest,
    included,
    normal,
    received,
    sent,
    state_of,
)
from portkey_prompts.rendering import check_detail, content_fields

if TYPE_CHECKING:
    from portkey_ai import Portkey
    from portkey_prompts.prompt_file import PromptFile

R = TypeVar("R", bound=Record)
Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]…", autocompletion=completing.names)]
FolderOption = Annotated[
    Path | None, option("--folder DIR", f"Where the files are. {settings.BY_DEFAULT} {settings.DEFAULT_FOLDER}.")
]
At = Annotated[
    str,
    option(
        "--at LABEL", "Which version of a prompt is meant there: a label, or latest.", autocompletion=completing.labels
    ),
]
_VERSION: Final[dict[Kind, tuple[str, str]]] = {
    PARTIAL: ("version", "prompt_partial_version_id"),
    PROMPT: ("prompt_version", "prompt_version_id"),
}
"""Where an answer has the number and the UUID of its version."""
Force = Annotated[bool, option("--force", "Settle conflicts in favour of what is moved.")]


@dataclass
class Remote:
    """A prompt or partial of the service.

    Attributes:
        slug: its slug.
        name: its name for people.
        collection: the name of its collection; None for the service's first one.
        version: its content with the wire's flat names.
        number: the version's number, from 1.
        version_id: the version's UUID.
        published: whether it is the published one.
    """

    slug: str
    name: str
    collection: str | None
    version: dict[str, Any]
    number: int
    version_id: str | None
    published: bool

    @property
    def digest(self) -> str:
        """The digest of what it holds."""
        return digest(self.version, self.name, self.collection)


@dataclass
class Difference:
    """One prompt or partial, here and there.

    Attributes:
        key: names the file.
        state: how they differ.
        synced: what is known of it from before.
        remote: the service's; None where it has none.
    """

    key: Key
    state: State
    synced: Synced | None
    remote: Remote | None

    @property
    def slug(self) -> str | None:
        """The slug on the service; None where it has none."""
        return self.synced.slug if self.synced else None


def _checked(record: R, first: str, *further: str) -> R:
    """Return what a service says of something, if these fields are texts; all but the first may be null.

    Raises:
        UnexpectedBody: naming the field.
    """
    for name, allowed in {first: str, **dict.fromkeys(further, str | None)}.items():
        value = record.get(name)
        if not isinstance(value, allowed):
            raise UnexpectedBody(f"The service's `{name}` is {shown(value)}, where the contract says a text.", record)
    return record


class Sync:
    """Compare a folder with a service.

    Args:
        portkey: the service.
        path: the folder; None for the one of the settings.
        at: which version of a prompt is meant there: `latest`, or a label.

    Raises:
        PortkeyError: there is no such label.
    """

    def __init__(self, portkey: Portkey, path: Path | None, at: str = "latest") -> None:
        self.portkey = portkey
        self.at = at
        if at != "latest" and not at.isdecimal():
            label_id(portkey, at)  # of one that is misspelt no prompt has a version, which is no error by itself
        collections = [_checked(each, "id", "name") for each in portkey.collections.list()]
        self.folder = folder_of(portkey, Path(settings.folder(path).value), collections)
        self.collections = {each.id: each.name for each in collections}
        first = next((each.id for each in collections if each.get("is_default")), next(iter(self.collections), None))
        self._first_collection = self.collections.get(first or "")
        self.namesakes: dict[Key, list[str]] = {}
        """Of files that are no prompt there yet: the slugs of several that have their name."""
        self._listed: dict[Kind, dict[str, Any]] = {
            kind: {_checked(each, "slug", "name").slug: each for each in self.resource(kind).list()}
            for kind in _VERSION
        }
        self._adopt()

    def differences(self, names: Sequence[str] | None) -> list[Difference]:
        """Compare what is named, or everything, and the partials that it includes, through each other too.

        Raises:
            UsageError: a name is neither a file's nor a prompt's.
        """
        files, synced = self.folder.files, self.folder.synced
        waiting = {key for name in names for key in self._named(name)} if names else {*files, *synced}
        partials = {each.slug: key for key, each in synced.items() if key.kind == PARTIAL}
        partials.update({key.stem: key for key in (*files, *synced) if key.kind == PARTIAL})
        found: dict[Key, Difference] = {}
        with threads() as pool:
            while waiting:
                asked = sorted(waiting)  # so that of several errors the same one is told each time
                new = dict(zip(asked, pool.map(self.difference, asked), strict=True))
                found.update(new)
                included = {name for each in new.values() for name in self._included(each)}
                waiting = {partials[name] for name in included if name in partials} - found.keys()
        return [found[key] for key in sorted(found) if found[key].remote or key in files]

    def difference(self, key: Key) -> Difference:
        """Compare one."""
        synced, file = self.folder.synced.get(key), self.folder.files.get(key)
        remote = self.retrieve(key.kind, synced.slug) if synced else None
        here = self.digest(key, file) if file else None
        base = synced.digest if synced else None
        return Difference(key, state_of(here, base, remote.digest if remote else None), synced, remote)

    def is_there(self, kind: Kind, slug: str) -> bool:
        """Say whether the service has a prompt or partial, whichever labels its versions bear."""
        return slug in self._listed[kind]

    def digest(self, key: Key, file: PromptFile) -> str:
        """Give the digest of what a file holds, as the service would have it."""
        return digest(sent(file, self.folder.slugs()), file.name or key.stem, self._collection(file.collection))

    def resource(self, kind: Kind) -> Any:
        """Give the client's methods for prompts, or for partials."""
        return self.portkey.prompts if kind == PROMPT else self.portkey.prompts.partials

    def retrieve(self, kind: Kind, slug: str) -> Remote | None:
        """Fetch what the service holds; None where it has no such prompt, or none with the label."""
        try:
            found = self.resource(kind).retrieve(f"{slug}@{self.at if kind == PROMPT else 'latest'}")
        except NotFoundError:
            return None
        number, identifier = _VERSION[kind]
        check_detail(kind, slug, _checked(found, "string", "name", "collection_id", identifier))
        name = found.name or self._listed[kind].get(slug, found).name or slug
        collection = self._collection(self.collections.get(found.collection_id or ""))
        version = normal({field: found.get(field) for field in content_fields()})
        is_published = found.get("prompt_version_status") == "active"
        return Remote(
            slug, name, collection, version, found.get(number) or 0, found.get(identifier) or "", is_published
        )

    def file_of(self, difference: Difference) -> PromptFile:
        """Give what the service holds as a file."""
        remote, before = difference.remote, self.folder.files.get(difference.key)
        assert remote is not None
        name = remote.name if remote.name != difference.key.stem or (before and before.name) else None
        return received(remote.version, name, remote.collection, self.folder.slugs(), before)

    def collection_id(self, name: str | None) -> str:
        """Find a collection by its name; None is the service's first one.

        Raises:
            UsageError: there is none of that name.
        """
        wanted = name if name is not None else self._first_collection
        for identifier, known in self.collections.items():
            if known == wanted:
                return identifier
        raise UsageError(f"There is no collection {name!r} there. Make it, or choose one: {listed(self._known())}")

    def _known(self) -> list[str]:
        return [name for name in self.collections.values() if name]

    def _collection(self, name: str | None) -> str | None:
        return None if name is None or name == self._first_collection else name

    def _adopt(self) -> None:
        """Match files of which nothing is remembered with prompts of the service, by the prompt's name for people.

        A file that is gone may have been renamed, as by `git mv`: then it is still the same prompt.
        """
        folder = self.folder
        for kind, known in self._listed.items():
            owners = {each.slug: key for key, each in folder.synced.items() if key.kind == kind}
            fileless = [slug for slug in known if owners.get(slug) not in folder.files]
            for key, file in folder.files.items():
                if key.kind != kind or key in folder.synced:
                    continue
                same = [slug for slug in fileless if known[slug].name == (file.name or key.stem)]
                if len(same) > 1:
                    self.namesakes[key] = same
                if len(same) != 1:
                    continue
                fileless.remove(same[0])
                if same[0] in owners:
                    folder.move(owners[same[0]], key)
                else:
                    folder.synced[key] = Synced(same[0])
            for slug in fileless:
                if slug not in owners:
                    folder.synced[folder.free_key(kind, known[slug].name or "", slug)] = Synced(slug)

    def _named(self, name: str) -> list[Key]:
        """Find what a person calls a prompt: its file, with or without its ending, its slug or its name."""
        stem = Path(name).name.removesuffix(SUFFIX)
        wanted = {Key(PROMPT, stem), Key(PARTIAL, stem.removeprefix("_"))}
        keys = {*self.folder.files, *self.folder.synced}
        found = [key for key in keys & wanted if not stem.startswith("_") or key.kind == PARTIAL]
        found = found or [key for key, synced in self.folder.synced.items() if synced.slug == name]
        if not found:
            known = listed((key.stem for key in keys), stem) or "none yet"
            raise UsageError(f"{name!r} is neither a file in {self.folder.path} nor a prompt there. There are: {known}")
        return found

    def _included(self, each: Difference) -> set[str]:
        file = self.folder.files.get(each.key)
        here = included(file.version["string"]) if file else set()
        return here | (included(each.remote.version["string"]) if each.remote else set())


def show_conflict(sync: Sync, each: Difference) -> None:
    """Show what a file would change on the service."""
    from portkey_prompts.diff import compare

    assert each.remote is not None
    file = {**sent(sync.folder.files[each.key], sync.folder.slugs()), "slug": each.key.file_name}
    since = "changed here and there since they were last the same"
    if not (each.synced and each.synced.digest):
        since = "not the same here and there, and nothing is remembered of when it was"
    write_line(f"{each.key.file_name}: {since}.")
    try:
        found = compare({**each.remote.version, "slug": each.remote.slug}, file)
    except (TypeError, ValueError) as error:
        note(f"They can't be compared: {error}")
        return
    write_diff(found.unified())
    write_line(str(found))
