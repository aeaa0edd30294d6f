"""What calls must, may and need no longer give: the variables of two versions, compared."""

from __future__ import annotations

from collections.abc import Iterator

from .changes import Change
from .names import Key, Use, Uses

_WORDS = {
    "fragment": "JSON text that goes in unescaped",
    "object": "an object",
    "partial": "a choice of a partial",
    "section": "a section",
    "variable": "a plain variable",
}


def compare_variables(old: Uses, new: Uses) -> Iterator[Change]:
    """Compare the settled names of two versions, in the order of the new template, then what is gone."""
    given = {key.name for key in old}
    for key, use in new.items():
        before = old.get(key)
        if before is not None and _changed_kind(before, use):
            given.discard(key.name)
            yield _kind_change(key, before, use)
        if _became_needed(before, use) and given.issuperset(key.scope) and _reached(key, old, new):
            yield _needed(key, before, use)
        elif before is None and not use.needed and not key.scope and key.parent is None:
            yield _optional(key, use)
    yield from _relieved(old, new)


def _became_needed(old: Use | None, new: Use) -> bool:
    """Tell whether calls have to begin giving a value; of a section that was one before, its fields decide on that."""
    if old is None or not new.needed:
        return new.needed
    still_a_section = "section" in old.kinds and new.kinds == {"section"}
    return not old.needed and (old.default or not still_a_section)


def _changed_kind(old: Use, new: Use) -> bool:
    """Tell whether a value that was right may be wrong now; a section around what it was before is a mere guard."""
    added = new.kinds - old.kinds
    return bool(added - {"section"} if old.kinds & new.kinds else added)


def _reached(key: Key, old: Uses, new: Uses) -> bool:
    """Tell whether calls already give the object that a dotted name walks through; if not, that is the change."""
    parent = key.parent
    if parent is None:
        return True
    return parent in old and "object" in old[parent].kinds and not _changed_kind(old[parent], new[parent])


def _kind_change(key: Key, old: Use, new: Use) -> Change:
    was, is_now = words_of(old), words_of(new)
    message = f"`{_shown(key)}` was {was} and is {is_now} now: calls must give another kind of value"
    return Change("variable_kind", key.place, sorted(old.kinds), sorted(new.kinds), True, message)


def _needed(key: Key, old: Use | None, new: Use) -> Change:
    what = "could be left out before" if old else "is new"
    remedy = "give it in every call, or a default in parameters" if not key.scope else "give it in every item"
    message = f"`{_shown(key)}` became needed ({words_of(new)}; it {what}): {remedy}"
    return Change("variable_needed", key.place, sorted(old.kinds) if old else None, sorted(new.kinds), True, message)


def _optional(key: Key, use: Use) -> Change:
    message = f"`{_shown(key)}` may be given now ({words_of(use)}), and may be left out"
    return Change("variable_added", key.place, None, sorted(use.kinds), False, message)


def _relieved(old: Uses, new: Uses) -> Iterator[Change]:
    names = {key.name for key in new}
    for key, use in old.items():
        kinds = sorted(use.kinds)
        if key.name not in names and (key.parent is None or key.parent.name in names) and _around(key, names):
            message = f"`{_shown(key)}` is no longer used: calls may stop giving it"
            yield Change("variable_unused", key.place, kinds, None, False, message)
        elif use.needed and key in new and not new[key].needed:
            message = f"`{_shown(key)}` is no longer needed: it may be left out now"
            yield Change("variable_optional", key.place, kinds, sorted(new[key].kinds), False, message)


def _around(key: Key, names: set[str]) -> bool:
    """Tell whether all sections around a name that is gone are still there; if not, those are the change."""
    return all(section in names for section in key.scope)


def words_of(use: Use) -> str:
    """Say what a name is used as, such as `a plain variable and a section`."""
    return " and ".join(_WORDS[kind] for kind in sorted(use.kinds))


def _shown(key: Key) -> str:
    return key.place.removeprefix("variables").removeprefix(".")
