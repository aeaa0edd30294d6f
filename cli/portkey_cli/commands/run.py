"""`run`: a prompt's answer, streamed into the terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any

import typer

from portkey_cli.clients import connect
from portkey_cli.failures import UsageError
from portkey_cli.files import json_assignments
from portkey_cli.messages import calls
from portkey_cli.options import AsJson, JsonVariables, Model, Reference, Variables, VariablesFile, VirtualKey
from portkey_cli.output import note, progress, write, write_json, write_line
from portkey_cli.references import checked
from portkey_cli.variables import gather

if TYPE_CHECKING:
    from portkey_ai import Portkey, PromptCompletion


def run(
    context: typer.Context,
    reference: Reference,
    var: Variables = None,
    var_json: JsonVariables = None,
    vars_file: VariablesFile = None,
    model: Model = None,
    virtual_key: VirtualKey = None,
    temperature: Annotated[
        float | None,
        typer.Option("--temperature", help="How freely tokens are drawn, from 0 to 2.", show_default=False),
    ] = None,
    max_tokens: Annotated[
        int | None, typer.Option("--max-tokens", help="The longest answer, in tokens.", show_default=False)
    ] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=JSON", help="Any other model setting, as JSON. May be repeated.", show_default=False
        ),
    ] = None,
    stream: Annotated[
        bool | None,
        typer.Option(
            "--stream/--no-stream",
            help="Print the answer as it comes, which is the default without --json. With --json: a line a chunk.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run a prompt against its model, and print the answer.

    The answer goes to stdout as it comes; the count of tokens goes to stderr.
    """
    variables = gather(vars_file, var, var_json)
    settings = _settings(setting, model=model, temperature=temperature, max_tokens=max_tokens)
    call: dict[str, Any] = {"prompt_id": checked(reference), "variables": variables, **settings}
    if virtual_key:
        call["virtual_key"] = virtual_key
    with connect(context) as portkey:
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
    content = completion.choices[0].message.content if completion.choices else None
    if content:
        write_line(content if isinstance(content, str) else str(content))
    _report(completion, started)


def _print_chunks(portkey: Portkey, call: Mapping[str, Any]) -> None:
    with portkey.prompts.completions(**call, stream=True) as chunks:
        for chunk in chunks:
            write_json(chunk, indent=None)


def _report_stream(portkey: Portkey, call: Mapping[str, Any]) -> None:
    """Print the text of a stream as it comes; whatever ends it, the line is ended."""
    started, last = time.monotonic(), ""
    asked = {"stream_options": {"include_usage": True}, **call}
    with ExitStack() as waiting, ExitStack() as opened:
        waiting.enter_context(progress("The model answers …"))
        stream = opened.enter_context(portkey.prompts.completions(**asked, stream=True))
        try:
            for last in stream.text_deltas():
                waiting.close()
                write(last)
                sys.stdout.flush()
        finally:
            waiting.close()
            if last and not last.endswith("\n"):
                write_line("")
        completion = stream.get_final_completion()
    _report(completion, started)


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
