# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ... import models
from ...answers import answer, failure
from ...requests import Request, segment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

OPERATION_ID = "updateCollection"


def request(
    collection_id: str,
    *,
    body: models.CollectionUpdate | Mapping[str, Any],
) -> Request:
    """Update a collection: `updateCollection`.

    Renames a collection; its id and slug stay.

    Args:
        collection_id: A collection's UUID or slug.
        body: A CollectionUpdate, or any mapping of that shape.

    Raises:
        ValueError: where a segment of the path is empty, `.`, `..` or no text.
    """
    return Request(
        "PUT",
        f"/collections/{segment('collection_id', collection_id)}",
        body=body,
    )


def parse(status: int, body: object) -> models.Acknowledgement | models.ControlPlaneError | None:
    """Read the answer to `updateCollection`: any 2xx as its model, a described failure as its record, else None.

    Raises:
        UnexpectedBody: where the JSON of a success is of another kind than the contract says.
    """
    if 200 <= status < 300:
        return answer(models.Acknowledgement, body, OPERATION_ID)
    return failure(body, models.ControlPlaneError)
