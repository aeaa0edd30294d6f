# Compiled from openapi.yaml by `make generate`. Do not edit.
"""What concerns `prompts.partials.versions`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from .. import models
from ..api.partials import list_prompt_partial_versions
from ..calls import AsyncResource, Resource, one_of, only_options
from ..raw import RawResource, async_raw, raw

if TYPE_CHECKING:
    from ..options import RequestOptions
else:  # which keywords there are is for type checkers only: making the types would take longer than all else here
    RequestOptions = dict


class PromptPartialVersions(Resource):
    """What concerns `prompts.partials.versions`. In a client: `prompts.partials.versions`."""

    @cached_property
    def with_raw_response(self) -> PromptPartialVersionsRaw:
        """The same methods, returning the HTTP response with the result in it."""
        return PromptPartialVersionsRaw(self)

    def list(
        self, partial_id: str | None = None, *, partial_slug: str | None = None, **options: Unpack[RequestOptions]
    ) -> models.PromptPartialVersionList:
        """List a partial's versions: `listPromptPartialVersions`.

        Answers all versions of a partial, the newest first.

        Args:
            partial_id: A partial's slug or UUID, optionally followed by `@` and a version number or `latest`.
            partial_slug: another name for `partial_id`.
            **options: Options of the call, such as `timeout` and `extra_headers`.
        """
        partial_id = one_of("partial_id", partial_id, "partial_slug", partial_slug)
        given = only_options("list", {**options})
        answer: models.PromptPartialVersionList = self._caller.call(
            list_prompt_partial_versions.request(partial_id), list_prompt_partial_versions.parse, given, repeatable=True
        )
        return answer


class PromptPartialVersionsRaw(RawResource):
    """`prompts.partials.versions.with_raw_response` of a client."""

    list = raw(PromptPartialVersions.list)


class AsyncPromptPartialVersions(AsyncResource):
    """What concerns `prompts.partials.versions`. In a client: `prompts.partials.versions`."""

    @cached_property
    def with_raw_response(self) -> AsyncPromptPartialVersionsRaw:
        """The same methods, returning the HTTP response with the result in it."""
        return AsyncPromptPartialVersionsRaw(self)

    async def list(
        self, partial_id: str | None = None, *, partial_slug: str | None = None, **options: Unpack[RequestOptions]
    ) -> models.PromptPartialVersionList:
        """List a partial's versions: `listPromptPartialVersions`.

        Answers all versions of a partial, the newest first.

        Args:
            partial_id: A partial's slug or UUID, optionally followed by `@` and a version number or `latest`.
            partial_slug: another name for `partial_id`.
            **options: Options of the call, such as `timeout` and `extra_headers`.
        """
        partial_id = one_of("partial_id", partial_id, "partial_slug", partial_slug)
        given = only_options("list", {**options})
        answer: models.PromptPartialVersionList = await self._caller.call(
            list_prompt_partial_versions.request(partial_id), list_prompt_partial_versions.parse, given, repeatable=True
        )
        return answer


class AsyncPromptPartialVersionsRaw(RawResource):
    """`prompts.partials.versions.with_raw_response` of a client."""

    list = async_raw(AsyncPromptPartialVersions.list)
