"""Tools of two versions: what the model may call, and with it what the app has to be able to do.

A tool's parameters are a schema that is read twice: the model is told it, and the app is handed arguments by it. So a
change that may surprise either is breaking; only a new tool, an optional parameter and other words are not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .changes import Change
from .contract.findings import Finding, Log
from .contract.levels import ContractVerdict, Direction, Effect
from .contract.references import ContractError, Document
from .contract.schemas import SchemaComparison
from .json_text import canonical


def named_tools(tools: Sequence[Any]) -> dict[str, Any]:
    """Name tools by their function, else by their type; a second one of a name is `name#2`."""
    named: dict[str, Any] = {}
    for tool in tools:
        name, count = _name_of(tool), 1
        unique = name
        while unique in named:
            count += 1
            unique = f"{name}#{count}"
        named[unique] = tool
    return named


def compare_tools(field: str, old: Sequence[Any], new: Sequence[Any]) -> Iterator[Change]:
    """Compare `tools` or `functions` of two versions, whatever their order.

    Args:
        field: which of both, for the place of a change.
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
        yield Change("tool_parameter", f"{where}{finding.place}", old, new, breaking, finding.message)
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
    """Of the findings of both directions keep one for each place and kind, the gravest."""
    kept: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        key = (finding.place, finding.kind)
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
