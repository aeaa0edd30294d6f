"""What a template is made of, found without rendering it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias, TypedDict

from .errors import TemplateSyntaxError
from .nodes import Block, ChosenInclusion, Inclusion, InvertedSection, Node, Section

Found: TypeAlias = tuple[Node, tuple[Section, ...]]
"""A tag, and the sections around it, outermost first."""


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
    for node, around in _tags(blocks):
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
    """List what a caller gives at the top level: names outside of sections that look into a value of their own.

    An inverted section changes nothing about where names are looked up, so names inside of it count.
    """
    names = Names()
    for node, around in _tags(blocks):
        if type(node) is not Inclusion and all(isinstance(section, InvertedSection) for section in around):
            names[node.text.partition(".")[0] if node.text != "." else "."] = None
    return tuple(_listed(names))


def all_names(blocks: Iterable[Block]) -> frozenset[str]:
    """List every name that a lookup may start with, at any depth, and dotted names in full too."""
    texts = [node.text for node, _ in _tags(blocks) if type(node) is not Inclusion]
    return frozenset(texts) | frozenset(text.partition(".")[0] for text in texts)


def literal_shape(block: Block) -> str:
    """Give the text of a template with `{` in the place of each value, and sections as if they were all there."""
    pieces: list[str] = []
    for before, node in block.pairs:
        pieces += (before, literal_shape(node.block) if isinstance(node, Section) else "{")
    return "".join((*pieces, block.end))


def refuse_partials(block: Block, name: str) -> None:
    """Raise where a text that came with a call includes a partial.

    Raises:
        TemplateSyntaxError: at the first such tag.
    """
    for node, _ in _tags((block,)):
        if isinstance(node, Inclusion):
            problem = (
                f"the text given for {name!r} includes the partial {node.text!r}: text that comes with a call may "
                "not include partials; give the reference of a stored one instead of the text"
            )
            raise TemplateSyntaxError(problem, line=node.line, column=node.column)


def _tags(blocks: Iterable[Block], around: tuple[Section, ...] = ()) -> Iterator[Found]:
    """Walk through tags in the order of the text; as deep as sections may nest."""
    for block in blocks:
        for _, node in block.pairs:
            yield node, around
            if isinstance(node, Section):
                yield from _tags((node.block,), (*around, node))


def _listed(names: Names) -> list[str]:
    """List names in order; the item itself, `.`, is no name."""
    return [name for name in names if name != "."]
