"""Renders a stored version of a prompt to the body for a provider: the same code in client and server."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from portkey_openapi.errors import UnexpectedBody, shown
from portkey_prompts.references import number_in
from portkey_prompts.templates import (
    Partial,
    PartialsNeeded,
    PromptTemplate,
    Template,
    TemplateError,
    UnknownPartialError,
    messages_text,
)
from portkey_prompts.templates.errors import DEFAULT_LIMITS

if TYPE_CHECKING:
    from portkey_prompts.templates import Limits, Loader, MissingPolicy, PromptRendering

NOT_OVERRIDES = frozenset({"variables", "virtual_key", "prompt_id"})
"""Fields of a render's or a run's body that are not passed on to the provider."""
RENDERED = ("messages", "prompt")
"""Fields of the provider's body that come from the template, or from the call in its place."""
_FIRST = (
    "string",
    "is_raw_template",
    "template_metadata",
    "model",
    "virtual_key",
    "parameters",
    "tools",
    "tool_choice",
    "functions",
)
_CHOSEN_BY = (("tools", "tool_choice"), ("functions", "function_call"))
TOOL_FIELDS = ("tools", "tool_choice", "functions")


@cache
def model_settings() -> frozenset[str]:
    """Name the known settings of a model: other keys of a prompt's `parameters` may be defaults of its variables."""
    from portkey_openapi.models import Hyperparameters
    from portkey_openapi.records import wire_names

    return frozenset(wire_names(Hyperparameters))


@cache
def content_fields() -> tuple[str, ...]:
    """Name the fields that make up a version's content: createPrompt's, without the prompt's own name and collection.

    They are in the order of a lock file: those of `_FIRST`, then the others by name.
    """
    from portkey_openapi.models import PromptCreate
    from portkey_openapi.records import wire_names

    further = {*wire_names(PromptCreate)} - {*_FIRST, "name", "collection_id", "version_description"}
    return (*_FIRST, *sorted(further))


class StoredPrompt:
    """One version of a prompt, parsed, so that it renders without the service.

    Attributes:
        detail: the version as the contract's flat prompt shape (PromptDetail) says it.
        template: its template, parsed.
    """

    __slots__ = ("_is_flat", "_settled", "detail", "extras", "parameters", "template")

    def __init__(self, detail: Mapping[str, Any]) -> None:
        """Parse a version.

        Raises:
            TemplateError: where its template is malformed.
        """
        self.detail = detail
        self.parameters: Mapping[str, Any] = detail.get("parameters") or {}
        self.template = parse(detail)
        self.extras = {name: detail[name] for name in TOOL_FIELDS if detail.get(name) is not None}
        # Where no parameter can be a variable's default, each render sends the same settings: they are merged once.
        self._settled = None if self.template.has_defaults else self._data(self.parameters, {})
        self._is_flat = not any(isinstance(value, (dict, list)) for value in (self._settled or {}).values())

    def settings(self, rendering: PromptRendering, overrides: Mapping[str, Any]) -> dict[str, Any]:
        """Return the provider's body without the rendered text or messages: a copy, which the caller may change.

        Args:
            rendering: what was rendered.
            overrides: settings that win over the saved ones.
        """
        if overrides or self._settled is None:
            return deep_copy(self._data(rendering.settings, overrides))
        return self._settled.copy() if self._is_flat else deep_copy(self._settled)

    def _data(self, settings: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
        model = self.detail.get("model")
        data: dict[str, Any] = {} if model is None else {"model": model}
        if settings or self.extras:
            data.update(settings)
            data.update(self.extras)
            for name in RENDERED:
                data.pop(name, None)  # what is sent is what the template renders to, whatever the settings say
        data.update(overrides)
        for tools, choice in _CHOSEN_BY:
            if tools in data and not data[tools]:  # providers refuse an empty list, and a choice among nothing
                del data[tools]
                data.pop(choice, None)
        return data

    def render(
        self,
        variables: Mapping[str, Any],
        overrides: Mapping[str, Any],
        *,
        partials: Loader,
        missing: MissingPolicy = "empty",
        limits: Limits | None = None,
    ) -> Rendered:
        """Render the version, as the operation `renderPrompt` does.

        Args:
            variables: the template's variables by name, any JSON values; the result keeps this very object.
            overrides: settings that win over the saved ones.
            partials: what answers references to stored partials.
            missing: what becomes of a variable that has neither a value nor a default.
            limits: bounds of depth, output and work; by default `DEFAULT_LIMITS`.

        Raises:
            TemplateError: where it can't be rendered, or an override is malformed.
        """
        rendering = self.template.render(variables, partials=partials, missing=missing, limits=limits or DEFAULT_LIMITS)
        if overrides:
            check_overrides(overrides)
        return Rendered(self, rendering, variables, overrides)


class Rendered:
    """A rendered prompt.

    Attributes:
        kind: `chat`, `text` or `completion`: how it is run.
        data: the body for a provider: saved settings, the call's on top, then `messages` or `prompt`.
        prompt: the rendered text; of a chat its messages' texts.
        variables: what it was rendered with: the call's variables, over the prompt's defaults where it has any.
        rendering: what the template engine reports: used, missing and unused variables, the partials that went in.
    """

    __slots__ = ("data", "kind", "prompt", "rendering", "variables")

    def __init__(
        self,
        stored: StoredPrompt,
        rendering: PromptRendering,
        variables: Mapping[str, Any],
        overrides: Mapping[str, Any],
    ) -> None:
        data = stored.settings(rendering, overrides)
        messages = rendering.messages
        if "messages" not in overrides:
            if messages is None:
                data.setdefault("prompt", rendering.prompt)
            elif "prompt" not in overrides:  # a `prompt` of the call replaces the rendered messages
                data["messages"] = messages
        self.data = data
        self.kind: str = "chat" if "messages" in data else _kind_without_messages(stored.template.kind)
        self.rendering = rendering
        self.prompt = self._text(messages) if overrides else rendering.prompt
        has_defaults = stored.template.has_defaults
        self.variables = _with_defaults(variables, stored, rendering) if has_defaults else variables

    def _text(self, rendered: list[dict[str, Any]] | None) -> str:
        """Return the text that is sent: of the call's `messages` or `prompt`, where they override the template."""
        data = self.data
        if "prompt" in data:
            return str(data["prompt"])
        messages = data["messages"]
        return self.rendering.prompt if messages is rendered else messages_text(messages)

    @property
    def messages(self) -> list[dict[str, Any]] | None:
        """The rendered messages; of a text prompt none."""
        return self.data.get("messages")

    def run_body(self) -> dict[str, Any]:
        """Return the body of a run of exactly this, whatever the service has saved; a text becomes a user message."""
        if self.kind != "text":
            return self.data
        settings = {name: value for name, value in self.data.items() if name != "prompt"}
        return {**settings, "messages": [{"role": "user", "content": self.data["prompt"]}]}

    def answer(self, prompt_id: str) -> dict[str, Any]:
        """Return it as the contract's answer to `renderPrompt`."""
        return {
            "success": True,
            "data": self.data,
            "prompt": self.prompt,
            "messages": self.data.get("messages"),
            "variables": self.variables,
            "prompt_id": prompt_id,
        }


def check_detail(kind: Literal["prompt", "partial"], reference: str, detail: Mapping[str, Any]) -> None:
    """Refuse an answer that holds no version that can be rendered, or another version than the one asked for.

    Args:
        kind: what was asked for.
        reference: the reference it was asked for by.
        detail: what came, as the contract's PromptDetail or PromptPartial says it.

    Raises:
        UnexpectedBody: naming the field.
    """
    # Without this check, a version that lacks its text would render as empty, and a model would get an empty prompt.
    problem = _problem_of(kind, reference, detail)
    if problem is not None:
        raise UnexpectedBody(f"{reference!r} can't be rendered from what was answered: {problem}", detail)


_DEEPEST = 200
"""Levels that a version may be nested. Python allows 1,000 nested calls; copies and compares take several a level."""


def _problem_of(kind: str, reference: str, detail: Mapping[str, Any]) -> str | None:
    if _is_deeper(detail, _DEEPEST):
        return f"it is nested more than {_DEEPEST} levels deep"
    if not isinstance(detail.get("string"), str):
        return f"its `string` is {shown(detail.get('string'))}, where the contract says a text"
    for name in ("parameters", "template_metadata"):
        if not isinstance(detail.get(name), Mapping | None):
            return f"its `{name}` is {shown(detail[name])}, where the contract says an object"
    number = detail.get("prompt_version" if kind == "prompt" else "version")
    asked = number_in(reference.partition("@")[2])
    if asked is not None and isinstance(number, int) and number != asked:
        return f"it is version {number}"
    return None


def _is_deeper(value: object, levels: int) -> bool:
    if not isinstance(value, Mapping | list):
        return False
    inner = value.values() if isinstance(value, Mapping) else value
    return not levels or any(_is_deeper(each, levels - 1) for each in inner)


def deep_copy(saved: Mapping[str, Any]) -> dict[str, Any]:
    """Copy JSON values with all that they hold, so that the receiver may change them."""
    return {name: _copied(value) for name, value in saved.items()}


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copied(member) for name, member in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value


def _kind_without_messages(kind: str) -> str:
    return "completion" if kind == "chat" else kind


def _with_defaults(variables: Mapping[str, Any], stored: StoredPrompt, rendering: PromptRendering) -> Mapping[str, Any]:
    saved = {name: value for name, value in stored.parameters.items() if name not in rendering.settings}
    return {**deep_copy(saved), **variables}


def parse(detail: Mapping[str, Any]) -> PromptTemplate:
    """Parse a version's template.

    Raises:
        TemplateError: where it is malformed.
    """
    kind = (detail.get("template_metadata") or {}).get("template_type")
    return PromptTemplate(
        detail.get("string") or "",
        is_raw_template=detail.get("is_raw_template"),
        template_type=kind if kind in ("chat", "completion") else None,
        parameters=detail.get("parameters"),
        model_settings=model_settings(),
    )


def parse_partial(reference: str, detail: Mapping[str, Any]) -> Partial:
    """Parse a stored partial.

    Args:
        reference: the reference it was asked for by.
        detail: what came, as the contract's PromptPartial says it.

    Raises:
        TemplateError: where it is malformed.
    """
    slug = detail.get("slug") or reference.partition("@")[0]
    return Partial(slug, detail.get("version") or 0, Template(detail.get("string") or ""))


def partial_rendering(
    reference: str, variables: Mapping[str, Any], known: Mapping[str, Partial | None], missing: MissingPolicy
) -> PartialsNeeded[dict[str, Any]]:
    """Prepare the rendering of a partial on its own. Iterating it asks for that partial, then for those it includes.

    Its result is the contract's answer to `renderPrompt`.

    Args:
        reference: the partial's.
        variables: what it is rendered with.
        known: where the caller puts each partial that is asked for, None for one that does not exist.
        missing: what becomes of a variable that was not given.
    """

    def render() -> dict[str, Any]:
        partial = known.get(reference)
        if partial is None:
            raise UnknownPartialError(reference)
        text = partial.template.render(variables, partials=known, missing=missing).text
        named = {"variables": dict(variables), "prompt_id": reference}
        return {"success": True, "data": {"prompt": text}, "prompt": text, **named}

    return PartialsNeeded(render, known.__contains__)


def overrides_in(body: Mapping[str, Any]) -> dict[str, Any]:
    """Pick the fields that win over the saved settings out of the body of a render or a run."""
    return {name: value for name, value in body.items() if name not in NOT_OVERRIDES}


def check_overrides(overrides: Mapping[str, Any]) -> None:
    """Refuse messages or a prompt of a form that no provider takes; the contract leaves these fields open.

    Raises:
        TemplateError: naming the field.
    """
    messages = overrides.get("messages", [])
    if not isinstance(messages, list) or not all(isinstance(each, dict) and "role" in each for each in messages):
        raise TemplateError(
            "`messages` must be an array of objects with a `role`. Leave it out to send the prompt's own."
        )
    if not isinstance(overrides.get("prompt", ""), str):
        raise TemplateError("`prompt` must be a string. Leave it out to send the prompt's own.")
