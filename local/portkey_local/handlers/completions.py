"""Running prompts: completions, streamed or whole, and the older way."""

from __future__ import annotations

from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from portkey_local.http.calls import Call
from portkey_local.runs.running import prepare
from portkey_local.runs.streaming import EventStream, unless_gone
from portkey_local.service import Service

from .registry import answers


@answers("createPromptCompletion")
async def create_prompt_completion(service: Service, call: Call) -> dict[str, Any] | ASGIApp:
    """Run a prompt.

    Of the request's headers `x-portkey-virtual-key`, `x-portkey-custom-host`, `x-portkey-request-timeout` and
    `x-portkey-trace-id` are obeyed. Those of the hosted gateway's that make no sense here (`x-portkey-config`,
    `-provider`, `-metadata`, `-cache-namespace`, `-cache-force-refresh`, `-forward-headers`) are accepted and ignored;
    an API key is looked at by the doors, and goes to no upstream.
    """
    return _Streamed(service, call) if call.body.get("stream") else await _whole(service, call)


@answers("createGeneration")
async def create_generation(service: Service, call: Call) -> dict[str, Any]:
    """Run a prompt and wrap the completion."""
    return {"success": True, "data": await _whole(service, call)}


async def _whole(service: Service, call: Call) -> dict[str, Any]:
    reference = call.path["prompt_id"]
    sight = await service.library.prompt(reference)
    recorded = service.recorder.entry(reference, sight.runnable.stored, call.trace_id, streamed=False)
    with service.seats, recorded as entry:
        running = await prepare(service, call, sight, entry)
        return await unless_gone(call.receive, running.complete())


class _Streamed:
    """Answer with a stream; the run lasts as long as its answer."""

    def __init__(self, service: Service, call: Call) -> None:
        self._service = service
        self._call = call

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        service, call, reference = self._service, self._call, self._call.path["prompt_id"]
        sight = await service.library.prompt(reference)
        recorded = service.recorder.entry(reference, sight.runnable.stored, call.trace_id, streamed=True)
        with service.seats, recorded as entry:
            running = await prepare(service, call, sight, entry)
            await EventStream(running.stream())(scope, receive, send)
