"""A version in the making: what it takes over, what changes, and whether anything does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from portkey_ai.errors import PortkeyError
from portkey_cli.contents import FIELDS, dumped, is_chat, messages_in
from portkey_cli.editor import edited
from portkey_cli.failures import UsageError
from portkey_cli.files import parse_json

if TYPE_CHECKING:
    from portkey_ai import Portkey
    from portkey_ai.types import PromptDetail, PromptUpdated

_NOTHING: dict[str, Any] = {"parameters": {}, "template_metadata": {}, "is_raw_template": 0}


class Draft:
    """A version to be made of another one.

    Args:
        portkey: what to save with.
        base: the version that it begins with.
        latest: the prompt's latest version, from which the service takes over what is not sent.
    """

    def __init__(self, portkey: Portkey, base: PromptDetail, latest: PromptDetail) -> None:
        self._portkey = portkey
        self._base = base
        self._latest = latest
        self.number = latest.prompt_version or 0
        """The number of the version that holds the content once it is saved: the new one, or the latest."""

    def save(self, changes: Mapping[str, Any], description: str | None) -> PromptUpdated | None:
        """Make the version; None where the latest one has the same content already.

        Args:
            changes: fields of the content that differ from the base.
            description: what is new in it.
        """
        fields = _missing({**_content(self._base), **changes}, _content(self._latest))
        if not fields:
            return None
        if description is not None:
            fields["version_description"] = description
        made = self._portkey.prompts.versions.create(self._latest.slug, **fields)
        version = self._portkey.prompts.versions.retrieve(self._latest.slug, made.prompt_version_id or "latest")
        self.number = version.prompt_version or self.number
        return made

    def save_edited(self, description: str | None) -> PromptUpdated | None:
        """Open the template in the editor, and make the version; None where it was left as it is.

        Raises:
            PortkeyError: where somebody else made a version meanwhile; the text is kept.
            UsageError: where a chat prompt came back as no array of messages; the text is kept.
        """
        string = self._base.string or ""
        chat = None if self._base.is_raw_template else messages_in(string)
        shown = string if chat is None else json.dumps(chat, ensure_ascii=False, indent=2)
        with edited(shown, ".txt" if chat is None else ".json") as result:
            if not result.changed:
                return None
            changed = result.text if chat is None else _messages(result.text)
            self._check_unmoved()
            return self.save({"string": changed}, description)

    def _check_unmoved(self) -> None:
        now = self._portkey.prompts.retrieve(f"{self._latest.slug}@latest")
        if now.prompt_version_id != self._latest.prompt_version_id:
            raise PortkeyError(
                f"Somebody made version {now.prompt_version} while you edited. Compare it with yours, "
                "then update with --file."
            )


def _content(version: PromptDetail) -> dict[str, Any]:
    return {name: version.get(name) for name in FIELDS}


def _missing(wanted: Mapping[str, Any], there: Mapping[str, Any]) -> dict[str, Any]:
    """Choose the fields that differ; what holds nothing is the same however it is spelled."""
    different = (name for name in FIELDS if not _same(name, wanted[name], there[name]))
    return {name: _NOTHING.get(name) if wanted[name] is None else wanted[name] for name in different}


def _same(name: str, one: Any, other: Any) -> bool:
    if name == "string" and isinstance(one, str) and isinstance(other, str) and one != other:
        messages = messages_in(one)
        return messages is not None and messages == messages_in(other)
    return bool((one or None) == (other or None))


def _messages(text: str) -> str:
    """Check that what was edited is still an array of messages."""
    value = parse_json(text, "The edited template")
    if not is_chat(value):
        raise UsageError("The edited template is no array of messages with a role. Give another kind with --file.")
    return dumped(value)
