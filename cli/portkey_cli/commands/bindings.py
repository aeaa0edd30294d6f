"""`bindings`: a Python function for each prompt, whose variables type checkers know."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import unified_diff
from pathlib import Path
from typing import Annotated, Any

import typer

from portkey_cli import settings
from portkey_cli.clients import Connection
from portkey_cli.failures import NOT_AS_ASKED, OK, UsageError, listed
from portkey_cli.files import STDOUT, read_text
from portkey_cli.options import add_command, option
from portkey_cli.output import note, write, write_diff
from portkey_cli.sync import FolderOption
from portkey_prompts.bindings import (
    COMMAND,
    NAMES_TABLE,
    Binding,
    BindingsError,
    Candidate,
    has_nameless,
    named,
    same,
    write_module,
)
from portkey_prompts.errors import command
from portkey_prompts.files import write_whole
from portkey_prompts.folder import PARTIAL, PROMPT, SUFFIX, Folder, read_file
from portkey_prompts.inputs import Inputs, inputs_of
from portkey_prompts.lock import LockedPrompt, LockFile
from portkey_prompts.lock.errors import DEFAULT_NAME
from portkey_prompts.picoschema import schema_from
from portkey_prompts.project import Project, ProjectError
from portkey_prompts.prompt_file import PromptFile
from portkey_prompts.templates import TemplateError

DEFAULT_OUT = "prompts_gen.py"
_SUFFIX_OF_SLUGS = re.compile(r"-[0-9a-f]{6}\Z")


def register(app: typer.Typer) -> None:
    """Add the command."""
    add_command(app, "bindings", bindings, "portkey-prompts bindings --out app/prompts_gen.py")


def bindings(
    context: typer.Context,
    lock: Annotated[str | None, option("--lock FILE", f"The lock file. {settings.BY_DEFAULT} {DEFAULT_NAME}.")] = None,
    files: Annotated[
        bool, option("--files", "Take the prompts of the folder, as they are there, and not of the lock file.")
    ] = False,
    folder: FolderOption = None,
    out: Annotated[
        str | None, option("--out FILE", f"What is written; - prints it. {settings.BY_DEFAULT} {DEFAULT_OUT}.")
    ] = None,
    is_async: Annotated[bool, option("--async", "Make coroutines, for AsyncPortkey.")] = False,
    check: Annotated[bool, option("--check", "Write nothing; exit with 1 where the file would change.")] = False,
) -> int:
    """Write a Python function for each locked prompt, with its variables as typed keyword arguments.

    Takes no network. Functions are called like the prompts' files, or else like the prompts.
    """
    if lock is not None and files:
        raise UsageError("--lock and --files both say where prompts come from. Give one of them.")
    table = _Table.read(Project.find())
    path = Path(settings.folder(folder).value)
    if files:
        service = Connection.of(context).service().value.rstrip("/")
        found, source = _from_files(Folder.read(path, service), table), f"the files in {path.name}/"
    else:
        file = Path(settings.lock_file(lock).value)
        found, source = _from_lock(LockFile.read(file), path, table), file.name
    table.check_used()
    text = write_module(found, source, is_async=is_async or table.is_async)
    target = out or table.out or DEFAULT_OUT
    again = _command(lock, files, folder, out, is_async)
    if check:
        return _checked(target, text, again)
    return _written(target, text, [each.name for each in found])


def _written(target: str, text: str, names: list[str]) -> int:
    if target == STDOUT:
        write(text)
        return OK
    path = Path(target)
    if path.is_file():  # of a pipe or a device there may be no end
        old = read_text(target)
        if old.strip() and COMMAND not in old:
            raise UsageError(f"{target} was not written by this command. Name another file with --out, or delete it.")
        if same(old, text):
            note(f"{target} is up to date: {listed(names) or 'no prompts'}.")
            return OK
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent}: there is no such folder. Make it, or name another file with --out.")
    write_whole(path, text.encode())
    note(f"{target}: {listed(names) or 'no prompts'}.")
    return OK


def _checked(target: str, text: str, again: str) -> int:
    """Compare what there is with what would be written, and show how they differ."""
    if target == STDOUT:
        raise UsageError("--check needs a file to compare with. Name it with --out.")
    path = Path(target)
    if path.exists() and not path.is_file():
        raise UsageError(f"{target} is no file that could be compared. Name one with --out.")
    old = read_text(target) if path.is_file() else ""
    if same(old, text):
        note(f"{target} is up to date.")
        return OK
    write_diff("".join(unified_diff(old.splitlines(True), text.splitlines(True), target, f"{target} (anew)")))
    note(f"{target} {'is not up to date' if old else 'is not there'}. To write it: {again}")
    return NOT_AS_ASKED


def _command(lock: str | None, files: bool, folder: Path | None, out: str | None, is_async: bool) -> str:
    """Say the command that writes the file."""
    words = []
    for name, value in (("--lock", lock), ("--folder", folder), ("--out", out)):
        words += [name, str(value)] if value is not None else []
    return command("bindings", *words, *(["--files"] if files else []), *(["--async"] if is_async else []))


@dataclass
class _Table:
    """What `[tool.portkey-prompts.bindings]` says."""

    names: Mapping[str, str | bool]
    """A prompt's reference, slug or file to the function's name; False leaves it out."""
    out: str | None
    is_async: bool
    file: Path | None

    def __post_init__(self) -> None:
        self._used: set[str] = set()

    @classmethod
    def read(cls, project: Project) -> _Table:
        """Check the table.

        Raises:
            ProjectError: it says what it can't.
        """
        table = project.bindings
        kinds = {"names": (dict, "a table"), "out": (str, "text"), "async": (bool, "true or false")}
        for name, value in table.items():
            if name not in kinds:
                raise ProjectError(f"{project.file}: bindings.{name} is no setting. There are: {', '.join(kinds)}.")
            if not isinstance(value, kinds[name][0]):
                raise ProjectError(f"{project.file}: bindings.{name} must be {kinds[name][1]}.")
        names = table.get("names", {})
        for key, value in names.items():
            if value is not False and not isinstance(value, str):
                raise ProjectError(f"{project.file}: {NAMES_TABLE} {key} must be a name, or false to leave it out.")
        out = table.get("out")
        beside = None if out is None or project.file is None else settings.relative(project.file.parent / out)
        return cls(names, beside, table.get("async", False), project.file)

    def find(self, *keys: str) -> str | bool | None:
        """Find what is said of a prompt, by any of its names; None where nothing is."""
        found = [key for key in keys if key in self.names]
        self._used.update(found)
        return self.names[found[0]] if found else None

    def check_used(self) -> None:
        """Raise where the table names a prompt that there is not."""
        unknown = sorted(self.names.keys() - self._used)
        if unknown:
            raise ProjectError(f"{self.file}: {NAMES_TABLE} {unknown[0]} is no prompt that is bound here. Take it out.")


def _bound(found: Mapping[str, tuple[Candidate, Binding]]) -> list[Binding]:
    """Name the functions, and sort them by their names."""
    names = named({reference: candidate for reference, (candidate, _) in found.items()})
    bound = [replace(binding, name=names[reference]) for reference, (_, binding) in found.items()]
    return sorted(bound, key=lambda each: each.name)


def _from_lock(lock: LockFile, path: Path, table: _Table) -> list[Binding]:
    """Make functions of all that is locked, named and described like the files where there are some."""
    files = {slug: path / f"{stem}{SUFFIX}" for slug, stem in Folder.remembered(path, "").stems().items()}
    files = {slug: file for slug, file in files.items() if file.is_file()}
    shared = Counter(locked.slug for locked in lock.prompts.values())
    found: dict[str, tuple[Candidate, Binding]] = {}
    for reference, locked in lock.prompts.items():
        file = files.get(locked.slug)
        stem = file.name.removesuffix(SUFFIX) if file else ""
        candidate = _candidate(reference, locked, stem, table, shared[locked.slug] > 1)
        if candidate is not None:
            found[reference] = candidate, _of_locked(locked, read_file(file) if file else None)
    return _bound(found)


def _candidate(reference: str, locked: LockedPrompt, stem: str, table: _Table, is_shared: bool) -> Candidate | None:
    """Choose what a prompt's function is called; None where the settings leave it out."""
    exact, given = table.find(reference), table.find(locked.slug, *((stem, f"{stem}{SUFFIX}") if stem else ()))
    if exact is False or (exact is None and given is False):
        return None
    if isinstance(exact, str):
        return Candidate(exact, reference, reference, given=True)
    found = stem or locked.name or _SUFFIX_OF_SLUGS.sub("", locked.slug.removeprefix("pp-"))
    wanted = given if isinstance(given, str) else found
    if is_shared:
        return Candidate(f"{wanted} {reference.partition('@')[2]}", f"{reference} ({wanted})", reference)
    of = f"{stem}{SUFFIX}" if stem else wanted
    return Candidate(wanted, f"{reference} ({of})", locked.slug, given=isinstance(given, str))


def _of_locked(locked: LockedPrompt, file: PromptFile | None) -> Binding:
    inputs = _inputs(locked.reference, locked.slug, locked.detail, locked.texts, file)
    known_as = f", locked as {locked.reference}" if "@" in locked.reference else ""
    origin = f"Version {locked.version} of {locked.slug}{known_as}."
    summary = _summary(file, locked.name or locked.slug)
    return Binding("", f"{locked.slug}@{locked.version}", locked.version, inputs, summary, origin)


def _from_files(folder: Folder, table: _Table) -> list[Binding]:
    """Make functions of a folder's prompts; they call what is published."""
    if folder.has_several_workspaces:
        problem = f"{folder.path} knows several workspaces of {folder.service}, and without a network none is meant."
        raise BindingsError(f"{problem} Take the lock file instead, without --files.")
    texts = {key.stem: file.version["string"] for key, file in folder.files.items() if key.kind == PARTIAL}
    texts.update({slug: texts[stem] for stem, slug in folder.slugs().items() if stem in texts})
    found: dict[str, tuple[Candidate, Binding]] = {}
    for key, file in folder.files.items():
        if key.kind != PROMPT:
            continue
        synced = folder.synced.get(key)
        slug = synced.slug if synced else ""
        given = table.find(*filter(None, (slug, key.stem, key.file_name)))
        if given is False:
            continue
        if not slug:
            problem = f"{folder.path_of(key)} is on no service yet that the folder remembers for {folder.service}."
            raise BindingsError(f"{problem} Push it first: {command('push', key.stem)}")
        wanted = given if isinstance(given, str) else key.stem
        candidate = Candidate(wanted, key.file_name, key.stem, given=isinstance(given, str))
        inputs = _inputs(key.file_name, key.stem, file.version, texts, file)
        origin = f"What is published of {slug}, as {key.file_name} has it."
        found[slug] = candidate, Binding("", slug, None, inputs, _summary(file, file.name or key.stem), origin)
    return _bound(found)


def _inputs(
    label: str, key: str, detail: Mapping[str, Any], texts: Mapping[str, str], file: PromptFile | None
) -> Inputs:
    """Find what a prompt takes.

    Raises:
        BindingsError: it has no types that hold.
    """
    stated = (file.further.get("input") or {}).get("schema") if file else None
    try:
        inputs = inputs_of(detail, texts, schema_from(stated))
    except (TemplateError, ValueError) as error:
        raise _unbound(label, key, str(error)) from None
    if inputs.problems:
        raise _unbound(label, key, inputs.problems[0])
    if has_nameless(inputs.schema):
        raise _unbound(label, key, "it asks for a value without a name, as {{x.}} does")
    return inputs


def _unbound(label: str, key: str, problem: str) -> BindingsError:
    remedy = f'Correct it, or leave it out in pyproject.toml: {NAMES_TABLE} "{key}" = false'
    return BindingsError(f"{label} can't be a function: {problem.rstrip('.')}. {remedy}")


def _summary(file: PromptFile | None, name: str) -> str:
    """Say what a prompt is for, as its file's description says it; else what it is called."""
    described = file.further.get("description") if file else None
    text = described.strip() if isinstance(described, str) and described.strip() else name
    return text if text.endswith((".", "!", "?")) else f"{text}."
