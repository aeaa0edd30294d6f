"""The assertions of tests, with promptfoo's names and meaning: `{type: contains, value: Hello}`.

Every type has a negation, such as `not-contains`. An assertion scores 1 or 0; one of type `python`, any number.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, NamedTuple

from portkey_prompts.strict_json import AS_JAVASCRIPT

from .worker import CheckError, Worker

JUDGES: Final = re.compile(
    r"(?:agent|llm|research|search|video)-rubric|(?:answer|conversation|context)-(?:faithfulness|recall|relevance)"
    r"|classifier|factuality|g-eval|max-score|model-graded-.*|moderation|pi|select-best|similar(?::.*)?"
)
"""Types of promptfoo that are judged by a model."""
PRICES: Final = ("cost", "inputCost", "outputCost")
"""Fields of `config` of a `cost`, in US dollars a token: one price for all, or one each for input and output."""
_LONGEST_SHOWN: Final = 120
_TAG: Final = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_NAME: Final = re.compile(r"\s*([A-Za-z_]\w*(?:\.\w+)*)\s*")
_JAVASCRIPT: Final = re.compile(r"(\\.|\[(?:\\.|[^\]\\])*\])|\$|\(\?<(?![=!])")
_ONLY_PYTHON: Final = re.compile(r"\(\?(?:P|#|\(|[aiLmsux-]+[:)])|\\[AZ]")


@dataclass(frozen=True)
class Assertion:
    """One assertion.

    Attributes:
        type: what is checked, without a `not-`.
        inverse: whether it is negated.
        value: what it is checked against; None where there is nothing.
        fills: whether `{{name}}` in its texts is filled in; never in a file's texts, nor in code.
        threshold: the most milliseconds or US dollars; of `python`, the least score.
        weight: how much it counts in the score of its case; with 0 it can't fail.
        config: what the code of `python` is given, or the prices of `cost`.
        line: where it stands in its file, from 1.
        path: the file of code, where `value` names one, and the name of its function.
    """

    type: str
    inverse: bool = False
    value: Any = None
    fills: bool = True
    threshold: float | None = None
    weight: float = 1
    config: Mapping[str, Any] = field(default_factory=dict)
    line: int = 0
    path: tuple[str, str] | None = None

    @property
    def name(self) -> str:
        """The type as it is written."""
        return f"not-{self.type}" if self.inverse else self.type


@dataclass(frozen=True)
class Answer:
    """What is checked.

    Attributes:
        text: a model's answer, or the rendered text.
        messages: the rendered messages; None of a text prompt, and of a model's answer.
        latency: how long the run took, in milliseconds; None of what was rendered only.
        usage: the completion's usage: `prompt_tokens`, `completion_tokens`.
        context: what the code of `python` is given beside the text.
    """

    text: str
    messages: Sequence[Mapping[str, Any]] | None = None
    latency: float | None = None
    usage: Mapping[str, Any] | None = None
    context: Mapping[str, Any] = field(default_factory=dict)


class Grade(NamedTuple):
    """The result of an assertion."""

    passed: bool
    score: float
    reason: str
    """Why it did not pass; empty where it did."""


def grade(assertion: Assertion, answer: Answer, variables: Mapping[str, Any], worker: Worker) -> Grade:
    """Check one assertion.

    Raises:
        CheckError: it could not be checked.
    """
    value = filled(assertion.value, variables) if assertion.fills else assertion.value
    found = KINDS[assertion.type].check(assertion, value, answer, worker)
    if not isinstance(found, Grade):
        shown = _shown(value if assertion.threshold is None else assertion.threshold)
        found = Grade(found, 0, f"{assertion.name} {shown}".rstrip())
        found = found._replace(score=float(found.passed != assertion.inverse))
    passed = found.passed != assertion.inverse or assertion.weight == 0
    return Grade(passed, found.score, "" if passed else found.reason)


def all_passed(assertions: Sequence[Assertion], grades: Sequence[Grade], threshold: float | None) -> bool:
    """Say whether a case passed: every assertion, or, under a threshold, the weighted mean of their scores."""
    if threshold is None:
        return all(each.passed for each in grades)
    weights = [assertion.weight for assertion in assertions]
    total = sum(weight * each.score for weight, each in zip(weights, grades, strict=True))
    return (total / sum(weights) if sum(weights) else 0) >= threshold


def names_in(value: Any) -> Iterator[str]:
    """Iterate the variables that a value's texts name, in full.

    Raises:
        ValueError: a text holds something that is no plain name, and means something else in promptfoo.
    """
    for text in [value] if isinstance(value, str) else value if isinstance(value, list) else []:
        if not isinstance(text, str):
            continue
        found = [_NAME.fullmatch(tag[1]) for tag in _TAG.finditer(text)]
        if None in found or "{%" in text or "{#" in text:
            raise ValueError("only plain names such as {{name}} may stand in braces here")
        yield from (each[1] for each in found if each)


def filled(value: Any, variables: Mapping[str, Any]) -> Any:
    """Fill `{{name}}` in a text, or in the texts of a list, as promptfoo does.

    Raises:
        CheckError: a variable is not given.
    """
    if isinstance(value, list):
        return [filled(each, variables) if isinstance(each, str) else each for each in value]
    if not isinstance(value, str) or "{{" not in value:
        return value
    return _TAG.sub(lambda tag: _text(_looked_up(tag[1].strip(), variables)), value)


def regular_expression(pattern: str) -> str:
    r"""Write a regular expression of JavaScript, which promptfoo reads, as Python's: `$` is the end, `(?<x>` names.

    Raises:
        ValueError: it is none, or holds what JavaScript lacks, such as `(?i)`.
    """
    if found := _ONLY_PYTHON.search(pattern):
        raise ValueError(f"{found[0]} is Python's alone; promptfoo reads regular expressions as JavaScript does")
    written = _JAVASCRIPT.sub(lambda found: found[1] or {"$": r"\Z"}.get(found[0], "(?P<"), pattern)
    written = re.sub(r"\\k<(\w+)>", r"(?P=\1)", written)
    try:
        re.compile(written, re.ASCII)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"it is no regular expression: {error}") from None
    return written


def _equals(assertion: Assertion, value: Any, answer: Answer, worker: Worker) -> bool:
    if value is not None and not isinstance(value, (dict, list)):
        return _text(value) == answer.text
    found = _whole(answer.text) if answer.messages is None else [answer.messages]
    return any(_same(value, each) for each in found)


def _regex(assertion: Assertion, value: Any, answer: Answer, worker: Worker) -> bool:
    try:
        pattern = regular_expression(value)
    except ValueError as error:
        raise CheckError(f"regex {_shown(value)}: {error}") from None
    return bool(worker.ask("regex", pattern=pattern, text=answer.text))


def _latency(assertion: Assertion, value: Any, answer: Answer, worker: Worker) -> Grade:
    assert answer.latency is not None
    return _at_most(assertion, answer.latency, f"{answer.latency:.0f} ms")


def _cost(assertion: Assertion, value: Any, answer: Answer, worker: Worker) -> Grade:
    usage = answer.usage or {}
    tokens = [usage.get(name) for name in ("prompt_tokens", "completion_tokens")]
    if not all(isinstance(count, int) for count in tokens):
        raise CheckError("cost: the answer does not say how many tokens it took.")
    prices = [assertion.config.get(name, assertion.config.get("cost")) for name in PRICES[1:]]
    spent = round(sum(count * price for count, price in zip(tokens, prices, strict=True) if count and price), 12)
    return _at_most(assertion, spent, f"{spent:.6g} US dollars")


def _at_most(assertion: Assertion, found: float, said: str) -> Grade:
    assert assertion.threshold is not None
    passed = found <= assertion.threshold
    return Grade(
        passed, float(passed != assertion.inverse), f"{assertion.name} {assertion.threshold:g}: it took {said}"
    )


def _python(assertion: Assertion, value: Any, answer: Answer, worker: Worker) -> Grade:
    context = {**answer.context, **({"config": dict(assertion.config)} if assertion.config else {})}
    path, function = assertion.path or ("", "")
    given = {"path": path, "function": function} if path else {"code": value}
    try:
        found = worker.ask("python", **given, output=answer.text, context=context)
    except CheckError as error:
        raise CheckError(f"{assertion.name}: {error}") from None
    return _graded(assertion, found)


def _graded(assertion: Assertion, found: Any) -> Grade:
    """Read what the code of `python` returned: a bool, a score, or an object with both and a reason."""
    reason = f"{assertion.name} {_shown(assertion.value)}".rstrip()
    if isinstance(found, str) and found.lower() in ("true", "false"):
        found = found.lower() == "true"
    if isinstance(found, bool):
        return Grade(found, float(found != assertion.inverse), reason)
    if isinstance(found, (int, float)) and math.isfinite(found):
        return Grade(
            found > 0 if assertion.threshold is None else found >= assertion.threshold, found, f"{reason}: {found}"
        )
    if isinstance(found, dict):
        passed, score = found.get("pass", found.get("pass_")), found.get("score")
        if isinstance(passed, bool) and (score is None or isinstance(score, (int, float))):
            score = float(passed) if score is None else score
            passed = passed and (assertion.threshold is None or score >= assertion.threshold)
            return Grade(passed, score, f"{reason}: {found.get('reason') or score}")
    raise CheckError(
        f"{assertion.name} {_shown(assertion.value)} returned {_shown(found)}, where a bool, a number or an object "
        "with pass, score and reason is needed."
    )


class Kind(NamedTuple):
    """A type of assertion."""

    check: Callable[[Assertion, Any, Answer, Worker], bool | Grade]
    value: str = ""
    """What `value` has to be, a key of `VALUES`; empty where it may be anything."""
    fields: tuple[str, ...] = ("value",)
    """Which of `value`, `threshold` and `config` it takes."""
    needs: str = "value"
    """Which of them it requires; empty for none."""


VALUES: Final[dict[str, Callable[[Any], bool]]] = {
    "text": lambda value: isinstance(value, str) and value != "",
    "text or a number": lambda value: (
        isinstance(value, (str, int, float)) and not isinstance(value, bool) and value != ""
    ),
    "a JSON schema": lambda value: isinstance(value, (dict, bool, type(None))),
}
"""Kinds of values, in words, and the check of each."""
KINDS: Final = {
    "contains": Kind(lambda _, value, answer, __: _text(value) in answer.text, "text or a number"),
    "contains-json": Kind(
        lambda _, value, answer, __: _conforms(value, list(_objects(answer.text))), "a JSON schema", needs=""
    ),
    "cost": Kind(_cost, fields=("threshold", "config"), needs="threshold"),
    "equals": Kind(_equals),
    "icontains": Kind(lambda _, value, answer, __: _text(value).lower() in answer.text.lower(), "text or a number"),
    "is-json": Kind(lambda _, value, answer, __: _conforms(value, _whole(answer.text)), "a JSON schema", needs=""),
    "latency": Kind(_latency, fields=("threshold",), needs="threshold"),
    "python": Kind(_python, "text", ("value", "threshold", "config")),
    "regex": Kind(_regex, "text"),
    "starts-with": Kind(lambda _, value, answer, __: answer.text.startswith(value), "text"),
}
TYPES: Final = tuple(KINDS)
WITHOUT_MODEL: Final = tuple(name for name in TYPES if KINDS[name].needs != "threshold")
"""Types that check a text; the others check a run."""


def _looked_up(name: str, variables: Mapping[str, Any]) -> Any:
    value: Any = variables
    for step in name.split("."):
        if not isinstance(value, Mapping) or step not in value:
            raise CheckError(f"A value of the test names {{{{{name}}}}}, and `vars` does not have it.")
        value = value[step]
    return value


def _text(value: Any) -> str:
    """Write a value as JavaScript does: 1.0 is written 1."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        value = int(value)
    return json.dumps(value, ensure_ascii=False)


def _same(one: Any, other: Any) -> bool:
    """Say whether two JSON values are the same; 1 and 1.0 are, 1 and true are not."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _whole(text: str) -> list[Any]:
    """Read a text as JSON; nothing where it is none."""
    try:
        return [AS_JAVASCRIPT.decode(text)]
    except (ValueError, RecursionError):
        return []


def _objects(text: str) -> Iterator[Any]:
    """Iterate the JSON objects that stand in a text."""
    start = text.find("{")
    while start >= 0:
        try:
            found, end = AS_JAVASCRIPT.raw_decode(text, start)
        except (ValueError, RecursionError):
            end = start + 1
        else:
            yield found
        start = text.find("{", end)


def _conforms(schema: Any, found: Sequence[Any]) -> bool:
    """Say whether there are JSON values, and any of them conforms to a schema where there is one."""
    return bool(found) and (schema is None or any(map(_validator(json.dumps(schema)).is_valid, found)))


@cache
def _validator(schema: str) -> Any:
    try:
        import jsonschema_rs
    except ModuleNotFoundError:
        raise CheckError("A schema takes the extra [local]: pip install 'portkey-prompts[local]'") from None
    try:
        return jsonschema_rs.validator_for(json.loads(schema), retriever=_fetch_nothing)
    except ValueError as error:
        raise CheckError(f"It is no JSON schema: {str(error).splitlines()[0]}") from None


def _fetch_nothing(uri: str) -> Any:
    raise ValueError(f"{uri} is not fetched")


def _shown(value: Any) -> str:
    if value is None:
        return ""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
