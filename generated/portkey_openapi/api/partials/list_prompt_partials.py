# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ... import models
from ...answers import answer, failure
from ...requests import Request, given

OPERATION_ID = "listPromptPartials"


def request(
    *,
    collection_id: str | None = None,
    workspace_id: str | None = None,
) -> Request:
    """List partials: `listPromptPartials`.

    Answers the partials with the text of their published versions, the newest first.

    Args:
        collection_id: Only what lies in this collection, given by UUID or slug.
        workspace_id: Only what lies in this workspace, given by UUID or slug.
    """
    return Request(
        "GET",
        "/prompts/partials",
        params=given(
            {
                "collection_id": collection_id,
                "workspace_id": workspace_id,
            }
        ),
    )


def parse(status: int, body: object) -> models.PromptPartialList | models.ControlPlaneError | None:
    """Read the answer to `listPromptPartials`: any 2xx as its model, a described failure as its record, else None.

    Raises:
        UnexpectedBody: where the JSON of a success is of another kind than the contract says.
    """
    if 200 <= status < 300:
        return answer(models.PromptPartialList, body, OPERATION_ID)
    return failure(body, models.ControlPlaneError)
