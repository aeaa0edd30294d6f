"""A prompt and the partials that it includes, loaded: it renders as often as one likes, without a call."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from portkey_prompts.rendering import StoredPrompt, deep_copy
from portkey_prompts.results import PromptRender
from portkey_prompts.source.entries import Entry, Freshness, Key
from portkey_prompts.telemetry import Telemetry
from portkey_prompts.templates import Partial, UnknownPartialError

if TYPE_CHECKING:
    from portkey_prompts.source.memory import Memory
    from portkey_prompts.source.settings import PromptSource


class LoadedPartials:
    """The partials of one prompt, from memory or locked with it, for the template engine.

    Args:
        prompt: the prompt that is rendered.
        memory: where partials are kept.
        source: says how long they are fresh.
        now: the time, by `time.monotonic()`.
    """

    __slots__ = ("_memory", "_now", "_source", "_taken", "stale")

    def __init__(self, prompt: Entry, memory: Memory, source: PromptSource, now: float) -> None:
        self._memory = memory
        self._now = now
        self._source = source
        self._taken: dict[str, Partial | None] = {} if prompt.partials is None else {**prompt.partials}
        self.stale: list[Key] = []

    def find(self, reference: str) -> Partial | None:
        """Find a partial by its reference; None where it does not exist.

        Raises:
            UnknownPartialError: where it has to be fetched first.
        """
        taken = self._taken
        if reference in taken:
            return taken[reference]
        entry = self._memory.get(("partial", reference))
        if entry is None or entry.remote:
            raise UnknownPartialError(reference)
        if self._now - entry.ages_from >= self._source.ttl:
            if entry.freshness(self._now, self._source.ttl, self._source.stale) is Freshness.EXPIRED:
                raise UnknownPartialError(reference)
            self.stale.append(entry.key)
        partial = entry.value
        assert not isinstance(partial, StoredPrompt)
        taken[reference] = partial
        return partial

    def add(self, entry: Entry) -> Partial | None:
        """Take a partial that was fetched."""
        partial = self._taken[entry.key.reference] = entry.partial
        return partial

    def has(self, reference: str) -> bool:
        """Say whether a partial was found, or found not to exist; else it has to be fetched."""
        return reference in self._taken

    def nested(self, reference: str) -> list[str]:
        """Name the partials that a partial includes and that have not been taken yet."""
        try:
            partial = self.find(reference)
        except UnknownPartialError:
            return []
        included = [] if partial is None else partial.template.components["partials"]
        return [each for each in included if not self.has(each)]


class LoadedPrompt:
    """One version of a prompt, with the partials that it includes, as they were when it was loaded.

    Examples:
        >>> greeting = portkey.prompts.get("pp-greeting@production")
        >>> greeting.variables, greeting.version
        (('name',), 12)
        >>> greeting.render(name="Alice").prompt
        'Hello Alice!'
    """

    def __init__(
        self,
        prompt_id: str,
        entry: Entry,
        partials: LoadedPartials,
        asked: bool,
        missing: Literal["empty", "error"],
        telemetry: Telemetry | None = None,
    ) -> None:
        self.prompt_id = prompt_id
        """The reference, as it was given."""
        self.source = entry.source(asked)
        """Where it was found: `server`, `memory`, `disk`, `lock` or `fallback`."""
        self._entry = entry
        self._partials = partials
        self._missing: Literal["empty", "error"] = missing
        self._telemetry = telemetry

    @property
    def version(self) -> int | None:
        """The version's number; None of a fallback, which has none."""
        return self._entry.version

    @property
    def detail(self) -> Mapping[str, Any]:
        """A copy of the version, as the contract's flat prompt shape says it."""
        return deep_copy(self._entry.prompt.detail)

    @property
    def variables(self) -> tuple[str, ...]:
        """The names that the template asks a caller for, without those of its partials."""
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
        """Seconds since the service answered it."""
        return self._entry.age

    def render(self, **variables: Any) -> PromptRender:
        """Render it.

        Args:
            **variables: the template's variables by name, any JSON values.

        Raises:
            TemplateError: where it can't be rendered.
        """
        if self._telemetry is None:
            return self._render(variables)
        with self._telemetry.rendering(self.prompt_id, variables) as span:
            return span.rendered(self._render(variables))

    def _render(self, variables: Mapping[str, Any]) -> PromptRender:
        rendered = self._entry.prompt.render(variables, {}, partials=self._partials.find, missing=self._missing)
        answer = PromptRender.from_dict(rendered.answer(self.prompt_id))
        return answer.with_meta(self._entry.provenance(False, rendered.rendering.partials))

    def __repr__(self) -> str:
        return f"LoadedPrompt({self.prompt_id!r}, version={self.version}, source={self.source!r})"
