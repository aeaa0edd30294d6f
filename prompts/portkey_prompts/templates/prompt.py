"""A prompt: a template with the meaning that the contract gives to it.

Its `string` is a text, a chat whose JSON is parsed first, or a chat whose JSON is rendered first.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Literal, TypeAlias

from .components import Components, all_names, components_of, literal_shape, needed_names
from .errors import DEFAULT_LIMITS, Limits, TemplateError
from .messages import Message, compile_strings, fill, is_chat, parse_json, parse_messages, slots_in
from .names import ABSENT
from .partials import Loader
from .program import compiled_messages
from .run import Escape, MissingPolicy, Report, Run
from .template import Template
from .values import is_object, json_string_escape, messages_text

Kind: TypeAlias = Literal["chat", "text", "completion"]
"""`chat`: messages. `text`: a text that is run as one user message. `completion`: a text to be completed."""

_CHAT_OPENING = re.compile(r"\s*\[\s*[{\]]")


class TextBody:
    """A text, a template as a whole."""

    def __init__(self, template: Template, kind: Kind) -> None:
        self.kind: Kind = kind
        self.escape: Escape | None = None
        self.blocks = (template.block,)
        self._template = template

    def render(self, run: Run) -> tuple[list[Message] | None, str]:
        """Answer the rendered text."""
        return None, self._template.text_in(run)


class ChatBody:
    """A chat in which every string is a template of its own, so that no value can break the JSON."""

    kind: Kind = "chat"

    def __init__(self, messages: list[Message]) -> None:
        self.escape: Escape | None = None
        self._messages = [compile_strings(message, f"messages[{index}]") for index, message in enumerate(messages)]
        slots = tuple(slots_in(self._messages))
        self.blocks = tuple(slot.block for slot in slots)
        self._compiled = compiled_messages(self._messages, slots)

    def render(self, run: Run) -> tuple[list[Message] | None, str]:
        """Answer new messages, each slot filled."""
        rendered: tuple[list[Message], str] = self._compiled.attempt(run)
        if rendered is not ABSENT:
            return rendered
        messages: list[Message] = fill(self._messages, run)
        return messages, messages_text(messages)


class RawChatBody:
    """A chat whose JSON is what the template renders to, so that a section can leave out a message."""

    kind: Kind = "chat"

    def __init__(self, template: Template) -> None:
        self.escape: Escape | None = json_string_escape
        self.blocks = (template.block,)
        self._template = template

    def render(self, run: Run) -> tuple[list[Message] | None, str]:
        """Answer what the rendered text parses to."""
        text = self._template.text_in(run)
        run.check_missing()  # before parsing: a missing name explains more than the broken JSON that it leaves
        try:
            messages = parse_messages(text)
        except TemplateError as error:
            error.location = "in the rendered text of the raw template"
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
        error.location = "in the string of a chat prompt"
        if "{{" in string:
            error.problem += " (JSON with tags outside of its strings needs is_raw_template: 1)"
        raise


def _json_or_none(string: str) -> Any:
    """Parse what may be a chat; None where it is no JSON, or does not begin like an array."""
    if not string.lstrip().startswith("["):
        return None
    try:
        return parse_json(string)
    except TemplateError:
        return None


def _looks_like_raw_chat(template: Template) -> bool:
    """Tell whether a raw template without a `template_type` is a chat: it looks like an array of objects."""
    shape = literal_shape(template.block)
    return _CHAT_OPENING.match(shape) is not None and shape.rstrip().endswith("]")


class PromptTemplate:
    """Parse a prompt's `string`, a plain text or a JSON array of messages, with what else decides how it renders.

    A prompt template never changes after it was made; threads may share it.

    Args:
        string: the prompt's `string`.
        is_raw_template: 0 to parse the JSON of a chat first, each string in it being a template of its own; 1 to
            render the whole text first, values escaped for a JSON string, and to parse what comes out.
        template_type: `template_metadata.template_type`: `chat` or `completion`. With None, or a word that is not
            known, an array of objects with `role` is a chat, and all else a plain text.
        parameters: the prompt's `parameters`: model settings, and defaults of variables among them.
        model_settings: names that are model settings even where a variable has the same name.

    Raises:
        TemplateSyntaxError: a template is malformed; `location` says in which message.
        TemplateError: the string of a chat prompt is no array of messages.

    Example:
        >>> prompt = PromptTemplate('[{"role": "user", "content": "Hello {{name}}!"}]')
        >>> prompt.render({"name": "Ada"}).messages
        [{'role': 'user', 'content': 'Hello Ada!'}]
    """

    __slots__ = ("_body", "_fallbacks", "_names", "_parameters", "_settings", "string")

    def __init__(
        self,
        string: str,
        *,
        is_raw_template: int | bool | None = 0,
        template_type: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        model_settings: Collection[str] = frozenset(),
    ) -> None:
        if not isinstance(string, str):
            raise TypeError(f"string must be a str, not {type(string).__name__}")
        self.string = string
        self._body = body_of(string, raw=bool(is_raw_template), template_type=template_type)
        self._names: frozenset[str] | None = None
        self._parameters = dict(parameters or {})
        self._settings = frozenset(model_settings)
        self._fallbacks = {name: value for name, value in self._parameters.items() if name not in self._settings}

    @property
    def kind(self) -> Kind:
        """Tell what the prompt renders to."""
        return self._body.kind

    @property
    def has_defaults(self) -> bool:
        """Tell whether any of the parameters may be the default of a variable."""
        return bool(self._fallbacks)

    @property
    def components(self) -> Components:
        """List variables, sections and partials, of all messages: the contract's `variable_components`."""
        return components_of(self._body.blocks)

    @property
    def variables(self) -> tuple[str, ...]:
        """List the names that a call gives at the top level, as `Template.variables` does, of all messages."""
        return needed_names(self._body.blocks)

    @property
    def settings(self) -> dict[str, Any]:
        """Copy the parameters that are for the model: those that are no defaults of the template's variables.

        Which variables an included partial has is known only after a render: `PromptRendering.settings` leaves out
        their defaults too.
        """
        return self._without(self._all_names())

    def render(
        self,
        variables: Mapping[str, Any] | None = None,
        *,
        partials: Loader | None = None,
        missing: MissingPolicy = "empty",
        limits: Limits = DEFAULT_LIMITS,
    ) -> PromptRendering:
        """Render the prompt, as the operation `renderPrompt` does.

        Args:
            variables: names and their values, of JSON.
            partials: what answers references to stored partials, see `portkey_prompts.templates.partials`.
            missing: what becomes of a variable that has neither a value nor a default: `empty` text, or an `error`.
                Under `error`, a default that is null or the empty string counts as not given.
            limits: bounds of depth, output and work, all messages together.

        Raises:
            MissingVariablesError: under `missing="error"`, naming all that were not given.
            UnknownPartialError: a partial does not exist, or is not at hand.
            TemplateLimitError: the render goes over a limit.
            TemplateError: the variables are not JSON, or a raw template did not render to an array of messages.
        """
        if variables is not None and not is_object(variables):
            raise TemplateError(f"variables: expected a mapping of names to values, not {variables!r:.40}")
        run = Run(
            variables,
            partials,
            missing=missing,
            limits=limits,
            escape=self._body.escape,
            defaults=self._defaults(missing),
        )
        messages, prompt = self._body.render(run)
        report = run.report()
        settings = self._parameters.copy()
        if self._fallbacks:
            settings = self._without(self._all_names() | run.names_met())
        return PromptRendering(messages, prompt, settings, report)

    def _all_names(self) -> frozenset[str]:
        if self._names is None:  # most prompts have no defaults, and never need them
            self._names = all_names(self._body.blocks)
        return self._names

    def _defaults(self, missing: MissingPolicy) -> dict[str, Any]:
        """Collect what variables may fall back to."""
        # All of them: the names in included partials are not known yet.
        if missing == "empty":
            return self._fallbacks
        return {name: value for name, value in self._fallbacks.items() if value not in ("", None)}

    def _without(self, names: Collection[str]) -> dict[str, Any]:
        return {name: value for name, value in self._parameters.items() if name in self._settings or name not in names}

    def __repr__(self) -> str:
        shown = self.string if len(self.string) <= 60 else self.string[:57] + "..."
        return f"PromptTemplate({shown!r}, kind={self.kind!r})"


class PromptRendering:
    """Hold a rendered prompt and what became of the variables.

    Attributes:
        messages: the messages of a chat; None of a text.
        prompt: the text; of a chat its messages' texts, in order, with a blank line between.
        settings: the parameters to send to a provider with it: without the defaults of variables, those of included
            partials neither.
        used: names of given variables that the prompt looked up, in the order given.
        missing: names that were looked up and not found, dotted ones in full, in the order of look-up.
        unused: names of given variables that the prompt did not look up.
        partials: slug to version of the stored partials that went in; a second version of the same one is keyed
            `slug@version`.
    """

    __slots__ = ("messages", "missing", "partials", "prompt", "settings", "unused", "used")

    def __init__(self, messages: list[Message] | None, prompt: str, settings: dict[str, Any], report: Report) -> None:
        self.messages = messages
        self.prompt = prompt
        self.settings = settings
        self.used, self.missing, self.unused, self.partials = report

    def __repr__(self) -> str:
        return f"PromptRendering({self.prompt!r}, used={self.used}, missing={self.missing}, unused={self.unused})"
