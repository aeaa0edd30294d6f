# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ... import models
from ...answers import answer, failure
from ...requests import Request, segment

OPERATION_ID = "deleteCollection"


def request(
    collection_id: str,
) -> Request:
    """Delete a collection: `deleteCollection`.

    Removes an empty collection; one that still holds prompts, partials or collections answers 409.

    Args:
        collection_id: A collection's UUID or slug.

    Raises:
        ValueError: where a segment of the path is empty, `.`, `..` or no text.
    """
    return Request(
        "DELETE",
        f"/collections/{segment('collection_id', collection_id)}",
    )


def parse(status: int, body: object) -> models.Acknowledgement | models.ControlPlaneError | None:
    """Read the answer to `deleteCollection`: any 2xx as its model, a described failure as its record, else None.

    Raises:
        UnexpectedBody: where the JSON of a success is of another kind than the contract says.
    """
    if 200 <= status < 300:
        return answer(models.Acknowledgement, body, OPERATION_ID)
    return failure(body, models.ControlPlaneError)
