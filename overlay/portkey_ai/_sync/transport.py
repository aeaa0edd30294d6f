# Derived from overlay/portkey_ai/_async/transport.py by `make generate`. Do not edit.
"""The transport: every call of every resource is sent, retried and checked for failure here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from portkey_ai._contract import check_answered
from portkey_ai._failures import connection_error, decoded, status_error, unexpected
from portkey_ai._log import note_answer, note_request, note_retry
from portkey_openapi import raw
from portkey_openapi.contract import API_VERSION_HEADER
from portkey_openapi.errors import UnexpectedBody
from portkey_openapi.http import Response
from portkey_openapi.http.bodies import send
from portkey_openapi.http.failures import failure_of, refusal_in
from portkey_openapi.http.loops import sleep
from portkey_openapi.retries import Outcome, wait_before_retry
from portkey_prompts.answers import check_answer
from portkey_prompts.provenance import Provenance

if TYPE_CHECKING:
    from portkey_ai._settings import Settings
    from portkey_openapi import Record, models, types
    from portkey_openapi.http import Request
    from portkey_openapi.http.pools import Pool

    Failures = models.ControlPlaneError | models.GatewayError | models.ProviderError

R = TypeVar("R", bound="Record")


class Transport:
    """Sends calls for all resources of one client."""

    def __init__(self, settings: Settings, pool: Pool) -> None:
        self.settings = settings
        self.pool = pool

    def call(
        self,
        request: types.Request,
        parse: Callable[[int, Any], R | Failures | None],
        options: Mapping[str, Any],
        *,
        repeatable: bool = False,
        run: bool = False,
    ) -> R:
        """Make a call and read its answer.

        Args:
            request: the operation's request, as compiled from the contract.
            parse: the operation's parser, as compiled from the contract.
            options: the call's options.
            repeatable: whether carrying it out twice does no harm.
            run: whether a model runs, which may take longer.

        Raises:
            APIError: see `portkey_ai.errors`.
        """
        outgoing = self.settings.build(request, options, run=run, stream=False)
        response = self._send(outgoing, options, repeatable=repeatable, stream=False)
        body = decoded(response, secrets := self.settings.secrets(options))
        try:
            record: Any = parse(response.status_code, body)
            check_answer(record)
        except UnexpectedBody as error:
            raise unexpected(response, str(error), body, secrets) from None
        record.with_meta(Provenance(response))
        return record  # type: ignore[no-any-return]

    def open(self, request: types.Request, options: Mapping[str, Any]) -> Response:
        """Make a call that answers an event stream, and return its answer before the first event is read.

        Raises:
            APIError: see `portkey_ai.errors`.
        """
        outgoing = self.settings.build(request, options, run=True, stream=True)
        return self._send(outgoing, options, repeatable=False, stream=True)

    def _send(self, request: Request, options: Mapping[str, Any], *, repeatable: bool, stream: bool) -> Response:
        """Send a request, retrying it where that is allowed; return the answer that succeeded, else raise."""
        most, secrets = self.settings.retries(options), self.settings.secrets(options)
        if self.settings.telemetry is not None:
            self.settings.telemetry.inject(request.headers)
        note_request(request)
        retries = 0
        while True:
            headers: Mapping[str, str] = {}
            answer = self._try(request, stream)
            if not isinstance(answer, Exception):
                self._note(answer)
                if answer.is_success:
                    return answer
                outcome: Outcome = answer.status_code
                headers = answer.headers
                failure: Exception = status_error(answer, secrets, self.pool.proxy)
            else:
                outcome = failure_of(answer)
                failure = connection_error(answer, request, secrets, self.pool.proxy)
            wait = wait_before_retry(outcome, headers, retries=retries, max_retries=most, repeatable=repeatable)
            if wait is None:
                raise failure
            retries += 1
            note_retry(request, wait, retries, most, failure)
            sleep(wait)

    def _try(self, request: Request, stream: bool) -> Response | Exception:
        """Send a request once; return the answer, or the error that was raised."""
        try:
            http = self.pool.client()
            return send(http, request, self.settings.max_response_bytes, stream=stream)
        # Not httpx's errors alone: a closed client, an environment that names a proxy or certificates that can't be
        # used, a hook of the app's `http_client` are failures too.
        except Exception as error:
            return refusal_in(error) or error

    def _note(self, response: Response) -> None:
        """Hand an answer to a caller of `with_raw_response`, log it, and check the server's API version."""
        raw.note(response)
        note_answer(response)
        version = response.headers.get(API_VERSION_HEADER)
        if version is None:
            return
        try:
            check_answered(version)
        except BaseException:
            response.close()
            raise
