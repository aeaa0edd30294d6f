# Derived from overlay/portkey_ai/_async/versions.py by `make generate`. Do not edit.
"""The numbered, immutable versions of a prompt."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Unpack

from portkey_ai._hints import (
    Acknowledgement,
    CreateVersion,
    PromptUpdated,
    PromptVersionList,
    RequestOptions,
    UpdatePromptVersionFields,
)
from portkey_ai._options import update_fields
from portkey_ai.types import PromptDetail
from portkey_openapi import models, resources
from portkey_openapi.api.prompts import publish_prompt, retrieve_prompt, update_prompt
from portkey_openapi.calls import one_of, only_options, take_options
from portkey_openapi.raw import raw
from portkey_prompts.answers import version_answer
from portkey_prompts.references import bare, find_version, is_uuid, version_asked


class PromptVersions(resources.PromptVersions):
    """The versions of prompts: `portkey.prompts.versions`."""

    @cached_property
    def with_raw_response(self) -> PromptVersionsRaw:
        """The same methods, returning the HTTP response with the result in it."""
        return PromptVersionsRaw(self)

    def retrieve(
        self,
        prompt_id: str | None = None,
        version_id: str | int | None = None,
        *,
        prompt_slug: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> PromptDetail:
        """Read a prompt with the content of one version: `retrievePromptVersion`.

        Args:
            prompt_id: the prompt's slug or UUID.
            version_id: the version's UUID; or its number (`2`, `"2"`, `"v2"`), `"latest"`, or a label it bears, which
                take one more call to find the UUID. A number wins over a label spelled like one. Left out, it is what
                stands after the `@` of `prompt_id`.
            prompt_slug: another name for `prompt_id`.
            **options: options of the call.

        Returns:
            The version; `prompt` is its template's text.

        Raises:
            TypeError: where no version is named.
        """
        target = one_of("prompt_id", prompt_id, "prompt_slug", prompt_slug)
        wanted, call = version_asked(target, version_id), only_options("retrieve", {**options})
        found = self._find(target, wanted, call)
        if found is None:
            return version_answer(self._read_labelled(target, wanted, call))
        return version_answer(super().retrieve(bare(target), found, **call))

    def create(
        self, prompt_id: str | None = None, *, prompt_slug: str | None = None, **fields: Unpack[CreateVersion]
    ) -> PromptUpdated:
        """Make a new version, which takes over from the latest what is left out: `updatePrompt` with `patch`.

        Args:
            prompt_id: the prompt's slug or UUID.
            prompt_slug: another name for `prompt_id`.
            **fields: the version's content, such as `string`, `parameters` and `version_description`; `publish=True`
                publishes it at once; options of the call.

        Returns:
            The ids; the new version's is `prompt_version_id`.

        Raises:
            TypeError: where no field of a version is given.
        """
        target = one_of("prompt_id", prompt_id, "prompt_slug", prompt_slug)
        given = update_fields(fields)
        options, publish = take_options(given), given.pop("publish", False)
        if not given.keys() - {"name", "collection_id", "patch"}:
            raise TypeError("A new version needs a content field, such as string=… or parameters=….")
        request = update_prompt.request(target, body=models.PromptUpdate(**{"patch": True, **given}))
        made: PromptUpdated = self._caller.call(request, update_prompt.parse, options)
        if publish:
            number = made.prompt_version
            if number is None:  # the hosted service does not say it
                found = self.retrieve(bare(target), made.prompt_version_id or "latest", **options)
                number = found.prompt_version
            request = publish_prompt.request(bare(target), body={"version": number})
            self._caller.call(request, publish_prompt.parse, options, repeatable=True)
        return made

    def update(
        self,
        prompt_id: str | None = None,
        version_id: str | int | None = None,
        *,
        prompt_slug: str | None = None,
        **fields: Unpack[UpdatePromptVersionFields],
    ) -> Acknowledgement:
        """Put a label on a version, taking it from the version that bore it: `updatePromptVersion`.

        Args:
            prompt_id: the prompt's slug or UUID.
            version_id: the version's UUID, or its number, `"latest"` or a label, which take one more call.
            prompt_slug: another name for `prompt_id`.
            **fields: `label_id`, the label's UUID; None takes all labels from the version. Options of the call.

        Raises:
            TypeError: where no version is named.
        """
        target = one_of("prompt_id", prompt_id, "prompt_slug", prompt_slug)
        wanted, call = version_asked(target, version_id), take_options({**fields})
        found = self._find(target, wanted, call)
        if found is None:
            found = (self._read_labelled(target, wanted, call)).prompt_version_id or str(wanted)
        return super().update(bare(target), found, **fields)

    def _read_labelled(self, target: str, label: str | int, options: dict[str, Any]) -> models.PromptDetail:
        """Read the version that bears a label; an unknown label is refused by the service."""
        request = retrieve_prompt.request(f"{bare(target)}@{label}")
        read: models.PromptDetail = self._caller.call(request, retrieve_prompt.parse, options, repeatable=True)
        return read

    def _find(self, target: str, wanted: str | int, options: dict[str, Any]) -> str | None:
        """Find a version's id; None where what is wanted is neither an id nor a number: a label, perhaps."""
        if is_uuid(wanted):
            return str(wanted)
        return find_version((self.list(target, **options)).data, wanted)

    def list(
        self, prompt_id: str | None = None, *, prompt_slug: str | None = None, **options: Unpack[RequestOptions]
    ) -> PromptVersionList:
        """List a prompt's versions, the newest first: `listPromptVersions`.

        Args:
            prompt_id: the prompt's slug or UUID; an `@version` after it makes no difference.
            prompt_slug: another name for `prompt_id`.
            **options: options of the call.
        """
        return super().list(bare(one_of("prompt_id", prompt_id, "prompt_slug", prompt_slug)), **options)


class PromptVersionsRaw(resources.PromptVersionsRaw):
    """`portkey.prompts.versions.with_raw_response`."""

    retrieve = raw(PromptVersions.retrieve)
    create = raw(PromptVersions.create)
    update = raw(PromptVersions.update)
