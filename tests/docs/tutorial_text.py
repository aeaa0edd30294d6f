"""A tutorial's fenced blocks: commands, and what they are said to print."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from portkey_ai import API_VERSION

FENCE = re.compile(r"^```(?P<kind>[^\n]*)\n(?P<text>.*?)^```$", re.M | re.S)
HEADING = re.compile(r"^## (.+)$", re.M)
EXIT_CODE = re.compile(r"^exit code (\d+)$", re.M)

VARYING = {
    "slug": r"(?<=pp-greeting-|p-signature-)[0-9a-f]{6}\b",
    "hash": r"\b[0-9a-f]{64}\b",
    "hash's beginning": r"\b[0-9a-f]{12}(?=…)",
    "id": r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b",
}
"""What is another with each run, but the same wherever it stands in one run."""
INCIDENTAL = {
    r"(?<= in )\d+\.\d+s\b": "TIME",
    r"(?<=· )\d+\.\d+ s\b": "TIME",
    r"(?<=portkey-prompts )(\d+\.\d+\.\d+)\.\d+\b": r"\1.RELEASE",
}
"""What may be another at any place: pattern and what stands for it."""


class Step(NamedTuple):
    """Commands that are run at once."""

    section: str
    commands: str
    expected: str
    in_checkout: bool

    @property
    def name(self) -> str:
        """Name the step by its section and its last command."""
        last = self.commands.strip().splitlines()[-1]
        return f"{self.section}: {last[:50]}"

    @property
    def exit_codes(self) -> list[int]:
        """List the failures that the text announces."""
        return [int(code) for code in EXIT_CODE.findall(self.expected) if code != "0"]


PINNED = re.compile(r"portkey-prompts(?:\[[\w,]+\])?==(\d+\.\d+\.\d+)\.\*")


def text_of(path: Path) -> str:
    """Read a page as if it were written for the version that this is: it pins the last one that was released."""
    text = path.read_text(encoding="utf-8")
    found = PINNED.search(text)
    return text.replace(found[1], API_VERSION) if found else text


def steps_of(path: Path) -> list[Step]:
    """Read a tutorial's `sh` blocks, each with the `text` block that follows it; without one nothing is printed."""
    steps: list[Step] = []
    text = text_of(path)
    headings = list(HEADING.finditer(text))
    for block in FENCE.finditer(text):
        section = [heading[1] for heading in headings if heading.start() < block.start()][-1:]
        kind, _, place = block["kind"].partition(" ")
        if kind == "sh":
            steps.append(Step("".join(section), block["text"], "", place == "checkout"))
        elif kind == "text":
            steps[-1] = steps[-1]._replace(expected=steps[-1].expected + block["text"])
    return steps


def blocks_of(path: Path, kind: str) -> list[str]:
    """Read all blocks of a kind, such as `yaml`."""
    return [block["text"] for block in FENCE.finditer(text_of(path)) if block["kind"] == kind]


def normalised(outputs: Iterable[str]) -> list[str]:
    """Number what varies by its first appearance in all outputs, so that the same stays the same."""
    numbers: dict[tuple[str, str], int] = {}

    def numbered(kind: str, found: str) -> str:
        of_this_kind = sum(known == kind for known, _ in numbers)
        return f"<{kind} {numbers.setdefault((kind, found), of_this_kind + 1)}>"

    return [_normalised(output, numbered) for output in outputs]


def _normalised(output: str, numbered: Callable[[str, str], str]) -> str:
    for kind, pattern in VARYING.items():
        output = re.sub(pattern, lambda found, kind=kind: numbered(kind, found[0]), output)
    for pattern, instead in INCIDENTAL.items():
        output = re.sub(pattern, instead, output)
    return output
