"""What every upstream does: answer a run whole, or chunk by chunk."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, Literal, Protocol

from attrs import field, frozen

from portkey_prompts.streaming.chunks import wants_usage

RunKind = Literal["chat", "completion"]


@frozen
class Run:
    """A rendered prompt on its way to a model."""

    kind: RunKind
    """`chat` for messages, `completion` for a text to complete."""
    body: Mapping[str, Any] = field(repr=False)
    """The provider's body, without `stream`."""
    trace_id: str
    headers: Sequence[tuple[bytes, bytes]] = field(default=(), repr=False)
    """The headers of the call, names in small letters; an upstream is sent those alone that its `forward` names."""

    @property
    def wants_usage(self) -> bool:
        """Whether a stream is to end with a chunk that holds the token counts."""
        return wants_usage(self.body)


class Upstream(Protocol):
    """Where runs are answered.

    Both ways of answering raise `UpstreamError`; a stream that is closed early stops the upstream's work.
    """

    span_attributes: Mapping[str, Any]
    """OpenTelemetry attributes of its spans, `gen_ai.provider.name` among them."""

    async def complete(self, run: Run) -> dict[str, Any]:
        """Answer a run whole, in the shape of an OpenAI chat or text completion."""
        ...

    def stream(self, run: Run) -> AsyncGenerator[dict[str, Any], None]:
        """Answer a run chunk by chunk; return after the last one, raise where the answer is cut."""
        ...

    async def close(self) -> None:
        """Let go of connections, threads and models."""
        ...
