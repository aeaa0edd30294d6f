"""A folder of prompts as files, and what it held when it and a service were last the same.

`NAME.prompt` is a prompt, `_NAME.prompt` a partial. `.portkey.json` beside them holds, for each service, the slug of
each file's prompt, and the digest of what both held: with it a change here is told from a change there.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from portkey_prompts.files import conflict_in, read_regular, write_whole
from portkey_prompts.prompt_file import PromptFile, PromptFileError, parse, write
from portkey_prompts.strict_json import read_json

SUFFIX: Final = ".prompt"
STATE_FILE: Final = ".portkey.json"
_FORMAT: Final = 1
_INCLUSION = re.compile(r"(\{\{\s*>(?!>)\s*)([^{}@\r\n]*[^{}@\s])((?:@[^\s{}]+)?\s*\}\})")
_LONGEST_STEM: Final = 80
_MOST_BYTES: Final = 200
"""Most bytes of a file's name without its ending; most file systems allow 255."""
_RESERVED: Final = re.compile(r"con|prn|aux|nul|(?:com|lpt)[0-9]")
"""Names that Windows takes for devices, whatever their ending."""


Kind: TypeAlias = Literal["partial", "prompt"]
PARTIAL: Final = "partial"
PROMPT: Final = "prompt"


class State(StrEnum):
    """How a file and the service differ."""

    SAME = "same"
    CHANGED_HERE = "changed here"
    CHANGED_THERE = "changed there"
    CONFLICT = "conflict"
    ONLY_HERE = "only here"
    ONLY_THERE = "only there"


class Key(NamedTuple):
    """Names a file in the folder."""

    kind: Kind
    """Partials go first."""
    stem: str
    """The file's name without its ending, and without a partial's underscore."""

    @property
    def file_name(self) -> str:
        """The name of the file."""
        return f"{'_' if self.kind == PARTIAL else ''}{self.stem}{SUFFIX}"


@dataclass
class Synced:
    """What one service and a file held when they were last the same.

    Attributes:
        slug: the prompt's or partial's slug there.
        digest: the digest of what both held; None where they were never the same.
    """

    slug: str
    digest: str | None = None


@dataclass
class Folder:
    """Prompts as files.

    Attributes:
        path: the folder.
        service: the base URL of the service whose state is used.
        workspace: the workspace there, by UUID; None where it is not known: the state of the only one is used then.
        files: what was read.
        synced: the state of this service.
    """

    path: Path
    service: str
    workspace: str | None = None
    files: dict[Key, PromptFile] = field(default_factory=dict)
    synced: dict[Key, Synced] = field(default_factory=dict)
    _others: dict[str, dict[Key, Synced]] = field(default_factory=dict)
    _is_written: bool = True

    @classmethod
    def read(cls, path: Path, service: str, workspace: str | None = None) -> Folder:
        """Read all prompts of a folder, and its state; an absent folder is an empty one.

        Raises:
            PromptFileError: naming the file, its line where there is one, and the remedy.
            OSError: one can't be read.
        """
        folder = cls.remembered(path, service, workspace)
        for file in sorted(path.glob(f"*{SUFFIX}")):
            folder.files[key_of(file)] = read_file(file)
        return folder

    @classmethod
    def remembered(cls, path: Path, service: str, workspace: str | None = None) -> Folder:
        """Read a folder's state, and none of its files.

        Raises:
            PromptFileError: the state is not what was written.
            OSError: it can't be read.
        """
        folder = cls(path, service, workspace)
        folder._read_state()
        return folder

    @property
    def has_several_workspaces(self) -> bool:
        """Whether the state has several workspaces of the service, and none was named, so that none is used."""
        return self.workspace is None and len(self._of_service(self._others)) > 1

    def path_of(self, key: Key) -> Path:
        """Say where a prompt's file is."""
        return self.path / key.file_name

    def save(self, key: Key, prompt: PromptFile) -> None:
        """Write a prompt's file, unless it says the same already.

        Raises:
            OSError: it can't be written.
        """
        if self.files.get(key) != prompt:
            self.path.mkdir(parents=True, exist_ok=True)
            write_whole(self.path_of(key), write(prompt).encode())
            self.files[key] = prompt

    def remove(self, key: Key) -> None:
        """Delete a prompt's file, and forget it."""
        self.path_of(key).unlink(missing_ok=True)
        self.files.pop(key, None)
        self.forget(key)

    def note(self, key: Key, synced: Synced) -> None:
        """Remember that a file and the service are the same now, on the disk."""
        if self.synced.get(key) != synced or not self._is_written:
            self.synced[key] = synced
            self._write_state()  # at once: where a later file fails, this one is not done again

    def move(self, old: Key, new: Key) -> None:
        """Record that a file was renamed; the state is written with the next `note`."""
        self.synced[new] = self.synced.pop(old)
        self._is_written = False

    def forget(self, key: Key) -> None:
        """Drop a file from the state."""
        if self.synced.pop(key, None):
            self._write_state()

    def slugs(self) -> dict[str, str]:
        """Give the partials' slugs by the names of their files."""
        return {key.stem: synced.slug for key, synced in self.synced.items() if key.kind == PARTIAL}

    def stems(self) -> dict[str, str]:
        """Give the names of prompts' files by slug, on all services; none where two services differ on a slug."""
        known: dict[str, set[str]] = {}
        for stem, slugs in self.slugs_anywhere(PROMPT).items():
            for slug in slugs:
                known.setdefault(slug, set()).add(stem)
        return {slug: min(stems) for slug, stems in known.items() if len(stems) == 1}

    def slugs_anywhere(self, kind: Kind) -> dict[str, set[str]]:
        """Give the slugs that files have on any service, by the names of the files."""
        found: dict[str, set[str]] = {}
        for known in (self.synced, *self._others.values()):
            for key, synced in known.items():
                if key.kind == kind:
                    found.setdefault(key.stem, set()).add(synced.slug)
        return found

    def free_key(self, kind: Kind, name: str, slug: str) -> Key:
        """Choose a file's name for a prompt that has none yet: like its name, and like no other's."""
        # Some file systems treat names as equal that differ in case, or in the Unicode form of a letter.
        taken = {
            unicodedata.normalize("NFC", key.stem).casefold() for key in (*self.files, *self.synced) if key.kind == kind
        }
        stem = stem_of(name) or stem_of(slug) or kind
        numbers = (f"-{number}" for number in range(2, len(taken) + 3))
        return Key(kind, next(stem + end for end in ("", *numbers) if (stem + end).casefold() not in taken))

    def _read_state(self) -> None:
        file = self.path / STATE_FILE
        try:
            text = read_regular(file).decode("utf-8-sig", errors="replace")  # only names hold what is not ASCII
            if line := conflict_in(text):
                raise PromptFileError(f"{file}:{line}: a merge conflict. Keep either side: all is compared anew.", line)
            state = read_json(text)
            if state["format"] != _FORMAT:
                raise PromptFileError(
                    f"{file} is of format {state['format']!r}; this release reads {_FORMAT}. Upgrade."
                )
            self._others = {name: dict(_entries(kinds)) for name, kinds in state["services"].items()}
        except FileNotFoundError:
            return
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            problem = error if isinstance(error, ValueError) else "is not as `pull` and `push` write it"
            raise PromptFileError(f"{file} can't be read: it {problem}. Restore or delete it.") from None
        self.synced = self._taken_out(self._others)

    def _taken_out(self, services: dict[str, dict[Key, Synced]]) -> dict[Key, Synced]:
        """Take this service's state out of all; a state of an older release, without a workspace, is the first's."""
        found = [self._named] if self._named in services else self._of_service(services)
        if self.workspace is not None and self._named not in services:
            found = [self.service] if self.service in services else []
        if len(found) != 1:
            return {}
        self.workspace = self.workspace or found[0].partition("#")[2] or None
        return services.pop(found[0])

    def _of_service(self, services: Mapping[str, Any]) -> list[str]:
        return [name for name in services if name.partition("#")[0] == self.service]

    @property
    def _named(self) -> str:
        return f"{self.service}#{self.workspace}" if self.workspace else self.service

    def _write_state(self) -> None:
        # An entry without a file and without a digest is left out: it would only make two people's files differ.
        ours = {key: synced for key, synced in self.synced.items() if synced.digest or key in self.files}
        services: dict[str, dict[str, dict[str, Any]]] = {}
        for name, known in sorted({**self._others, self._named: ours}.items()):
            kinds = services[name] = {}
            for key, synced in sorted(known.items()):
                kinds.setdefault(key.kind, {})[key.stem] = {"slug": synced.slug, "digest": synced.digest}
        file = self.path / STATE_FILE
        text = (json.dumps({"format": _FORMAT, "services": services}, ensure_ascii=False, indent=2) + "\n").encode()
        self._is_written = True
        with suppress(OSError):
            if read_regular(file) == text:  # nothing changed: a read-only folder is no error
                return
        self.path.mkdir(parents=True, exist_ok=True)
        write_whole(file, text)


def _entries(kinds: Mapping[str, Any]) -> Iterable[tuple[Key, Synced]]:
    """Read what a state says of one service.

    Raises:
        ValueError: a name would lead out of the folder.
    """
    for kind, entries in kinds.items():
        for stem, entry in entries.items():
            if kind not in (PARTIAL, PROMPT) or Path(f"{stem}{SUFFIX}").name != f"{stem}{SUFFIX}" or "\0" in stem:
                raise ValueError(f"holds {f'{kind}/{stem}'!r}, which is no file of the folder")
            yield (
                Key(PARTIAL if kind == PARTIAL else PROMPT, stem),
                Synced(str(entry["slug"]), entry["digest"] and str(entry["digest"])),
            )


def key_of(file: Path) -> Key:
    """Say which prompt or partial a file is."""
    stem = file.name.removesuffix(SUFFIX)
    return Key(PARTIAL, stem[1:]) if stem.startswith("_") else Key(PROMPT, stem)


def read_file(file: Path) -> PromptFile:
    """Read one prompt's file.

    Raises:
        PromptFileError: naming the file, its line where there is one, and the remedy.
        OSError: it can't be read.
    """
    key = key_of(file)
    is_tag_safe = key.kind == PROMPT or not re.search("[{}@]", key.stem)
    if not key.stem or not is_tag_safe or any(unicodedata.category(each) in ("Cc", "Cs") for each in key.stem):
        raise PromptFileError(f"{str(file)!r}: no prompt can be called so. Give the file another name.")
    try:
        prompt = parse(read_regular(file).decode())
    except UnicodeDecodeError as error:
        raise PromptFileError(f"{file} is no UTF-8 text (byte {error.start}). Convert it first.") from None
    except PromptFileError as error:
        where = f"{file}:{error.line}" if error.line else str(file)
        raise PromptFileError(f"{where}: {error}", error.line) from None
    unsaid = sorted(set(prompt.version) - {"string"}) if key.kind == PARTIAL else []
    if unsaid:
        raise PromptFileError(f"{file}: a partial is text alone and has no {unsaid[0]}. Take it out.")
    return prompt


def words_of(name: str) -> list[str]:
    """Split a name of any kind into words: letters and digits of any script, in the Unicode form NFKC."""
    text = unicodedata.normalize("NFKC", name)
    return "".join(each if each.isalnum() or unicodedata.category(each)[0] == "M" else " " for each in text).split()


def stem_of(name: str) -> str:
    """Make a file's name of a name: lower-case letters, digits and hyphens, at most 80 characters and 200 bytes."""
    stem = "-".join(words_of(name.lower()))[:_LONGEST_STEM].encode()[:_MOST_BYTES].decode(errors="ignore").strip("-")
    return f"{stem}-prompt" if _RESERVED.fullmatch(stem) else stem


def included(text: str) -> set[str]:
    """Name the partials that a template includes, without their versions."""
    return set() if "{{=" in text else {found[2] for found in _INCLUSION.finditer(text)}


def renamed(text: str, names: Mapping[str, str]) -> str:
    """Rename the partials in a template; one that changes the delimiters stays as it is."""
    if "{{=" in text or "{{" not in text:
        return text
    return _INCLUSION.sub(lambda found: f"{found[1]}{names.get(found[2], found[2])}{found[3]}", text)


def sent(prompt: PromptFile, slugs: Mapping[str, str]) -> dict[str, Any]:
    """Return a file's version as the service takes it.

    Args:
        prompt: the file.
        slugs: the partials' slugs by the names of their files.
    """
    string = prompt.version.get("string", "")
    return {**prompt.version, "string": string if prompt.slugs else renamed(string, slugs)}


def received(
    version: Mapping[str, Any],
    name: str | None,
    collection: str | None,
    slugs: Mapping[str, str],
    before: PromptFile | None,
) -> PromptFile:
    """Return a service's version as a file holds it.

    Args:
        version: its content with the wire's flat names.
        name: the prompt's name for people; None where it is the file's own.
        collection: the name of its collection.
        slugs: the partials' slugs by the names of their files.
        before: the file so far, whose keys that are not sent are kept; None where there is none.
    """
    content = normal(version)
    string = content["string"]
    text = renamed(string, {slug: stem for stem, slug in slugs.items()})
    as_slugs = renamed(text, slugs) != string
    content["string"] = string if as_slugs else text
    return PromptFile(content, name, collection, as_slugs, dict(before.further) if before else {})


def normal(version: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what means the same as its absence: what is null, empty parameters, a template that is not raw."""
    content = {name: value for name, value in version.items() if value is not None}
    for name in ("parameters", "template_metadata", "is_raw_template"):
        if not content.get(name):
            content.pop(name, None)
    return {"string": "", **content}


def digest(version: Mapping[str, Any], name: str, collection: str | None) -> str:
    """Hash what a file and a service hold of a prompt: SHA-256 of compact JSON, top-level keys in order."""
    content = dict(sorted(normal(version).items()))
    if "parameters" in content:
        content["parameters"] = dict(sorted(content["parameters"].items()))
    text = json.dumps([name, collection, content], allow_nan=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def state_of(here: str | None, base: str | None, there: str | None) -> State:
    """Compare a prompt's digests.

    Args:
        here: of the file; None where there is none.
        base: of what both held when they were last the same; None where they never were.
        there: of the service; None where it has no such prompt.
    """
    if there is None:
        return State.ONLY_HERE
    if here is None:
        return State.ONLY_THERE
    if here == there:
        return State.SAME
    if base == there:
        return State.CHANGED_HERE
    return State.CHANGED_THERE if base == here else State.CONFLICT


def in_order(keys: Iterable[Key], files: Mapping[Key, PromptFile]) -> list[Key]:
    """Sort partials before what includes them, and prompts last; those that include each other, in any order."""
    names = {key: included(files[key].version["string"]) if key in files else set() for key in keys}
    ordered, seen = dict[Key, None](), set[Key]()
    for first in sorted(names):
        path = [first]
        while path:
            seen.add(path[-1])
            needed = (Key(PARTIAL, name) for name in sorted(names[path[-1]]))
            if (inner := next((key for key in needed if key in names and key not in seen), None)) is not None:
                path.append(inner)
            else:
                ordered.setdefault(path.pop())
    return list(ordered)
