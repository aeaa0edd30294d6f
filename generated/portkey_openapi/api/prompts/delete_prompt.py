# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ... import models
from ...answers import answer, failure
from ...requests import Request, segment

OPERATION_ID = "deletePrompt"


def request(
    prompt_id: str,
) -> Request:
    """Delete a prompt: `deletePrompt`.

    Removes a prompt with all of its versions.

    Args:
        prompt_id: A prompt's slug or UUID, optionally followed by `@` and a version number, `latest` or a label.

    Raises:
        ValueError: where a segment of the path is empty, `.`, `..` or no text.
    """
    return Request(
        "DELETE",
        f"/prompts/{segment('prompt_id', prompt_id)}",
    )


def parse(status: int, body: object) -> models.Acknowledgement | models.ControlPlaneError | None:
    """Read the answer to `deletePrompt`: any 2xx as its model, a described failure as its record, else None.

    Raises:
        UnexpectedBody: where the JSON of a success is of another kind than the contract says.
    """
    if 200 <= status < 300:
        return answer(models.Acknowledgement, body, OPERATION_ID)
    return failure(body, models.ControlPlaneError)
