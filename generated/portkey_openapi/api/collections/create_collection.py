# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ... import models
from ...answers import answer, failure
from ...requests import Request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

OPERATION_ID = "createCollection"


def request(
    *,
    body: models.CollectionCreate | Mapping[str, Any],
) -> Request:
    """Create a collection: `createCollection`.

    Makes a collection, at the root or inside another one.

    Args:
        body: A CollectionCreate, or any mapping of that shape.
    """
    return Request(
        "POST",
        "/collections",
        body=body,
    )


def parse(status: int, body: object) -> models.CollectionCreated | models.ControlPlaneError | None:
    """Read the answer to `createCollection`: any 2xx as its model, a described failure as its record, else None.

    Raises:
        UnexpectedBody: where the JSON of a success is of another kind than the contract says.
    """
    if 200 <= status < 300:
        return answer(models.CollectionCreated, body, OPERATION_ID)
    return failure(body, models.ControlPlaneError)
