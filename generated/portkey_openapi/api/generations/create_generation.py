# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ... import models
from ...answers import answer, failure
from ...requests import Request, given, segment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

OPERATION_ID = "createGeneration"


def request(
    prompt_id: str,
    *,
    body: models.GenerationRequest | Mapping[str, Any],
    x_portkey_virtual_key: str | None = None,
    x_portkey_config: str | None = None,
    x_portkey_trace_id: str | None = None,
    x_portkey_metadata: str | None = None,
) -> Request:
    """Run a prompt (older): `createGeneration`.

    Deprecated: a later contract may not have it.

    Runs a prompt and wraps the completion. Use createPromptCompletion instead.

    Args:
        prompt_id: A prompt's slug or UUID, optionally followed by `@` and a version number, `latest` or a label.
        body: A GenerationRequest, or any mapping of that shape.
        x_portkey_virtual_key: Names the provider and the key to run with; wins over the prompt's own.
        x_portkey_config: A gateway config, as its slug or as JSON text.
        x_portkey_trace_id: Names this request in the service's logs; left out, the service makes one.
        x_portkey_metadata: JSON text of an object of strings, kept with the request in the service's logs.

    Raises:
        ValueError: where a segment of the path is empty, `.`, `..` or no text.
    """
    return Request(
        "POST",
        f"/prompts/{segment('prompt_id', prompt_id)}/generate",
        body=body,
        headers=given(
            {
                "x-portkey-virtual-key": x_portkey_virtual_key,
                "x-portkey-config": x_portkey_config,
                "x-portkey-trace-id": x_portkey_trace_id,
                "x-portkey-metadata": x_portkey_metadata,
            }
        ),
    )


def parse(
    status: int, body: object
) -> models.GenericResponse | models.ControlPlaneError | models.GatewayError | models.ProviderError | None:
    """Read the answer to `createGeneration`: any 2xx as its model, a described failure as its record, else None.

    Raises:
        UnexpectedBody: where the JSON of a success is of another kind than the contract says.
    """
    if 200 <= status < 300:
        return answer(models.GenericResponse, body, OPERATION_ID)
    return failure(body, models.ControlPlaneError, models.GatewayError, models.ProviderError)
