# Compiled from openapi.yaml by `make generate`. Do not edit.
"""Folders of prompts."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

from .. import models
from ..api.collections import (
    create_collection,
    delete_collection,
    list_collections,
    retrieve_collection,
    update_collection,
)
from ..calls import AsyncResource, Resource, async_with_further_pages, only_options, take_options, with_further_pages
from ..raw import RawResource, async_raw, raw

if TYPE_CHECKING:
    from ..options import RequestOptions

    class CreateCollectionFields(models.CollectionCreateParams, RequestOptions, total=False):
        """What `create` takes: the fields of CollectionCreate, and options of the call."""

    class UpdateCollectionFields(models.CollectionUpdateParams, RequestOptions, total=False):
        """What `update` takes: the fields of CollectionUpdate, and options of the call."""
else:  # which keywords there are is for type checkers only: making the types would take longer than all else here
    RequestOptions = dict
    CreateCollectionFields = dict
    UpdateCollectionFields = dict


class Collections(Resource):
    """Folders of prompts. In a client: `collections`."""

    @cached_property
    def with_raw_response(self) -> CollectionsRaw:
        """The same methods, returning the HTTP response with the result in it."""
        return CollectionsRaw(self)

    def create(self, **fields: Unpack[CreateCollectionFields]) -> models.CollectionCreated:
        """Create a collection: `createCollection`.

        Makes a collection, at the root or inside another one.

        Args:
            name: A name for people; the slug is made from it. Need not be unique.
            workspace_id: The workspace to put it in, by UUID or slug; left out, the key's own.
            parent_collection_id: The collection to put it in, by UUID or slug; left out, the root.
            **fields: The fields above, further ones, and options of the call, such as `timeout` and `extra_headers`.
        """
        given: dict[str, Any] = {**fields}
        options = take_options(given)
        answer: models.CollectionCreated = self._caller.call(
            create_collection.request(body=models.CollectionCreate(**given)), create_collection.parse, options
        )
        return answer

    def retrieve(self, collection_id: str, **options: Unpack[RequestOptions]) -> models.Collection:
        """Read a collection: `retrieveCollection`.

        Answers one collection.

        Args:
            collection_id: A collection's UUID or slug.
            **options: Options of the call, such as `timeout` and `extra_headers`.
        """
        given = only_options("retrieve", {**options})
        answer: models.Collection = self._caller.call(
            retrieve_collection.request(collection_id), retrieve_collection.parse, given, repeatable=True
        )
        return answer

    def update(self, collection_id: str, **fields: Unpack[UpdateCollectionFields]) -> models.Acknowledgement:
        """Update a collection: `updateCollection`.

        Renames a collection; its id and slug stay.

        Args:
            collection_id: A collection's UUID or slug.
            name: Its new name for people.
            **fields: The fields above, further ones, and options of the call, such as `timeout` and `extra_headers`.
        """
        given: dict[str, Any] = {**fields}
        options = take_options(given)
        answer: models.Acknowledgement = self._caller.call(
            update_collection.request(collection_id, body=models.CollectionUpdate(**given)),
            update_collection.parse,
            options,
        )
        return answer

    def delete(self, collection_id: str, **options: Unpack[RequestOptions]) -> models.Acknowledgement:
        """Delete a collection: `deleteCollection`.

        Removes an empty collection; one that still holds prompts, partials or collections answers 409.

        Args:
            collection_id: A collection's UUID or slug.
            **options: Options of the call, such as `timeout` and `extra_headers`.
        """
        given = only_options("delete", {**options})
        answer: models.Acknowledgement = self._caller.call(
            delete_collection.request(collection_id), delete_collection.parse, given
        )
        return answer

    def list(
        self,
        *,
        workspace_id: str | None = None,
        current_page: int | None = None,
        page_size: int | None = None,
        search: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> models.CollectionList:
        """List collections: `listCollections`.

        Answers one page of collections, the default one among them.

        Args:
            workspace_id: Only what lies in this workspace, given by UUID or slug.
            current_page: Which page to answer, counted from 0.
            page_size: How many items a page holds at most, a count.
            search: Only what bears this text in its name, in either case.
            **options: Options of the call, such as `timeout` and `extra_headers`.
        """
        given = only_options("list", {**options})

        def fetch(current_page: int | None) -> models.CollectionList:
            answer: models.CollectionList = self._caller.call(
                list_collections.request(
                    workspace_id=workspace_id, current_page=current_page, page_size=page_size, search=search
                ),
                list_collections.parse,
                given,
                repeatable=True,
            )
            return answer

        return with_further_pages(fetch, current_page)


class CollectionsRaw(RawResource):
    """`collections.with_raw_response` of a client."""

    create = raw(Collections.create)
    retrieve = raw(Collections.retrieve)
    update = raw(Collections.update)
    delete = raw(Collections.delete)
    list = raw(Collections.list)


class AsyncCollections(AsyncResource):
    """Folders of prompts. In a client: `collections`."""

    @cached_property
    def with_raw_response(self) -> AsyncCollectionsRaw:
        """The same methods, returning the HTTP response with the result in it."""
        return AsyncCollectionsRaw(self)

    async def create(self, **fields: Unpack[CreateCollectionFields]) -> models.CollectionCreated:
        """Create a collection: `createCollection`.

        Makes a collection, at the root or inside another one.

        Args:
            name: A name for people; the slug is made from it. Need not be unique.
            workspace_id: The workspace to put it in, by UUID or slug; left out, the key's own.
            parent_collection_id: The collection to put it in, by UUID or slug; left out, the root.
            **fields: The fields above, further ones, and options of the call, such as `timeout` and `extra_headers`.
        """
        given: dict[str, Any] = {**fields}
        options = take_options(given)
        answer: models.CollectionCreated = await self._caller.call(
            create_collection.request(body=models.CollectionCreate(**given)), create_collection.parse, options
        )
        return answer

    async def retrieve(self, collection_id: str, **options: Unpack[RequestOptions]) -> models.Collection:
        """Read a collection: `retrieveCollection`.

        Answers one collection.

        Args:
            collection_id: A collection's UUID or slug.
            **options: Options of the call, such as `timeout` and `extra_headers`.
        """
        given = only_options("retrieve", {**options})
        answer: models.Collection = await self._caller.call(
            retrieve_collection.request(collection_id), retrieve_collection.parse, given, repeatable=True
        )
        return answer

    async def update(self, collection_id: str, **fields: Unpack[UpdateCollectionFields]) -> models.Acknowledgement:
        """Update a collection: `updateCollection`.

        Renames a collection; its id and slug stay.

        Args:
            collection_id: A collection's UUID or slug.
            name: Its new name for people.
            **fields: The fields above, further ones, and options of the call, such as `timeout` and `extra_headers`.
        """
        given: dict[str, Any] = {**fields}
        options = take_options(given)
        answer: models.Acknowledgement = await self._caller.call(
            update_collection.request(collection_id, body=models.CollectionUpdate(**given)),
            update_collection.parse,
            options,
        )
        return answer

    async def delete(self, collection_id: str, **options: Unpack[RequestOptions]) -> models.Acknowledgement:
        """Delete a collection: `deleteCollection`.

        Removes an empty collection; one that still holds prompts, partials or collections answers 409.

        Args:
            collection_id: A collection's UUID or slug.
            **options: Options of the call, such as `timeout` and `extra_headers`.
        """
        given = only_options("delete", {**options})
        answer: models.Acknowledgement = await self._caller.call(
            delete_collection.request(collection_id), delete_collection.parse, given
        )
        return answer

    async def list(
        self,
        *,
        workspace_id: str | None = None,
        current_page: int | None = None,
        page_size: int | None = None,
        search: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> models.CollectionList:
        """List collections: `listCollections`.

        Answers one page of collections, the default one among them.

        Args:
            workspace_id: Only what lies in this workspace, given by UUID or slug.
            current_page: Which page to answer, counted from 0.
            page_size: How many items a page holds at most, a count.
            search: Only what bears this text in its name, in either case.
            **options: Options of the call, such as `timeout` and `extra_headers`.
        """
        given = only_options("list", {**options})

        async def fetch(current_page: int | None) -> models.CollectionList:
            answer: models.CollectionList = await self._caller.call(
                list_collections.request(
                    workspace_id=workspace_id, current_page=current_page, page_size=page_size, search=search
                ),
                list_collections.parse,
                given,
                repeatable=True,
            )
            return answer

        return await async_with_further_pages(fetch, current_page)


class AsyncCollectionsRaw(RawResource):
    """`collections.with_raw_response` of a client."""

    create = async_raw(AsyncCollections.create)
    retrieve = async_raw(AsyncCollections.retrieve)
    update = async_raw(AsyncCollections.update)
    delete = async_raw(AsyncCollections.delete)
    list = async_raw(AsyncCollections.list)
