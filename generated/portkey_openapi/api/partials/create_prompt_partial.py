# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ... import models
from ...answers import answer, failure
from ...requests import Request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

OPERATION_ID = "createPromptPartial"


def request(
    *,
    body: models.PromptPartialCreate | Mapping[str, Any],
) -> Request:
    """Create a partial: `createPromptPartial`.

    Makes a partial; its version 1 is published at once.

    Args:
        body: A PromptPartialCreate, or any mapping of that shape.
    """
    return Request(
        "POST",
        "/prompts/partials",
        body=body,
    )


def parse(status: int, body: object) -> models.PromptPartialCreated | models.ControlPlaneError | None:
    """Read the answer to `createPromptPartial`: any 2xx as its model, a described failure as its record, else None.

    Raises:
        UnexpectedBody: where the JSON of a success is of another kind than the contract says.
    """
    if 200 <= status < 300:
        return answer(models.PromptPartialCreated, body, OPERATION_ID)
    return failure(body, models.ControlPlaneError)
