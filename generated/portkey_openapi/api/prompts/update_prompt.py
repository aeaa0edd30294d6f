# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ... import models
from ...answers import answer, failure
from ...requests import Request, segment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

OPERATION_ID = "updatePrompt"


def request(
    prompt_id: str,
    *,
    body: models.PromptUpdate | Mapping[str, Any],
) -> Request:
    """Update a prompt: `updatePrompt`.

    A content field (anything but `name`, `collection_id`, `virtual_key` and `version_description`) makes a new
    version, which is not published. Without one no version is made: a name or a collection changes the prompt
    itself, a `virtual_key` or `version_description` the latest version in place, whose number and id stay. Null
    is the same as left out. What a new version leaves out has its default; a template that is left out is the
    latest version's, with what says how it is read (`is_raw_template`, `prompt_metadata`).

    Args:
        prompt_id: A prompt's slug or UUID, optionally followed by `@` and a version number, `latest` or a label.
        body: A PromptUpdate, or any mapping of that shape.

    Raises:
        ValueError: where a segment of the path is empty, `.`, `..` or no text.
    """
    return Request(
        "PUT",
        f"/prompts/{segment('prompt_id', prompt_id)}",
        body=body,
    )


def parse(status: int, body: object) -> models.PromptUpdated | models.ControlPlaneError | None:
    """Read the answer to `updatePrompt`: any 2xx as its model, a described failure as its record, else None.

    Raises:
        UnexpectedBody: where the JSON of a success is of another kind than the contract says.
    """
    if 200 <= status < 300:
        return answer(models.PromptUpdated, body, OPERATION_ID)
    return failure(body, models.ControlPlaneError)
