# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ... import models
from ...answers import answer, failure
from ...requests import Request, given, segment

OPERATION_ID = "retrievePrompt"


def request(
    prompt_id: str,
    *,
    version: int | str | None = None,
) -> Request:
    """Read a prompt: `retrievePrompt`.

    Answers the version that the reference or the query names, else the published one.

    Args:
        prompt_id: A prompt's slug or UUID, optionally followed by `@` and a version number, `latest` or a label.
        version: Which version to answer - its number, from 1, `latest`, or `default` for the published one; left out,
            the reference decides.

    Raises:
        ValueError: where a segment of the path is empty, `.`, `..` or no text.
    """
    return Request(
        "GET",
        f"/prompts/{segment('prompt_id', prompt_id)}",
        params=given(
            {
                "version": version,
            }
        ),
    )


def parse(status: int, body: object) -> models.PromptDetail | models.ControlPlaneError | None:
    """Read the answer to `retrievePrompt`: any 2xx as its model, a described failure as its record, else None.

    Raises:
        UnexpectedBody: where the JSON of a success is of another kind than the contract says.
    """
    if 200 <= status < 300:
        return answer(models.PromptDetail, body, OPERATION_ID)
    return failure(body, models.ControlPlaneError)
