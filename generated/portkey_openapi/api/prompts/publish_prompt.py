# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ... import models
from ...answers import answer, failure
from ...requests import Request, segment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

OPERATION_ID = "publishPrompt"


def request(
    prompt_id: str,
    *,
    body: models.Publication | Mapping[str, Any],
) -> Request:
    """Publish a version: `publishPrompt`.

    Makes one version the answer to the reference without `@`. May be repeated.

    Args:
        prompt_id: A prompt's slug or UUID, optionally followed by `@` and a version number, `latest` or a label.
        body: A Publication, or any mapping of that shape.

    Raises:
        ValueError: where a segment of the path is empty, `.`, `..` or no text.
    """
    return Request(
        "PUT",
        f"/prompts/{segment('prompt_id', prompt_id)}/makeDefault",
        body=body,
    )


def parse(status: int, body: object) -> models.Acknowledgement | models.ControlPlaneError | None:
    """Read the answer to `publishPrompt`: any 2xx as its model, a described failure as its record, else None.

    Raises:
        UnexpectedBody: where the JSON of a success is of another kind than the contract says.
    """
    if 200 <= status < 300:
        return answer(models.Acknowledgement, body, OPERATION_ID)
    return failure(body, models.ControlPlaneError)
