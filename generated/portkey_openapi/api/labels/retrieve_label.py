# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ... import models
from ...answers import answer, failure
from ...requests import Request, segment

OPERATION_ID = "retrieveLabel"


def request(
    label_id: str,
) -> Request:
    """Read a label: `retrieveLabel`.

    Answers one label.

    Args:
        label_id: A label's UUID.

    Raises:
        ValueError: where a segment of the path is empty, `.`, `..` or no text.
    """
    return Request(
        "GET",
        f"/labels/{segment('label_id', label_id)}",
    )


def parse(status: int, body: object) -> models.Label | models.ControlPlaneError | None:
    """Read the answer to `retrieveLabel`: any 2xx as its model, a described failure as its record, else None.

    Raises:
        UnexpectedBody: where the JSON of a success is of another kind than the contract says.
    """
    if 200 <= status < 300:
        return answer(models.Label, body, OPERATION_ID)
    return failure(body, models.ControlPlaneError)
