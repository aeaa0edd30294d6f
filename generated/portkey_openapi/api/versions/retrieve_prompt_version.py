# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ... import models
from ...answers import answer, failure
from ...requests import Request, segment

OPERATION_ID = "retrievePromptVersion"


def request(
    prompt_id: str,
    version_id: str,
) -> Request:
    """Read a version: `retrievePromptVersion`.

    Answers the prompt with the content of one version.

    Args:
        prompt_id: A prompt's slug or UUID, optionally followed by `@` and a version number, `latest` or a label.
        version_id: A version's UUID, as lists and create answers give it.

    Raises:
        ValueError: where a segment of the path is empty, `.`, `..` or no text.
    """
    return Request(
        "GET",
        f"/prompts/{segment('prompt_id', prompt_id)}/versions/{segment('version_id', version_id)}",
    )


def parse(status: int, body: object) -> models.PromptDetail | models.ControlPlaneError | None:
    """Read the answer to `retrievePromptVersion`: any 2xx as its model, a described failure as its record, else None.

    Raises:
        UnexpectedBody: where the JSON of a success is of another kind than the contract says.
    """
    if 200 <= status < 300:
        return answer(models.PromptDetail, body, OPERATION_ID)
    return failure(body, models.ControlPlaneError)
