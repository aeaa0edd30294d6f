"""The `x-` fields that compiled clients read: in which resource an operation's method lies, and how it is called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from .document import Document, Entry, entries_of
from .findings import ContractVerdict, Log

FIELDS: Final = frozenset(("x-alias", "x-by-hand", "x-every-call", "x-repeatable", "x-resource", "x-scope"))
"""The fields that are compared here. Every other `x-` field counts as documentation."""

_BREAKING, _COMPATIBLE = ContractVerdict.BREAKING, ContractVerdict.COMPATIBLE

_NAMING: Final = ("x-by-hand", "x-resource")


class MethodComparison:
    """Compare what the `x-` fields of operations say, one operation after another.

    What is removed is breaking, what is added is compatible. In a contract without any field that names methods, no
    operation has a named method; in any other, an operation without such a field has its method where its tag says.

    Args:
        old: the contract before.
        new: the contract now.
        log: takes each change.
    """

    def __init__(self, old: Document, new: Document, log: Log) -> None:
        self._old = old
        self._new = new
        self._log = log
        self._named = _names_methods(old)
        self._names = _names_methods(new)

    def compare(self, old: Entry, new: Entry) -> None:
        """Compare the method of one operation before and now."""
        if self._named or self._names:
            self._compare_resources(old, new)
        self._compare_by_hand(old, new)
        self._compare_repeats(old, new)
        self._compare_scopes(old, new)
        self._compare_aliases(old, new)
        self._compare_options(old, new)

    def _compare_resources(self, old: Entry, new: Entry) -> None:
        was, is_now = _resource_of(self._old, old), _resource_of(self._new, new)
        if self._named and was != is_now:
            message = f"its method lies in {is_now} now and lay in {was}: calls by the old name fail"
            self._log.add(_BREAKING, "method_moved", new.title, message)
        elif not self._named and _is_placed(self._new, new):
            self._log.add(_COMPATIBLE, "method_named", new.title, f"its method lies in {is_now} now")

    def _compare_by_hand(self, old: Entry, new: Entry) -> None:
        was, is_now = _is_set(old, "x-by-hand"), _is_set(new, "x-by-hand")
        if was and not is_now:
            message = "its method is compiled now: it may take other arguments than the one written by hand"
            self._log.add(_BREAKING, "method_compiled", new.title, message)
        elif is_now and not was and self._named:
            message = "its method is written by hand now: the compiled package has it no more"
            self._log.add(_BREAKING, "method_by_hand", new.title, message)
        elif is_now and not was:
            self._log.add(_COMPATIBLE, "method_by_hand", new.title, "its method is written by hand")

    def _compare_repeats(self, old: Entry, new: Entry) -> None:
        """Compare whether a call may be repeated; compiled clients of the old contract still do as that one says."""
        was, is_now = _is_set(old, "x-repeatable"), _is_set(new, "x-repeatable")
        if was and not is_now:
            message = "is not safe to repeat any more: clients that know the old contract still repeat it"
            self._log.add(_BREAKING, "repeatable", new.title, message)
        elif is_now and not was:
            self._log.add(_COMPATIBLE, "repeatable", new.title, "may be repeated now where a call failed")

    def _compare_scopes(self, old: Entry, new: Entry) -> None:
        was, is_now = (frozenset(_texts(each.operation.get("x-scope"))) for each in (old, new))
        if was and was != is_now:
            message = f"asks for the scope {_listed(is_now)} now and asked for {_listed(was)}: keys may be refused"
            self._log.add(_BREAKING, "scope", new.title, message)
        elif was != is_now:
            self._log.add(_COMPATIBLE, "scope", new.title, f"says now that it asks for the scope {_listed(is_now)}")

    def _compare_aliases(self, old: Entry, new: Entry) -> None:
        before, after = _aliases_of(self._old, old), _aliases_of(self._new, new)
        for alias, location in before.items():
            if alias not in after:
                message = f"may no longer be given as {alias}: calls that do so fail"
                self._log.add(_BREAKING, "alias_removed", f"{new.title}{location}", message)
        for alias, location in after.items():
            if alias not in before:
                self._log.add(_COMPATIBLE, "alias_added", f"{new.title}{location}", f"may be given as {alias} too")

    def _compare_options(self, old: Entry, new: Entry) -> None:
        """Compare which parameters are options of every call, also of operations that do not list them."""
        before, after = _options_of(self._old, old), _options_of(self._new, new)
        for name, location in before.items():
            if name not in after:
                message = "is an option of every call no more: other calls that give it fail"
                self._log.add(_BREAKING, "every_call_removed", f"{new.title}{location}", message)
        for name, location in after.items():
            if name not in before:
                message = "is an option of every call now"
                self._log.add(_COMPATIBLE, "every_call_added", f"{new.title}{location}", message)


def _names_methods(document: Document) -> bool:
    """Tell whether any tag or operation of a contract says where methods lie, or who writes them."""
    tags = (tag for tag in document.root.get("tags") or () if isinstance(tag, Mapping))
    return any(word in each for each in (*tags, *(e.operation for e in entries_of(document))) for word in _NAMING)


def _is_placed(document: Document, entry: Entry) -> bool:
    """Tell whether the operation or its tag names the resource."""
    return bool(_texts(entry.operation.get("x-resource")) or _texts(_tag_of(document, entry).get("x-resource")))


def _resource_of(document: Document, entry: Entry) -> str:
    """Name the resource that the operation's method lies in, such as `prompts.versions`."""
    stated = (entry.operation.get("x-resource"), _tag_of(document, entry).get("x-resource"))
    return next((text for each in stated for text in _texts(each)), entry.tag)


def _tag_of(document: Document, entry: Entry) -> Mapping[str, Any]:
    tags = (tag for tag in document.root.get("tags") or () if isinstance(tag, Mapping))
    return next((tag for tag in tags if str(tag.get("name")) == entry.tag), {})


def _is_set(entry: Entry, word: str) -> bool:
    return entry.operation.get(word) is True


def _aliases_of(document: Document, entry: Entry) -> dict[str, str]:
    """List further names of parameters, and where each stands: at its parameter, or at the operation."""
    aliases = dict.fromkeys(_texts(entry.operation.get("x-alias")), "")
    for location, parameter in _parameters(document, entry):
        aliases.update(dict.fromkeys(_texts(parameter.get("x-alias")), location))
    return aliases


def _options_of(document: Document, entry: Entry) -> dict[str, str]:
    parameters = _parameters(document, entry)
    return {str(each.get("name")): location for location, each in parameters if each.get("x-every-call") is True}


def _parameters(document: Document, entry: Entry) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for node in (*(entry.item.get("parameters") or ()), *(entry.operation.get("parameters") or ())):
        parameter = document.object(node)
        yield f" {parameter.get('in')} parameter {parameter.get('name')}", parameter


def _texts(value: Any) -> list[str]:
    """List the texts of a field, which may be one, a list, or an object that holds them."""
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, Mapping):
        value = list(value.values())
    return [text for inner in value for text in _texts(inner)] if isinstance(value, list) else []


def _listed(texts: frozenset[str]) -> str:
    return " and ".join(sorted(texts)) or "none"
