"""What a prompt is run with: parameters, the model, how its text is read, and the tools that the model may call.

A tool's parameters are a schema that is read twice: the model is told it, and the app is handed arguments by it. So a
change that may surprise either is breaking; only a new tool, an optional parameter and other words are not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from portkey_prompts.contract_diff.document import ContractError, Document
from portkey_prompts.contract_diff.findings import ContractVerdict, Direction, Effect, Finding, Log
from portkey_prompts.contract_diff.schemas import SchemaComparison
from portkey_prompts.rendering import TOOL_FIELDS, content_fields

from .changes import Change, canonical
from .sides import Side

_MEANINGS = {
    "model": "another model answers",
    "virtual_key": "another provider or key runs it",
    "tool_choice": "the model chooses its tools in another way",
}
_ELSEWHERE = ("string", "parameters", "tools", "functions", "is_raw_template", "template_metadata")
"""Fields of a version that are compared in a way of their own."""


def setting_fields() -> tuple[str, ...]:
    """Name the fields of a version that are compared as they are."""
    return (*_MEANINGS, *(name for name in content_fields() if name not in (*_MEANINGS, *_ELSEWHERE)))


def compare_settings(old: Side, new: Side) -> Iterator[Change]:
    """Compare everything but the text, the variables and the tools."""
    yield from _compare_type(old, new)
    for name in setting_fields():
        before, after = (side.value(name) if name in TOOL_FIELDS else side.fields.get(name) for side in (old, new))
        if canonical(before) != canonical(after):
            yield Change("setting", name, before, after, False, _MEANINGS.get(name, "it is run otherwise"))
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
        return True, "the form of answers: " + "; ".join(
            f"{each.location or 'answer'}: {each.message}" for each in worst
        )
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


def named_tools(tools: Sequence[Any]) -> dict[str, Any]:
    """Name tools by their function, else by their type; a second one of a name is `name#2`."""
    named: dict[str, Any] = {}
    counts: dict[str, int] = {}
    for tool in tools:
        name = unique = _name_of(tool)
        while unique in named:  # also where a tool is called `name#2` itself
            counts[name] = counts.get(name, 1) + 1
            unique = f"{name}#{counts[name]}"
        named[unique] = tool
    return named


def compare_tools(field: str, old: Sequence[Any], new: Sequence[Any]) -> Iterator[Change]:
    """Compare `tools` or `functions` of two versions, whatever their order.

    Args:
        field: which of both, for the location of a change.
        old: the tools before, as the provider describes them.
        new: the tools after.
    """
    before, after = named_tools(old), named_tools(new)
    for name in before:
        where = f"{field}.{name}"
        if name not in after:
            message = f"the tool `{name}` was removed: the model calls it no more"
            yield Change("tool_removed", where, before[name], None, True, message)
        elif canonical(before[name]) != canonical(after[name]):
            yield from _compare_tool(where, before[name], after[name])
    for name in [each for each in after if each not in before]:
        message = f"the tool `{name}` was added: the model may call it"
        yield Change("tool_added", f"{field}.{name}", None, after[name], False, message)


def _compare_tool(where: str, old: Any, new: Any) -> Iterator[Change]:
    """Compare what both tools say of their parameters, then whether anything else differs."""
    found = list(schema_changes(_schema_of(old), _schema_of(new), tuple(Direction)))
    for finding in found:
        breaking = finding.level is ContractVerdict.BREAKING
        yield Change("tool_parameter", f"{where}{finding.location}", old, new, breaking, finding.message)
    if not found or _without_schema(old) != _without_schema(new):
        yield Change("tool_changed", where, old, new, False, "the tool is described in another way")


def schema_changes(old: Any, new: Any, directions: Sequence[Direction]) -> Iterator[Finding]:
    """Compare two JSON schemas that stand alone; what can't be followed counts as breaking where it differs."""
    if canonical(old) == canonical(new):
        return
    log = Log()
    try:
        comparison = SchemaComparison(Document(old, "old"), Document(new, "new"), log, _reason)
        for direction in directions:
            comparison.compare(old, new, "", direction)
    except ContractError as error:
        message = f"the schema changed and can't be followed: {error}"
        yield Finding(ContractVerdict.BREAKING, "schema_unknown", "", message)
        return
    yield from _gravest(log.findings())


def _reason(effect: Effect, direction: Direction) -> str:
    """Say what a changed schema means for the app, which does what the model fills it in for."""
    breaking = effect.level(direction) is ContractVerdict.BREAKING
    return "the app is handed something else than it knows" if breaking else "the app can read it as before"


def _gravest(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Of the findings of both directions keep one for each location and kind, the gravest."""
    kept: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        key = (finding.location, finding.kind)
        if key not in kept or finding.level.gravity > kept[key].level.gravity:
            kept[key] = finding
    yield from kept.values()


def _function_of(tool: Any) -> Mapping[str, Any]:
    """Answer what describes a tool: its `function`, or, in the older form, the tool itself."""
    if not isinstance(tool, Mapping):
        return {}
    function = tool.get("function")
    return function if isinstance(function, Mapping) else tool


def _name_of(tool: Any) -> str:
    name = _function_of(tool).get("name")
    if isinstance(name, str) and name:
        return name
    kind = tool.get("type") if isinstance(tool, Mapping) else None
    return kind if isinstance(kind, str) and kind else canonical(tool)


def _schema_of(tool: Any) -> Any:
    """Answer the schema of a tool's arguments; without one it takes none."""
    schema = _function_of(tool).get("parameters", _function_of(tool).get("input_schema"))
    return schema if isinstance(schema, (Mapping, bool)) else {"type": "object"}


def _without_schema(tool: Any) -> str:
    function = {name: value for name, value in _function_of(tool).items() if name not in ("parameters", "input_schema")}
    around = {name: value for name, value in tool.items() if name != "function"} if isinstance(tool, Mapping) else tool
    return canonical([function, around if function is not tool and "function" in (tool or {}) else None])
