# Compiled from openapi.yaml by `make generate`. Do not edit.
"""Pieces of template that several prompts share."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

from .. import models
from ..api.partials import (
    create_prompt_partial,
    delete_prompt_partial,
    list_prompt_partials,
    publish_prompt_partial,
    retrieve_prompt_partial,
    update_prompt_partial,
)
from ..calls import AsyncResource, Resource, one_of, only_options, take_options
from ..raw import RawResource, async_raw, raw

if TYPE_CHECKING:
    from ..options import RequestOptions
    from .prompt_partial_versions import (
        AsyncPromptPartialVersions,
        AsyncPromptPartialVersionsRaw,
        PromptPartialVersions,
        PromptPartialVersionsRaw,
    )

    class CreatePromptPartialFields(models.PromptPartialCreateParams, RequestOptions, total=False):
        """What `create` takes: the fields of PromptPartialCreate, and options of the call."""

    class UpdatePromptPartialFields(models.PromptPartialUpdateParams, RequestOptions, total=False):
        """What `update` takes: the fields of PromptPartialUpdate, and options of the call."""

    class PublishPromptPartialFields(models.PublicationParams, RequestOptions, total=False):
        """What `publish` takes: the fields of Publication, and options of the call."""
else:  # which keywords there are is for type checkers only: making the types would take longer than all else here
    RequestOptions = dict
    CreatePromptPartialFields = dict
    UpdatePromptPartialFields = dict
    PublishPromptPartialFields = dict
    AsyncPromptPartialVersions = AsyncPromptPartialVersionsRaw = PromptPartialVersions = PromptPartialVersionsRaw = (
        object
    )


class PromptPartials(Resource):
    """Pieces of template that several prompts share. In a client: `prompts.partials`."""

    @cached_property
    def with_raw_response(self) -> PromptPartialsRaw:
        """The same methods, returning the HTTP response with the result in it."""
        return PromptPartialsRaw(self)

    @cached_property
    def versions(self) -> PromptPartialVersions:
        """What concerns `prompts.partials.versions`."""
        from .prompt_partial_versions import PromptPartialVersions

        return PromptPartialVersions(self._caller)

    def create(self, **fields: Unpack[CreatePromptPartialFields]) -> models.PromptPartialCreated:
        """Create a partial: `createPromptPartial`.

        Makes a partial; its version 1 is published at once.

        Args:
            name: A name for people; the slug is made from it. Need not be unique.
            string: The template.
            collection_id: The collection to put it in, by UUID or slug; left out, the default one.
            workspace_id: The workspace to put it in, by UUID or slug; left out, the key's own.
            version_description: What is new in the version, for people.
            **fields: The fields above, further ones, and options of the call, such as `timeout` and `extra_headers`.
        """
        given: dict[str, Any] = {**fields}
        options = take_options(given)
        answer: models.PromptPartialCreated = self._caller.call(
            create_prompt_partial.request(body=models.PromptPartialCreate(**given)),
            create_prompt_partial.parse,
            options,
        )
        return answer

    def retrieve(
        self,
        partial_id: str | None = None,
        *,
        partial_slug: str | None = None,
        version: int | str | None = None,
        **options: Unpack[RequestOptions],
    ) -> models.PromptPartial:
        """Read a partial: `retrievePromptPartial`.

        Answers the version that the reference or the query names, else the published one.

        Args:
            partial_id: A partial's slug or UUID, optionally followed by `@` and a version number or `latest`.
            partial_slug: another name for `partial_id`.
            version: Which version to answer - its number, from 1, `latest`, or `default` for the published one; left
                out, the reference decides.
            **options: Options of the call, such as `timeout` and `extra_headers`.
        """
        partial_id = one_of("partial_id", partial_id, "partial_slug", partial_slug)
        given = only_options("retrieve", {**options})
        answer: models.PromptPartial = self._caller.call(
            retrieve_prompt_partial.request(partial_id, version=version),
            retrieve_prompt_partial.parse,
            given,
            repeatable=True,
        )
        return answer

    def update(
        self,
        partial_id: str | None = None,
        *,
        partial_slug: str | None = None,
        **fields: Unpack[UpdatePromptPartialFields],
    ) -> models.PromptPartialUpdated:
        """Update a partial: `updatePromptPartial`.

        A new `string` makes a new version, which is not published; a description alone changes the latest
        version's in place; the other fields change the partial itself. Null is the same as left out.

        Args:
            partial_id: A partial's slug or UUID, optionally followed by `@` and a version number or `latest`.
            partial_slug: another name for `partial_id`.
            name: A new name for people; the slug stays.
            string: The template of a new version.
            version_description: What is new in the version, for people.
            description: Another spelling of version_description, which wins where both are given.
            status: The partial's new state, such as active or archived.
            **fields: The fields above, further ones, and options of the call, such as `timeout` and `extra_headers`.
        """
        partial_id = one_of("partial_id", partial_id, "partial_slug", partial_slug)
        given: dict[str, Any] = {**fields}
        options = take_options(given)
        answer: models.PromptPartialUpdated = self._caller.call(
            update_prompt_partial.request(partial_id, body=models.PromptPartialUpdate(**given)),
            update_prompt_partial.parse,
            options,
        )
        return answer

    def delete(
        self,
        partial_id: str | None = None,
        *,
        partial_slug: str | None = None,
        force: bool | None = None,
        **options: Unpack[RequestOptions],
    ) -> models.Acknowledgement:
        """Delete a partial: `deletePromptPartial`.

        Removes a partial with all of its versions. While templates include it - published, latest or labelled
        versions of prompts, published or latest ones of other partials - it is refused, unless it is forced;
        those templates no longer render then.

        Args:
            partial_id: A partial's slug or UUID, optionally followed by `@` and a version number or `latest`.
            partial_slug: another name for `partial_id`.
            force: Whether it is deleted although templates include it; left out, it is not.
            **options: Options of the call, such as `timeout` and `extra_headers`.
        """
        partial_id = one_of("partial_id", partial_id, "partial_slug", partial_slug)
        given = only_options("delete", {**options})
        answer: models.Acknowledgement = self._caller.call(
            delete_prompt_partial.request(partial_id, force=force), delete_prompt_partial.parse, given
        )
        return answer

    def publish(
        self,
        partial_id: str | None = None,
        *,
        partial_slug: str | None = None,
        **fields: Unpack[PublishPromptPartialFields],
    ) -> models.Acknowledgement:
        """Publish a partial's version: `publishPromptPartial`.

        Makes one version the one that templates include without `@`. May be repeated.

        Args:
            partial_id: A partial's slug or UUID, optionally followed by `@` and a version number or `latest`.
            partial_slug: another name for `partial_id`.
            version: The version's number, from 1.
            **fields: The fields above, further ones, and options of the call, such as `timeout` and `extra_headers`.
        """
        partial_id = one_of("partial_id", partial_id, "partial_slug", partial_slug)
        given: dict[str, Any] = {**fields}
        options = take_options(given)
        answer: models.Acknowledgement = self._caller.call(
            publish_prompt_partial.request(partial_id, body=models.Publication(**given)),
            publish_prompt_partial.parse,
            options,
            repeatable=True,
        )
        return answer

    def list(
        self, *, collection_id: str | None = None, workspace_id: str | None = None, **options: Unpack[RequestOptions]
    ) -> models.PromptPartialList:
        """List partials: `listPromptPartials`.

        Answers the partials with the text of their published versions, the newest first.

        Args:
            collection_id: Only what lies in this collection, given by UUID or slug.
            workspace_id: Only what lies in this workspace, given by UUID or slug.
            **options: Options of the call, such as `timeout` and `extra_headers`.
        """
        given = only_options("list", {**options})
        answer: models.PromptPartialList = self._caller.call(
            list_prompt_partials.request(collection_id=collection_id, workspace_id=workspace_id),
            list_prompt_partials.parse,
            given,
            repeatable=True,
        )
        return answer


class PromptPartialsRaw(RawResource):
    """`prompts.partials.with_raw_response` of a client."""

    @cached_property
    def versions(self) -> PromptPartialVersionsRaw:
        """What concerns `prompts.partials.versions`."""
        answer: PromptPartialVersionsRaw = self._resource.versions.with_raw_response
        return answer

    create = raw(PromptPartials.create)
    retrieve = raw(PromptPartials.retrieve)
    update = raw(PromptPartials.update)
    delete = raw(PromptPartials.delete)
    publish = raw(PromptPartials.publish)
    list = raw(PromptPartials.list)


class AsyncPromptPartials(AsyncResource):
    """Pieces of template that several prompts share. In a client: `prompts.partials`."""

    @cached_property
    def with_raw_response(self) -> AsyncPromptPartialsRaw:
        """The same methods, returning the HTTP response with the result in it."""
        return AsyncPromptPartialsRaw(self)

    @cached_property
    def versions(self) -> AsyncPromptPartialVersions:
        """What concerns `prompts.partials.versions`."""
        from .prompt_partial_versions import AsyncPromptPartialVersions

        return AsyncPromptPartialVersions(self._caller)

    async def create(self, **fields: Unpack[CreatePromptPartialFields]) -> models.PromptPartialCreated:
        """Create a partial: `createPromptPartial`.

        Makes a partial; its version 1 is published at once.

        Args:
            name: A name for people; the slug is made from it. Need not be unique.
            string: The template.
            collection_id: The collection to put it in, by UUID or slug; left out, the default one.
            workspace_id: The workspace to put it in, by UUID or slug; left out, the key's own.
            version_description: What is new in the version, for people.
            **fields: The fields above, further ones, and options of the call, such as `timeout` and `extra_headers`.
        """
        given: dict[str, Any] = {**fields}
        options = take_options(given)
        answer: models.PromptPartialCreated = await self._caller.call(
            create_prompt_partial.request(body=models.PromptPartialCreate(**given)),
            create_prompt_partial.parse,
            options,
        )
        return answer

    async def retrieve(
        self,
        partial_id: str | None = None,
        *,
        partial_slug: str | None = None,
        version: int | str | None = None,
        **options: Unpack[RequestOptions],
    ) -> models.PromptPartial:
        """Read a partial: `retrievePromptPartial`.

        Answers the version that the reference or the query names, else the published one.

        Args:
            partial_id: A partial's slug or UUID, optionally followed by `@` and a version number or `latest`.
            partial_slug: another name for `partial_id`.
            version: Which version to answer - its number, from 1, `latest`, or `default` for the published one; left
                out, the reference decides.
            **options: Options of the call, such as `timeout` and `extra_headers`.
        """
        partial_id = one_of("partial_id", partial_id, "partial_slug", partial_slug)
        given = only_options("retrieve", {**options})
        answer: models.PromptPartial = await self._caller.call(
            retrieve_prompt_partial.request(partial_id, version=version),
            retrieve_prompt_partial.parse,
            given,
            repeatable=True,
        )
        return answer

    async def update(
        self,
        partial_id: str | None = None,
        *,
        partial_slug: str | None = None,
        **fields: Unpack[UpdatePromptPartialFields],
    ) -> models.PromptPartialUpdated:
        """Update a partial: `updatePromptPartial`.

        A new `string` makes a new version, which is not published; a description alone changes the latest
        version's in place; the other fields change the partial itself. Null is the same as left out.

        Args:
            partial_id: A partial's slug or UUID, optionally followed by `@` and a version number or `latest`.
            partial_slug: another name for `partial_id`.
            name: A new name for people; the slug stays.
            string: The template of a new version.
            version_description: What is new in the version, for people.
            description: Another spelling of version_description, which wins where both are given.
            status: The partial's new state, such as active or archived.
            **fields: The fields above, further ones, and options of the call, such as `timeout` and `extra_headers`.
        """
        partial_id = one_of("partial_id", partial_id, "partial_slug", partial_slug)
        given: dict[str, Any] = {**fields}
        options = take_options(given)
        answer: models.PromptPartialUpdated = await self._caller.call(
            update_prompt_partial.request(partial_id, body=models.PromptPartialUpdate(**given)),
            update_prompt_partial.parse,
            options,
        )
        return answer

    async def delete(
        self,
        partial_id: str | None = None,
        *,
        partial_slug: str | None = None,
        force: bool | None = None,
        **options: Unpack[RequestOptions],
    ) -> models.Acknowledgement:
        """Delete a partial: `deletePromptPartial`.

        Removes a partial with all of its versions. While templates include it - published, latest or labelled
        versions of prompts, published or latest ones of other partials - it is refused, unless it is forced;
        those templates no longer render then.

        Args:
            partial_id: A partial's slug or UUID, optionally followed by `@` and a version number or `latest`.
            partial_slug: another name for `partial_id`.
            force: Whether it is deleted although templates include it; left out, it is not.
            **options: Options of the call, such as `timeout` and `extra_headers`.
        """
        partial_id = one_of("partial_id", partial_id, "partial_slug", partial_slug)
        given = only_options("delete", {**options})
        answer: models.Acknowledgement = await self._caller.call(
            delete_prompt_partial.request(partial_id, force=force), delete_prompt_partial.parse, given
        )
        return answer

    async def publish(
        self,
        partial_id: str | None = None,
        *,
        partial_slug: str | None = None,
        **fields: Unpack[PublishPromptPartialFields],
    ) -> models.Acknowledgement:
        """Publish a partial's version: `publishPromptPartial`.

        Makes one version the one that templates include without `@`. May be repeated.

        Args:
            partial_id: A partial's slug or UUID, optionally followed by `@` and a version number or `latest`.
            partial_slug: another name for `partial_id`.
            version: The version's number, from 1.
            **fields: The fields above, further ones, and options of the call, such as `timeout` and `extra_headers`.
        """
        partial_id = one_of("partial_id", partial_id, "partial_slug", partial_slug)
        given: dict[str, Any] = {**fields}
        options = take_options(given)
        answer: models.Acknowledgement = await self._caller.call(
            publish_prompt_partial.request(partial_id, body=models.Publication(**given)),
            publish_prompt_partial.parse,
            options,
            repeatable=True,
        )
        return answer

    async def list(
        self, *, collection_id: str | None = None, workspace_id: str | None = None, **options: Unpack[RequestOptions]
    ) -> models.PromptPartialList:
        """List partials: `listPromptPartials`.

        Answers the partials with the text of their published versions, the newest first.

        Args:
            collection_id: Only what lies in this collection, given by UUID or slug.
            workspace_id: Only what lies in this workspace, given by UUID or slug.
            **options: Options of the call, such as `timeout` and `extra_headers`.
        """
        given = only_options("list", {**options})
        answer: models.PromptPartialList = await self._caller.call(
            list_prompt_partials.request(collection_id=collection_id, workspace_id=workspace_id),
            list_prompt_partials.parse,
            given,
            repeatable=True,
        )
        return answer


class AsyncPromptPartialsRaw(RawResource):
    """`prompts.partials.with_raw_response` of a client."""

    @cached_property
    def versions(self) -> AsyncPromptPartialVersionsRaw:
        """What concerns `prompts.partials.versions`."""
        answer: AsyncPromptPartialVersionsRaw = self._resource.versions.with_raw_response
        return answer

    create = async_raw(AsyncPromptPartials.create)
    retrieve = async_raw(AsyncPromptPartials.retrieve)
    update = async_raw(AsyncPromptPartials.update)
    delete = async_raw(AsyncPromptPartials.delete)
    publish = async_raw(AsyncPromptPartials.publish)
    list = async_raw(AsyncPromptPartials.list)
