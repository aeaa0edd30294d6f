"""What a prompt's `string` can be: a text, a chat whose JSON is parsed first, a chat whose JSON is rendered first."""

from __future__ import annotations

import re
from typing import Any, Literal, TypeAlias

from .components import literal_shape
from .errors import TemplateError
from .messages import Message, filled, is_chat, parse_json, parse_messages, planted, slots_in
from .run import Escape, Run
from .template import Template
from .texts import messages_text
from .writing import json_string_escape

Kind: TypeAlias = Literal["chat", "text", "completion"]
"""`chat`: messages. `text`: a text that is run as one user message. `completion`: a text to be completed."""

_CHAT_OPENING = re.compile(r"\s*\[\s*[{\]]")


class TextBody:
    """A text, a template as a whole."""

    def __init__(self, template: Template, kind: Kind) -> None:
        self.kind: Kind = kind
        self.escape: Escape | None = None
        self.blocks = (template.block,)

    def render(self, run: Run) -> tuple[list[Message] | None, str]:
        """Answer the rendered text."""
        return None, run.text(self.blocks[0])


class ChatBody:
    """A chat in which every string is a template of its own, so that no value can break the JSON."""

    kind: Kind = "chat"

    def __init__(self, messages: list[Message]) -> None:
        self.escape: Escape | None = None
        self._messages = [planted(message, f"messages[{index}]") for index, message in enumerate(messages)]
        self.blocks = tuple(slot.template.block for slot in slots_in(self._messages))

    def render(self, run: Run) -> tuple[list[Message] | None, str]:
        """Answer new messages, each slot filled."""
        messages: list[Message] = filled(self._messages, run)
        return messages, messages_text(messages)


class RawChatBody:
    """A chat whose JSON is what the template renders to, so that a section can leave out a message."""

    kind: Kind = "chat"

    def __init__(self, template: Template) -> None:
        self.escape: Escape | None = json_string_escape
        self.blocks = (template.block,)

    def render(self, run: Run) -> tuple[list[Message] | None, str]:
        """Answer what the rendered text parses to."""
        text = run.text(self.blocks[0])
        run.check_missing()  # before parsing: a hole in the JSON says less than the name of what is missing
        try:
            messages = parse_messages(text)
        except TemplateError as error:
            error.place = "in the rendered text of the raw template"
            raise
        return messages, messages_text(messages)


Body: TypeAlias = TextBody | ChatBody | RawChatBody


def body_of(string: str, *, raw: bool, template_type: str | None) -> Body:
    """Decide what a prompt's string is.

    Raises:
        TemplateError: the string of a chat is no array of messages, or a template in it is malformed.
    """
    if template_type == "completion":
        return TextBody(Template(string), "completion")
    if raw:
        template = Template(string)
        is_raw_chat = template_type == "chat" or _looks_like_raw_chat(template)
        return RawChatBody(template) if is_raw_chat else TextBody(template, "text")
    if template_type == "chat":
        return ChatBody(_messages_of(string))
    messages = _json_or_none(string)
    return ChatBody(messages) if is_chat(messages) else TextBody(Template(string), "text")


def _messages_of(string: str) -> list[Message]:
    try:
        return parse_messages(string)
    except TemplateError as error:
        error.place = "in the string of a chat prompt"
        if "{{" in string:
            error.problem += " (JSON with tags outside of its strings needs is_raw_template: 1)"
        raise


def _json_or_none(string: str) -> Any:
    """Parse what may be a chat; anything that does not begin like an array is a text and not worth a try."""
    if not string.lstrip().startswith("["):
        return None
    try:
        return parse_json(string)
    except TemplateError:
        return None


def _looks_like_raw_chat(template: Template) -> bool:
    """Tell whether what surrounds the values of a raw template of no stated type is an array of something."""
    shape = literal_shape(template.block)
    return _CHAT_OPENING.match(shape) is not None and shape.rstrip().endswith("]")
