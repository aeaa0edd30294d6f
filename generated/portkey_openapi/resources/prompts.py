# Compiled from openapi.yaml by `make generate`. Do not edit.
"""Write, read, render and run prompts."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

from .. import models
from ..api.prompts import create_prompt, delete_prompt, list_prompts, publish_prompt, retrieve_prompt, update_prompt
from ..calls import (
    AsyncResource,
    Resource,
    async_with_further_pages,
    one_of,
    only_options,
    take_options,
    with_further_pages,
)
from ..raw import RawResource, async_raw, raw

if TYPE_CHECKING:
    from ..options import RequestOptions
    from .prompt_completions import (
        AsyncPromptCompletions,
        AsyncPromptCompletionsRaw,
        PromptCompletions,
        PromptCompletionsRaw,
    )
    from .prompt_partials import AsyncPromptPartials, AsyncPromptPartialsRaw, PromptPartials, PromptPartialsRaw
    from .prompt_versions import AsyncPromptVersions, AsyncPromptVersionsRaw, PromptVersions, PromptVersionsRaw

    class CreatePromptFields(models.PromptCreateParams, RequestOptions, total=False):
        """What `create` takes: the fields of PromptCreate, and options of the call."""

    class UpdatePromptFields(models.PromptUpdateParams, RequestOptions, total=False):
        """What `update` takes: the fields of PromptUpdate, and options of the call."""

    class PublishPromptFields(models.PublicationParams, RequestOptions, total=False):
        """What `publish` takes: the fields of Publication, and options of the call."""
else:  # which keywords there are is for type checkers only: making the types would take longer than all else here
    RequestOptions = dict
    CreatePromptFields = dict
    UpdatePromptFields = dict
    PublishPromptFields = dict
    AsyncPromptCompletions = AsyncPromptCompletionsRaw = PromptCompletions = PromptCompletionsRaw = object
    AsyncPromptVersions = AsyncPromptVersionsRaw = PromptVersions = PromptVersionsRaw = object
    AsyncPromptPartials = AsyncPromptPartialsRaw = PromptPartials = PromptPartialsRaw = object


class Prompts(Resource):
    """Write, read, render and run prompts. In a client: `prompts`.

    No method here sends renderPrompt: a client's `call` does.
    """

    @cached_property
    def with_raw_response(self) -> PromptsRaw:
        """The same methods, returning the HTTP response with the result in it."""
        return PromptsRaw(self)

    @cached_property
    def completions(self) -> PromptCompletions:
        """What concerns `prompts.completions`."""
        from .prompt_completions import PromptCompletions

        return PromptCompletions(self._caller)

    @cached_property
    def versions(self) -> PromptVersions:
        """The numbered, immutable versions of a prompt, and the labels that they bear."""
        from .prompt_versions import PromptVersions

        return PromptVersions(self._caller)

    @cached_property
    def partials(self) -> PromptPartials:
        """Pieces of template that several prompts share."""
        from .prompt_partials import PromptPartials

        return PromptPartials(self._caller)

    def create(self, **fields: Unpack[CreatePromptFields]) -> models.PromptCreated:
        """Create a prompt: `createPrompt`.

        Makes a prompt; its version 1 is published at once.

        Args:
            name: A name for people; the slug is made from it. Need not be unique.
            collection_id: The collection to put it in, by UUID or slug.
            string: The template - of a chat prompt a JSON array of messages, of a text prompt plain text.
            parameters: Model settings, and defaults of the template's variables by name.
            virtual_key: Which provider and key run it, where the call names none.
            model: The model that runs it, where the call names none.
            functions: The older form of tools.
            tools: Tools that the model may call, as the provider describes them.
            tool_choice: Whether or which tool must be called, a word or an object that names one.
            version_description: What is new in the version, for people.
            template_metadata: Notes on the template; `template_type` says chat or completion.
            is_raw_template: 1 where the whole text is rendered before its JSON is read, else 0.
            **fields: The fields above, further ones, and options of the call, such as `timeout` and `extra_headers`.
        """
        given: dict[str, Any] = {**fields}
        options = take_options(given)
        answer: models.PromptCreated = self._caller.call(
            create_prompt.request(body=models.PromptCreate(**given)), create_prompt.parse, options
        )
        return answer

    def retrieve(
        self,
        prompt_id: str | None = None,
        *,
        prompt_slug: str | None = None,
        version: int | str | None = None,
        **options: Unpack[RequestOptions],
    ) -> models.PromptDetail:
        """Read a prompt: `retrievePrompt`.

        Answers the version that the reference or the query names, else the published one.

        Args:
            prompt_id: A prompt's slug or UUID, optionally followed by `@` and a version number, `latest` or a label.
            prompt_slug: another name for `prompt_id`.
            version: Which version to answer - its number, from 1, `latest`, or `default` for the published one; left
                out, the reference decides.
            **options: Options of the call, such as `timeout` and `extra_headers`.
        """
        prompt_id = one_of("prompt_id", prompt_id, "prompt_slug", prompt_slug)
        given = only_options("retrieve", {**options})
        answer: models.PromptDetail = self._caller.call(
            retrieve_prompt.request(prompt_id, version=version), retrieve_prompt.parse, given, repeatable=True
        )
        return answer

    def update(
        self, prompt_id: str | None = None, *, prompt_slug: str | None = None, **fields: Unpack[UpdatePromptFields]
    ) -> models.PromptUpdated:
        """Update a prompt: `updatePrompt`.

        A content field (anything but `name`, `collection_id`, `virtual_key` and `version_description`) makes a
        new version, which is not published. Without one no version is made: a name or a collection changes the
        prompt itself, a `virtual_key` or `version_description` the latest version in place, whose number and id
        stay. Null is the same as left out. What a new version leaves out has its default; a template that is
        left out is the latest version's, with what says how it is read (`is_raw_template`, `prompt_metadata`).

        Args:
            prompt_id: A prompt's slug or UUID, optionally followed by `@` and a version number, `latest` or a label.
            prompt_slug: another name for `prompt_id`.
            name: A new name for people; the slug stays.
            collection_id: The collection to move it to, by UUID or slug.
            patch: Whether the new version takes over from the latest what is left out here.
            string: The template - of a chat prompt a JSON array of messages, of a text prompt plain text.
            parameters: Model settings, and defaults of the template's variables by name.
            virtual_key: Which provider and key run it, where the call names none.
            model: The model that runs it, where the call names none.
            functions: The older form of tools.
            tools: Tools that the model may call, as the provider describes them.
            tool_choice: Whether or which tool must be called, a word or an object that names one.
            version_description: What is new in the version, for people.
            prompt_metadata: Notes on the template, as template_metadata on create.
            template_metadata: Another spelling of prompt_metadata, which wins where both are given.
            is_raw_template: 1 where the whole text is rendered before its JSON is read, else 0.
            **fields: The fields above, further ones, and options of the call, such as `timeout` and `extra_headers`.
        """
        prompt_id = one_of("prompt_id", prompt_id, "prompt_slug", prompt_slug)
        given: dict[str, Any] = {**fields}
        options = take_options(given)
        answer: models.PromptUpdated = self._caller.call(
            update_prompt.request(prompt_id, body=models.PromptUpdate(**given)), update_prompt.parse, options
        )
        return answer

    def delete(
        self, prompt_id: str | None = None, *, prompt_slug: str | None = None, **options: Unpack[RequestOptions]
    ) -> models.Acknowledgement:
        """Delete a prompt: `deletePrompt`.

        Removes a prompt with all of its versions.

        Args:
            prompt_id: A prompt's slug or UUID, optionally followed by `@` and a version number, `latest` or a label.
            prompt_slug: another name for `prompt_id`.
            **options: Options of the call, such as `timeout` and `extra_headers`.
        """
        prompt_id = one_of("prompt_id", prompt_id, "prompt_slug", prompt_slug)
        given = only_options("delete", {**options})
        answer: models.Acknowledgement = self._caller.call(delete_prompt.request(prompt_id), delete_prompt.parse, given)
        return answer

    def publish(
        self, prompt_id: str | None = None, *, prompt_slug: str | None = None, **fields: Unpack[PublishPromptFields]
    ) -> models.Acknowledgement:
        """Publish a version: `publishPrompt`.

        Makes one version the answer to the reference without `@`. May be repeated.

        Args:
            prompt_id: A prompt's slug or UUID, optionally followed by `@` and a version number, `latest` or a label.
            prompt_slug: another name for `prompt_id`.
            version: The version's number, from 1.
            **fields: The fields above, further ones, and options of the call, such as `timeout` and `extra_headers`.
        """
        prompt_id = one_of("prompt_id", prompt_id, "prompt_slug", prompt_slug)
        given: dict[str, Any] = {**fields}
        options = take_options(given)
        answer: models.Acknowledgement = self._caller.call(
            publish_prompt.request(prompt_id, body=models.Publication(**given)),
            publish_prompt.parse,
            options,
            repeatable=True,
        )
        return answer

    def list(
        self,
        *,
        collection_id: str | None = None,
        workspace_id: str | None = None,
        current_page: int | None = None,
        page_size: int | None = None,
        search: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> models.PromptList:
        """List prompts: `listPrompts`.

        Answers one page of prompts, the newest first, without their templates.

        Args:
            collection_id: Only what lies in this collection, given by UUID or slug.
            workspace_id: Only what lies in this workspace, given by UUID or slug.
            current_page: Which page to answer, counted from 0.
            page_size: How many items a page holds at most, a count.
            search: Only what bears this text in its name, in either case.
            **options: Options of the call, such as `timeout` and `extra_headers`.
        """
        given = only_options("list", {**options})

        def fetch(current_page: int | None) -> models.PromptList:
            answer: models.PromptList = self._caller.call(
                list_prompts.request(
                    collection_id=collection_id,
                    workspace_id=workspace_id,
                    current_page=current_page,
                    page_size=page_size,
                    search=search,
                ),
                list_prompts.parse,
                given,
                repeatable=True,
            )
            return answer

        return with_further_pages(fetch, current_page)


class PromptsRaw(RawResource):
    """`prompts.with_raw_response` of a client."""

    @cached_property
    def completions(self) -> PromptCompletionsRaw:
        """What concerns `prompts.completions`."""
        answer: PromptCompletionsRaw = self._resource.completions.with_raw_response
        return answer

    @cached_property
    def versions(self) -> PromptVersionsRaw:
        """The numbered, immutable versions of a prompt, and the labels that they bear."""
        answer: PromptVersionsRaw = self._resource.versions.with_raw_response
        return answer

    @cached_property
    def partials(self) -> PromptPartialsRaw:
        """Pieces of template that several prompts share."""
        answer: PromptPartialsRaw = self._resource.partials.with_raw_response
        return answer

    create = raw(Prompts.create)
    retrieve = raw(Prompts.retrieve)
    update = raw(Prompts.update)
    delete = raw(Prompts.delete)
    publish = raw(Prompts.publish)
    list = raw(Prompts.list)


class AsyncPrompts(AsyncResource):
    """Write, read, render and run prompts. In a client: `prompts`.

    No method here sends renderPrompt: a client's `call` does.
    """

    @cached_property
    def with_raw_response(self) -> AsyncPromptsRaw:
        """The same methods, returning the HTTP response with the result in it."""
        return AsyncPromptsRaw(self)

    @cached_property
    def completions(self) -> AsyncPromptCompletions:
        """What concerns `prompts.completions`."""
        from .prompt_completions import AsyncPromptCompletions

        return AsyncPromptCompletions(self._caller)

    @cached_property
    def versions(self) -> AsyncPromptVersions:
        """The numbered, immutable versions of a prompt, and the labels that they bear."""
        from .prompt_versions import AsyncPromptVersions

        return AsyncPromptVersions(self._caller)

    @cached_property
    def partials(self) -> AsyncPromptPartials:
        """Pieces of template that several prompts share."""
        from .prompt_partials import AsyncPromptPartials

        return AsyncPromptPartials(self._caller)

    async def create(self, **fields: Unpack[CreatePromptFields]) -> models.PromptCreated:
        """Create a prompt: `createPrompt`.

        Makes a prompt; its version 1 is published at once.

        Args:
            name: A name for people; the slug is made from it. Need not be unique.
            collection_id: The collection to put it in, by UUID or slug.
            string: The template - of a chat prompt a JSON array of messages, of a text prompt plain text.
            parameters: Model settings, and defaults of the template's variables by name.
            virtual_key: Which provider and key run it, where the call names none.
            model: The model that runs it, where the call names none.
            functions: The older form of tools.
            tools: Tools that the model may call, as the provider describes them.
            tool_choice: Whether or which tool must be called, a word or an object that names one.
            version_description: What is new in the version, for people.
            template_metadata: Notes on the template; `template_type` says chat or completion.
            is_raw_template: 1 where the whole text is rendered before its JSON is read, else 0.
            **fields: The fields above, further ones, and options of the call, such as `timeout` and `extra_headers`.
        """
        given: dict[str, Any] = {**fields}
        options = take_options(given)
        answer: models.PromptCreated = await self._caller.call(
            create_prompt.request(body=models.PromptCreate(**given)), create_prompt.parse, options
        )
        return answer

    async def retrieve(
        self,
        prompt_id: str | None = None,
        *,
        prompt_slug: str | None = None,
        version: int | str | None = None,
        **options: Unpack[RequestOptions],
    ) -> models.PromptDetail:
        """Read a prompt: `retrievePrompt`.

        Answers the version that the reference or the query names, else the published one.

        Args:
            prompt_id: A prompt's slug or UUID, optionally followed by `@` and a version number, `latest` or a label.
            prompt_slug: another name for `prompt_id`.
            version: Which version to answer - its number, from 1, `latest`, or `default` for the published one; left
                out, the reference decides.
            **options: Options of the call, such as `timeout` and `extra_headers`.
        """
        prompt_id = one_of("prompt_id", prompt_id, "prompt_slug", prompt_slug)
        given = only_options("retrieve", {**options})
        answer: models.PromptDetail = await self._caller.call(
            retrieve_prompt.request(prompt_id, version=version), retrieve_prompt.parse, given, repeatable=True
        )
        return answer

    async def update(
        self, prompt_id: str | None = None, *, prompt_slug: str | None = None, **fields: Unpack[UpdatePromptFields]
    ) -> models.PromptUpdated:
        """Update a prompt: `updatePrompt`.

        A content field (anything but `name`, `collection_id`, `virtual_key` and `version_description`) makes a
        new version, which is not published. Without one no version is made: a name or a collection changes the
        prompt itself, a `virtual_key` or `version_description` the latest version in place, whose number and id
        stay. Null is the same as left out. What a new version leaves out has its default; a template that is
        left out is the latest version's, with what says how it is read (`is_raw_template`, `prompt_metadata`).

        Args:
            prompt_id: A prompt's slug or UUID, optionally followed by `@` and a version number, `latest` or a label.
            prompt_slug: another name for `prompt_id`.
            name: A new name for people; the slug stays.
            collection_id: The collection to move it to, by UUID or slug.
            patch: Whether the new version takes over from the latest what is left out here.
            string: The template - of a chat prompt a JSON array of messages, of a text prompt plain text.
            parameters: Model settings, and defaults of the template's variables by name.
            virtual_key: Which provider and key run it, where the call names none.
            model: The model that runs it, where the call names none.
            functions: The older form of tools.
            tools: Tools that the model may call, as the provider describes them.
            tool_choice: Whether or which tool must be called, a word or an object that names one.
            version_description: What is new in the version, for people.
            prompt_metadata: Notes on the template, as template_metadata on create.
            template_metadata: Another spelling of prompt_metadata, which wins where both are given.
            is_raw_template: 1 where the whole text is rendered before its JSON is read, else 0.
            **fields: The fields above, further ones, and options of the call, such as `timeout` and `extra_headers`.
        """
        prompt_id = one_of("prompt_id", prompt_id, "prompt_slug", prompt_slug)
        given: dict[str, Any] = {**fields}
        options = take_options(given)
        answer: models.PromptUpdated = await self._caller.call(
            update_prompt.request(prompt_id, body=models.PromptUpdate(**given)), update_prompt.parse, options
        )
        return answer

    async def delete(
        self, prompt_id: str | None = None, *, prompt_slug: str | None = None, **options: Unpack[RequestOptions]
    ) -> models.Acknowledgement:
        """Delete a prompt: `deletePrompt`.

        Removes a prompt with all of its versions.

        Args:
            prompt_id: A prompt's slug or UUID, optionally followed by `@` and a version number, `latest` or a label.
            prompt_slug: another name for `prompt_id`.
            **options: Options of the call, such as `timeout` and `extra_headers`.
        """
        prompt_id = one_of("prompt_id", prompt_id, "prompt_slug", prompt_slug)
        given = only_options("delete", {**options})
        answer: models.Acknowledgement = await self._caller.call(
            delete_prompt.request(prompt_id), delete_prompt.parse, given
        )
        return answer

    async def publish(
        self, prompt_id: str | None = None, *, prompt_slug: str | None = None, **fields: Unpack[PublishPromptFields]
    ) -> models.Acknowledgement:
        """Publish a version: `publishPrompt`.

        Makes one version the answer to the reference without `@`. May be repeated.

        Args:
            prompt_id: A prompt's slug or UUID, optionally followed by `@` and a version number, `latest` or a label.
            prompt_slug: another name for `prompt_id`.
            version: The version's number, from 1.
            **fields: The fields above, further ones, and options of the call, such as `timeout` and `extra_headers`.
        """
        prompt_id = one_of("prompt_id", prompt_id, "prompt_slug", prompt_slug)
        given: dict[str, Any] = {**fields}
        options = take_options(given)
        answer: models.Acknowledgement = await self._caller.call(
            publish_prompt.request(prompt_id, body=models.Publication(**given)),
            publish_prompt.parse,
            options,
            repeatable=True,
        )
        return answer

    async def list(
        self,
        *,
        collection_id: str | None = None,
        workspace_id: str | None = None,
        current_page: int | None = None,
        page_size: int | None = None,
        search: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> models.PromptList:
        """List prompts: `listPrompts`.

        Answers one page of prompts, the newest first, without their templates.

        Args:
            collection_id: Only what lies in this collection, given by UUID or slug.
            workspace_id: Only what lies in this workspace, given by UUID or slug.
            current_page: Which page to answer, counted from 0.
            page_size: How many items a page holds at most, a count.
            search: Only what bears this text in its name, in either case.
            **options: Options of the call, such as `timeout` and `extra_headers`.
        """
        given = only_options("list", {**options})

        async def fetch(current_page: int | None) -> models.PromptList:
            answer: models.PromptList = await self._caller.call(
                list_prompts.request(
                    collection_id=collection_id,
                    workspace_id=workspace_id,
                    current_page=current_page,
                    page_size=page_size,
                    search=search,
                ),
                list_prompts.parse,
                given,
                repeatable=True,
            )
            return answer

        return await async_with_further_pages(fetch, current_page)


class AsyncPromptsRaw(RawResource):
    """`prompts.with_raw_response` of a client."""

    @cached_property
    def completions(self) -> AsyncPromptCompletionsRaw:
        """What concerns `prompts.completions`."""
        answer: AsyncPromptCompletionsRaw = self._resource.completions.with_raw_response
        return answer

    @cached_property
    def versions(self) -> AsyncPromptVersionsRaw:
        """The numbered, immutable versions of a prompt, and the labels that they bear."""
        answer: AsyncPromptVersionsRaw = self._resource.versions.with_raw_response
        return answer

    @cached_property
    def partials(self) -> AsyncPromptPartialsRaw:
        """Pieces of template that several prompts share."""
        answer: AsyncPromptPartialsRaw = self._resource.partials.with_raw_response
        return answer

    create = async_raw(AsyncPrompts.create)
    retrieve = async_raw(AsyncPrompts.retrieve)
    update = async_raw(AsyncPrompts.update)
    delete = async_raw(AsyncPrompts.delete)
    publish = async_raw(AsyncPrompts.publish)
    list = async_raw(AsyncPrompts.list)
