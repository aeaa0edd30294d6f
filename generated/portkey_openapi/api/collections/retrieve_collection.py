# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ... import models
from ...answers import answer, failure
from ...requests import Request, segment

OPERATION_ID = "retrieveCollection"


def request(
    collection_id: str,
) -> Request:
    """Read a collection: `retrieveCollection`.

    Answers one collection.

    Args:
        collection_id: A collection's UUID or slug.

    Raises:
        ValueError: where a segment of the path is empty, `.`, `..` or no text.
    """
    return Request(
        "GET",
        f"/collections/{segment('collection_id', collection_id)}",
    )


def parse(status: int, body: object) -> models.Collection | models.ControlPlaneError | None:
    """Read the answer to `retrieveCollection`: any 2xx as its model, a described failure as its record, else None.

    Raises:
        UnexpectedBody: where the JSON of a success is of another kind than the contract says.
    """
    if 200 <= status < 300:
        return answer(models.Collection, body, OPERATION_ID)
    return failure(body, models.ControlPlaneError)
