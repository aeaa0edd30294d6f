"""A prompt: a template with the meaning that the contract gives to it, of a text or of a chat."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from .bodies import Kind, body_of
from .components import Components, all_names, components_of, needed_names
from .errors import TemplateError
from .limits import DEFAULT_LIMITS, Limits
from .messages import Message
from .partials import Loader
from .run import MissingPolicy, Report, Run
from .values import is_object


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
        TemplateSyntaxError: a template is malformed; `place` says in which message.
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
        self._names = all_names(self._body.blocks)
        self._parameters = dict(parameters or {})
        self._settings = frozenset(model_settings)
        self._fallbacks = {name: value for name, value in self._parameters.items() if name not in self._settings}

    @property
    def kind(self) -> Kind:
        """Tell what the prompt renders to."""
        return self._body.kind

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
        return self._without(self._names)

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
            partials: what answers references to stored partials, see `portkey_ai.templates.partials`.
            missing: what becomes of a variable that has neither a value nor a default: `empty` text, or an `error`.
                Under `error`, a default that is null or the empty string counts as not given.
            limits: how much the render may take, all messages together.

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
        if self._fallbacks:
            settings = self._without(self._names | run.used | run.defaulted | run.missing.keys())
        else:
            settings = self._parameters.copy()
        return PromptRendering(messages, prompt, settings, report)

    def _defaults(self, missing: MissingPolicy) -> dict[str, Any]:
        """Collect what variables may fall back to; the names in included partials are not known yet, so all may."""
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
