# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ... import models
from ...answers import answer, failure
from ...requests import Request, segment

OPERATION_ID = "listPromptVersions"


def request(
    prompt_id: str,
) -> Request:
    """List a prompt's versions: `listPromptVersions`.

    Answers all versions of a prompt, the newest first.

    Args:
        prompt_id: A prompt's slug or UUID, optionally followed by `@` and a version number, `latest` or a label.

    Raises:
        ValueError: where a segment of the path is empty, `.`, `..` or no text.
    """
    return Request(
        "GET",
        f"/prompts/{segment('prompt_id', prompt_id)}/versions",
    )


def parse(status: int, body: object) -> models.PromptVersionList | models.ControlPlaneError | None:
    """Read the answer to `listPromptVersions`: any 2xx as its model, a described failure as its record, else None.

    Raises:
        UnexpectedBody: where the JSON of a success is of another kind than the contract says.
    """
    if 200 <= status < 300:
        return answer(models.PromptVersionList, body, OPERATION_ID)
    return failure(body, models.ControlPlaneError)
