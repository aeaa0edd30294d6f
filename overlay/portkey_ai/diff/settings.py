"""What a prompt is run with: parameters, the model, and how its text is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .changes import Change
from .contract.levels import ContractVerdict, Direction
from .json_text import canonical
from .sides import TOOL_FIELDS, Side
from .tools import schema_changes

_FIELDS = {
    "model": "another model answers",
    "virtual_key": "another provider or key runs it",
    "tool_choice": "the model chooses its tools in another way",
}


def compare_settings(old: Side, new: Side) -> Iterator[Change]:
    """Compare everything but the text, the variables and the tools."""
    yield from _compare_type(old, new)
    for name, meaning in _FIELDS.items():
        before, after = (side.value(name) if name in TOOL_FIELDS else side.fields.get(name) for side in (old, new))
        if canonical(before) != canonical(after):
            yield Change("setting", name, before, after, False, meaning)
    if canonical(_notes(old)) != canonical(_notes(new)):
        yield Change("setting", "template_metadata", _notes(old), _notes(new), False, "notes on the template changed")
    yield from _compare_parameters(old, new)


def _compare_type(old: Side, new: Side) -> Iterator[Change]:
    if old.kind != new.kind:
        breaking = "chat" in (old.kind, new.kind)
        meaning = "answers to a render hold the other of `messages` and `prompt`" if breaking else "it is run otherwise"
        message = f"the template was {_article(old.kind)} and is {_article(new.kind)} now: {meaning}"
        yield Change("template_type", "template_type", old.kind, new.kind, breaking, message)
    elif old.raw != new.raw and old.kind == "chat":
        order = "rendered before its JSON is read" if new.raw else "read as JSON before it is rendered"
        message = f"the text is {order} now"
        yield Change("setting", "is_raw_template", int(old.raw), int(new.raw), False, message)


def _article(kind: str) -> str:
    return {"chat": "a chat", "text": "a text", "completion": "a text to complete"}.get(kind, f"of the type {kind!r}")


def _notes(side: Side) -> dict[str, Any]:
    return {name: value for name, value in side.metadata.items() if name != "template_type"}


def _compare_parameters(old: Side, new: Side) -> Iterator[Change]:
    for name in {**old.parameters, **new.parameters}:
        before, after = old.parameters.get(name), new.parameters.get(name)
        known = (name in old.parameters, name in new.parameters)
        if name in TOOL_FIELDS or (canonical(before) == canonical(after) and known == (True, True)):
            continue
        breaking, message = _meaning(name, before, after)
        kind = {(True, True): "parameter_changed", (False, True): "parameter_added"}.get(known, "parameter_removed")
        yield Change(kind, f"parameters.{name}", before, after, breaking, message)


def _meaning(name: str, old: Any, new: Any) -> tuple[bool, str]:
    """Say what another value of a parameter means; of them all, the form of the answer is what apps read."""
    if name != "response_format":
        return False, f"{_shown(old)} → {_shown(new)}"
    if _form(old) != _form(new):
        return True, f"answers were {_form(old)} and are {_form(new)} now: what reads them must change"
    found = list(schema_changes(_answer_schema(old), _answer_schema(new), (Direction.RESPONSE,)))
    worst = [finding for finding in found if finding.level is ContractVerdict.BREAKING]
    if worst:
        return True, "the form of answers: " + "; ".join(f"{each.place or 'answer'}: {each.message}" for each in worst)
    return False, "the form of answers changed, in nothing that apps would miss"


def _form(value: Any) -> str:
    kind = value.get("type") if isinstance(value, Mapping) else None
    return kind if isinstance(kind, str) else "text"


def _answer_schema(value: Any) -> Any:
    described = value.get("json_schema") if isinstance(value, Mapping) else None
    return described.get("schema", {}) if isinstance(described, Mapping) else {}


def _shown(value: Any) -> str:
    text = "nothing" if value is None else canonical(value)
    return text if len(text) <= 60 else text[:57] + "..."
