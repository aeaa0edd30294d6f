"""Running a prompt: which upstream, what it is sent, and its answer in the contract's shape."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Mapping
from typing import Any, TypeVar

from attrs import frozen

from portkey_ai.rendering import Rendered
from portkey_local.errors import UpstreamError, quoted
from portkey_local.http.calls import Call
from portkey_local.library import Sight
from portkey_local.names import new_id
from portkey_local.service import Service
from portkey_local.upstreams import Run, Upstream

from .entries import Entry

T = TypeVar("T")
COMPLETION = "prompt.completion"
CHUNK = "prompt.completion.chunk"


@frozen
class Running:
    """A prompt on its way to an upstream."""

    reference: str
    upstream_name: str
    upstream: Upstream
    run: Run
    patience: float | None
    """Seconds that the caller waits for the first word; None for as long as the upstream does."""
    entry: Entry

    async def complete(self) -> dict[str, Any]:
        """Answer whole.

        Raises:
            UpstreamError: The upstream failed, or took longer than the caller waits.
        """
        with _Watch(self):
            answer = await self._in_time(self.upstream.complete(self.run))
            self.entry.answered(answer)
            return self._shaped(answer, self._head(COMPLETION))

    async def stream(self) -> AsyncGenerator[dict[str, Any], None]:
        """Answer chunk by chunk, none of them without choices unless it brings the usage that was asked for.

        Raises:
            UpstreamError: The upstream failed, or took longer than the caller waits for the first chunk.
        """
        with _Watch(self):
            head, chunks = self._head(CHUNK), self.upstream.stream(self.run)
            has_begun = False
            try:
                chunk = await self._in_time(anext(chunks, None))
                while chunk is not None:
                    self.entry.saw(chunk)
                    if chunk.get("choices") or (self.run.wants_usage and chunk.get("usage")):
                        has_begun = True
                        yield self._shaped(chunk, head)
                    chunk = await anext(chunks, None)
            finally:
                await chunks.aclose()
            if not has_begun:
                raise UpstreamError(502, "The stream ended before it began.", kind="stream_cut")

    async def _in_time(self, work: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(self.patience):
                return await work
        except TimeoutError as error:
            message = f"No answer came within {self.patience:g} s, the call's x-portkey-request-timeout."
            raise UpstreamError(408, message, kind="timeout") from error

    def _head(self, kind: str) -> dict[str, Any]:
        """Return what stands in for fields that an upstream leaves out."""
        model = self.run.body.get("model")
        name = model if isinstance(model, str) and model else self.upstream_name
        return {"id": f"cmpl-{new_id()}", "object": kind, "created": int(time.time()), "model": name}

    def _shaped(self, answer: Mapping[str, Any], head: Mapping[str, Any]) -> dict[str, Any]:
        given = {name: value for name, value in answer.items() if value is not None}
        choices = [choice for choice in given.get("choices", []) if isinstance(choice, dict)]
        numbered = [{"index": index, **choice} for index, choice in enumerate(choices)]
        return {**head, **given, "object": head["object"], "choices": numbered, "prompt_id": self.reference}


async def prepare(service: Service, call: Call, sight: Sight, entry: Entry) -> Running:
    """Render the prompt that a call names and find the upstream that runs it.

    The call's virtual key wins over the prompt's: the header over the body's field. A custom host, which the doors have
    let through, wins over all of them.

    Args:
        service: The server's parts.
        call: The call.
        sight: What the call's reference means.
        entry: The run's record.

    Raises:
        NotFoundError: There is no such partial or upstream.
        BadRequestError: The prompt can't be rendered.
    """
    in_body = call.body.get("virtual_key")
    name = call.headers.get("x-portkey-virtual-key") or (in_body if isinstance(in_body, str) else None)
    name = name or sight.runnable.virtual_key
    custom_host = call.headers.get("x-portkey-custom-host")
    entry.bound_for(custom_host or name or "")
    rendered = await service.renderer.render(sight, call.body, size=call.size)
    upstream = service.upstreams.named(name) if custom_host is None else service.upstreams.at(custom_host)
    run = Run("completion" if rendered.kind == "completion" else "chat", _body(rendered), call.trace_id)
    entry.sent(run.body)
    return Running(call.path["prompt_id"], custom_host or name or "", upstream, run, _patience(call), entry)


def _body(rendered: Rendered) -> dict[str, Any]:
    body = {name: value for name, value in rendered.data.items() if name != "stream"}
    if rendered.kind == "text":
        body["messages"] = [{"role": "user", "content": body.pop("prompt")}]
    return body


def _patience(call: Call) -> float | None:
    milliseconds = call.headers.get("x-portkey-request-timeout", "")
    is_number = milliseconds.isascii() and milliseconds.isdigit() and len(milliseconds) < 10
    return int(milliseconds) / 1000 if is_number and int(milliseconds) else None


class _Watch:
    """Name the upstream in the errors that it raises, and note them."""

    def __init__(self, running: Running) -> None:
        self._running = running

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Look at the error."""
        if isinstance(error, UpstreamError):
            error.provider = self._running.upstream_name
            error.error["message"] = f"Upstream {quoted(error.provider)}: {error.error['message']}"
        if isinstance(error, Exception):
            self._running.entry.failed(error)
