"""What calls must, may and need no longer give: the variables of two versions, compared."""

from __future__ import annotations

from collections.abc import Iterator

from .changes import Change
from .names import Condition, Key, Use, Uses

_WORDS = {
    "fragment": "JSON text that goes in unescaped",
    "object": "an object",
    "partial": "a choice of a partial",
    "section": "a section",
    "variable": "a plain variable",
}


def compare_variables(old: Uses, new: Uses) -> Iterator[Change]:
    """Compare the settled names of two versions, in the order of the new template, then what is gone."""
    given = {key.name for key in old} | {key.name for key, use in new.items() if use.default}
    turned = {key for key, use in new.items() if key in old and _changed_kind(old[key], use)}
    for key, use in new.items():
        before = old.get(key)
        if before is not None and key in turned:
            given.discard(key.name)
            yield _kind_change(key, before, use)
        elif _became_needed(before, use, given) and _reached(key, old, new, given):
            yield _needed(key, before, use)
        elif before is None and not use.needed and not key.scope and key.parent is None:
            yield _optional(key, use)
    yield from _relieved(old, new, turned)


def _became_needed(old: Use | None, new: Use, given: set[str]) -> bool:
    """Tell whether calls have to begin giving a value; of a section that was one before, its fields decide on that.

    Args:
        old: how the name was used, if at all.
        new: how it is used now.
        given: the names that calls give; what stands in a section of another name is never looked up.
    """
    if old is None:
        return _begun(new.when | new.reads, set(), given)
    if "section" in old.kinds and new.kinds == {"section"} and not old.default:
        return False
    return _begun(new.when, old.when, given) or _begun(new.reads, old.when | old.reads, given)


def _begun(new: set[Condition], old: set[Condition], given: set[str]) -> bool:
    """Tell whether there is a condition that can be met, and that goes less far than all before it."""
    met = (when for when in new if all(name in given or name.startswith("^") for name in when))
    return any(when not in old and not any(before <= when for before in old) for when in met)


def _changed_kind(old: Use, new: Use) -> bool:
    """Tell whether a value that was right may be wrong now; a section around what it was before is a mere guard."""
    added = new.kinds - old.kinds
    return bool(added - {"section"} if old.kinds & new.kinds else added)


def _reached(key: Key, old: Uses, new: Uses, given: set[str]) -> bool:
    """Tell whether a dotted name walks through an object that calls give anyway; if not, that is the change."""
    parent = key.parent
    if parent is None or new[parent].default:
        return True
    before, after = old.get(parent), new[parent]
    if before is None or "object" not in before.kinds:
        return False
    return not _changed_kind(before, after) and not _became_needed(before, after, given)


def _kind_change(key: Key, old: Use, new: Use) -> Change:
    was, is_now = words_of(old), words_of(new)
    message = f"`{_shown(key)}` was {was} and is {is_now} now: calls must give another kind of value"
    return Change("variable_kind", key.path, sorted(old.kinds), sorted(new.kinds), True, message)


def _needed(key: Key, old: Use | None, new: Use) -> Change:
    what = "could be left out before" if old else "is new"
    remedy = "give it in every call, or a default in parameters" if not key.scope else "give it in every item"
    message = f"`{_shown(key)}` became needed ({words_of(new)}; it {what}): {remedy}"
    return Change("variable_needed", key.path, sorted(old.kinds) if old else None, sorted(new.kinds), True, message)


def _optional(key: Key, use: Use) -> Change:
    message = f"`{_shown(key)}` may be given now ({words_of(use)}), and may be left out"
    return Change("variable_added", key.path, None, sorted(use.kinds), False, message)


def _relieved(old: Uses, new: Uses, turned: set[Key]) -> Iterator[Change]:
    names = {key.name for key in new}
    for key, use in old.items():
        kinds = sorted(use.kinds)
        gone = key.name not in names and (key.parent is None or key.parent.name in names) and _around(key, names)
        if gone and key.parent not in turned and not any(each.name in key.scope for each in turned):
            message = f"`{_shown(key)}` is no longer used: calls may stop giving it"
            yield Change("variable_unused", key.path, kinds, None, False, message)
        elif key in new and key not in turned and _became_needed(new[key], use, names):
            message = f"`{_shown(key)}` is no longer needed: it may be left out now"
            yield Change("variable_optional", key.path, kinds, sorted(new[key].kinds), False, message)


def _around(key: Key, names: set[str]) -> bool:
    """Tell whether all sections around a name that is gone are still there; if not, those are the change."""
    return all(section in names for section in key.scope)


def words_of(use: Use) -> str:
    """Say what a name is used as, such as `a plain variable and a section`."""
    return " and ".join(_WORDS[kind] for kind in sorted(use.kinds))


def _shown(key: Key) -> str:
    return key.path.removeprefix("variables").removeprefix(".")
