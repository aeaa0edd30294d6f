"""`update`: a new version of a prompt, from the editor, a file or stdin."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from portkey_ai.errors import PortkeyError
from portkey_cli.clients import connect
from portkey_cli.contents import NOTHING, check_stdin, dumped, read_content, settings
from portkey_cli.editor import edited
from portkey_cli.failures import UsageError
from portkey_cli.files import parse_json
from portkey_cli.options import (
    AsJson,
    AsText,
    Description,
    Model,
    Parameters,
    ParametersFile,
    Reference,
    TemplateFile,
    VirtualKey,
    add_command,
    option,
)
from portkey_cli.output import note, write_json, write_line
from portkey_cli.partials import note_unknown
from portkey_cli.references import split
from portkey_prompts.rendering import content_fields
from portkey_prompts.templates.messages import is_chat, messages_in

if TYPE_CHECKING:
    from portkey_ai import Portkey
    from portkey_ai.types import PromptDetail, PromptUpdated


def register(app: typer.Typer) -> None:
    """Add the command."""
    add_command(app, "update", update, "portkey-prompts update pp-greeting --file greeting.txt -m 'Says who asks'")


def update(
    context: typer.Context,
    reference: Reference,
    file: TemplateFile = None,
    text: AsText = False,
    parameters: ParametersFile = None,
    param: Parameters = None,
    model: Model = None,
    virtual_key: VirtualKey = None,
    message: Description = None,
    publish: Annotated[bool, option("--publish", "Publish the new version at once.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a new version of a prompt. Prints its reference.

    A new version takes over from the latest one, or from the one that is named, what is not given; a virtual key alone
    makes none, and is the latest version's from then on. With neither a file nor a setting the template opens in VISUAL
    or EDITOR. Where nothing changes no version is made, which is no error.
    """
    check_stdin(file, parameters)
    if text and not file:
        raise UsageError("--text says how a file is read: give it with --file.")
    prompt, version = split(reference)
    given = read_content(file, as_text=text) if file else {}
    with connect(context) as portkey:
        latest = portkey.prompts.retrieve(f"{prompt}@latest")
        base = portkey.prompts.retrieve(reference) if version else latest
        given.update(_settings(base, given, parameters, param, model, virtual_key))
        draft = Draft(portkey, base, latest)
        made = draft.save(given, message) if given else draft.save_edited(message)
        if made is not None and draft.string is not None:
            note_unknown(portkey, draft.string)
        if publish:
            portkey.prompts.publish(prompt, version=draft.number)
    if as_json:
        write_json(made or {})
        return
    write_line(f"{prompt}@{draft.number}")
    done = _done(made, draft.number)
    note(f"{done}, and published it." if publish else f"{done}.")


def _done(made: PromptUpdated | None, number: int) -> str:
    if made is None:
        return f"Nothing changed: version {number} is still the latest"
    return (
        f"Made version {number}" if made.prompt_version_id else f"Changed version {number} itself, no version was made"
    )


def _settings(
    base: PromptDetail,
    given: dict[str, Any],
    parameters: str | None,
    param: list[str] | None,
    model: str | None,
    virtual_key: str | None,
) -> dict[str, Any]:
    """Gather what options say; single parameters go on top of the file's, or else of those of the version."""
    before = given.get("parameters", base.parameters)
    named = {"model": model, "virtual_key": virtual_key}
    return {
        **settings(parameters, param, before),
        **{name: value for name, value in named.items() if value is not None},
    }


class Draft:
    """A new version of a prompt, based on another version.

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
        self.string: str | None = None
        """The template that was saved; None where it was left as it is."""

    def save(self, changes: Mapping[str, Any], description: str | None) -> PromptUpdated | None:
        """Make the version; None where the latest one has the same content already.

        Args:
            changes: fields of the content that differ from the base.
            description: what is new in it.
        """
        fields = _missing({**_content_of(self._base), **changes}, _content_of(self._latest))
        if not fields:
            return None
        if description is not None:
            fields["version_description"] = description
        made = self._portkey.prompts.versions.create(self._latest.slug, **fields)
        self.string = fields.get("string")
        number = made.prompt_version
        if number is None and made.prompt_version_id:  # the hosted service leaves it out
            number = self._portkey.prompts.versions.retrieve(self._latest.slug, made.prompt_version_id).prompt_version
        self.number = number or self.number
        return made

    def save_edited(self, description: str | None) -> PromptUpdated | None:
        """Open the template in the editor, and make the version; None where it was left as it is.

        Raises:
            PortkeyError: where somebody else made a version meanwhile; the text is kept.
            UsageError: where nothing came back, or of a chat prompt no array of messages; the text is kept.
        """
        string = self._base.string or ""
        chat = None if self._base.is_raw_template else messages_in(string)
        shown = string if chat is None else json.dumps(chat, ensure_ascii=False, indent=2)
        with edited(shown, ".txt" if chat is None else ".json") as result:
            if not result.changed:
                return None
            if not result.text.strip():
                raise UsageError("What the editor left is empty, so nothing was changed.")
            changed = result.text if chat is None else _checked_messages(result.text)
            self._check_unmoved()
            return self.save({"string": changed}, description)

    def _check_unmoved(self) -> None:
        now = self._portkey.prompts.retrieve(f"{self._latest.slug}@latest")
        if now.prompt_version_id != self._latest.prompt_version_id:
            raise PortkeyError(
                f"Somebody made version {now.prompt_version} while you edited. Compare it with yours, "
                "then update with --file."
            )


def _content_of(version: PromptDetail) -> dict[str, Any]:
    return {name: version.get(name) for name in content_fields()}


def _missing(wanted: Mapping[str, Any], there: Mapping[str, Any]) -> dict[str, Any]:
    """Choose the fields that differ; null, empty and missing are the same."""
    different = (name for name in content_fields() if not _same(name, wanted[name], there[name]))
    return {name: NOTHING.get(name) if wanted[name] is None else wanted[name] for name in different}


def _same(name: str, one: Any, other: Any) -> bool:
    if name == "string" and isinstance(one, str) and isinstance(other, str) and one != other:
        messages = messages_in(one)
        return messages is not None and messages == messages_in(other)
    return bool((one or None) == (other or None))


def _checked_messages(text: str) -> str:
    """Check that what was edited is still an array of messages."""
    value = parse_json(text, "The edited template")
    if not is_chat(value):
        raise UsageError("The edited template is no array of messages with a role. Give another kind with --file.")
    return dumped(value)
