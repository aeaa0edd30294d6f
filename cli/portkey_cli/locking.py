"""Changes of the lock file and their outcome: references are added, upgraded, compared and removed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from portkey_ai.errors import PortkeyError
from portkey_cli.failures import listed
from portkey_cli.resolving import resolve
from portkey_prompts.lock import LockedPrompt, LockError, LockFile, Scan

if TYPE_CHECKING:
    from portkey_ai import Portkey
    from portkey_prompts.diff import PromptDiff

_TOLD = 10
"""Of how many prompts that can't be locked an error says why."""


@frozen
class Movement:
    """What became of one reference, or would.

    Args:
        reference: the prompt as the app writes it.
        old: what it was locked to; None where it was not, or can't be read any more.
        new: what it is locked to now, or would be; None where it is no longer.
        problem: why there is nothing new.
    """

    reference: str
    old: LockedPrompt | None
    new: LockedPrompt | None
    problem: LockError | None = None

    @property
    def status(self) -> str:
        """The outcome in a word: `added`, `removed`, `same`, `changed`, or `gone` where it can't be locked any more."""
        if self.problem is not None:
            return "gone"
        if self.old is None or self.new is None:
            return "removed" if self.new is None else "added"
        return "same" if self.old.means_the_same(self.new) else "changed"

    @property
    def is_renamed(self) -> bool:
        """Say whether the prompt has another name for people, or the file had none."""
        return self.old is not None and self.new is not None and self.old.name != self.new.name

    def diff(self) -> PromptDiff | None:
        """Compare old and new; None where there is nothing to compare, or it can't be."""
        if self.old is None or self.new is None or self.status == "same":
            return None
        from portkey_prompts.diff import compare

        try:
            return compare(self.old.record, self.new.record, old_partials=self.old.texts, new_partials=self.new.texts)
        except (TypeError, ValueError):  # partials that include each other without end; the versions are shown still
            return None

    def partials(self) -> dict[str, tuple[int | None, int | None]]:
        """List the partials whose version moved: reference to the version before and after."""
        before, after = (_versions(locked) for locked in (self.old, self.new))
        moved = {reference: (before.get(reference), after.get(reference)) for reference in sorted(before | after)}
        return {reference: versions for reference, versions in moved.items() if versions[0] != versions[1]}

    def unlockable(self) -> list[str]:
        """List the variables that choose a partial now, and did not before: what they choose can't be locked."""
        before = self.old.variable_partials if self.old else ()
        return [name for name in (self.new.variable_partials if self.new else ()) if name not in before]

    def as_dict(self) -> dict[str, Any]:
        """Say it as JSON."""
        found = self.diff()
        return {
            "reference": self.reference,
            "status": self.status,
            "old": _named(self.old),
            "new": _named(self.new),
            "verdict": None if found is None else str(found.verdict),
            "changes": [] if found is None else found.as_dict()["changes"],
            "partials": {reference: {"old": old, "new": new} for reference, (old, new) in self.partials().items()},
            "problem": None if self.problem is None else str(self.problem),
        }


@frozen
class Coverage:
    """Whether a lock file covers the references in source files.

    Args:
        prompts: how many references are locked.
        files: how many source files were read.
        uncovered: references that are not locked, and where they stand.
        unseen: what can't be known without running the program, and where it stands.
        unused: locked references that do not stand in the sources.
    """

    prompts: int
    files: int
    uncovered: Mapping[str, Sequence[object]]
    unseen: Sequence[tuple[object, str]]
    unused: Sequence[str]

    def as_dict(self) -> dict[str, Any]:
        """Say it as JSON."""
        return {
            "ok": not self.uncovered,
            "prompts": self.prompts,
            "files": self.files,
            "uncovered": {
                reference: [str(location) for location in locations] for reference, locations in self.uncovered.items()
            },
            "unseen": [{"location": str(location), "expression": what} for location, what in self.unseen],
            "unused": list(self.unused),
        }


def add(portkey: Portkey, path: Path, references: Iterable[str], seen: Iterable[str] = ()) -> list[Movement]:
    """Lock references that are not locked yet, or no longer whole; leave all others alone.

    Args:
        portkey: a client.
        path: the lock file.
        references: what to lock.
        seen: what sources refer to. A version by its number needs no entry of its own where another is locked to it.

    Raises:
        LockError: there are none, or one can't be locked, and nothing is written; or the file is broken elsewhere.
    """
    known = LockFile.salvage(path)[0] if path.exists() else LockFile({})
    covered = [locked.reference if (locked := known.find(each)) else each for each in seen]
    wanted = list(dict.fromkeys([*references, *covered]))
    if not wanted:
        raise LockError("the sources refer to no prompt that can be seen, so there is nothing to lock.", path=path)
    new = _all_or_none(_compared(portkey, {name: None for name in wanted if name not in known.prompts}))
    LockFile.edit(path, put=[each.new for each in new if each.new])
    kept = [Movement(name, known.prompts[name], known.prompts[name]) for name in wanted if name in known.prompts]
    return [*new, *kept]


def upgrade(portkey: Portkey, path: Path, names: Sequence[str]) -> list[Movement]:
    """Move entries to what the service answers now; mend those that are broken.

    Args:
        portkey: a client.
        path: the lock file.
        names: references or slugs; all entries where there are none.

    Raises:
        LockError: one can't be locked any more, and nothing is written.
    """
    known, broken = LockFile.salvage(path)
    moved = _all_or_none(_compared(portkey, _chosen({**known.prompts, **dict.fromkeys(broken)}, names, path)))
    LockFile.edit(path, put=[each.new for each in moved if each.new and (each.status != "same" or each.is_renamed)])
    return moved


def check(portkey: Portkey, path: Path, names: Sequence[str]) -> list[Movement]:
    """Compare what is locked with what the service answers now; change nothing.

    Raises:
        LockError: the file is not whole.
    """
    return _compared(portkey, _chosen(dict(LockFile.read(path).prompts), names, path))


def remove(path: Path, references: Sequence[str]) -> list[Movement]:
    """Take references out of the lock file, exactly as they are written there.

    Raises:
        LockError: one is not in it, and nothing is written.
    """
    known, broken = LockFile.salvage(path)
    for reference in references:
        if reference not in known.prompts and reference not in broken:
            raise _not_locked(reference, [*known.prompts, *broken], path)
    LockFile.edit(path, drop=references)
    return [Movement(reference, known.find(reference), None) for reference in dict.fromkeys(references)]


def cover(path: Path, references: Iterable[str], scanned: Scan) -> Coverage:
    """Check without a network that the file is whole and holds what is needed.

    Args:
        path: the lock file.
        references: what must be locked, whatever the sources say.
        scanned: what the sources say.

    Raises:
        LockError: the file is not whole.
    """
    lock = LockFile.read(path)
    locked = lock.prompts
    needed: dict[str, Sequence[object]] = {**dict.fromkeys(references, ()), **scanned.found}
    uncovered = {
        reference: locations for reference, locations in sorted(needed.items()) if lock.find(reference) is None
    }
    unused = [name for name in locked if not needed.keys() & {name, _numbered(locked[name])}] if scanned.files else []
    return Coverage(len(locked), scanned.files, uncovered, scanned.unseen, unused)


def _compared(portkey: Portkey, old: Mapping[str, LockedPrompt | None]) -> list[Movement]:
    """Ask for what references mean now."""
    resolution = resolve(portkey, old)
    movements = []
    for reference, before in old.items():
        try:
            movements.append(Movement(reference, before, resolution.locked(reference)))
        except LockError as error:
            movements.append(Movement(reference, before, None, error))
    return movements


def _all_or_none(movements: list[Movement]) -> list[Movement]:
    """Return what can be written.

    Raises:
        PortkeyError: something can't be locked, saying of the first ones why.
    """
    problems = [each.problem for each in movements if each.problem]
    if len(problems) == 1:
        raise problems[0]
    if problems:
        more = f" And {len(problems) - _TOLD} more can't be locked." if len(problems) > _TOLD else ""
        raise PortkeyError("Nothing was locked. " + " ".join(map(str, problems[:_TOLD])) + more)
    return movements


def _chosen(
    known: Mapping[str, LockedPrompt | None], names: Sequence[str], path: Path
) -> dict[str, LockedPrompt | None]:
    """Choose entries by reference or slug; all of them where nothing is named."""
    chosen = {}
    for name in names or known:
        found = {
            reference: locked
            for reference, locked in known.items()
            if name in (reference, reference.partition("@")[0], locked and locked.slug)
        }
        if not found:
            raise _not_locked(name, known, path)
        chosen.update(found)
    return dict(sorted(chosen.items()))


def _not_locked(name: str, known: Iterable[str], path: Path) -> LockError:
    locked = listed(known, name) or "nothing"
    return LockError(f"{name!r} is not locked.", remedy=f"Locked are: {locked}", path=path)


def _numbered(locked: LockedPrompt) -> str:
    """Name a locked version by its number, as bindings do."""
    return f"{locked.slug}@{locked.version}"


def _versions(locked: LockedPrompt | None) -> dict[str, int]:
    return {} if locked is None else {reference: partial.version for reference, partial in locked.partials.items()}


def _named(locked: LockedPrompt | None) -> dict[str, Any] | None:
    return None if locked is None else {"version": locked.version, "version_id": locked.version_id}
