# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ... import models
from ...answers import answer, failure
from ...requests import Request, segment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

OPERATION_ID = "updatePromptPartial"


def request(
    partial_id: str,
    *,
    body: models.PromptPartialUpdate | Mapping[str, Any],
) -> Request:
    """Update a partial: `updatePromptPartial`.

    A new `string` makes a new version, which is not published; a description alone changes the latest version's
    in place; the other fields change the partial itself. Null is the same as left out.

    Args:
        partial_id: A partial's slug or UUID, optionally followed by `@` and a version number or `latest`.
        body: A PromptPartialUpdate, or any mapping of that shape.

    Raises:
        ValueError: where a segment of the path is empty, `.`, `..` or no text.
    """
    return Request(
        "PUT",
        f"/prompts/partials/{segment('partial_id', partial_id)}",
        body=body,
    )


def parse(status: int, body: object) -> models.PromptPartialUpdated | models.ControlPlaneError | None:
    """Read the answer to `updatePromptPartial`: any 2xx as its model, a described failure as its record, else None.

    Raises:
        UnexpectedBody: where the JSON of a success is of another kind than the contract says.
    """
    if 200 <= status < 300:
        return answer(models.PromptPartialUpdated, body, OPERATION_ID)
    return failure(body, models.ControlPlaneError)
