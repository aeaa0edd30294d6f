"""An HTTP answer, with the result that was read from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from portkey_ai._answers import LocalProvenance
from portkey_ai.errors import PortkeyError

if TYPE_CHECKING:
    from portkey_ai._http import Response

R = TypeVar("R")

NO_RESPONSE = (
    "This was rendered in the client, so there is no HTTP response to answer. Leave `with_raw_response` out (a result "
    "says where it came from: `source`, `age`, `version`), or have the service render: with_options(prompts=None)."
)


class RawResponse(Generic[R]):
    """What `with_raw_response` methods answer.

    Example:
        >>> raw = portkey.prompts.with_raw_response.render(prompt_id="pp-greeting", variables={})
        >>> raw.status_code, raw.headers["content-type"], raw.parse().prompt
    """

    def __init__(self, http_response: Response, result: R) -> None:
        self.http_response = http_response
        """The answer, of the call's last step where it took several."""
        self._result = result

    @property
    def status_code(self) -> int:
        """The answer's HTTP status."""
        return self.http_response.status_code

    @property
    def headers(self) -> dict[str, str]:
        """The answer's headers, names in lower case."""
        return dict(self.http_response.headers)

    @property
    def trace_id(self) -> str | None:
        """Names the request in the service's logs."""
        trace_id: str | None = self.http_response.headers.get("x-portkey-trace-id")
        return trace_id

    @property
    def text(self) -> str:
        """The answer's body."""
        return self.http_response.text

    def json(self) -> Any:
        """Decode the answer's body, untouched."""
        return self.http_response.json()

    def parse(self) -> R:
        """Return the result, as the method without `with_raw_response` does."""
        return self._result

    def __repr__(self) -> str:
        return f"RawResponse({self.status_code}, {type(self._result).__name__})"


def answered(answers: list[Response], result: R) -> RawResponse[R]:
    """Put a result together with the answer that it came with: the last one.

    Raises:
        PortkeyError: where it came with none, since it was made in this process.
    """
    if not answers or isinstance(getattr(result, "_meta", None), LocalProvenance):
        raise PortkeyError(NO_RESPONSE)
    return RawResponse(answers[-1], result)
