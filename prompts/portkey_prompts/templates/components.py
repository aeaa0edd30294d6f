"""The names and references in a template, found without rendering it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias, TypedDict

from .names import first_part
from .tree import Block, ChosenInclusion, Inclusion, InvertedSection, Section, tags_in

Names: TypeAlias = dict[str, None]
"""Names in the order of their first appearance."""


class Components(TypedDict):
    """The contract's `variable_components`: names in the order of their first appearance.

    `variables` stand outside of sections, `sectionVariables` directly inside of the section that is their key;
    `sections` are sections and inverted sections at any depth; `partials` are references, `variablePartials` the
    variables that choose a partial.
    """

    variables: list[str]
    sections: list[str]
    partials: list[str]
    sectionVariables: dict[str, list[str]]
    variablePartials: list[str]


def components_of(blocks: Iterable[Block]) -> Components:
    """List the components of one template, or of all the texts of a prompt."""
    variables, sections, partials, chosen = Names(), Names(), Names(), Names()
    inside: dict[str, Names] = {}
    for node, around in tags_in(blocks):
        if isinstance(node, Section):
            sections[node.text] = None
            inside.setdefault(node.text, {})
        elif isinstance(node, Inclusion):
            (chosen if isinstance(node, ChosenInclusion) else partials)[node.text] = None
        else:
            (inside[around[-1].text] if around else variables)[node.text] = None
    return {
        "variables": _listed(variables),
        "sections": _listed(sections),
        "partials": list(partials),
        "sectionVariables": {name: _listed(names) for name, names in inside.items() if name != "."},
        "variablePartials": _listed(chosen),
    }


def needed_names(blocks: Iterable[Block]) -> tuple[str, ...]:
    """List the names that a caller gives at the top level: those that stand in no section, but for inverted ones.

    An inverted section changes nothing about where names are looked up, so names inside of it count.
    """
    names = Names()
    for node, around in tags_in(blocks):
        if type(node) is not Inclusion and all(isinstance(section, InvertedSection) for section in around):
            names[first_part(node.text)] = None
    return tuple(_listed(names))


def all_names(blocks: Iterable[Block]) -> frozenset[str]:
    """List every name that a lookup may start with, at any depth, and dotted names in full too."""
    texts = [node.text for node, _ in tags_in(blocks) if type(node) is not Inclusion]
    return frozenset(texts) | frozenset(map(first_part, texts))


def literal_shape(block: Block) -> str:
    """Return the text of a template with `{` for each value, and the body of every section once."""
    pieces: list[str] = []
    for before, node in block.pairs:
        pieces += (before, literal_shape(node.block) if isinstance(node, Section) else "{")
    return "".join((*pieces, block.end))


def _listed(names: Names) -> list[str]:
    """List names in order; the item itself, `.`, is no name."""
    return [name for name in names if name != "."]
