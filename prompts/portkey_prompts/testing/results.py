"""What came of tests: one result for each case, side and repetition, their summary, and JUnit's file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final, Literal
from xml.etree import ElementTree

Status = Literal["passed", "failed", "error"]
_LONGEST_SHOWN: Final = 300
_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 can't hold, escaped or not."""


@dataclass(frozen=True)
class Result:
    """What came of one case.

    Attributes:
        prompt: the name of the prompt's file, without its ending.
        case: the case's name.
        side: which version was tested.
        status: `passed`; `failed`, an assertion did not hold; `error`, it could not be rendered, run or checked.
        problems: what is wrong, a text each.
        text: the model's answer, or what was rendered where no model was asked; None where there is neither.
        repetition: from 1.
        seconds: how long all of it took.
        latency: how long the run took, in milliseconds; None without one.
        tokens: how many it took, prompt and answer; None where the answer does not say.
    """

    prompt: str
    case: str
    side: str
    status: Status
    problems: Sequence[str] = ()
    text: str | None = None
    repetition: int = 1
    seconds: float = 0
    latency: float | None = None
    tokens: int | None = None

    @property
    def name(self) -> str:
        """The case's name, and which repetition it is from the second one on."""
        return self.case if self.repetition == 1 else f"{self.case} [{self.repetition}]"

    def explained(self) -> str:
        """Say what is wrong, a line each, and what the text was."""
        shown = self.text if self.text is None or len(self.text) <= _LONGEST_SHOWN else f"{self.text[:_LONGEST_SHOWN]}…"
        lines = [*self.problems, *([f"in: {shown}"] if shown is not None and self.status == "failed" else [])]
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """Say it as JSON."""
        said = ("prompt", "case", "side", "repetition", "status", "problems", "text")
        measured = {"latency_ms": _rounded(self.latency), "tokens": self.tokens}
        return {**{name: getattr(self, name) for name in said}, **measured}


@dataclass(frozen=True)
class Tally:
    """The results of one prompt's side, summed up.

    Attributes:
        passed: how many passed.
        total: how many there are.
        latency: the median of what runs took, in milliseconds; None without runs.
        tokens: how many they took together; None where no answer says.
    """

    passed: int
    total: int
    latency: float | None
    tokens: int | None

    @classmethod
    def of(cls, results: Sequence[Result]) -> Tally:
        """Sum results up."""
        latencies = [each.latency for each in results if each.latency is not None]
        tokens = [each.tokens for each in results if each.tokens is not None]
        return cls(
            sum(each.status == "passed" for each in results),
            len(results),
            median(latencies) if latencies else None,
            sum(tokens) if tokens else None,
        )

    @property
    def rate(self) -> float:
        """The share that passed, from 0 to 1."""
        return self.passed / self.total if self.total else 0

    def as_dict(self) -> dict[str, Any]:
        """Say it as JSON."""
        return {"passed": self.passed, "total": self.total, "p50_ms": _rounded(self.latency), "tokens": self.tokens}


def tallies(results: Iterable[Result]) -> Mapping[tuple[str, str], Tally]:
    """Sum results up by prompt and side, in the order in which they first came."""
    return {key: Tally.of(group) for key, group in _grouped(results).items()}


def junit(results: Iterable[Result]) -> bytes:
    """Write results as JUnit's XML, which CI services read: a suite for each prompt and side."""
    root = ElementTree.Element("testsuites", name="portkey-prompts")
    for (prompt, side), group in _grouped(results).items():
        counts = Counter(each.status for each in group)
        numbers = {"tests": len(group), "failures": counts["failed"], "errors": counts["error"]}
        suite = ElementTree.SubElement(root, "testsuite", name=_xml(f"{prompt} ({side})"))
        suite.attrib.update({name: str(number) for name, number in numbers.items()}, time=_time(group))
        for each in group:
            named = {"name": _xml(each.name), "classname": _xml(prompt), "time": _time([each])}
            case = ElementTree.SubElement(suite, "testcase", named)
            if each.status != "passed":
                kind = "failure" if each.status == "failed" else "error"
                said = ElementTree.SubElement(case, kind, message=_xml(each.problems[0] if each.problems else ""))
                said.text = _xml(each.explained())
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _grouped(results: Iterable[Result]) -> Mapping[tuple[str, str], list[Result]]:
    groups: dict[tuple[str, str], list[Result]] = {}
    for each in results:
        groups.setdefault((each.prompt, each.side), []).append(each)
    return groups


def _rounded(latency: float | None) -> float | None:
    return None if latency is None else round(latency, 1)


def _time(results: Sequence[Result]) -> str:
    return f"{sum(each.seconds for each in results):.3f}"


def _xml(text: str) -> str:
    return _FORBIDDEN.sub(lambda found: ascii(found[0])[1:-1], text)
