"""A streamed answer: typed chunks as they come."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from portkey_ai._answers import completion_answer
from portkey_ai._failures import TELLING_OF_FAILURE, beginning, connection_error, event_error, unexpected
from portkey_ai._http import RequestError, async_drain, is_event_stream
from portkey_ai._json import event_data
from portkey_ai._merge import choices_of, is_finished, merge
from portkey_ai.errors import APIError, APIStreamError
from portkey_openapi.events import Decoder, Event

if TYPE_CHECKING:
    from portkey_ai._async.transport import AsyncTransport
    from portkey_ai._http import Response
    from portkey_ai.types import PromptCompletion

Chunk = TypeVar("Chunk")


class AsyncStream(Generic[Chunk]):
    """Iterate a streamed answer's chunks; ends when the model has finished, and in no other way silently.

    An error that the stream brings, or an end before the model's, raises an APIError whose `partial` is what had come
    before. Use it in a `with` block, or iterate it to its end: its connection then serves the next call.

    Example:
        >>> async with await portkey.prompts.completions(prompt_id="pp-greeting", stream=True) as stream:
        ...     async for text in stream.text_deltas():
        ...         print(text, end="")
    """

    def __init__(
        self,
        response: Response,
        take: Callable[[dict[str, Any]], Chunk],
        transport: AsyncTransport,
        prompt_id: str,
        secrets: tuple[str, ...] = (),
    ) -> None:
        self.response = response
        """The HTTP answer."""
        self._take = take
        self._transport = transport  # keeps the connections of a client open that nobody else holds
        self._prompt_id = prompt_id
        self._secrets = secrets
        self._kept: list[str] = []  # as text, which the garbage collector does not walk through again and again
        self._last: dict[str, Any] = {}
        self._ended = self._closed = False
        self._failure: APIError | None = None
        self._iterator = self._iterate()

    @property
    def headers(self) -> dict[str, str]:
        """The answer's headers, names in lower case."""
        return dict(self.response.headers)

    @property
    def trace_id(self) -> str | None:
        """Names the request in the service's logs."""
        trace_id: str | None = self.response.headers.get("x-portkey-trace-id")
        return trace_id

    def __aiter__(self) -> AsyncIterator[Chunk]:
        return self._iterator

    async def __anext__(self) -> Chunk:
        return await self._iterator.__anext__()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Stop reading, and hang up where the stream has not ended; iterating it ends there."""
        self._closed = True
        await self.response.aclose()

    async def text_deltas(self) -> AsyncIterator[str]:
        """Iterate the pieces of the first answer's text."""
        async for _ in self._iterator:
            for choice in choices_of(self._last):
                text = (choice.get("delta") or {}).get("content")
                if text and not choice.get("index"):
                    yield text

    async def get_final_completion(self) -> PromptCompletion:
        """Read to the end, and merge all chunks, those iterated before too: content, tool calls, usage.

        Raises:
            APIError: where the stream failed, or was closed before its end.
        """
        async for _ in self._iterator:
            pass
        if self._failure is not None:
            raise self._failure
        if not self._ended:
            raise self._failed(self._error("The stream was closed before its end."))
        return self._merged()

    async def _iterate(self) -> AsyncIterator[Chunk]:
        if self._closed:
            return
        decoder, body = Decoder(), self.response.aiter_bytes()
        try:
            async for piece in body:
                for event in decoder.feed(piece):
                    if event.data.startswith("[DONE]"):
                        self._ended = True
                        await async_drain(self.response, body)
                        return
                    if self._keep(event):
                        yield self._take(self._last)
                    if self._closed:
                        return
            self._check_end()
        except RequestError as error:
            if not self._closed:
                raise self._failed(connection_error(error, self.response.request, self._secrets)) from error
        finally:
            await self.response.aclose()

    def _keep(self, event: Event) -> bool:
        """Keep what an event brings, and say whether it is a chunk: a service may send more than the model said."""
        data = event_data(event.data)
        if not isinstance(data, dict):
            if not event.data.strip():
                return False
            said = f"An event of the stream is no JSON object: {beginning(event.data)}"
            raise self._failed(unexpected(self.response, said, event.data, self._secrets))
        if event.type or not TELLING_OF_FAILURE.isdisjoint(data):
            failure = event_error(event.type, data, self.response, self._secrets)
            if failure is not None:
                raise self._failed(failure)
        self._kept.append(event.data)
        self._last = data
        return isinstance(data.get("choices"), list)

    def _merged(self) -> PromptCompletion:
        return completion_answer(merge(self._chunks()), self._prompt_id)

    def _chunks(self) -> Iterable[dict[str, Any]]:
        """Decode what was kept once more, for the few who ask for all of it."""
        return map(event_data, self._kept)

    def _check_end(self) -> None:
        self._ended = is_finished(self._chunks())
        if not self._ended:
            said = f"The stream ended after {len(self._kept)} events, before the model had finished."
            raise self._failed(self._error(said))

    def _error(self, message: str) -> APIError:
        return APIStreamError(message, request=self.response.request, response=self.response)

    def _failed(self, failure: APIError) -> APIError:
        failure.partial = self._merged()
        self._failure = failure
        return failure


async def opened(
    response: Response,
    take: Callable[[dict[str, Any]], Chunk],
    transport: AsyncTransport,
    prompt_id: str,
    options: Mapping[str, Any],
) -> AsyncStream[Chunk]:
    """Begin to read an answer that should be an event stream.

    Args:
        response: the answer, not read yet.
        take: makes what is iterated of an event's decoded JSON.
        transport: what the answer came through.
        prompt_id: the reference that is run, as it was given.
        options: what the call was told.

    Raises:
        APIResponseValidationError: where it is not one, showing its beginning.
    """
    secrets = transport.settings.secrets(options)
    if is_event_stream(response):
        return AsyncStream(response, take, transport, prompt_id, secrets)
    try:
        await response.aread()
    except RequestError as error:
        raise connection_error(error, response.request, secrets) from error
    kind = response.headers.get("content-type")
    said = f"The answer is no event stream but {kind}: {beginning(response.text)}"
    raise unexpected(response, said, response.text, secrets)
