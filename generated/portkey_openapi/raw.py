# Compiled from openapi.yaml by `make generate`. Do not edit.
"""HTTP answers, with the results that were read from them: `with_raw_response`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, Self, TypeVar, overload

from .contract import TRACE_ID_HEADER

if TYPE_CHECKING:
    from httpx import Response
else:
    Response = object  # httpx is not imported for it

P = ParamSpec("P")
R_co = TypeVar("R_co", covariant=True)

_answers: ContextVar[list[Response] | None] = ContextVar("portkey_openapi_answers", default=None)


def note(response: Response) -> None:
    """Hand an answer to the `with_raw_response` call that is under way, if there is one."""
    answers = _answers.get()
    if answers is not None:
        answers.append(response)


def is_raw() -> bool:
    """Say whether a `with_raw_response` call is under way, which needs an HTTP answer."""
    return _answers.get() is not None


def text_of(response: Response) -> str:
    """Read an answer's text, as UTF-8 where it is not in its charset; "" where the answer was closed before."""
    # A charset is whatever a server calls one: a codec may refuse the bytes, or be one that makes no text.
    with suppress(Exception):
        return response.text
    with suppress(Exception):
        return response.content.decode(errors="replace")
    return ""


class Answered:
    """A result that came with an HTTP answer, with the answer's headers and trace id."""

    _http: Response

    @property
    def headers(self) -> dict[str, str]:
        """The answer's headers, names in lower case."""
        return dict(self._http.headers)

    @property
    def trace_id(self) -> str | None:
        """Names the request in the service's logs."""
        trace_id: str | None = self._http.headers.get(TRACE_ID_HEADER)
        return trace_id


class RawResponse(Answered, Generic[R_co]):
    """What `with_raw_response` methods return.

    Example:
        >>> raw = client.labels.with_raw_response.retrieve("l-1")
        >>> raw.status_code, raw.headers["content-type"], raw.parse().name
    """

    def __init__(self, http_response: Response, result: R_co) -> None:
        self.http_response = self._http = http_response
        """The answer, of the call's last step where it took several."""
        self._result = result

    @property
    def status_code(self) -> int:
        """The answer's HTTP status."""
        return self.http_response.status_code

    @property
    def text(self) -> str:
        """The answer's body."""
        return text_of(self.http_response)

    def json(self) -> Any:
        """Decode the answer's body, untouched."""
        return self.http_response.json()

    def parse(self) -> R_co:
        """Return the result, as the method without `with_raw_response` does."""
        return self._result

    def __repr__(self) -> str:
        return f"RawResponse({self.status_code}, {type(self._result).__name__})"


class RawResource:
    """A resource whose methods return the HTTP response with the result in it."""

    def __init__(self, resource: Any) -> None:
        self._resource = resource


class raw(Generic[P, R_co]):
    """A descriptor: the resource's method of this name, returning a RawResponse."""

    def __init__(self, method: Callable[Concatenate[Any, P], R_co]) -> None:
        self._name = method.__name__
        self.__doc__ = method.__doc__

    @overload
    def __get__(self, twin: None, owner: type) -> Self: ...

    @overload
    def __get__(self, twin: RawResource, owner: type) -> Callable[P, RawResponse[R_co]]: ...

    def __get__(self, twin: RawResource | None, owner: type) -> Self | Callable[P, RawResponse[R_co]]:
        if twin is None:
            return self
        method: Callable[P, R_co] = getattr(twin._resource, self._name)

        @wraps(method)
        def with_response(*args: P.args, **kwargs: P.kwargs) -> RawResponse[R_co]:
            answers: list[Response] = []
            token = _answers.set(answers)
            try:
                result = method(*args, **kwargs)
            finally:
                _answers.reset(token)
            return RawResponse(answers[-1], result)

        return with_response


class async_raw(Generic[P, R_co]):
    """A descriptor: the resource's coroutine method of this name, returning a RawResponse."""

    def __init__(self, method: Callable[Concatenate[Any, P], Awaitable[R_co]]) -> None:
        self._name = method.__name__
        self.__doc__ = method.__doc__

    @overload
    def __get__(self, twin: None, owner: type) -> Self: ...

    @overload
    def __get__(self, twin: RawResource, owner: type) -> Callable[P, Awaitable[RawResponse[R_co]]]: ...

    def __get__(self, twin: RawResource | None, owner: type) -> Self | Callable[P, Awaitable[RawResponse[R_co]]]:
        if twin is None:
            return self
        method: Callable[P, Awaitable[R_co]] = getattr(twin._resource, self._name)

        @wraps(method)
        async def with_response(*args: P.args, **kwargs: P.kwargs) -> RawResponse[R_co]:
            answers: list[Response] = []
            token = _answers.set(answers)
            try:
                result = await method(*args, **kwargs)
            finally:
                _answers.reset(token)
            return RawResponse(answers[-1], result)

        return with_response
