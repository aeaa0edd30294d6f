"""From a version, variables and overrides to the body that a provider takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from portkey_ai.templates import Limits, PromptRendering, TemplateError, UnknownPartialError, messages_text

from .errors import BadRequestError, NotFoundError
from .library import Library, Runnable
from .limits import LocalLimits

NOT_OVERRIDES = frozenset({"variables", "virtual_key", "prompt_id"})
"""Fields of a body that steer the call itself and are no part of what a provider gets."""


@frozen
class Rendered:
    """A rendered prompt."""

    kind: str
    """`chat`, `text` or `completion`, as the template engine says."""
    data: dict[str, Any]
    """The body for a provider: saved settings, the call's on top, then `messages` or `prompt`."""
    prompt: str
    """The rendered text; of a chat its messages' texts, a blank line between."""
    variables: dict[str, Any]
    """What it was rendered with: the call's variables over the prompt's defaults."""

    @property
    def messages(self) -> list[dict[str, Any]] | None:
        """The rendered messages; of a text prompt none."""
        return self.data.get("messages")


@frozen
class Renderer:
    """Render prompts within limits.

    Args:
        library: Where stored partials are found.
        limits: How much a render may take.
    """

    library: Library
    limits: LocalLimits

    def render(self, runnable: Runnable, body: Mapping[str, Any]) -> Rendered:
        """Render a version with a call's variables and overrides.

        Args:
            runnable: The version.
            body: The call's body: `variables`, and at its root what wins over the saved settings.

        Raises:
            NotFoundError: The template includes a partial that does not exist.
            BadRequestError: The template can't be rendered with these variables, or an override has no sense.
        """
        given = body.get("variables") or {}
        rendering = self._fill(runnable, given)
        overrides = {name: value for name, value in body.items() if name not in NOT_OVERRIDES}
        _check_overrides(overrides)
        data = {**_model(runnable), **rendering.settings, **runnable.extras, **overrides}
        for name, value in _content(rendering, overrides).items():
            data.setdefault(name, value)
        kind = "chat" if "messages" in data else runnable.template.kind
        defaults = {name: value for name, value in runnable.parameters.items() if name not in rendering.settings}
        return Rendered(kind, data, _text(data, rendering), {**defaults, **given})

    def _fill(self, runnable: Runnable, variables: Mapping[str, Any]) -> PromptRendering:
        limits = Limits(depth=self.limits.depth, output=self.limits.output, expansions=self.limits.expansions)
        try:
            return runnable.template.render(variables, partials=self.library.partial, limits=limits)
        except UnknownPartialError as error:
            raise NotFoundError(f"The prompt can't be rendered: {error}.") from error
        except TemplateError as error:
            raise BadRequestError(f"The prompt can't be rendered: {error}.") from error


def _model(runnable: Runnable) -> dict[str, Any]:
    return {} if runnable.model is None else {"model": runnable.model}


def _content(rendering: PromptRendering, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was rendered, as a provider takes it; nothing where the call brings messages of its own."""
    if "messages" in overrides:
        return {}
    return {"prompt": rendering.prompt} if rendering.messages is None else {"messages": rendering.messages}


def _text(data: Mapping[str, Any], rendering: PromptRendering) -> str:
    """Return the text of what is really sent: an override's, where there is one."""
    if "prompt" in data:
        return str(data["prompt"])
    messages = data["messages"]
    return rendering.prompt if messages is rendering.messages else messages_text(messages)


def _check_overrides(overrides: Mapping[str, Any]) -> None:
    """Refuse messages or a prompt of a form that no provider takes; the contract leaves these fields open."""
    messages = overrides.get("messages", [])
    if not isinstance(messages, list) or not all(isinstance(each, dict) and "role" in each for each in messages):
        raise BadRequestError(
            "`messages` must be an array of objects with a `role`. Leave it out to send the prompt's own."
        )
    if not isinstance(overrides.get("prompt", ""), str):
        raise BadRequestError("`prompt` must be a string. Leave it out to send the prompt's own.")
