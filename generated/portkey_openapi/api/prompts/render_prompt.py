# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ... import models
from ...answers import answer, failure
from ...requests import Request, given, segment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

OPERATION_ID = "renderPrompt"


def request(
    prompt_id: str,
    *,
    body: models.RenderRequest | Mapping[str, Any],
    x_portkey_trace_id: str | None = None,
    x_portkey_metadata: str | None = None,
) -> Request:
    """Render a prompt: `renderPrompt`.

    Fills a version's template with variables and answers the request body that a model provider would be sent.
    Changes nothing and costs nothing.

    Args:
        prompt_id: A prompt's slug or UUID, optionally followed by `@` and a version number, `latest` or a label.
        body: A RenderRequest, or any mapping of that shape.
        x_portkey_trace_id: Names this request in the service's logs; left out, the service makes one.
        x_portkey_metadata: JSON text of an object of strings, kept with the request in the service's logs.

    Raises:
        ValueError: where a segment of the path is empty, `.`, `..` or no text.
    """
    return Request(
        "POST",
        f"/prompts/{segment('prompt_id', prompt_id)}/render",
        body=body,
        headers=given(
            {
                "x-portkey-trace-id": x_portkey_trace_id,
                "x-portkey-metadata": x_portkey_metadata,
            }
        ),
    )


def parse(status: int, body: object) -> models.PromptRender | models.ControlPlaneError | None:
    """Read the answer to `renderPrompt`: any 2xx as its model, a described failure as its record, else None.

    Raises:
        UnexpectedBody: where the JSON of a success is of another kind than the contract says.
    """
    if 200 <= status < 300:
        return answer(models.PromptRender, body, OPERATION_ID)
    return failure(body, models.ControlPlaneError)
