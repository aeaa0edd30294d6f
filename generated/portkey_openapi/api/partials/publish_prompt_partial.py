# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ... import models
from ...answers import answer, failure
from ...requests import Request, segment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

OPERATION_ID = "publishPromptPartial"


def request(
    partial_id: str,
    *,
    body: models.Publication | Mapping[str, Any],
) -> Request:
    """Publish a partial's version: `publishPromptPartial`.

    Makes one version the one that templates include without `@`. May be repeated.

    Args:
        partial_id: A partial's slug or UUID, optionally followed by `@` and a version number or `latest`.
        body: A Publication, or any mapping of that shape.

    Raises:
        ValueError: where a segment of the path is empty, `.`, `..` or no text.
    """
    return Request(
        "PUT",
        f"/prompts/partials/{segment('partial_id', partial_id)}/makeDefault",
        body=body,
    )


def parse(status: int, body: object) -> models.Acknowledgement | models.ControlPlaneError | None:
    """Read the answer to `publishPromptPartial`: any 2xx as its model, a described failure as its record, else None.

    Raises:
        UnexpectedBody: where the JSON of a success is of another kind than the contract says.
    """
    if 200 <= status < 300:
        return answer(models.Acknowledgement, body, OPERATION_ID)
    return failure(body, models.ControlPlaneError)
