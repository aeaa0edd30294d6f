"""Labels: names that point at one version of a prompt."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from portkey_ai._arguments import only_options, take_options
from portkey_ai._async.pages import with_further_pages
from portkey_openapi import models
from portkey_openapi.api.labels import create_label, delete_label, list_labels, retrieve_label, update_label

if TYPE_CHECKING:
    from typing import Unpack

    from portkey_ai._async.raw import AsyncLabelsRaw
    from portkey_ai._async.transport import AsyncTransport
    from portkey_ai._keywords import CreateLabel, UpdateLabel
    from portkey_ai._options import RequestOptions
    from portkey_ai.types import Acknowledgement, Label, LabelCreated, LabelList


class AsyncLabels:
    """Labels: `portkey.labels`."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    @cached_property
    def with_raw_response(self) -> AsyncLabelsRaw:
        """The same methods, answering the HTTP response with the result in it."""
        from portkey_ai._async.raw import AsyncLabelsRaw

        return AsyncLabelsRaw(self)

    async def create(self, **fields: Unpack[CreateLabel]) -> LabelCreated:
        """Create a label: `createLabel`.

        Args:
            **fields: `name`, the contract's further fields, and options of the call.

        Raises:
            ConflictError: where the name is taken.
            APIError: as `portkey_ai.errors` draws.
        """
        given: dict[str, Any] = {**fields}
        options = take_options(given)
        request = create_label.request(body=models.LabelCreate(**given))
        return await self._transport.call(request, create_label.parse, options)

    async def retrieve(self, label_id: str, **options: Unpack[RequestOptions]) -> Label:
        """Read a label: `retrieveLabel`.

        Args:
            label_id: the label's UUID.
            **options: options of the call.

        Raises:
            APIError: as `portkey_ai.errors` draws.
        """
        request = retrieve_label.request(label_id)
        return await self._transport.call(
            request, retrieve_label.parse, only_options({**options}, "retrieve"), repeatable=True
        )

    async def update(self, label_id: str, **fields: Unpack[UpdateLabel]) -> Acknowledgement:
        """Change a label's name, description or colour: `updateLabel`.

        Args:
            label_id: the label's UUID.
            **fields: what changes, and options of the call.

        Raises:
            APIError: as `portkey_ai.errors` draws.
        """
        given: dict[str, Any] = {**fields}
        options = take_options(given)
        request = update_label.request(label_id, body=models.LabelUpdate(**given))
        return await self._transport.call(request, update_label.parse, options)

    async def delete(self, label_id: str, **options: Unpack[RequestOptions]) -> Acknowledgement:
        """Delete a label; every reference through it is not found from then on: `deleteLabel`.

        Args:
            label_id: the label's UUID.
            **options: options of the call.

        Raises:
            APIError: as `portkey_ai.errors` draws.
        """
        request = delete_label.request(label_id)
        return await self._transport.call(request, delete_label.parse, only_options({**options}, "delete"))

    async def list(
        self,
        *,
        organization_id: str | None = None,
        workspace_id: str | None = None,
        current_page: int | None = None,
        page_size: int | None = None,
        search: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> LabelList:
        """List labels: `listLabels`. Iterating the result fetches further pages when they are needed.

        Args:
            organization_id: only what belongs to this organisation, by UUID.
            workspace_id: only what lies in this workspace, by UUID or slug.
            current_page: the page to begin with, counted from 0.
            page_size: how many labels a page holds at most.
            search: only what bears this text in its name.
            **options: options of the call.

        Raises:
            APIError: as `portkey_ai.errors` draws.
        """
        given = only_options({**options}, "list")

        async def fetch(page: int | None) -> LabelList:
            request = list_labels.request(
                organization_id=organization_id,
                workspace_id=workspace_id,
                current_page=page,
                page_size=page_size,
                search=search,
            )
            return await self._transport.call(request, list_labels.parse, given, repeatable=True)

        return await with_further_pages(fetch, current_page)
