"""`lock`: the exact versions that an app uses, in a file beside its code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from portkey_cli import locking, settings
from portkey_cli.clients import connect
from portkey_cli.completing import slugs
from portkey_cli.failures import NOT_AS_ASKED, OK, NoFileError, UsageError
from portkey_cli.options import add_command, option
from portkey_cli.output import note, progress, write_diff, write_json, write_line
from portkey_cli.prompt_files import slug_reference
from portkey_cli.references import checked
from portkey_prompts.lock import scan
from portkey_prompts.lock.errors import DEFAULT_NAME, lock_command

EXAMPLE = "portkey-prompts lock pp-greeting@production && portkey-prompts lock --frozen --scan src/"

References = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[PROMPT]...",
        help="Prompts as the app writes them, such as pp-greeting@production, or their files; after --upgrade and "
        "--check also slugs.",
        autocompletion=slugs,
    ),
]
Sources = Annotated[
    list[str] | None, option("--scan PATH", "Also all prompts that Python files there refer to. May be repeated.")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    add_command(app, "lock", lock, EXAMPLE)


def lock(
    context: typer.Context,
    references: References = None,
    upgrade: Annotated[bool, option("--upgrade", "Move entries to what the service answers now.")] = False,
    check: Annotated[bool, option("--check", "Exit with 1 where the service would now answer something else.")] = False,
    frozen: Annotated[
        bool, option("--frozen", "Without a network: exit with 1 where the file is not whole, or lacks a prompt.")
    ] = False,
    remove: Annotated[bool, option("--remove", "Take the prompts out of the file.")] = False,
    sources: Sources = None,
    file: Annotated[
        str | None, option("--file -f FILE", f"The lock file. {settings.BY_DEFAULT} {DEFAULT_NAME}.")
    ] = None,
    as_json: Annotated[bool, option("--json", "Print JSON.")] = False,
) -> int:
    """Lock prompts to their exact versions, in a file to commit.

    Without an option, prompts that are not locked yet are added, and the others stay as they are.
    """
    chosen = [
        name for name, on in {"upgrade": upgrade, "check": check, "frozen": frozen, "remove": remove}.items() if on
    ]
    names = [checked(slug_reference(context, reference)) for reference in references or ()]
    _check_usage(chosen, names, sources)
    path = Path(settings.lock_file(file).value)
    scanned = scan(sources or ())
    if frozen:
        return _report_coverage(locking.cover(path, names, scanned), path, as_json)
    if remove:
        return _report(locking.remove(path, names), path, as_json)
    with connect(context) as portkey, progress("Asking what the prompts mean now …"):
        if check:
            return _report_check(locking.check(portkey, path, names), path, as_json)
        if upgrade:
            return _report(locking.upgrade(portkey, path, names), path, as_json, whole=True)
        added = locking.add(portkey, path, names, scanned.found)
    _note_unseen(scanned.unseen)
    return _report(added, path, as_json)


def _check_usage(chosen: list[str], names: list[str], sources: list[str] | None) -> None:
    if len(chosen) > 1:
        raise UsageError(f"Choose one of {' and '.join(f'--{name}' for name in chosen)}.")
    if sources and chosen not in ([], ["frozen"]):
        raise UsageError(f"--scan goes with --frozen, or alone; not with --{chosen[0]}.")
    for source in sources or ():
        if not Path(source).exists():
            raise NoFileError(f"--scan {source}: there is no such file or folder.")
    if not names and not sources and chosen in ([], ["remove"]):
        what = "remove" if chosen else "lock"
        raise UsageError(f"Which prompts? Name what to {what}, such as pp-greeting@production.")


def _report(found: list[locking.Movement], path: Path, as_json: bool, *, whole: bool = False) -> int:
    """Show what was done."""
    if as_json:
        write_json({"file": str(path), "prompts": [each.as_dict() for each in found]})
    for each in () if as_json else found:
        _show(each, whole=whole)
    return OK


def _report_check(found: list[locking.Movement], path: Path, as_json: bool) -> int:
    """Show what would be another answer now."""
    other = [each for each in found if each.status != "same"]
    if as_json:
        answer: dict[str, Any] = {"file": str(path), "ok": not other, "prompts": [each.as_dict() for each in found]}
        write_json(answer)
    for each in () if as_json else other:
        _show(each)
    remedy = f"Not as locked: {len(other)} of {len(found)}. To take it over: {lock_command('--upgrade', path=path)}"
    if not as_json:
        note(remedy if other else f"As locked: {len(found)} of {len(found)}.")
    return NOT_AS_ASKED if other else OK


def _report_coverage(found: locking.Coverage, path: Path, as_json: bool) -> int:
    """Show what is not locked."""
    if as_json:
        write_json({"file": str(path), **found.as_dict()})
    else:
        for reference, locations in found.uncovered.items():
            write_line(f"{reference}  not locked  {', '.join(map(str, locations))}".rstrip())
        _note_unseen(found.unseen)
        if found.unused:
            note(f"Locked, and not seen in the sources: {', '.join(found.unused)}")
        if found.uncovered:
            note(f"To lock what is missing: {lock_command(*found.uncovered, path=path)}")
        else:
            note(f"{path} is whole: {found.prompts} locked, covering what is used in {found.files} source file(s).")
    return NOT_AS_ASKED if found.uncovered else OK


def _show(movement: locking.Movement, *, whole: bool = False) -> None:
    """Show what became of a reference: a line, and below it what changed; the texts too where `whole` is wanted."""
    found = movement.diff()
    versions = [str(locked.version) for locked in (movement.old, movement.new) if locked]
    steps = " → ".join(versions if movement.status != "same" else versions[:1])
    gone = movement.problem.problem if movement.problem else ""
    words = {"same": "as locked", "changed": str(found.verdict) if found else "changed", "gone": gone}
    write_line(f"{movement.reference}  {steps}  {words.get(movement.status, movement.status)}")
    for change in found.changes if found else ():
        write_line(f"  {'! ' if change.breaking else '  '}{change.where}: {change.message}")
    for reference, (old, new) in movement.partials().items() if movement.status == "changed" else ():
        write_line(f"    partial {reference}: {old or 'none'} → {new or 'none'}")
    if movement.unlockable():
        names = ", ".join(movement.unlockable())
        note(f"{movement.reference}: not locked are the partials that a call chooses by {names}.")
    if found and whole and (text := found.unified()):
        write_diff(text)


def _note_unseen(unseen: Sequence[tuple[object, str]]) -> None:
    for location, what in unseen:
        note(f"{location}: can't be seen: {what}")
