# Compiled from openapi.yaml by `make generate`. Do not edit.
"""The numbered, immutable versions of a prompt, and the labels that they bear."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

from .. import models
from ..api.versions import list_prompt_versions, retrieve_prompt_version, update_prompt_version
from ..calls import AsyncResource, Resource, needed, one_of, only_options, take_options
from ..raw import RawResource, async_raw, raw

if TYPE_CHECKING:
    from ..options import RequestOptions

    class UpdatePromptVersionFields(models.PromptVersionUpdateParams, RequestOptions, total=False):
        """What `update` takes: the fields of PromptVersionUpdate, and options of the call."""
else:  # which keywords there are is for type checkers only: making the types would take longer than all else here
    RequestOptions = dict
    UpdatePromptVersionFields = dict


class PromptVersions(Resource):
    """The numbered, immutable versions of a prompt, and the labels that they bear. In a client: `prompts.versions`."""

    @cached_property
    def with_raw_response(self) -> PromptVersionsRaw:
        """The same methods, returning the HTTP response with the result in it."""
        return PromptVersionsRaw(self)

    def retrieve(
        self,
        prompt_id: str | None = None,
        version_id: str | None = None,
        *,
        prompt_slug: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> models.PromptDetail:
        """Read a version: `retrievePromptVersion`.

        Answers the prompt with the content of one version.

        Args:
            prompt_id: A prompt's slug or UUID, optionally followed by `@` and a version number, `latest` or a label.
            prompt_slug: another name for `prompt_id`.
            version_id: A version's UUID, as lists and create answers give it.
            **options: Options of the call, such as `timeout` and `extra_headers`.
        """
        prompt_id = one_of("prompt_id", prompt_id, "prompt_slug", prompt_slug)
        version_id = needed("version_id", version_id)
        given = only_options("retrieve", {**options})
        answer: models.PromptDetail = self._caller.call(
            retrieve_prompt_version.request(prompt_id, version_id),
            retrieve_prompt_version.parse,
            given,
            repeatable=True,
        )
        return answer

    def update(
        self,
        prompt_id: str | None = None,
        version_id: str | None = None,
        *,
        prompt_slug: str | None = None,
        **fields: Unpack[UpdatePromptVersionFields],
    ) -> models.Acknowledgement:
        """Label a version: `updatePromptVersion`.

        Puts a label on a version, taking it from the prompt's version that bore it; null takes all labels from
        this version. A version's content never changes.

        Args:
            prompt_id: A prompt's slug or UUID, optionally followed by `@` and a version number, `latest` or a label.
            prompt_slug: another name for `prompt_id`.
            version_id: A version's UUID, as lists and create answers give it.
            label_id: The label's UUID; null takes all labels from the version.
            **fields: The fields above, further ones, and options of the call, such as `timeout` and `extra_headers`.
        """
        prompt_id = one_of("prompt_id", prompt_id, "prompt_slug", prompt_slug)
        version_id = needed("version_id", version_id)
        given: dict[str, Any] = {**fields}
        options = take_options(given)
        answer: models.Acknowledgement = self._caller.call(
            update_prompt_version.request(prompt_id, version_id, body=models.PromptVersionUpdate(**given)),
            update_prompt_version.parse,
            options,
        )
        return answer

    def list(
        self, prompt_id: str | None = None, *, prompt_slug: str | None = None, **options: Unpack[RequestOptions]
    ) -> models.PromptVersionList:
        """List a prompt's versions: `listPromptVersions`.

        Answers all versions of a prompt, the newest first.

        Args:
            prompt_id: A prompt's slug or UUID, optionally followed by `@` and a version number, `latest` or a label.
            prompt_slug: another name for `prompt_id`.
            **options: Options of the call, such as `timeout` and `extra_headers`.
        """
        prompt_id = one_of("prompt_id", prompt_id, "prompt_slug", prompt_slug)
        given = only_options("list", {**options})
        answer: models.PromptVersionList = self._caller.call(
            list_prompt_versions.request(prompt_id), list_prompt_versions.parse, given, repeatable=True
        )
        return answer


class PromptVersionsRaw(RawResource):
    """`prompts.versions.with_raw_response` of a client."""

    retrieve = raw(PromptVersions.retrieve)
    update = raw(PromptVersions.update)
    list = raw(PromptVersions.list)


class AsyncPromptVersions(AsyncResource):
    """The numbered, immutable versions of a prompt, and the labels that they bear. In a client: `prompts.versions`."""

    @cached_property
    def with_raw_response(self) -> AsyncPromptVersionsRaw:
        """The same methods, returning the HTTP response with the result in it."""
        return AsyncPromptVersionsRaw(self)

    async def retrieve(
        self,
        prompt_id: str | None = None,
        version_id: str | None = None,
        *,
        prompt_slug: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> models.PromptDetail:
        """Read a version: `retrievePromptVersion`.

        Answers the prompt with the content of one version.

        Args:
            prompt_id: A prompt's slug or UUID, optionally followed by `@` and a version number, `latest` or a label.
            prompt_slug: another name for `prompt_id`.
            version_id: A version's UUID, as lists and create answers give it.
            **options: Options of the call, such as `timeout` and `extra_headers`.
        """
        prompt_id = one_of("prompt_id", prompt_id, "prompt_slug", prompt_slug)
        version_id = needed("version_id", version_id)
        given = only_options("retrieve", {**options})
        answer: models.PromptDetail = await self._caller.call(
            retrieve_prompt_version.request(prompt_id, version_id),
            retrieve_prompt_version.parse,
            given,
            repeatable=True,
        )
        return answer

    async def update(
        self,
        prompt_id: str | None = None,
        version_id: str | None = None,
        *,
        prompt_slug: str | None = None,
        **fields: Unpack[UpdatePromptVersionFields],
    ) -> models.Acknowledgement:
        """Label a version: `updatePromptVersion`.

        Puts a label on a version, taking it from the prompt's version that bore it; null takes all labels from
        this version. A version's content never changes.

        Args:
            prompt_id: A prompt's slug or UUID, optionally followed by `@` and a version number, `latest` or a label.
            prompt_slug: another name for `prompt_id`.
            version_id: A version's UUID, as lists and create answers give it.
            label_id: The label's UUID; null takes all labels from the version.
            **fields: The fields above, further ones, and options of the call, such as `timeout` and `extra_headers`.
        """
        prompt_id = one_of("prompt_id", prompt_id, "prompt_slug", prompt_slug)
        version_id = needed("version_id", version_id)
        given: dict[str, Any] = {**fields}
        options = take_options(given)
        answer: models.Acknowledgement = await self._caller.call(
            update_prompt_version.request(prompt_id, version_id, body=models.PromptVersionUpdate(**given)),
            update_prompt_version.parse,
            options,
        )
        return answer

    async def list(
        self, prompt_id: str | None = None, *, prompt_slug: str | None = None, **options: Unpack[RequestOptions]
    ) -> models.PromptVersionList:
        """List a prompt's versions: `listPromptVersions`.

        Answers all versions of a prompt, the newest first.

        Args:
            prompt_id: A prompt's slug or UUID, optionally followed by `@` and a version number, `latest` or a label.
            prompt_slug: another name for `prompt_id`.
            **options: Options of the call, such as `timeout` and `extra_headers`.
        """
        prompt_id = one_of("prompt_id", prompt_id, "prompt_slug", prompt_slug)
        given = only_options("list", {**options})
        answer: models.PromptVersionList = await self._caller.call(
            list_prompt_versions.request(prompt_id), list_prompt_versions.parse, given, repeatable=True
        )
        return answer


class AsyncPromptVersionsRaw(RawResource):
    """`prompts.versions.with_raw_response` of a client."""

    retrieve = async_raw(AsyncPromptVersions.retrieve)
    update = async_raw(AsyncPromptVersions.update)
    list = async_raw(AsyncPromptVersions.list)
