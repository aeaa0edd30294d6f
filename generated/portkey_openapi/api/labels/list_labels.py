# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ... import models
from ...answers import answer, failure
from ...requests import Request, given

OPERATION_ID = "listLabels"


def request(
    *,
    organization_id: str | None = None,
    workspace_id: str | None = None,
    current_page: int | None = None,
    page_size: int | None = None,
    search: str | None = None,
) -> Request:
    """List labels: `listLabels`.

    Answers one page of labels, the three that always exist among them.

    Args:
        organization_id: Only what belongs to this organisation, given by UUID.
        workspace_id: Only what lies in this workspace, given by UUID or slug.
        current_page: Which page to answer, counted from 0.
        page_size: How many items a page holds at most, a count.
        search: Only what bears this text in its name, in either case.
    """
    return Request(
        "GET",
        "/labels",
        params=given(
            {
                "organization_id": organization_id,
                "workspace_id": workspace_id,
                "current_page": current_page,
                "page_size": page_size,
                "search": search,
            }
        ),
    )


def parse(status: int, body: object) -> models.LabelList | models.ControlPlaneError | None:
    """Read the answer to `listLabels`: any 2xx as its model, a described failure as its record, else None.

    Raises:
        UnexpectedBody: where the JSON of a success is of another kind than the contract says.
    """
    if 200 <= status < 300:
        return answer(models.LabelList, body, OPERATION_ID)
    return failure(body, models.ControlPlaneError)
