"""What a template asks of a call: its names, each looked up where a call would have it, and whether it is needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .names import Key, Scope, Use, Uses


def needs_of(uses: Uses, given: Uses, defaults: Mapping[str, Any]) -> Uses:
    """Settle where each name is found, and which ones a call has to give.

    A name inside of a section is looked up in the section's value first, then around it. Where the template, or the
    one before it (`given`), uses the same name around the section, that is where calls have it.

    Args:
        uses: the names of one template.
        given: the settled names of the version before; empty for the first one.
        defaults: the `parameters` that are no model settings.
    """
    settled = _settled(uses, given)
    for key, use in settled.items():
        use.default = _has_default(key, defaults)
        if use.default:
            use.when.clear()
    _note_read_sections(settled)
    return settled


def _settled(uses: Uses, given: Uses) -> Uses:
    roots = {(key.scope, key.root) for names in (uses, given) for key in names}
    settled: Uses = {}
    for key, use in uses.items():
        settled.setdefault(_outermost(key, roots), Use()).join(use)
    return settled


def _outermost(key: Key, roots: set[tuple[Scope, str]]) -> Key:
    if key.name != ".":
        for depth in range(len(key.scope)):
            if (key.scope[:depth], key.root) in roots:
                return Key(key.scope[:depth], key.name)
    return key


def _has_default(key: Key, defaults: Mapping[str, Any]) -> bool:
    """Tell whether `parameters` answer a look-up; null and the empty string count as not given."""
    value: Any = defaults
    for part in key.name.split("."):
        if not isinstance(value, Mapping) or value.get(part) in (None, ""):
            return False
        value = value[part]
    return True


def _note_read_sections(settled: Uses) -> None:
    """Mark sections whose values are read and whose absence nothing provides for, the innermost first."""
    bodies = [(body, key) for key, use in settled.items() for body in use.bodies]
    reading = {key.scope for key, use in settled.items() if use.needed}
    for body, key in sorted(bodies, key=lambda pair: -len(pair[0])):
        use = settled[key]
        if body in reading and not use.absence and not use.default:
            use.reads |= use.bodies[body]
            reading.add(key.scope)
