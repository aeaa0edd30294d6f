# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ... import models
from ...answers import answer, failure
from ...requests import Request, segment

OPERATION_ID = "listPromptPartialVersions"


def request(
    partial_id: str,
) -> Request:
    """List a partial's versions: `listPromptPartialVersions`.

    Answers all versions of a partial, the newest first.

    Args:
        partial_id: A partial's slug or UUID, optionally followed by `@` and a version number or `latest`.

    Raises:
        ValueError: where a segment of the path is empty, `.`, `..` or no text.
    """
    return Request(
        "GET",
        f"/prompts/partials/{segment('partial_id', partial_id)}/versions",
    )


def parse(status: int, body: object) -> models.PromptPartialVersionList | models.ControlPlaneError | None:
    """Read the answer to `listPromptPartialVersions`: any 2xx as its model, a described failure as its record, else None.

    Raises:
        UnexpectedBody: where the JSON of a success is of another kind than the contract says.
    """
    if 200 <= status < 300:
        return answer(models.PromptPartialVersionList, body, OPERATION_ID)
    return failure(body, models.ControlPlaneError)
