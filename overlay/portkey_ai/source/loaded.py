"""A prompt in hand: rendered as often as one likes, without any wait."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from portkey_ai.rendering import own
from portkey_ai.types import PromptRender

if TYPE_CHECKING:
    from portkey_ai.source.entries import Entry
    from portkey_ai.source.shelf import Shelf


class LoadedPrompt:
    """One version of a prompt, with the partials that it includes, as they were when it was loaded.

    Example:
        >>> greeting = portkey.prompts.get("pp-greeting@production")
        >>> greeting.variables, greeting.version
        (('name',), 12)
        >>> greeting.render(name="Alice").prompt
        'Hello Alice!'
    """

    def __init__(
        self, prompt_id: str, entry: Entry, shelf: Shelf, asked: bool, missing: Literal["empty", "error"]
    ) -> None:
        self.prompt_id = prompt_id
        """The reference, as it was given."""
        self.source = entry.place(asked)
        """Where it was found: `server`, `memory`, `disk`, `lock` or `fallback`."""
        self._entry = entry
        self._shelf = shelf
        self._missing: Literal["empty", "error"] = missing

    @property
    def version(self) -> int | None:
        """The version's number; None of a fallback, which has none."""
        return self._entry.version

    @property
    def detail(self) -> Mapping[str, Any]:
        """A copy of the version, as the contract's flat prompt shape says it."""
        return own(self._entry.prompt.detail)

    @property
    def variables(self) -> tuple[str, ...]:
        """The names that the template asks a caller for, those of the partials left out."""
        return self._entry.prompt.template.variables

    @property
    def messages(self) -> list[dict[str, Any]] | None:
        """The template's messages, not rendered; None of a text, or of a raw template."""
        stored = self._entry.prompt
        if stored.template.kind != "chat" or stored.detail.get("is_raw_template"):
            return None
        messages: list[dict[str, Any]] = json.loads(stored.detail["string"])
        return messages

    @property
    def age(self) -> float:
        """Seconds since the service said it."""
        return self._entry.age

    def render(self, **variables: Any) -> PromptRender:
        """Render it.

        Args:
            **variables: the template's variables by name, any JSON values.

        Raises:
            TemplateError: where it can't be rendered.
        """
        rendered = self._entry.prompt.render(variables, {}, partials=self._shelf.find, missing=self._missing)
        answer = PromptRender.from_dict(rendered.answer(self.prompt_id))
        return answer.with_meta(self._entry.provenance(False, rendered.rendering.partials))

    def __repr__(self) -> str:
        return f"LoadedPrompt({self.prompt_id!r}, version={self.version}, source={self.source!r})"
