"""Running prompts: completions, streamed or whole, and the older way."""

from __future__ import annotations

from typing import Any

from starlette.types import ASGIApp

from portkey_local.calls import Call
from portkey_local.running import prepare
from portkey_local.service import Service
from portkey_local.streaming import EventStream, unless_gone

from .registry import answers


@answers("createPromptCompletion")
async def create_prompt_completion(service: Service, call: Call) -> dict[str, Any] | ASGIApp:
    """Run a prompt.

    Of the request's headers `x-portkey-virtual-key`, `x-portkey-request-timeout` and `x-portkey-trace-id` are obeyed.
    Those of the hosted gateway's that make no sense here (`x-portkey-api-key`, `-config`, `-provider`, `-metadata`,
    `-cache-namespace`, `-cache-force-refresh`, `-forward-headers`, and `Authorization`) are accepted and ignored.
    """
    running = await prepare(service, call)
    if call.body.get("stream"):
        return EventStream(running.stream())
    return await unless_gone(call.receive, running.complete())


@answers("createGeneration")
async def create_generation(service: Service, call: Call) -> dict[str, Any]:
    """Run a prompt and wrap the completion."""
    running = await prepare(service, call)
    completion = await unless_gone(call.receive, running.complete())
    return {"success": True, "data": completion}
