"""`run`: a prompt's answer, streamed into the terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any

import typer

from portkey_cli.clients import connect
from portkey_cli.failures import UsageError
from portkey_cli.files import gather_variables, json_assignments
from portkey_cli.options import (
    AsJson,
    JsonVariables,
    Model,
    Reference,
    Strict,
    Variables,
    VariablesFile,
    VirtualKey,
    add_command,
    option,
)
from portkey_cli.output import calls, note, pieces, progress, write, write_json, write_line
from portkey_cli.references import checked
from portkey_cli.variables import check_variables
from portkey_prompts.streaming.chunks import index_of, whole_characters

if TYPE_CHECKING:
    from portkey_ai import Portkey, PromptCompletion


def register(app: typer.Typer) -> None:
    """Add the command."""
    add_command(app, "run", run, "portkey-prompts run pp-greeting --var name=Alice --temperature 0")


def run(
    context: typer.Context,
    reference: Reference,
    var: Variables = None,
    var_json: JsonVariables = None,
    vars_file: VariablesFile = None,
    strict: Strict = False,
    model: Model = None,
    virtual_key: VirtualKey = None,
    temperature: Annotated[float | None, option("--temperature", "How freely tokens are drawn, from 0 to 2.")] = None,
    max_tokens: Annotated[int | None, option("--max-tokens", "The longest answer, in tokens.")] = None,
    setting: Annotated[
        list[str] | None,
        option("--set NAME=JSON", "Any other model setting, as JSON; null leaves out what is saved. May be repeated."),
    ] = None,
    stream: Annotated[
        bool | None,
        option(
            "--stream/--no-stream",
            "Print the answer as it comes, which is the default without --json. With --json: a line a chunk.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run a prompt against its model, and print the answer.

    The answer goes to stdout as it comes; the count of tokens goes to stderr.
    """
    variables = gather_variables(vars_file, var, var_json)
    settings = _settings(setting, model=model, temperature=temperature, max_tokens=max_tokens)
    call: dict[str, Any] = {"prompt_id": checked(reference), "variables": variables, **settings}
    if virtual_key:
        call["virtual_key"] = virtual_key
    with connect(context) as portkey:
        check_variables(portkey, reference, variables, strict=strict)  # a run is paid for
        if as_json and stream:
            _print_chunks(portkey, call)
        elif as_json:
            write_json(_whole(portkey, call))
        elif stream is False:
            _report_whole(portkey, call)
        else:
            _report_stream(portkey, call)


def _settings(given: list[str] | None, **known: Any) -> dict[str, Any]:
    """Gather the model settings; an option of its own wins over `--set`.

    Raises:
        UsageError: where one can't be sent.
    """
    if not isfinite(known.get("temperature") or 0):
        raise UsageError("--temperature must be a finite number.")
    return {**json_assignments("--set", given), **{name: value for name, value in known.items() if value is not None}}


def _whole(portkey: Portkey, call: Mapping[str, Any]) -> PromptCompletion:
    with progress("The model answers …"):
        completion: PromptCompletion = portkey.prompts.completions(**call)
    return completion


def _report_whole(portkey: Portkey, call: Mapping[str, Any]) -> None:
    started = time.monotonic()
    completion = _whole(portkey, call)
    printed = _Printed()
    if completion.choices:
        printed.add(completion.choices[0].message or {})
    printed.end()
    _report(completion, started)


def _print_chunks(portkey: Portkey, call: Mapping[str, Any]) -> None:
    with portkey.prompts.completions(**call, stream=True) as chunks:
        for chunk in chunks:
            write_json(chunk, indent=None)


def _report_stream(portkey: Portkey, call: Mapping[str, Any]) -> None:
    """Print a stream as it comes; whatever ends it, the line is ended."""
    started, printed = time.monotonic(), _Printed()
    asked = {"stream_options": {"include_usage": True}, **call}
    if asked["stream_options"] is None:  # some providers refuse the field, and what this program adds it can leave out
        del asked["stream_options"]
    with ExitStack() as waiting, ExitStack() as opened:
        waiting.enter_context(progress("The model answers …"))
        stream = opened.enter_context(portkey.prompts.completions(**asked, stream=True))
        try:
            for chunk in stream:
                for position, choice in enumerate(chunk.get("choices") or ()):
                    if choice.get("delta") and index_of(choice, position) == 0:
                        printed.add(choice["delta"], before=waiting.close)
        finally:
            waiting.close()
            printed.end()
        completion = stream.get_final_completion()
    _report(completion, started)


class _Printed:
    """An answer on stdout: what is of one kind goes on, what is of another, such as a refusal, begins a line."""

    def __init__(self) -> None:
        self._kind = self._last = self._half = ""

    def add(self, message: Mapping[str, Any], before: Callable[[], object] = lambda: None) -> None:
        """Print what a message or a delta holds; `before` is called where there is something."""
        for kind, text in pieces(message):
            if not text:
                continue
            before()
            if kind != self._kind:
                self.end()
            whole, self._half = whole_characters(self._half + text)
            write(whole)
            self._kind, self._last = kind, whole or self._last
        sys.stdout.flush()

    def end(self) -> None:
        """End the line, unless the text has ended it."""
        if self._half:
            write(self._half)
            self._last, self._half = self._half, ""
        if self._last and not self._last.endswith("\n"):
            write_line("")
        self._last = ""


def _report(completion: PromptCompletion, started: float) -> None:
    """Print the tools that were called, and tell on stderr what the answer took."""
    choices = completion.choices or []
    for text in calls(choices[0].message or {}) if choices else ():
        write_line(text)
    sys.stdout.flush()
    ended = choices[0].finish_reason if choices else None
    others = f"{len(choices)} answers, the first is shown; --json shows all" if len(choices) > 1 else ""
    facts = [_usage(completion), completion.model or "", f"{time.monotonic() - started:.1f} s", others]
    if ended not in (None, "stop"):
        facts.insert(0, f"ended by {ended}")
    note(" · ".join(fact for fact in facts if fact))


def _usage(completion: PromptCompletion) -> str:
    usage = completion.usage
    if usage is None or usage.total_tokens is None:
        return ""
    return f"{usage.prompt_tokens} + {usage.completion_tokens} = {usage.total_tokens} tokens"
