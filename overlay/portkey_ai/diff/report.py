"""What a comparison of two prompt versions found, for programs and for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import unified_diff
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from .changes import Change, Verdict, verdict_of
from .json_text import shown
from .tools import named_tools

if TYPE_CHECKING:
    from .sides import Side
    from .wording import Pair

Part: TypeAlias = tuple[str, Sequence[str], Sequence[str]]
"""A title, and the lines under it before and after."""

_SETTINGS: Final = ("model", "virtual_key", "tool_choice", "is_raw_template", "template_metadata")


class PromptDiff:
    """Hold what changed between two versions of a prompt; `str()` of it is a summary, a line for each change.

    Attributes:
        changes: what changed, the most important kinds first: variables, tools, partials, settings, words.
        verdict: what it all means, the gravest of the changes.
        unknown_partials: references of included partials whose texts were not given, so that their variables are not
            in the comparison.
    """

    __slots__ = ("_new", "_old", "_pairs", "changes", "unknown_partials", "verdict")

    def __init__(self, old: Side, new: Side, pairs: list[Pair], changes: tuple[Change, ...]) -> None:
        self._old = old
        self._new = new
        self._pairs = pairs
        self.changes = changes
        self.verdict: Verdict = verdict_of(changes)
        unknown = [each for side in (old, new) for each in side.walk.references if each not in side.texts]
        self.unknown_partials: tuple[str, ...] = tuple(dict.fromkeys(unknown))

    def unified(self, context: int = 3) -> str:
        """Write a diff of messages, partials, settings, parameters and tools, each under a title of its own.

        Args:
            context: lines to show around each change.

        Returns:
            Lines with `-`, `+` or a space before them, as of `diff -u`; empty where nothing changed.
        """
        lines = [line for part in self._parts() for line in _hunks(part, context)]
        return "\n".join([f"--- {self._old.label}", f"+++ {self._new.label}", *lines, ""]) if lines else ""

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON: `verdict`, `old` and `new` (which versions), `changes`, `unknown_partials`."""
        return {
            "verdict": str(self.verdict),
            "old": self._old.label,
            "new": self._new.label,
            "changes": [change._asdict() for change in self.changes],
            "unknown_partials": list(self.unknown_partials),
        }

    def __str__(self) -> str:
        lines = [f"{self._old.label} → {self._new.label}: {self.verdict}"]
        ordered = sorted(self.changes, key=lambda change: not change.breaking)
        lines += [f"  {change.verdict:<10}  {change.where}: {change.message}" for change in ordered]
        if self.unknown_partials:
            lines.append(f"  not looked into: the partials {', '.join(self.unknown_partials)}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"PromptDiff({self._old.label!r}, {self._new.label!r}, {self.verdict!r}, {len(self.changes)} changes)"

    def _parts(self) -> Iterator[Part]:
        for before, after in self._pairs:
            title = after or before
            yield (title.title if title else ""), (before.lines if before else ()), (after.lines if after else ())
        yield from self._partial_parts()
        yield "settings", _settings_lines(self._old), _settings_lines(self._new)
        yield "parameters", _parameter_lines(self._old), _parameter_lines(self._new)
        yield from self._tool_parts()

    def _partial_parts(self) -> Iterator[Part]:
        references = [dict.fromkeys(side.walk.references) for side in (self._old, self._new)]
        yield "partials", list(references[0]), list(references[1])
        for reference in references[0] | references[1]:
            if self._known(reference):
                texts = [side.texts.get(reference) for side in (self._old, self._new)]
                old, new = ([] if text is None else text.split("\n") for text in texts)
                yield f"partial {reference}", old, new

    def _known(self, reference: str) -> bool:
        """Tell whether the text of a partial is known on each side that includes it."""
        return all(reference in side.texts or reference not in side.walk.references for side in (self._old, self._new))

    def _tool_parts(self) -> Iterator[Part]:
        for field in ("tools", "functions"):
            old, new = (named_tools(side.items(field)) for side in (self._old, self._new))
            for name in old | new:
                lines = [shown("", tools[name]) if name in tools else [] for tools in (old, new)]
                yield f"{field}.{name}", lines[0], lines[1]


def _settings_lines(side: Side) -> list[str]:
    values = [("template_type", side.kind), *((name, side.fields.get(name)) for name in _SETTINGS)]
    return [line for name, value in values if value not in (None, {}) for line in shown(name, value)]


def _parameter_lines(side: Side) -> list[str]:
    return [line for name in sorted(side.parameters) for line in shown(name, side.parameters[name])]


def _hunks(part: Part, context: int) -> Iterator[str]:
    """Write the changed stretches of a part, with its title in the place of line numbers."""
    title, old, new = part
    for number, line in enumerate(unified_diff(old, new, n=context, lineterm="")):
        if number >= 2:
            yield f"@@ {title} @@" if line.startswith("@@") else line
