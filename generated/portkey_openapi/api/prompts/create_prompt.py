# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ... import models
from ...answers import answer, failure
from ...requests import Request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

OPERATION_ID = "createPrompt"


def request(
    *,
    body: models.PromptCreate | Mapping[str, Any],
) -> Request:
    """Create a prompt: `createPrompt`.

    Makes a prompt; its version 1 is published at once.

    Args:
        body: A PromptCreate, or any mapping of that shape.
    """
    return Request(
        "POST",
        "/prompts",
        body=body,
    )


def parse(status: int, body: object) -> models.PromptCreated | models.ControlPlaneError | None:
    """Read the answer to `createPrompt`: any 2xx as its model, a described failure as its record, else None.

    Raises:
        UnexpectedBody: where the JSON of a success is of another kind than the contract says.
    """
    if 200 <= status < 300:
        return answer(models.PromptCreated, body, OPERATION_ID)
    return failure(body, models.ControlPlaneError)
