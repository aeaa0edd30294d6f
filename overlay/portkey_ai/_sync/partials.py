# Derived from overlay/portkey_ai/_async/partials.py by `make generate`. Do not edit.
"""Partials: pieces of template that several prompts share."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from portkey_ai._answers import render_answer
from portkey_ai._arguments import only_options, reference, run_body, take_options
from portkey_ai._partials import PartialRendering
from portkey_ai.errors import NotFoundError
from portkey_openapi import models
from portkey_openapi.api.partials import (
    create_prompt_partial,
    delete_prompt_partial,
    list_prompt_partial_versions,
    list_prompt_partials,
    publish_prompt_partial,
    retrieve_prompt_partial,
    update_prompt_partial,
)

if TYPE_CHECKING:
    from typing import Unpack

    from portkey_ai._keywords import CreatePartial, PartialCall, UpdatePartial
    from portkey_ai._options import RequestOptions
    from portkey_ai._sync.raw import PromptPartialsRaw, PromptPartialVersionsRaw
    from portkey_ai._sync.transport import Transport
    from portkey_ai.types import (
        Acknowledgement,
        PromptPartial,
        PromptPartialCreated,
        PromptPartialList,
        PromptPartialUpdated,
        PromptPartialVersionList,
        PromptRender,
    )


class PromptPartials:
    """Partials: `portkey.prompts.partials`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @cached_property
    def versions(self) -> PromptPartialVersions:
        """The numbered versions of partials."""
        return PromptPartialVersions(self._transport)

    @cached_property
    def with_raw_response(self) -> PromptPartialsRaw:
        """The same methods, answering the HTTP response with the result in it."""
        from portkey_ai._sync.raw import PromptPartialsRaw

        return PromptPartialsRaw(self)

    def render(
        self,
        partial_id: str | None = None,
        *,
        variables: Mapping[str, Any] | None = None,
        missing: Literal["empty", "error"] = "empty",
        **options: Unpack[PartialCall],
    ) -> PromptRender:
        """Fill a partial with variables, in this process: the service has no such operation.

        The partial is fetched, and those that it includes, and rendered as the service would.

        Args:
            partial_id: the partial's slug or UUID, with or without `@version` (`partial_slug` is the same).
            variables: the template's variables by name, any JSON values.
            missing: what becomes of a variable that was not given: nothing, or an error that names all of them.
            **options: options of the calls.

        Returns:
            The rendered text in `prompt`.

        Raises:
            TemplateError: where it can't be rendered.
            APIError: as `portkey_ai.errors` draws.
        """
        given: dict[str, Any] = {**options}
        target = reference(given, partial_id, "partial")
        call = only_options(given, "render")
        given_variables = run_body(variables or {}, {})["variables"]
        rendering = PartialRendering(target, given_variables, missing)
        while (wanted := rendering.attempt()) is not None:
            rendering.add(wanted, self._find(wanted, call, needed=wanted == target))
        return render_answer(rendering.record(), target, given_variables)

    def _find(self, wanted: str, options: dict[str, Any], *, needed: bool) -> PromptPartial | None:
        """Fetch a partial; what it means that an included one is not there is for the template engine to say."""
        try:
            return self.retrieve(wanted, **options)
        except NotFoundError:
            if needed:
                raise
            return None

    def create(self, **fields: Unpack[CreatePartial]) -> PromptPartialCreated:
        """Create a partial, whose version 1 is published at once: `createPromptPartial`.

        Args:
            **fields: `name` and `string`; the contract's further fields; options of the call.

        Raises:
            APIError: as `portkey_ai.errors` draws.
        """
        given: dict[str, Any] = {**fields}
        options = take_options(given)
        request = create_prompt_partial.request(body=models.PromptPartialCreate(**given))
        return self._transport.call(request, create_prompt_partial.parse, options)

    def retrieve(
        self, partial_id: str | None = None, *, version: int | None = None, **options: Unpack[PartialCall]
    ) -> PromptPartial:
        """Read a partial with the text of one version, by default the published one: `retrievePromptPartial`.

        Args:
            partial_id: the partial's slug or UUID, with or without `@version` (`partial_slug` is the same).
            version: the number of the version to read.
            **options: options of the call.

        Raises:
            APIError: as `portkey_ai.errors` draws.
        """
        given: dict[str, Any] = {**options}
        request = retrieve_prompt_partial.request(reference(given, partial_id, "partial"), version=version)
        return self._transport.call(
            request, retrieve_prompt_partial.parse, only_options(given, "retrieve"), repeatable=True
        )

    def update(self, partial_id: str | None = None, **fields: Unpack[UpdatePartial]) -> PromptPartialUpdated:
        """Change a partial; a new `string` makes a version, which is not published: `updatePromptPartial`.

        Args:
            partial_id: the partial's slug or UUID (`partial_slug` is the same).
            **fields: what changes, and options of the call.

        Raises:
            APIError: as `portkey_ai.errors` draws.
        """
        given: dict[str, Any] = {**fields}
        target = reference(given, partial_id, "partial")
        options = take_options(given)
        request = update_prompt_partial.request(target, body=models.PromptPartialUpdate(**given))
        return self._transport.call(request, update_prompt_partial.parse, options)

    def delete(self, partial_id: str | None = None, **options: Unpack[PartialCall]) -> Acknowledgement:
        """Delete a partial with all of its versions: `deletePromptPartial`.

        Args:
            partial_id: the partial's slug or UUID (`partial_slug` is the same).
            **options: options of the call.

        Raises:
            APIError: as `portkey_ai.errors` draws.
        """
        given: dict[str, Any] = {**options}
        request = delete_prompt_partial.request(reference(given, partial_id, "partial"))
        return self._transport.call(request, delete_prompt_partial.parse, only_options(given, "delete"))

    def publish(
        self, partial_id: str | None = None, *, version: int, **options: Unpack[PartialCall]
    ) -> Acknowledgement:
        """Make a version the one that templates include without `@`: `publishPromptPartial`.

        Args:
            partial_id: the partial's slug or UUID (`partial_slug` is the same).
            version: the version's number, from 1.
            **options: options of the call.

        Raises:
            APIError: as `portkey_ai.errors` draws.
        """
        given: dict[str, Any] = {**options}
        target = reference(given, partial_id, "partial")
        request = publish_prompt_partial.request(target, body={"version": version})
        return self._transport.call(
            request, publish_prompt_partial.parse, only_options(given, "publish"), repeatable=True
        )

    def list(
        self,
        *,
        collection_id: str | None = None,
        workspace_id: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> PromptPartialList:
        """List partials: `listPromptPartials`.

        Args:
            collection_id: only what lies in this collection, by UUID or slug.
            workspace_id: only what lies in this workspace, by UUID or slug.
            **options: options of the call.

        Raises:
            APIError: as `portkey_ai.errors` draws.
        """
        request = list_prompt_partials.request(collection_id=collection_id, workspace_id=workspace_id)
        return self._transport.call(
            request, list_prompt_partials.parse, only_options({**options}, "list"), repeatable=True
        )


class PromptPartialVersions:
    """The versions of partials: `portkey.prompts.partials.versions`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @cached_property
    def with_raw_response(self) -> PromptPartialVersionsRaw:
        """The same method, answering the HTTP response with the result in it."""
        from portkey_ai._sync.raw import PromptPartialVersionsRaw

        return PromptPartialVersionsRaw(self)

    def list(self, partial_id: str | None = None, **options: Unpack[PartialCall]) -> PromptPartialVersionList:
        """List a partial's versions, the newest first: `listPromptPartialVersions`.

        Args:
            partial_id: the partial's slug or UUID (`partial_slug` is the same).
            **options: options of the call.

        Raises:
            APIError: as `portkey_ai.errors` draws.
        """
        given: dict[str, Any] = {**options}
        request = list_prompt_partial_versions.request(reference(given, partial_id, "partial"))
        return self._transport.call(
            request, list_prompt_partial_versions.parse, only_options(given, "list"), repeatable=True
        )
