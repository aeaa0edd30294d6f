# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ... import models
from ...answers import answer, failure
from ...requests import Request, segment

OPERATION_ID = "deleteLabel"


def request(
    label_id: str,
) -> Request:
    """Delete a label: `deleteLabel`.

    Removes a label; every reference through it answers 404 from then on. The three that always exist can't be
    removed.

    Args:
        label_id: A label's UUID.

    Raises:
        ValueError: where a segment of the path is empty, `.`, `..` or no text.
    """
    return Request(
        "DELETE",
        f"/labels/{segment('label_id', label_id)}",
    )


def parse(status: int, body: object) -> models.Acknowledgement | models.ControlPlaneError | None:
    """Read the answer to `deleteLabel`: any 2xx as its model, a described failure as its record, else None.

    Raises:
        UnexpectedBody: where the JSON of a success is of another kind than the contract says.
    """
    if 200 <= status < 300:
        return answer(models.Acknowledgement, body, OPERATION_ID)
    return failure(body, models.ControlPlaneError)
