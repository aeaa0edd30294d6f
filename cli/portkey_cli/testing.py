"""Running the tests of prompts: on which versions, by which model, and how many at a time."""

from __future__ import annotations

import json
import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from portkey_ai.errors import PortkeyError
from portkey_cli.extras import needing
from portkey_cli.failures import UsageError, listed
from portkey_cli.output import calls, pieces
from portkey_cli.plain import CONFIG, config_here
from portkey_prompts.folder import PROMPT, Folder, key_of, read_file
from portkey_prompts.lock import LockedPrompt, LockFile
from portkey_prompts.templates import TemplateError
from portkey_prompts.testing.assertions import Answer
from portkey_prompts.testing.cases import Case, Suite, prompt_of
from portkey_prompts.testing.results import Result
from portkey_prompts.testing.subjects import Subject, check_render, context_of, judge, partials_in
from portkey_prompts.testing.worker import CheckError, Worker

if TYPE_CHECKING:
    from portkey_ai import Portkey
    from portkey_prompts.rendering import Rendered
    from portkey_prompts.templates import Partial

FILES, LOCK = "files", "lock"
_STUBS = {"chat": "pp-chat", "completion": "pp-completion"}


class Side(NamedTuple):
    """One version to test, and how a service runs it."""

    subject: Subject
    reference: str | None
    """What the service calls it; None for a file that it does not have."""
    is_sent: bool
    """Whether what is rendered here is sent, since the service may hold another text; else only the variables are."""


class Job(NamedTuple):
    """One case of one side, to be carried out once."""

    suite: Suite
    case: Case
    side: Side
    repetition: int = 1


class Versions:
    """Find the versions to test.

    Args:
        folder: where the files are.
        service: names the service whose slugs are meant: its base URL.
        lock: the lock file; None where nothing of it is asked for.
        connect: makes the client; None where nothing is fetched.
    """

    def __init__(
        self, folder: Path, service: str, *, lock: Path | None = None, connect: Callable[[], Portkey] | None = None
    ) -> None:
        self._folder = folder
        self._lock = lock
        self._state = Folder.remembered(folder, service.rstrip("/"))
        self._connect = connect

    def side(self, suite: Suite, word: str, locked_as: str | None = None) -> Side:
        """Find one version of a suite's prompt.

        Args:
            suite: the prompt's tests.
            word: `files`, `lock`, a reference such as `pp-x@2`, or `@2` for that version of this prompt.
            locked_as: which of several entries of the lock file is meant.

        Raises:
            UsageError: there is no such version.
            PortkeyError: it can't be read, or its template is malformed.
        """
        try:
            if word == FILES:
                subject = Subject.of(FILES, read_file(prompt_of(suite.path)).version, self._partials)
                slug = self._slug(suite)
                return Side(subject, slug and f"{slug}@latest", True)
            if word == LOCK:
                locked = self._entry(suite, locked_as)
                subject = Subject.of(LOCK, locked.record, locked.templates)
                return Side(subject, f"{locked.slug}@{locked.version}", True)
            reference = f"{self._slug(suite, needed=word)}{word}" if word.startswith("@") else word
            from portkey_cli.resolving import resolve

            assert self._connect is not None
            locked = resolve(self._connect(), [reference]).locked(reference)
            return Side(Subject.of(reference, locked.record, locked.templates), reference, False)
        except TemplateError as error:
            raise PortkeyError(f"{suite.name} ({word}): {error}") from None

    def slugs(self, path: Path) -> set[str]:
        """Give the slugs of the prompt of a file of tests, on any service."""
        return self._state.slugs_anywhere(PROMPT).get(key_of(prompt_of(path)).stem, set())

    @cached_property
    def _partials(self) -> Mapping[str, Partial]:
        return partials_in(self._folder)

    def _slug(self, suite: Suite, needed: str = "") -> str | None:
        key = key_of(prompt_of(suite.path))
        synced = self._state.synced.get(key) if key.kind == PROMPT else None  # no service runs a partial
        if synced is None and needed:
            raise UsageError(
                f"{suite.name}.prompt is on no service yet that the folder remembers, so that {needed} is none of its "
                "versions. Push it first: portkey-prompts push"
            )
        return synced.slug if synced else None

    def _entry(self, suite: Suite, reference: str | None) -> LockedPrompt:
        assert self._lock is not None
        prompts = LockFile.read(self._lock).prompts
        slugs = self.slugs(suite.path)
        found = [
            name
            for name, locked in prompts.items()
            if (locked.slug in slugs if reference is None else name == reference)
        ]
        if len(found) == 1:
            return prompts[found[0]]
        if found:
            raise UsageError(f"{suite.name} is locked as {', '.join(found)}. Choose one: --locked --at {found[0]}")
        missing = reference or f"{suite.name}.prompt"
        raise UsageError(f"{missing} is not locked in {self._lock}. Locked are: {listed(prompts) or 'none'}")


class Model:
    """Asks a model for the answers.

    Args:
        portkey: the service.
        upstream: the upstream that every prompt is run on, of a server of one's own with nothing but `_STUBS`; None
            for the service as it is.
    """

    def __init__(self, portkey: Portkey, upstream: str | None = None) -> None:
        self._portkey = portkey
        self._upstream = upstream

    def ask(self, side: Side, case: Case, rendered: Rendered) -> Mapping[str, Any]:
        """Run a rendered prompt.

        Raises:
            PortkeyError: it can't be run.
        """
        call: dict[str, Any] = {"prompt_id": side.reference, "variables": {}}
        if self._upstream is not None:
            stub = _STUBS["completion" if rendered.kind == "completion" else "chat"]
            call |= {**rendered.run_body(), "prompt_id": stub, "virtual_key": self._upstream}
        elif side.reference is None:
            raise PortkeyError(
                "The service does not have this prompt. Push it first: portkey-prompts push; or run it here: "
                "--upstream echo"
            )
        elif side.is_sent:
            call |= rendered.run_body()
            if virtual_key := side.subject.stored.detail.get("virtual_key"):
                call["virtual_key"] = virtual_key
        else:
            call["variables"] = case.variables
        call.pop("stream_options", None)  # goes with a stream, which the prompt's own settings may ask for
        call["stream"] = False
        completion: Mapping[str, Any] = self._portkey.prompts.completions(**call)
        return completion


@contextmanager
def local_model(upstream: str, *, timeout: float | None = None) -> Iterator[Model]:
    """Yield a model behind a local server of this process, which needs neither the service nor its key.

    Args:
        upstream: `echo`, or an upstream of `portkey-local.toml`.
        timeout: seconds to connect, to write, and between two reads; None for the SDK's.

    Raises:
        UsageError: there is no such upstream.
        PortkeyError: the extra [local] is missing, or the server can't start.
    """
    from portkey_ai import Portkey

    with needing("local"):
        from portkey_local import Config, ConfigError, LocalServer, StartError
    try:
        config = Config.read(CONFIG) if config_here() else Config()
        known = ["echo", *config.upstreams]
        if upstream not in known:
            raise UsageError(f"There is no upstream {upstream!r} in {CONFIG}. There are: {listed(known, upstream)}")
        server = LocalServer(config=config).start()
    except (ConfigError, StartError) as error:
        raise PortkeyError(str(error)) from None
    options: dict[str, Any] = {} if timeout is None else {"timeout": timeout}
    try:
        server.add_prompt(slug=_STUBS["chat"], versions=["-"])
        kind = {"template_type": "completion"}
        server.add_prompt(slug=_STUBS["completion"], versions=[{"string": "-", "template_metadata": kind}])
        with Portkey(base_url=server.base_url, api_key="local", **options) as portkey:
            yield Model(portkey, upstream)
    finally:
        log = logging.getLogger("uvicorn.error")
        before = log.level
        log.setLevel(logging.CRITICAL)  # runs that are cut off are no news to who interrupted them
        server.stop()
        log.setLevel(before)


def jobs_of(sides: Iterable[tuple[Suite, Side]], repeat: int) -> list[Job]:
    """List what there is to do; what asks no model is done once."""
    return [
        Job(suite, case, side, number)
        for suite, side in sides
        for case in suite.cases
        for number in range(1, 1 + (repeat if case.asserts else 1))
    ]


def carried_out(jobs: Sequence[Job], model: Model | None, worker: Worker, at_once: int) -> Iterator[tuple[int, Result]]:
    """Carry jobs out, and iterate the results as they come, each with the number of its job from 0.

    Runs are made on daemon threads that are not joined: to stop iterating, as on Ctrl-C, waits for no model.

    Args:
        jobs: what there is to do.
        model: who is asked; None where what is rendered is all that is checked.
        worker: the process for code and regular expressions.
        at_once: how many runs may go on at once.
    """
    if model is None:
        yield from ((index, result_of(job, None, worker)) for index, job in enumerate(jobs))
        return
    done = queue.SimpleQueue[tuple[int, Result | BaseException]]()
    waiting = enumerate(jobs)  # threads share it: its next step is one of C, without a switch in between

    def work() -> None:
        for index, job in waiting:
            try:
                done.put((index, result_of(job, model, worker)))
            except BaseException as error:
                done.put((index, error))

    for _ in range(min(at_once, len(jobs))):
        threading.Thread(target=work, daemon=True).start()
    try:
        for _ in jobs:
            index, found = done.get()
            if isinstance(found, BaseException):
                raise found
            yield index, found
    finally:
        deque(waiting, maxlen=0)  # nothing more is begun


def result_of(job: Job, model: Model | None, worker: Worker) -> Result:
    """Carry one job out; a failed run is a result with the status `error`, and is not raised."""
    started = time.monotonic()
    case, side = job.case, job.side
    named: dict[str, Any] = {"prompt": job.suite.name, "case": case.name, "side": side.subject.side}
    named["repetition"] = job.repetition

    def result(status: Any, problems: Sequence[str], text: str | None = None, **measured: Any) -> Result:
        seconds = time.monotonic() - started
        return Result(**named, status=status, problems=problems, text=text, seconds=seconds, **measured)

    try:
        rendered = side.subject.render(case)
        status, problems = check_render(rendered, case, worker)
        if status != "passed" or model is None or not case.asserts:
            return result(status, problems, rendered.prompt)
        before = time.monotonic()
        completion = model.ask(side, case, rendered)
    except (CheckError, PortkeyError) as error:
        return result("error", [str(error)])
    latency = (time.monotonic() - before) * 1000
    usage = completion.get("usage") or {}
    text = _text(completion)
    context = {**context_of(rendered, case), "providerResponse": {"output": text, "raw": completion}}
    answer = Answer(text, latency=latency, usage=usage, context=context)
    status, problems = judge(case.asserts, answer, case, worker, case.threshold)
    return result(status, problems, text, latency=latency, tokens=usage.get("total_tokens"))


def _text(completion: Mapping[str, Any]) -> str:
    """Read the first answer: its text, or the tools that it calls as JSON."""
    choices = completion.get("choices") or [{}]
    message = choices[0].get("message") or {}
    text = "".join(text for _, text in pieces(message))
    return text if text or not list(calls(message)) else json.dumps(message.get("tool_calls"), ensure_ascii=False)
