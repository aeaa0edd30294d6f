# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ... import models
from ...answers import answer, event, failure
from ...requests import Request, given, segment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

OPERATION_ID = "createPromptCompletion"


def request(
    prompt_id: str,
    *,
    body: models.CompletionRequest | Mapping[str, Any],
    x_portkey_virtual_key: str | None = None,
    x_portkey_config: str | None = None,
    x_portkey_provider: str | None = None,
    x_portkey_trace_id: str | None = None,
    x_portkey_metadata: str | None = None,
    x_portkey_cache_namespace: str | None = None,
    x_portkey_cache_force_refresh: str | None = None,
    x_portkey_custom_host: str | None = None,
    x_portkey_forward_headers: str | None = None,
    x_portkey_request_timeout: str | None = None,
) -> Request:
    """Run a prompt: `createPromptCompletion`.

    Renders a version's template and runs it against a model. With `stream` true the answer is an event stream,
    one chunk an event, ended by the event `[DONE]`; a failure after the first chunk is an event with an `error`.

    Args:
        prompt_id: A prompt's slug or UUID, optionally followed by `@` and a version number, `latest` or a label.
        body: A CompletionRequest, or any mapping of that shape.
        x_portkey_virtual_key: Names the provider and the key to run with; wins over the prompt's own.
        x_portkey_config: A gateway config, as its slug or as JSON text.
        x_portkey_provider: The provider to run with, where no virtual key is given.
        x_portkey_trace_id: Names this request in the service's logs; left out, the service makes one.
        x_portkey_metadata: JSON text of an object of strings, kept with the request in the service's logs.
        x_portkey_cache_namespace: Which part of the gateway's cache to use.
        x_portkey_cache_force_refresh: `true` runs the model even where the gateway's cache has an answer.
        x_portkey_custom_host: The base URL of a model host of one's own, for the hosted gateway to call.
        x_portkey_forward_headers: Names of this request's headers that are passed on to the provider, joined by commas.
        x_portkey_request_timeout: How long the gateway waits for the provider, in milliseconds.

    Raises:
        ValueError: where a segment of the path is empty, `.`, `..` or no text.
    """
    return Request(
        "POST",
        f"/prompts/{segment('prompt_id', prompt_id)}/completions",
        body=body,
        headers=given(
            {
                "x-portkey-virtual-key": x_portkey_virtual_key,
                "x-portkey-config": x_portkey_config,
                "x-portkey-provider": x_portkey_provider,
                "x-portkey-trace-id": x_portkey_trace_id,
                "x-portkey-metadata": x_portkey_metadata,
                "x-portkey-cache-namespace": x_portkey_cache_namespace,
                "x-portkey-cache-force-refresh": x_portkey_cache_force_refresh,
                "x-portkey-custom-host": x_portkey_custom_host,
                "x-portkey-forward-headers": x_portkey_forward_headers,
                "x-portkey-request-timeout": x_portkey_request_timeout,
            }
        ),
    )


def parse(
    status: int, body: object
) -> models.PromptCompletion | models.ControlPlaneError | models.GatewayError | models.ProviderError | None:
    """Read the answer to `createPromptCompletion`: any 2xx as its model, a described failure as its record, else None.

    Raises:
        UnexpectedBody: where the JSON of a success is of another kind than the contract says.
    """
    if 200 <= status < 300:
        return answer(models.PromptCompletion, body, OPERATION_ID)
    return failure(body, models.ControlPlaneError, models.GatewayError, models.ProviderError)


def parse_event(data: object) -> models.PromptCompletionChunk:
    """Read one event of the stream that answers `createPromptCompletion`, from its decoded JSON.

    Raises:
        UnexpectedBody: where the event is no JSON object.
    """
    return event(models.PromptCompletionChunk, data, OPERATION_ID)
