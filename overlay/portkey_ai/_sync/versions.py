# Derived from overlay/portkey_ai/_async/versions.py by `make generate`. Do not edit.
"""The numbered, immutable versions of a prompt."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from portkey_ai._answers import version_answer
from portkey_ai._arguments import only_options, reference, take_options
from portkey_ai._references import bare, find_version, is_uuid, version_asked
from portkey_openapi import models
from portkey_openapi.api.prompts import publish_prompt, retrieve_prompt, update_prompt
from portkey_openapi.api.versions import list_prompt_versions, retrieve_prompt_version, update_prompt_version

if TYPE_CHECKING:
    from typing import Unpack

    from portkey_ai._keywords import CreateVersion, PromptCall
    from portkey_ai._sync.raw import PromptVersionsRaw
    from portkey_ai._sync.transport import Transport
    from portkey_ai.types import Acknowledgement, PromptDetail, PromptUpdated, PromptVersionList


class PromptVersions:
    """The versions of prompts: `portkey.prompts.versions`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @cached_property
    def with_raw_response(self) -> PromptVersionsRaw:
        """The same methods, answering the HTTP response with the result in it."""
        from portkey_ai._sync.raw import PromptVersionsRaw

        return PromptVersionsRaw(self)

    def retrieve(
        self, prompt_id: str | None = None, version_id: str | int | None = None, **options: Unpack[PromptCall]
    ) -> PromptDetail:
        """Read a prompt with the content of one version: `retrievePromptVersion`.

        Args:
            prompt_id: the prompt's slug or UUID (`prompt_slug` is the same).
            version_id: the version's UUID; or its number (`2`, `"2"`, `"v2"`), `"latest"`, or a label it bears, which
                take one more call to find the UUID. A number wins over a label spelled like one. Left out, it is what
                stands after the `@` of `prompt_id`.
            **options: options of the call.

        Returns:
            The version; `prompt` is its template's text.

        Raises:
            TypeError: where no version is named.
            APIError: as `portkey_ai.errors` draws.
        """
        given: dict[str, Any] = {**options}
        target = reference(given, prompt_id, "prompt")
        wanted = version_asked(target, version_id)
        call = only_options(given, "retrieve")
        found = self._find(target, wanted, call)
        return self._read_labelled(target, wanted, call) if found is None else self._read(target, found, call)

    def create(self, prompt_id: str | None = None, **fields: Unpack[CreateVersion]) -> PromptUpdated:
        """Make a new version, which takes over from the latest what is left out: `updatePrompt` with `patch`.

        Args:
            prompt_id: the prompt's slug or UUID (`prompt_slug` is the same).
            **fields: the version's content, such as `string`, `parameters` and `version_description`; `publish=True`
                publishes it at once; options of the call.

        Returns:
            The ids; the new version's is `prompt_version_id`.

        Raises:
            TypeError: where no field of a version is given.
            APIError: as `portkey_ai.errors` draws.
        """
        given: dict[str, Any] = {**fields}
        target = reference(given, prompt_id, "prompt")
        options, publish = take_options(given), given.pop("publish", False)
        if "template_metadata" in given:
            given.setdefault("prompt_metadata", given.pop("template_metadata"))
        if not given.keys() - {"name", "collection_id", "patch"}:
            raise TypeError("A new version needs a content field, such as string=… or parameters=….")
        request = update_prompt.request(target, body=models.PromptUpdate(**{"patch": True, **given}))
        made = self._transport.call(request, update_prompt.parse, options)
        if publish:
            self._publish(target, made, options)
        return made

    def update(
        self,
        prompt_id: str | None = None,
        version_id: str | int | None = None,
        *,
        label_id: str | None,
        **options: Unpack[PromptCall],
    ) -> Acknowledgement:
        """Put a label on a version, taking it from the version that bore it: `updatePromptVersion`.

        Args:
            prompt_id: the prompt's slug or UUID (`prompt_slug` is the same).
            version_id: the version's UUID, or its number, `"latest"` or a label, which take one more call.
            label_id: the label's UUID; None takes all labels from the version.
            **options: options of the call.

        Raises:
            TypeError: where no version is named.
            APIError: as `portkey_ai.errors` draws.
        """
        given: dict[str, Any] = {**options}
        target = reference(given, prompt_id, "prompt")
        wanted = version_asked(target, version_id)
        call = only_options(given, "update")
        found = self._find(target, wanted, call)
        if found is None:
            found = (self._read_labelled(target, wanted, call)).prompt_version_id or str(wanted)
        request = update_prompt_version.request(bare(target), found, body={"label_id": label_id})
        return self._transport.call(request, update_prompt_version.parse, call)

    def _list(self, target: str, options: dict[str, Any]) -> PromptVersionList:
        request = list_prompt_versions.request(bare(target))
        return self._transport.call(request, list_prompt_versions.parse, options, repeatable=True)

    def _read(self, target: str, version: str, options: dict[str, Any]) -> PromptDetail:
        request = retrieve_prompt_version.request(bare(target), version)
        return version_answer(self._transport.call(request, retrieve_prompt_version.parse, options, repeatable=True))

    def _read_labelled(self, target: str, label: str | int, options: dict[str, Any]) -> PromptDetail:
        """Read the version that bears a label; one that nobody knows is for the service to refuse."""
        request = retrieve_prompt.request(f"{bare(target)}@{label}")
        return version_answer(self._transport.call(request, retrieve_prompt.parse, options, repeatable=True))

    def _find(self, target: str, wanted: str | int, options: dict[str, Any]) -> str | None:
        """Find a version's id; None where what is wanted is neither an id nor a number: a label, perhaps."""
        if is_uuid(wanted):
            return str(wanted)
        return find_version((self._list(target, options)).data, wanted)

    def _publish(self, target: str, made: PromptUpdated, options: dict[str, Any]) -> None:
        version = self.retrieve(bare(target), made.prompt_version_id or "latest", **options)
        request = publish_prompt.request(bare(target), body={"version": version.prompt_version})
        self._transport.call(request, publish_prompt.parse, options, repeatable=True)

    def list(self, prompt_id: str | None = None, **options: Unpack[PromptCall]) -> PromptVersionList:
        """List a prompt's versions, the newest first: `listPromptVersions`.

        Args:
            prompt_id: the prompt's slug or UUID (`prompt_slug` is the same).
            **options: options of the call.

        Raises:
            APIError: as `portkey_ai.errors` draws.
        """
        given: dict[str, Any] = {**options}
        target = reference(given, prompt_id, "prompt")
        return self._list(target, only_options(given, "list"))
