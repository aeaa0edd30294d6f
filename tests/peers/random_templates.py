"""Random templates, with data and partials: each in two spellings, for this engine and for the hosted one.

The spellings differ only where the hosted engine leaves braces behind: a comment becomes a change to the delimiters
that hold already, which leaves nothing behind either, and `{{&x}}` becomes `{{{x}}}`.
"""

from __future__ import annotations

import random
from typing import Any, NamedTuple

from portkey_prompts.templates import Template, TemplateSyntaxError

NAMES = ["a", "b", "c", "d", "xs", "o", "first name", "größe", "名前", ".x", "0", "1", "length", "absent"]
PATHS = [
    "o.a",
    "o.b.c",
    "a.b",
    "b.a",
    "xs.0",
    "xs.1.a",
    "xs.length",
    "a.length",
    "a.0",
    "a.1",
    "b.",
    "o.0",
    "c.absent.d",
]
WORDS = [
    "word",
    "Grüße",
    "\N{GRINNING FACE}",
    "'it\"s'",
    "<b>&",
    "\\n",
    "{",
    "}",
    "{ }",
    "名",
    ".",
    "- ",
    '{"k": [1]}',
    "\0",
]
WHITE = [" ", "  ", "\t", "\r", "\v", "\f", "\xa0", "\u2003", "\u2028", "\ufeff", "    "]
NOT_WHITE = ["\x1c", "\x85", "\u200b"]
"""What looks like white space and is none in ECMAScript."""
LINE_ENDS = ["\n", "\n", "\n", "\r\n", "\n\n", "\n \n"]
DELIMITERS = [
    ("{{", "}}"),
    ("<%", "%>"),
    ("|", "|"),
    ("[[", "]]"),
    ("${", "}$"),
    ("((", "))"),
    ("<", ">"),
    ("@@", "@@"),
]
PARTIALS = ["pp-a", "pp-b@3", "pp-c@latest", "pp-d"]


class Case(NamedTuple):
    """A template with all that it takes to render it, in both spellings."""

    text: str
    theirs: str
    variables: dict[str, Any]
    partials: dict[str, str]
    their_partials: dict[str, str]


class Templates:
    """Make templates, each time others.

    Args:
        chance: where they come from.
    """

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.open, self.close = "{{", "}}"
        self.partials: list[str] = []

    def case(self) -> Case:
        """Make one template with its data."""
        names = list(PARTIALS)
        partials: dict[str, tuple[str, str]] = {}
        while names:  # each includes only those made before: nothing goes round in a circle
            name = names.pop()
            partials[name] = self.template(self.chance.choice((1, 3, 6)))
            self.partials = list(partials)
        text, theirs = self.template(self.chance.choice((3, 8, 16)))
        return Case(
            text,
            theirs,
            self.variables(),
            {name: pair[0] for name, pair in partials.items()},
            {name: pair[1] for name, pair in partials.items()},
        )

    def template(self, size: int) -> tuple[str, str]:
        """Make a text in both spellings; delimiters hold to its end."""
        self.open, self.close = "{{", "}}"
        # Some templates are mostly lines of tags, others mostly text with tags in it.
        self.likes = self.chance.choices(
            (("tags", "white", "break"), ("words", "tags", "white", "break"), ("words", "tags"), ("tags", "white")),
            (4, 4, 1, 1),
        )[0]
        return self.content(size, 0)

    def content(self, size: int, depth: int) -> tuple[str, str]:
        pieces = [self.piece(depth) for _ in range(self.chance.randint(0 if depth else size // 2, size))]
        return "".join(ours for ours, _ in pieces), "".join(theirs for _, theirs in pieces)

    def piece(self, depth: int) -> tuple[str, str]:
        kind = self.chance.choice(self.likes)
        if kind == "tags":
            return self.tag(depth)
        if kind == "white":
            return self.same(self.white())
        if kind == "break":
            return self.same(self.chance.choice(LINE_ENDS))
        return self.same(self.words())

    def words(self) -> str:
        count = self.chance.randint(1, 3)
        text = "".join(self.chance.choice((*WORDS, *WHITE[:2], *NOT_WHITE)) for _ in range(count))
        # A brace before a tag, or anything else that reads as a delimiter, would make another tag of it.
        for delimiter in (self.open, self.close):
            text = text.replace(delimiter, "word")
        return text.rstrip("{<@[($|") + "." if text[-1] in "{<@[($|" else text.lstrip("}>@])$")

    def white(self) -> str:
        usual = self.chance.random() < 0.8
        return "".join(self.chance.choice(WHITE[:3] if usual else WHITE) for _ in range(self.chance.randint(1, 3)))

    def tag(self, depth: int) -> tuple[str, str]:
        kinds: dict[str, int] = {"variable": 4, "section": 0 if depth > 4 else 5, "comment": 2, "raw": 2}
        kinds |= {"partial": 4, "chosen": 1} if self.partials else {}
        kinds["delimiters"] = 1
        kind = self.chance.choices(list(kinds), list(kinds.values()))[0]
        if kind == "section":
            return self.section(depth)
        if kind == "comment":
            note = self.chance.choice((" note ", "", " two\nlines ", "-- x --", "#", " é "))
            return f"{self.open}!{note}{self.close}", self.delimiters_again()
        if kind == "delimiters":
            return self.same(self.new_delimiters())
        if kind == "raw":
            name = self.name()
            triple = f"{self.open}{{{self.spaced(name)}}}{self.close}"
            return self.chance.choice((triple, f"{self.open}&{self.spaced(name)}{self.close}")), triple
        sigil, name = {
            "variable": ("", self.name()),
            "partial": (">", self.chance.choice(self.partials or [""])),
            "chosen": (">>", self.chance.choice(("which", "which", "o.which", "absent", "none"))),
        }[kind]
        return self.same(f"{self.open}{sigil}{self.spaced(name)}{self.close}")

    def section(self, depth: int) -> tuple[str, str]:
        name = self.name()
        begin = f"{self.open}{self.chance.choice('##^')}{self.spaced(name)}{self.close}"
        ours, theirs = self.content(self.chance.choice((0, 2, 4)), depth + 1)
        wide = self.chance.random() < 0.5  # on lines of their own, as people write them
        end = f"{self.open}/{self.spaced(name)}{self.close}"
        edge = self.chance.choice(("\n", "\n", "\r\n", " \n", "\n  ")) if wide else ""
        return f"{begin}{edge}{ours}{edge}{end}{edge}", f"{begin}{edge}{theirs}{edge}{end}{edge}"

    def new_delimiters(self) -> str:
        before = (self.open, self.close)
        self.open, self.close = self.chance.choice(DELIMITERS)
        between = self.chance.choice((" ", "  ", "\n", "\t"))
        edge = self.chance.choice(("", " "))
        return f"{before[0]}={edge}{self.open}{between}{self.close}{edge}={edge}{before[1]}"

    def delimiters_again(self) -> str:
        return f"{self.open}={self.open} {self.close}={self.close}"

    def name(self) -> str:
        return self.chance.choice(self.chance.choice((NAMES, NAMES, PATHS, [".", "a", "xs"])))

    def spaced(self, name: str) -> str:
        if self.chance.random() < 0.7:
            return name
        return (
            f"{self.chance.choice((' ', chr(0x2003), '  '))}{name}{self.chance.choice((' ', chr(10), '', chr(0xA0)))}"
        )

    def same(self, text: str) -> tuple[str, str]:
        return text, text

    def variables(self) -> dict[str, Any]:
        names = [*NAMES[:-1], "which", "none"]
        given = {name: self.value(3) for name in names if self.chance.random() < 0.75}
        # The partial that is made first includes none, so that choosing it goes round in no circle.
        given["which"] = self.chance.choice((PARTIALS[-1], PARTIALS[-1], None, ""))
        given["none"] = None
        if isinstance(given.get("o"), dict):
            given["o"]["which"] = PARTIALS[-1]
        return given

    def value(self, depth: int) -> Any:
        kinds = ["text", "text", "number", "boolean", "null", "list", "list", "object", "object", "empty"]
        kind = self.chance.choice(kinds if depth else kinds[:5])
        if kind == "list":
            return [self.item(depth - 1) for _ in range(self.chance.randint(0, 3))]
        if kind == "object":
            keys = self.chance.sample(["a", "b", "c", "d", "o", "xs", "2", "1", "10", "01", "length", "é", ".x"], 4)
            return {key: self.value(depth - 1) for key in keys}
        return {
            "text": self.text,
            "number": self.number,
            "boolean": lambda: self.chance.random() < 0.6,
            "null": lambda: None,
            "empty": lambda: self.chance.choice(("", [], {}, 0)),
        }[kind]()

    def item(self, depth: int) -> Any:
        """Make an item of a list; no null, at which the hosted engine fails where it looks a name up."""
        value = self.value(depth)
        return "item" if value is None else value

    def text(self) -> str:
        parts = (
            "v",
            "two\nlines",
            "{{a}}",
            "\u2028",
            "\x07",
            "\x7f",
            "é",
            "\N{GRINNING FACE}",
            '"',
            "\\",
            "/",
            " ",
            "\ud83d",
        )
        return "".join(self.chance.choice(parts) for _ in range(self.chance.randint(0, 3)))

    def number(self) -> float:
        chance = self.chance
        return chance.choice(
            (
                lambda: chance.randint(-3, 30),
                lambda: chance.randint(-(2**53), 2**53),
                lambda: float(chance.randint(-3, 30)),
                lambda: chance.uniform(-1, 1) * 10.0 ** chance.randint(-320, 300),
                lambda: chance.uniform(-1, 1) * 10.0 ** chance.randint(-9, 23),
                lambda: 10.0 ** chance.randint(-9, 24),
                lambda: round(chance.uniform(-100, 100), 2),
                lambda: chance.choice(
                    (-0.0, 5e-324, 1.7976931348623157e308, 2.0**53, 2.0**70, 1e21, 1e-7, 123456789e-10)
                ),
            )
        )()


PIECES = [
    *(
        "{{",
        "}}",
        "{",
        "}",
        "#",
        "^",
        "/",
        ">",
        ">>",
        "=",
        "{{=",
        "=}}",
        "{{{",
        "}}}",
        "a",
        "b",
        "xs",
        "o.a",
        ".",
        "length",
    ),
    *(" ", "  ", "\n", "\n\n", "\r\n", "\t", "\ufeff", "\x1c", "\N{GRINNING FACE}", "text", "|", "<%", "%>", "-"),
    *(
        "{{#a}}",
        "{{^a}}",
        "{{/a}}",
        "{{#xs}}",
        "{{/xs}}",
        "{{a}}",
        "{{>pp-d}}",
        "{{> pp-b@3}}",
        "{{=| |=}}",
        "|={{ }}=|",
    ),
    *("{{=<% %>=}}", "<%={{ }}=%>"),
]


def soup(chance: random.Random) -> Case:
    """Make a text of pieces of tags that happens to be a template."""
    while True:
        text = "".join(chance.choice(PIECES) for _ in range(chance.randint(1, 14)))
        try:
            Template(text)
        except TemplateSyntaxError:
            continue
        bodies = ("p", "p\nq", " x\n y\n", "{{#a}}\n z\n{{/a}}\n w", "\r\n\nz\n", " ", "")
        partials = {name: chance.choice(bodies) for name in PARTIALS}
        return Case(text, text, Templates(chance).variables(), partials, partials)
