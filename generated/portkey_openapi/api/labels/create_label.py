# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ... import models
from ...answers import answer, failure
from ...requests import Request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

OPERATION_ID = "createLabel"


def request(
    *,
    body: models.LabelCreate | Mapping[str, Any],
) -> Request:
    """Create a label: `createLabel`.

    Makes a label; a name that is taken answers 409.

    Args:
        body: A LabelCreate, or any mapping of that shape.
    """
    return Request(
        "POST",
        "/labels",
        body=body,
    )


def parse(status: int, body: object) -> models.LabelCreated | models.ControlPlaneError | None:
    """Read the answer to `createLabel`: any 2xx as its model, a described failure as its record, else None.

    Raises:
        UnexpectedBody: where the JSON of a success is of another kind than the contract says.
    """
    if 200 <= status < 300:
        return answer(models.LabelCreated, body, OPERATION_ID)
    return failure(body, models.ControlPlaneError)
