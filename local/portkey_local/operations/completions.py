"""Running prompts: completions, streamed or whole, and the older operation `createGeneration`."""

from __future__ import annotations

from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from portkey_local.http.calls import Call
from portkey_local.parts import Parts
from portkey_local.runs.run import prepare
from portkey_local.tracing import VERSION

from .registry import operation


@operation("createPromptCompletion")
async def create_prompt_completion(parts: Parts, call: Call) -> dict[str, Any] | ASGIApp:
    """Run a prompt.

    Of the request's headers `x-portkey-virtual-key`, `x-portkey-custom-host`, `x-portkey-request-timeout` and
    `x-portkey-trace-id` are obeyed. Any other, an API key included, is passed on only to an upstream whose `forward`
    names it; the log names those of the gateway's headers that have no effect.
    """
    return _Streamed(parts, call) if call.body.get("stream") else await _whole(parts, call)


@operation("createGeneration")
async def create_generation(parts: Parts, call: Call) -> dict[str, Any]:
    """Run a prompt and wrap the completion."""
    return {"success": True, "data": await _whole(parts, call)}


async def _whole(parts: Parts, call: Call) -> dict[str, Any]:
    reference = call.path["prompt_id"]
    resolved = await parts.prompts.prompt(reference)
    VERSION.set(str(resolved.version.stored.detail["number"]))
    recorded = parts.recorder.entry(reference, resolved.version.stored, call.trace_id, streamed=False)
    with parts.run_limit, recorded as entry:
        running = await prepare(parts, call, resolved, entry)
        return await running.complete(call.receive)


class _Streamed:
    """Answer with a stream; the run lasts as long as its answer."""

    def __init__(self, parts: Parts, call: Call) -> None:
        self._parts = parts
        self._call = call

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        parts, call, reference = self._parts, self._call, self._call.path["prompt_id"]
        resolved = await parts.prompts.prompt(reference)
        VERSION.set(str(resolved.version.stored.detail["number"]))
        recorded = parts.recorder.entry(reference, resolved.version.stored, call.trace_id, streamed=True)
        with parts.run_limit, recorded as entry:
            running = await prepare(parts, call, resolved, entry)
            await running.stream(receive, send)
