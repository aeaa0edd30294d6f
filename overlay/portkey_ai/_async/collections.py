"""Collections: folders of prompts."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from portkey_ai._arguments import only_options, take_options
from portkey_ai._async.pages import with_further_pages
from portkey_openapi import models
from portkey_openapi.api.collections import (
    create_collection,
    delete_collection,
    list_collections,
    retrieve_collection,
    update_collection,
)

if TYPE_CHECKING:
    from typing import Unpack

    from portkey_ai._async.raw import AsyncCollectionsRaw
    from portkey_ai._async.transport import AsyncTransport
    from portkey_ai._keywords import CreateCollection, UpdateCollection
    from portkey_ai._options import RequestOptions
    from portkey_ai.types import Acknowledgement, Collection, CollectionCreated, CollectionList


class AsyncCollections:
    """Collections: `portkey.collections`."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    @cached_property
    def with_raw_response(self) -> AsyncCollectionsRaw:
        """The same methods, answering the HTTP response with the result in it."""
        from portkey_ai._async.raw import AsyncCollectionsRaw

        return AsyncCollectionsRaw(self)

    async def create(self, **fields: Unpack[CreateCollection]) -> CollectionCreated:
        """Create a collection: `createCollection`.

        Args:
            **fields: `name`, the contract's further fields, such as `parent_collection_id`, and options of the call.

        Raises:
            APIError: as `portkey_ai.errors` draws.
        """
        given: dict[str, Any] = {**fields}
        options = take_options(given)
        request = create_collection.request(body=models.CollectionCreate(**given))
        return await self._transport.call(request, create_collection.parse, options)

    async def retrieve(self, collection_id: str, **options: Unpack[RequestOptions]) -> Collection:
        """Read a collection: `retrieveCollection`.

        Args:
            collection_id: the collection's UUID or slug.
            **options: options of the call.

        Raises:
            APIError: as `portkey_ai.errors` draws.
        """
        request = retrieve_collection.request(collection_id)
        return await self._transport.call(
            request, retrieve_collection.parse, only_options({**options}, "retrieve"), repeatable=True
        )

    async def update(self, collection_id: str, **fields: Unpack[UpdateCollection]) -> Acknowledgement:
        """Rename a collection: `updateCollection`.

        Args:
            collection_id: the collection's UUID or slug.
            **fields: what changes, and options of the call.

        Raises:
            APIError: as `portkey_ai.errors` draws.
        """
        given: dict[str, Any] = {**fields}
        options = take_options(given)
        request = update_collection.request(collection_id, body=models.CollectionUpdate(**given))
        return await self._transport.call(request, update_collection.parse, options)

    async def delete(self, collection_id: str, **options: Unpack[RequestOptions]) -> Acknowledgement:
        """Delete a collection that holds nothing any more: `deleteCollection`.

        Args:
            collection_id: the collection's UUID or slug.
            **options: options of the call.

        Raises:
            ConflictError: where it still holds something.
            APIError: as `portkey_ai.errors` draws.
        """
        request = delete_collection.request(collection_id)
        return await self._transport.call(request, delete_collection.parse, only_options({**options}, "delete"))

    async def list(
        self,
        *,
        workspace_id: str | None = None,
        current_page: int | None = None,
        page_size: int | None = None,
        search: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> CollectionList:
        """List collections: `listCollections`. Iterating the result fetches further pages when they are needed.

        Args:
            workspace_id: only what lies in this workspace, by UUID or slug.
            current_page: the page to begin with, counted from 0.
            page_size: how many collections a page holds at most.
            search: only what bears this text in its name.
            **options: options of the call.

        Raises:
            APIError: as `portkey_ai.errors` draws.
        """
        given = only_options({**options}, "list")

        async def fetch(page: int | None) -> CollectionList:
            request = list_collections.request(
                workspace_id=workspace_id, current_page=page, page_size=page_size, search=search
            )
            return await self._transport.call(request, list_collections.parse, given, repeatable=True)

        return await with_further_pages(fetch, current_page)
