"""Running a prompt: which upstream, what it is sent, and its answer in the contract's shape."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Mapping
from typing import Any, TypeVar

from attrs import frozen

from portkey_ai.rendering import Rendered

from .calls import Call
from .errors import UpstreamError
from .names import new_id
from .service import Service
from .upstreams import Run, Upstream

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

    async def complete(self) -> dict[str, Any]:
        """Answer whole.

        Raises:
            UpstreamError: The upstream failed, or took longer than the caller waits.
        """
        with _Blame(self.upstream_name):
            answer = await self._in_time(self.upstream.complete(self.run))
            return self._shaped(answer, self._head(COMPLETION))

    async def stream(self) -> AsyncGenerator[dict[str, Any], None]:
        """Answer chunk by chunk, none of them without choices unless it brings the usage that was asked for.

        Raises:
            UpstreamError: The upstream failed, or took longer than the caller waits for the first chunk.
        """
        with _Blame(self.upstream_name):
            head, chunks = self._head(CHUNK), self.upstream.stream(self.run)
            try:
                chunk = await self._in_time(anext(chunks, None))
                while chunk is not None:
                    if chunk.get("choices") or (self.run.wants_usage and chunk.get("usage")):
                        yield self._shaped(chunk, head)
                    chunk = await anext(chunks, None)
            finally:
                await chunks.aclose()

    async def _in_time(self, work: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(self.patience):
                return await work
        except TimeoutError as error:
            message = f"The upstream did not answer within {self.patience:g} s, the call's x-portkey-request-timeout."
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


async def prepare(service: Service, call: Call) -> Running:
    """Render the prompt that a call names and find the upstream that runs it.

    The call's virtual key wins over the prompt's: the header over the body's field.

    Raises:
        NotFoundError: There is no such prompt, version, partial or upstream.
        BadRequestError: The prompt can't be rendered.
    """
    reference = call.path["prompt_id"]
    sight = await service.library.prompt(reference)
    rendered = await service.renderer.render(sight, call.body)
    in_body = call.body.get("virtual_key")
    name = call.headers.get("x-portkey-virtual-key") or (in_body if isinstance(in_body, str) else None)
    name = name or sight.runnable.virtual_key
    upstream = service.upstreams.named(name)
    run = Run("completion" if rendered.kind == "completion" else "chat", _body(rendered), call.trace_id)
    return Running(reference, name or "", upstream, run, _patience(call))


def _body(rendered: Rendered) -> dict[str, Any]:
    body = {name: value for name, value in rendered.data.items() if name != "stream"}
    if rendered.kind == "text":
        body["messages"] = [{"role": "user", "content": body.pop("prompt")}]
    return body


def _patience(call: Call) -> float | None:
    milliseconds = call.headers.get("x-portkey-request-timeout", "")
    is_number = milliseconds.isascii() and milliseconds.isdigit() and len(milliseconds) < 10
    return int(milliseconds) / 1000 if is_number and int(milliseconds) else None


class _Blame:
    """Name the upstream in the errors that it raises."""

    def __init__(self, provider: str) -> None:
        self._provider = provider

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Note the upstream's name on an error."""
        if isinstance(error, UpstreamError):
            error.provider = self._provider
