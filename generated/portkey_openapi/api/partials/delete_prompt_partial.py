# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ... import models
from ...answers import answer, failure
from ...requests import Request, given, segment

OPERATION_ID = "deletePromptPartial"


def request(
    partial_id: str,
    *,
    force: bool | None = None,
) -> Request:
    """Delete a partial: `deletePromptPartial`.

    Removes a partial with all of its versions. While templates include it - published, latest or labelled
    versions of prompts, published or latest ones of other partials - it is refused, unless it is forced; those
    templates no longer render then.

    Args:
        partial_id: A partial's slug or UUID, optionally followed by `@` and a version number or `latest`.
        force: Whether it is deleted although templates include it; left out, it is not.

    Raises:
        ValueError: where a segment of the path is empty, `.`, `..` or no text.
    """
    return Request(
        "DELETE",
        f"/prompts/partials/{segment('partial_id', partial_id)}",
        params=given(
            {
                "force": force,
            }
        ),
    )


def parse(status: int, body: object) -> models.Acknowledgement | models.ControlPlaneError | None:
    """Read the answer to `deletePromptPartial`: any 2xx as its model, a described failure as its record, else None.

    Raises:
        UnexpectedBody: where the JSON of a success is of another kind than the contract says.
    """
    if 200 <= status < 300:
        return answer(models.Acknowledgement, body, OPERATION_ID)
    return failure(body, models.ControlPlaneError)
