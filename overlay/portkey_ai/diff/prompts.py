"""Two versions of a prompt, compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from portkey_ai.templates.partials import Partial

from .changes import Change
from .needs import needs_of
from .report import PromptDiff
from .settings import compare_settings
from .sides import Side
from .tools import compare_tools
from .variables import compare_variables
from .wording import compare_wording, paired


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
    `portkey_ai.diff.names` for what may be left out.

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
    gone = {reference: _slug(reference) for reference in before if reference not in after}
    for reference in after:
        slug = _slug(reference)
        earlier = reference if reference in before else next((each for each in gone if gone[each] == slug), None)
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
    place = f"partials.{reference}"
    if old is not None and new is not None:
        if old != new:
            yield Change("text", place, old, new, False, f"the partial {reference} says it in other words")
    elif earlier != reference:
        message = f"{earlier} became {reference}; their texts were not given, so their variables are not known here"
        yield Change("partial_changed", place, earlier, reference, False, message)


def _slug(reference: str) -> str:
    return reference.partition("@")[0]
