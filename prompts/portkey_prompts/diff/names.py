"""The names that a template looks up: as what, among which sections, and whether a call has to give them.

A call has to give a name where a render with `missing="error"` would complain, or would go without what it came for:

- a variable, an object walked by dots, a chosen partial, unless its own section stands around it
  (`{{#name}}Dear {{name}}{{/name}}` goes without) or `parameters` have a default that is not null or the empty string;
- a section that reads from its value (a loop, an object), unless an inverted section provides for its absence. A
  section that reads nothing from its value is a switch, and a switch may be left out.

A section that is turned on by a change of its default, and by nothing else, is taken to find what it asks for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from portkey_prompts.templates.errors import TemplateLimitError
from portkey_prompts.templates.names import first_part, is_path
from portkey_prompts.templates.template import Template
from portkey_prompts.templates.tree import (
    Block,
    ChosenInclusion,
    Inclusion,
    InvertedSection,
    Node,
    Section,
    Variable,
)

Scope: TypeAlias = tuple[str, ...]
"""The sections around a name that a look-up goes through, outermost first; inverted ones change no look-up."""

Condition: TypeAlias = frozenset[str]
"""What has to be true for a name to be looked up: `items` of a section, `^items` of an inverted one."""

MAX_INCLUSIONS: Final = 10_000
"""Partials that are walked through for one prompt; the same one among other sections counts again."""


class Key(NamedTuple):
    """A name, or the beginning of a dotted one, and where it is looked up first."""

    scope: Scope
    name: str

    @property
    def path(self) -> str:
        """Write the way to the value: `variables.items[].title`."""
        steps = "".join(f".{section}[]" for section in self.scope)
        return f"variables{steps}" if self.name == "." else f"variables{steps}.{self.name}"

    @property
    def root(self) -> str:
        """Give the name that is looked up among sections; what follows is walked down to."""
        return first_part(self.name)

    @property
    def parent(self) -> Key | None:
        """Give the object that a dotted name walks through; with a dot in front it is one name."""
        return Key(self.scope, self.name.rpartition(".")[0]) if is_path(self.name) else None


class Use:
    """What becomes of one name.

    Attributes:
        kinds: `variable`, `section`, `object`, `partial`, or `fragment` (goes unescaped into the JSON of a raw chat).
        when: under which conditions a call has to give it; the empty condition means always.
        reads: under which conditions its sections read from its value, and nothing provides for its absence.
        absence: whether an inverted section says what happens without it.
        default: whether `parameters` have one.
        bodies: the scopes inside of its sections, with the conditions around them.
    """

    __slots__ = ("absence", "bodies", "default", "kinds", "reads", "when")

    def __init__(self) -> None:
        self.kinds: set[str] = set()
        self.absence = False
        self.default = False
        self.bodies: dict[Scope, set[Condition]] = {}
        self.reads: set[Condition] = set()
        self.when: set[Condition] = set()

    @property
    def needed(self) -> bool:
        """Tell whether there are calls that have to give it."""
        return bool(self.when or self.reads)

    def join(self, other: Use) -> None:
        """Take over what another use of the same name asks for."""
        self.kinds |= other.kinds
        self.when |= other.when
        self.absence |= other.absence
        for body, conditions in other.bodies.items():
            self.bodies.setdefault(body, set()).update(conditions)


Uses: TypeAlias = dict[Key, Use]


class Walk:
    """Collect the uses of names in a prompt's templates, and in the partials whose texts are known.

    Args:
        partials: reference to text.
        raw: whether values go into the JSON of a raw chat.
        chosen: name of a variable that chooses a partial (`{{>>name}}`) to the text that it chooses by default.

    Attributes:
        uses: the names, and what becomes of each.
        references: the partials that are included.
        circles: partials that include themselves, by way of others too.
    """

    def __init__(
        self, partials: Mapping[str, Template], *, raw: bool = False, chosen: Mapping[str, Template] | None = None
    ) -> None:
        self.uses: Uses = {}
        self.references: dict[str, None] = {}
        self.circles: dict[str, None] = {}
        self._partials = partials
        self._raw = raw
        self._chosen = chosen or {}
        self._walked: set[tuple[str, Scope, Condition]] = set()
        self._path: list[str] = []

    def all(self, blocks: Iterable[Block]) -> None:
        """Walk through the templates of a prompt."""
        for block in blocks:
            self._block(block, (), Condition())

    def _block(self, block: Block, around: Scope, when: Condition) -> None:
        for _, node in block.pairs:
            if isinstance(node, Section):
                self._section(node, around, when)
            elif isinstance(node, Inclusion) and not isinstance(node, ChosenInclusion):
                self.references[node.text] = None
                self._include(node.text, self._partials.get(node.text), around, when)
            elif node.text != "." or around:
                self._lookup(node.text, self._kind(node), around, when)
                if isinstance(node, ChosenInclusion):
                    self._include(f">{node.text}", self._chosen.get(node.text), around, when)

    def _section(self, node: Section, around: Scope, when: Condition) -> None:
        use = self._section_use(node.text, around)
        if isinstance(node, InvertedSection):
            use.absence = True
            self._block(node.block, around, when | {f"^{node.text}"})
            return
        body = (*around, node.text)
        use.bodies.setdefault(body, set()).add(when)
        self._block(node.block, body, when | {node.text})

    def _section_use(self, name: str, around: Scope) -> Use:
        """Note a section; what a dotted one walks through may be left out like the section itself."""
        scope, _ = _guarded(name, around)
        key = Key(scope, name)
        self._use(key).kinds.add("section")
        parent = key.parent
        while parent is not None:
            self._use(parent).kinds.add("object")
            parent = parent.parent
        return self._use(key)

    def _lookup(self, name: str, kind: str, around: Scope, when: Condition) -> None:
        scope, guard = _guarded(name, around)
        key: Key | None = Key(scope, name)
        while key is not None:
            use = self._use(key)
            use.kinds.add(kind)
            if len(key.name) > guard:
                use.when.add(when)
            key, kind = key.parent, "object"

    def _include(self, reference: str, template: Template | None, around: Scope, when: Condition) -> None:
        """Walk through a partial once for each scope; one that includes itself brings nothing new."""
        if reference in self._path:
            self.circles[reference] = None
        if template is None or reference in self._path or (reference, around, when) in self._walked:
            return
        if len(self._walked) >= MAX_INCLUSIONS:
            raise TemplateLimitError("expansions", f"partials include each other more than {MAX_INCLUSIONS} times")
        self._walked.add((reference, around, when))
        self._path.append(reference)
        self._block(template.block, around, when)
        self._path.pop()

    def _kind(self, node: Node) -> str:
        if isinstance(node, ChosenInclusion):
            return "partial"
        return "fragment" if self._raw and isinstance(node, Variable) and not node.escaped else "variable"

    def _use(self, key: Key) -> Use:
        return self.uses.setdefault(key, Use())


def _guarded(name: str, around: Scope) -> tuple[Scope, int]:
    """Answer the scope of a name, and how much of the name a section around it has found to be there already."""
    if name != ".":
        for index, section in enumerate(around):
            if name == section or name.startswith(f"{section}."):
                return around[:index], len(section)
    return around, 0


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
    for part in key.name.split(".") if is_path(key.name) else (key.name,):
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
