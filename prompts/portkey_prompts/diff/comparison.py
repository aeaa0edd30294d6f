"""Two versions of a prompt, compared: what changed, for programs and for people."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from difflib import unified_diff
from typing import Any, TypeAlias

from portkey_prompts.templates.partials import Partial

from .changes import Change, Verdict, shown, verdict_of
from .names import needs_of
from .settings import compare_settings, compare_tools, named_tools, setting_fields
from .sides import Side
from .variables import compare_variables
from .wording import Pair, can_be_aligned, common_ends, compare_wording, paired


def compare(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    *,
    old_partials: Mapping[str, str | Partial] | None = None,
    new_partials: Mapping[str, str | Partial] | None = None,
) -> PromptDiff:
    """Compare two versions of a prompt, and say what the change means for the apps that call it.

    Names, ids, labels, dates and statuses are no content and are not compared. A variable counts as needed where it is
    used without a default in `parameters`; null and the empty string are no defaults there. See
    the module `names` for what may be left out.

    Args:
        old: the version that apps use now, with the fields that the operations `retrievePrompt` and
            `retrievePromptVersion` answer: `string`, and those of `parameters`, `tools`, `functions`, `tool_choice`,
            `template_metadata`, `is_raw_template`, `model`, `virtual_key` that it has.
        new: the version that they would get.
        old_partials: the texts of the partials that `old` includes, by reference as it stands in the tag
            (`{"pp-tone@3": "Be kind."}`), nested ones too. What is not given is not looked into, and named in
            `PromptDiff.unknown_partials`.
        new_partials: the same of `new`.

    Raises:
        TypeError: a field is of another type than the contract says; it names the side and the field.
        ValueError: a side has no `string`, so it is no version of a prompt.
        TemplateLimitError: partials include each other without end.

    Example:
        >>> compare({"string": "Hi {{name}}"}, {"string": "Hello {{name}}"}).verdict
        <Verdict.TEXT_ONLY: 'text only'>
    """
    before, after = Side("old", old, old_partials), Side("new", new, new_partials)
    pairs = paired(before.passages, after.passages)
    changes = [*_compare_validity(before, after), *_compare_variables(before, after)]
    for field in ("tools", "functions"):
        changes += compare_tools(field, before.items(field), after.items(field))
    changes += [*_compare_partials(before, after), *compare_settings(before, after), *compare_wording(pairs)]
    return PromptDiff(before, after, pairs, tuple(changes))


def _compare_validity(old: Side, new: Side) -> Iterator[Change]:
    """Say where a template became malformed, or was: such a one does not render here."""
    if new.problem is not None and str(new.problem) != str(old.problem):
        message = f"the template is malformed: {new.problem}"
        yield Change("template_malformed", "string", None, str(new.problem), old.problem is None, message)
    elif old.problem is not None and new.problem is None:
        message = f"the template was malformed, its variables could not be read: {old.problem}"
        yield Change("template_mended", "string", str(old.problem), None, False, message)


def _compare_variables(old: Side, new: Side) -> Iterator[Change]:
    if new.body is not None:
        before = needs_of(old.walk.uses, {}, old.defaults)
        yield from compare_variables(before, needs_of(new.walk.uses, before, new.defaults))


def _compare_partials(old: Side, new: Side) -> Iterator[Change]:
    """Compare which partials are included, and the texts of those that are known on both sides."""
    before, after = old.walk.references, new.walk.references
    gone = {reference: None for reference in before if reference not in after}
    gone_by_slug: dict[str, deque[str]] = {}
    for reference in gone:
        gone_by_slug.setdefault(_slug(reference), deque()).append(reference)
    for reference in after:
        of_slug = gone_by_slug.get(_slug(reference))
        earlier = reference if reference in before else of_slug.popleft() if of_slug else None
        if earlier is None:
            unknown = "" if reference in new.texts else "; its text was not given, so its variables are not known here"
            message = f"the partial {reference} is included now{unknown}"
            yield Change("partial_added", f"partials.{reference}", None, reference, False, message)
        else:
            gone.pop(earlier, None)
            yield from _compare_partial(earlier, reference, old.texts.get(earlier), new.texts.get(reference))
    for reference in gone:
        message = f"the partial {reference} is no longer included"
        yield Change("partial_removed", f"partials.{reference}", reference, None, False, message)


def _compare_partial(earlier: str, reference: str, old: str | None, new: str | None) -> Iterator[Change]:
    where = f"partials.{reference}"
    if old is not None and new is not None:
        if old != new:
            yield Change("text", where, old, new, False, f"the partial {reference} says it in other words")
    elif earlier != reference:
        message = f"{earlier} became {reference}; their texts were not given, so their variables are not known here"
        yield Change("partial_changed", where, earlier, reference, False, message)


def _slug(reference: str) -> str:
    return reference.partition("@")[0]


Part: TypeAlias = tuple[str, Sequence[str], Sequence[str]]
"""A title, and the lines under it before and after."""


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
    named = ((name, side.fields.get(name)) for name in setting_fields())
    raw = int(side.raw) or None  # 0 means the same as its absence
    values = [
        ("template_type", side.kind),
        *named,
        ("is_raw_template", raw),
        ("template_metadata", side.fields.get("template_metadata")),
    ]
    return [line for name, value in values if value not in (None, {}) for line in shown(name, value)]


def _parameter_lines(side: Side) -> list[str]:
    return [line for name in sorted(side.parameters) for line in shown(name, side.parameters[name])]


def _hunks(part: Part, context: int) -> Iterator[str]:
    """Write the changed stretches of a part, with its title instead of line numbers."""
    title, old, new = part
    for number, line in enumerate(_compared_lines(old, new, context)):
        if number >= 2:
            yield f"@@ {title} @@" if line.startswith("@@") else line


def _compared_lines(old: Sequence[str], new: Sequence[str], context: int) -> Iterator[str]:
    """Write a diff of lines; of very many, what lies between those that are the same at both ends is one change."""
    if can_be_aligned(old, new):
        return unified_diff(old, new, n=context, lineterm="")
    head, tail = common_ends(old, new)
    before, after = (lines[max(head - context, 0) : len(lines) - max(tail - context, 0)] for lines in (old, new))
    if can_be_aligned(before, after):
        return unified_diff(before, after, n=context, lineterm="")
    above, below = old[max(head - context, 0) : head], old[len(old) - tail : len(old) - max(tail - context, 0)]
    gone, come = old[head : len(old) - tail], new[head : len(new) - tail]
    marked = ((" ", above), ("-", gone), ("+", come), (" ", below))
    return (line for line in ["---", "+++", "@@", *(mark + line for mark, lines in marked for line in lines)])
