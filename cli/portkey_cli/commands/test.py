"""`test`: whether prompts render to, and models answer, what their tests say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Annotated

import typer

from portkey_cli import settings
from portkey_cli.clients import Connection, connect
from portkey_cli.failures import INTERRUPTED, NOT_AS_ASKED, OK, UsageError, listed
from portkey_cli.options import add_command, option
from portkey_cli.output import note, progress_bar, write_json, write_line, write_table
from portkey_cli.references import split
from portkey_cli.sync import FolderOption, Names
from portkey_cli.testing import FILES, LOCK, Model, Side, Versions, carried_out, jobs_of, local_model
from portkey_prompts.files import write_whole
from portkey_prompts.folder import SUFFIX as PROMPT_SUFFIX
from portkey_prompts.lock.errors import DEFAULT_NAME
from portkey_prompts.testing.cases import SUFFIX, Suite, read_suite, suite_files
from portkey_prompts.testing.results import Result, Tally, junit, tallies
from portkey_prompts.testing.worker import Worker

_TOLD = 20
"""Of how many tests that did not pass the reasons are printed."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    add_command(app, "test", run_tests, "portkey-prompts test greeting --upstream echo --junit tests.xml")


def run_tests(
    context: typer.Context,
    names: Names = None,
    folder: FolderOption = None,
    files: Annotated[bool, option("--files", "Test the files, as without an option.")] = False,
    locked: Annotated[bool, option("--locked", "Test what is locked.")] = False,
    lock: Annotated[
        str | None,
        option(
            "--lock FILE", f"Test what this lock file holds. That of --locked is the settings', else {DEFAULT_NAME}."
        ),
    ] = None,
    at: Annotated[
        str | None,
        option(
            "--at REFERENCE",
            "Test what the service holds: pp-x@1, or @production of each prompt. With --locked: which entry.",
        ),
    ] = None,
    against: Annotated[
        str | None,
        option("--against VERSION", "Test another version too, and compare: pp-x@2, @staging, files or lock."),
    ] = None,
    tolerance: Annotated[
        float, option("--tolerance", "By how large a share of the tests --against may be worse.", min=0, max=1)
    ] = 0,
    upstream: Annotated[
        str | None,
        option(
            "--upstream NAME", "Run in this process and not by the service: echo, or an upstream of portkey-local.toml."
        ),
    ] = None,
    render_only: Annotated[bool, option("--render-only", "Ask no model: check render: alone.")] = False,
    repeat: Annotated[int, option("--repeat N", "Run each test so often.", min=1)] = 1,
    concurrency: Annotated[int, option("--concurrency N", "How many runs go on at once.", min=1, max=100)] = 4,
    junit_file: Annotated[str | None, option("--junit FILE", "Write JUnit's XML there.")] = None,
    as_json: Annotated[bool, option("--json", "Print JSON.")] = False,
) -> int:
    """Test prompts as NAME.test.yaml beside NAME.prompt says, in promptfoo's words.

    What prompts render to is checked here, without a network; what models answer is asked of the service. The exit
    code is 1 where a test does not pass, or where --against passes fewer of them by more than --tolerance. Code in the
    tests is run.
    """
    locked = locked or lock is not None
    _check_usage(files, locked, at, render_only, upstream)
    connection = Connection.of(context)
    path, lock_file = Path(settings.folder(folder).value), Path(settings.lock_file(lock).value)
    with ExitStack() as opened:
        client = cache(lambda: opened.enter_context(connect(context)))
        versions = Versions(path, connection.service().value, lock=lock_file, connect=client)
        suites = _suites(path, names, [word for word in (at, against) if word], versions)
        word = LOCK if locked else at or FILES
        sides = [(suite, versions.side(suite, word, at if locked else None)) for suite in suites]
        others = [(suite, versions.side(suite, against)) for suite in suites] if against else []
        _check_sides(sides, others)
        model: Model | None = None
        if not render_only and any(case.asserts for suite in suites for case in suite.cases):
            timeout = connection.timeout
            model = opened.enter_context(local_model(upstream, timeout=timeout)) if upstream else Model(client())
        jobs = jobs_of(sorted([*sides, *others], key=lambda pair: pair[0].name), repeat if model else 1)
        found, interrupted = dict[int, Result](), False
        worker = opened.enter_context(Worker())
        try:
            with progress_bar("Testing", len(jobs)) as advance:
                for index, result in carried_out(jobs, model, worker, concurrency):
                    found[index] = result
                    advance()
        except KeyboardInterrupt:
            interrupted = True
    results = [found[index] for index in sorted(found)]
    compared = {suite.name: other.subject.side for suite, other in others}
    code = _report(results, compared, tolerance, len(jobs) if interrupted else None, as_json)
    if junit_file:
        write_whole(Path(junit_file), junit(results))
    return code


def _check_usage(files: bool, locked: bool, at: str | None, render_only: bool, upstream: str | None) -> None:
    if files and (locked or at):
        raise UsageError(
            f"--files and {'--locked' if locked else '--at'} are two versions. The second one is --against."
        )
    if render_only and upstream:
        raise UsageError("--render-only asks no model. Leave out --upstream.")
    if locked and at and at.startswith("@"):
        raise UsageError("--locked --at takes a reference as it is locked, such as pp-greeting@production.")


def _check_sides(sides: Sequence[tuple[Suite, Side]], others: Sequence[tuple[Suite, Side]]) -> None:
    for (_, side), (_, other) in zip(sides, others, strict=False):
        if side.subject.side == other.subject.side:
            raise UsageError(f"--against is {other.subject.side} too. Choose another version.")


def _suites(folder: Path, names: Sequence[str] | None, words: Sequence[str], versions: Versions) -> list[Suite]:
    """Read the tests that are named, or those of the prompt whose version is named, or all.

    Raises:
        UsageError: there are none, or it can't be told which are meant.
        SuiteError: they can't be read.
    """
    there = {path.name.removesuffix(SUFFIX): path for path in suite_files(folder)}
    alone = [path.name for path in folder.glob(f"*{SUFFIX}") if path not in there.values()]
    if alone and not names:  # of a prompt that was renamed, perhaps: its tests would pass without a word
        note(f"Not run, for want of a prompt's file beside it: {listed(alone)}")
    if not there:
        raise UsageError(f"There are no tests in {folder}. Write {folder / 'NAME'}{SUFFIX} beside NAME{PROMPT_SUFFIX}")
    stems = [_stem(folder, name) for name in names or ()] or list(there)
    for stem in stems:
        if stem not in there:
            known = listed(there, stem)
            raise UsageError(f"There is no {stem}{SUFFIX} beside {stem}{PROMPT_SUFFIX} in {folder}. There are: {known}")
    one = next((word for word in words if word not in (FILES, LOCK) and not word.startswith("@")), None)
    if one and len(stems) > 1:
        slug = split(one)[0]
        stems = [stem for stem in stems if slug in versions.slugs(there[stem])] or stems
        if len(stems) > 1:
            raise UsageError(f"{one} is a version of one prompt. Name its tests: portkey-prompts test NAME")
    return [read_suite(there[stem]) for stem in stems]


def _stem(folder: Path, name: str) -> str:
    """Read what a person calls a prompt: its file or its tests, with or without the folder and the ending."""
    path = Path(name)
    if path.parent != Path() and path.parent.resolve() != folder.resolve():
        raise UsageError(f"{name} is not in {folder}. Name the folder: --folder {path.parent}")
    return path.name.removesuffix(SUFFIX).removesuffix(PROMPT_SUFFIX)


def _report(
    results: Sequence[Result], compared: Mapping[str, str], tolerance: float, planned: int | None, as_json: bool
) -> int:
    """Print what came of the tests, and choose the exit code.

    Args:
        results: what is known.
        compared: by prompt, the version that the one under test is compared with.
        tolerance: by how large a share of the tests that one may be worse.
        planned: of how many tests, where it was interrupted; else None.
        as_json: whether to print JSON.
    """
    found = tallies(results)
    worse = [prompt for prompt in compared if _is_worse(prompt, compared[prompt], found, tolerance)]
    problems = [each for each in results if each.status != "passed"]
    failed = any(compared.get(each.prompt) != each.side for each in problems)
    code = INTERRUPTED if planned is not None else NOT_AS_ASKED if failed or worse else OK
    if as_json:
        versions = [{"prompt": prompt, "version": side, **each.as_dict()} for (prompt, side), each in found.items()]
        facts = {"ok": code == OK, "interrupted": planned is not None, "worse": worse, "versions": versions}
        write_json({**facts, "results": [each.as_dict() for each in results]})
        return code
    _write_problems(problems)
    if found:
        rows = [[prompt, side, *_cells(each)] for (prompt, side), each in found.items()]
        write_table(["prompt", "version", "passed", "p50", "tokens"], rows, whole=["passed", "p50", "tokens"])
    for prompt in worse:
        by_how_much = f", by more than {tolerance:.0%} of them" if tolerance else ""
        write_line(f"{prompt}: {compared[prompt]} passes fewer tests{by_how_much}.")
    if planned is not None:
        note(f"Interrupted: {len(results)} of {planned} tests were carried out.")
    return code


def _is_worse(prompt: str, other: str, found: Mapping[tuple[str, str], Tally], tolerance: float) -> bool:
    rates = [each.rate for (name, side), each in found.items() if name == prompt and side != other]
    compared = found.get((prompt, other))
    return bool(rates) and compared is not None and rates[0] - compared.rate > tolerance + 1e-9


def _write_problems(results: Sequence[Result]) -> None:
    for each in results[:_TOLD]:
        write_line(f"{each.status.upper()} {each.prompt} ({each.side}): {each.name}")
        for line in each.explained().splitlines():
            write_line(f"  {line}")
    if len(results) > _TOLD:
        write_line(f"And {len(results) - _TOLD} more; --json and --junit say all.")


def _cells(tally: Tally) -> list[str]:
    latency = "" if tally.latency is None else f"{tally.latency:.0f} ms"
    return [f"{tally.passed}/{tally.total}", latency, "" if tally.tokens is None else str(tally.tokens)]
