"""The tests of a prompt, `NAME.test.yaml` beside `NAME.prompt`: promptfoo's words, and `render:`, which takes no model.

tests:
  - description: greets by name
    vars:
      name: Ada
    render:
      - type: contains
        value: Greet {{name}}.
    assert:
      - type: icontains
        value: ada
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, NoReturn

from portkey_prompts.errors import SourceError
from portkey_prompts.files import read_regular
from portkey_prompts.folder import SUFFIX as PROMPT_SUFFIX
from portkey_prompts.strict_yaml import List, MalformedYAMLError, Object, read_yaml

from .assertions import (
    JUDGES,
    KINDS,
    PRICES,
    TYPES,
    VALUES,
    WITHOUT_MODEL,
    Assertion,
    names_in,
    regular_expression,
)

SUFFIX: Final = ".test.yaml"
TOP_FIELDS: Final = ("defaultTest", "description", "tests")
THEIR_FIELDS: Final = ("prompts", "providers", "tags", "targets")
"""Fields that promptfoo needs to run the file; they are ignored here."""
CASE_FIELDS: Final = ("assert", "description", "metadata", "options", "render", "threshold", "vars")
OPTION_FIELDS: Final = ("disableVarExpansion",)
ASSERTION_FIELDS: Final = ("config", "metric", "threshold", "type", "value", "weight")
INSTEAD: Final = {
    **dict.fromkeys(("$ref", "assertionTemplates"), "What is used twice can have a name in YAML: &name, then *name"),
    **dict.fromkeys(("contextTransform", "postprocess", "transform"), "Check the text by the type python"),
    **dict.fromkeys(("assertScoringFunction", "rubricPrompt"), "No model judges here; code does by the type python"),
    "provider": "The prompt says what it is run by; --upstream runs it by another",
    "evaluateOptions": "Options say so: --concurrency and --repeat",
    "outputPath": "Options say so: --json and --junit",
    "scenarios": "List each test below tests",
}
"""Fields of promptfoo that are refused here, and what to use in their place."""


class SuiteError(SourceError):
    """A file of tests can't be read; the message names it, the line, the field and what is allowed."""


@dataclass(frozen=True)
class Case:
    """One test of a prompt.

    Attributes:
        name: its description, or its variables; no other case of the file has it.
        variables: what the prompt is rendered with.
        renders: what the rendered text has to be.
        asserts: what a model's answer has to be.
        threshold: the least weighted mean of the scores of `asserts`; None where each of them has to pass.
        line: where it stands in its file, from 1.
        said: the test as it stands in the file, for the code of `python`.
    """

    name: str
    variables: Mapping[str, Any]
    renders: tuple[Assertion, ...]
    asserts: tuple[Assertion, ...]
    threshold: float | None
    line: int
    said: Mapping[str, Any]

    def uses(self) -> set[str]:
        """Name the variables that assertions use, which need not be the prompt's."""
        used: set[str] = set()
        for each in (*self.renders, *self.asserts):
            if each.fills:
                used.update(name.partition(".")[0] for name in names_in(each.value))
            elif each.type == "python":
                code = Path(each.path[0]).read_text(encoding="utf-8", errors="replace") if each.path else each.value
                used.update(name for name in self.variables if name in code)
        return used


@dataclass(frozen=True)
class Suite:
    """The tests of one prompt.

    Attributes:
        path: the file.
        cases: its tests, in order.
    """

    path: Path
    cases: tuple[Case, ...]

    @property
    def name(self) -> str:
        """The name of the prompt's file, without its ending."""
        return self.path.name.removesuffix(SUFFIX)


def suite_files(folder: Path) -> list[Path]:
    """List the files of tests that stand beside a prompt's file; others belong to other tools."""
    return [path for path in sorted(folder.glob(f"*{SUFFIX}")) if prompt_of(path).is_file()]


def prompt_of(path: Path) -> Path:
    """Name the prompt's file beside a file of tests."""
    return path.with_name(path.name.removesuffix(SUFFIX) + PROMPT_SUFFIX)


def read_suite(path: Path) -> Suite:
    """Read a file of tests.

    Raises:
        SuiteError: it holds what is not known.
        OSError: it can't be read.
        YAMLMissingError: PyYAML is missing.
    """
    return Suite(path, tuple(_named(_all_cases(_load(path)))))


@dataclass(frozen=True)
class _Place:
    """A value, and where it stands.

    Attributes:
        path: the file.
        value: the value; None where there is none.
        name: how it is called in an error, such as `tests[0].vars`; empty for all that the file holds.
        line: from 1.
    """

    path: Path
    value: Any
    name: str = ""
    line: int = 1

    def __getitem__(self, field: str) -> _Place:
        """Find a field of an object, there or not."""
        name = f"{self.name}.{field}" if self.name else field
        return _Place(self.path, self.value.get(field), name, self.value.lines.get(field, self.line))

    def items(self) -> Iterator[_Place]:
        """Iterate the items of a list."""
        for index, value in enumerate(self.value or ()):
            yield _Place(self.path, value, f"{self.name}[{index}]", self.value.lines[index])

    def of_kind(self, kind: type, called: str) -> Any:
        """Return the value, if it is of a kind."""
        is_number = kind is float and isinstance(self.value, int) and not isinstance(self.value, bool)
        if not is_number and not isinstance(self.value, kind):
            self.refuse(f"{'' if self.name else 'the file'} must be {called}, {_not(self.value)}")
        return self.value

    def read(self, field: str, kind: type, called: str) -> Any:
        """Return what a field of an object holds; None where it is not there."""
        return self[field].of_kind(kind, called) if field in self.value else None

    def check(self, allowed: Sequence[str]) -> None:
        """Refuse what is no object, and fields that are not known."""
        for field in self.of_kind(Object, "an object"):
            if field not in allowed:
                instead = f". {INSTEAD[field]}" if field in INSTEAD else ""
                self[field].refuse(f" is not known.{_meant(field, allowed)} {_one_of(allowed)}{instead}")

    def refuse(self, problem: str) -> NoReturn:
        """Raise an error that begins with where it stands."""
        raise SuiteError(f"{self.path}:{self.line}: {self.name}{problem}.")


def _load(path: Path) -> _Place:
    """Read what a file holds; None where it is empty."""
    try:
        return _Place(path, read_yaml(_text(path), aliases=True))
    except MalformedYAMLError as error:
        raise SuiteError(f"{path}:{error.line}: {error}.") from None


def _text(path: Path) -> str:
    """Read a file as text; an OSError says where it can't be read."""
    try:
        return read_regular(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SuiteError(f"{path} is no UTF-8 text (byte {error.start}). Convert it first.") from None


def _all_cases(top: _Place) -> Iterator[Case]:
    """Iterate the tests of a file."""
    if top.value is None:
        top.refuse("the file is empty. Write `tests:`, a list of tests")
    top.check((*TOP_FIELDS, *THEIR_FIELDS))
    tests = top["tests"]
    if not isinstance(tests.value, List) or not tests.value:
        tests.refuse(f" must be a list of tests, {_not(tests.value)}")
    common = _fields(top["defaultTest"] if "defaultTest" in top.value else _Place(top.path, Object()))
    for test in tests.items():
        yield from _cases(test, common)


def _cases(test: _Place, common: Mapping[str, Any]) -> Iterator[Case]:
    """Iterate what a test stands for: as many as a list of texts among its variables has, as promptfoo has it."""
    own = _fields(test)
    variables = {**common["vars"], **own["vars"]}
    renders, asserts = ((*common[name], *own[name]) for name in ("render", "assert"))
    threshold = common["threshold"] if own["threshold"] is None else own["threshold"]
    expanded = [name for name in variables if _stands_for_many(variables[name])]
    if {**common["options"], **own["options"]}.get("disableVarExpansion"):
        expanded = []
    described = test.value.get("description")
    for chosen in itertools.product(*(variables[name] for name in expanded)):
        one = {**variables, **dict(zip(expanded, chosen, strict=True))}
        name = described or ", ".join(f"{name}={_shown(one[name])}" for name in one) or "no variables"
        if expanded and described:
            name += f" ({', '.join(f'{each}={_shown(one[each])}' for each in expanded)})"
        yield Case(name, one, renders, asserts, threshold, test.line, test.value)


def _fields(test: _Place) -> dict[str, Any]:
    """Read the fields of a test; those that it lacks are empty."""
    test.check(CASE_FIELDS)
    test.read("description", str, "text")
    variables = test.read("vars", Object, "an object") or Object()
    for name, value in variables.items():
        if isinstance(value, str) and value.startswith("file://"):
            test["vars"][name].refuse(": variables are not read from files. Write it here")
    options = test.read("options", Object, "an object") or Object()
    replace(test["options"], value=options).check(OPTION_FIELDS)
    threshold = test.read("threshold", float, "a number")
    found = {"vars": variables, "options": options, "threshold": threshold}
    for name, allowed in (("render", WITHOUT_MODEL), ("assert", TYPES)):
        test.read(name, List, "a list")
        found[name] = tuple(_assertion(each, allowed) for each in test[name].items())
    return found


def _assertion(given: _Place, allowed: Sequence[str]) -> Assertion:
    given.of_kind(Object, "an object")
    kind = given.read("type", str, "text") or ""
    base = kind.removeprefix("not-")
    if kind and base not in allowed:  # before its fields, which depend on the type
        given["type"].refuse(f": {_not_known(kind, base)}. {_one_of(allowed)}")
    given.check(ASSERTION_FIELDS)
    if not kind:
        replace(given["type"], line=given.line).refuse(f" is missing. {_one_of(allowed)}")
    given.read("metric", str, "text")
    threshold, weight = given.read("threshold", float, "a number"), given.read("weight", float, "a number")
    config = given.read("config", Object, "an object") or {}
    given = replace(given, line=given["type"].line)
    _check_kind(base, given)
    if weight is not None and weight < 0:
        given["weight"].refuse(" must not be less than 0")
    value, path, fills = _value(base, given["value"])
    weight = 1 if weight is None else weight
    return Assertion(base, kind != base, value, fills, threshold, weight, config, given.line, path)


def _check_kind(kind: str, given: _Place) -> None:
    """Check which fields a type takes, and which it needs."""
    _, _, fields, needed = KINDS[kind]
    for name in ("value", "threshold", "config"):
        if name in given.value and name not in fields:
            given[name].refuse(f": {kind} takes none")
    if needed and needed not in given.value:
        given[needed].refuse(" is missing")
    if kind == "cost":
        _check_prices(_Place(given.path, given.value.get("config") or Object(), f"{given.name}.config", given.line))


def _check_prices(config: _Place) -> None:
    config.check(PRICES)
    prices = config.value
    numbers = all(
        isinstance(price, (int, float)) and not isinstance(price, bool) and price >= 0 for price in prices.values()
    )
    if not numbers or not ("cost" in prices or {"inputCost", "outputCost"} <= prices.keys()):
        config.refuse(
            ": no price is known here by itself. Give US dollars for a token: inputCost and "
            "outputCost, or cost for both"
        )


def _value(kind: str, given: _Place) -> tuple[Any, tuple[str, str] | None, bool]:
    """Read what an assertion compares with: the value, the file of code, and whether variables are filled in."""
    value, fills = given.value, kind != "python"
    if isinstance(value, str) and value.startswith("file://"):
        path, function = _named_file(kind, given)
        if kind == "python":
            return value, (str(path), function or "get_assert"), False
        fills = False  # as promptfoo has it
        value = _text(path).strip() if path.suffix == ".txt" else _load(path).value
    wanted = KINDS[kind].value
    if wanted and not VALUES[wanted](value):
        hint = ". Write it in quotes" if wanted == "text" else ""
        given.refuse(f" must be {wanted}, not {_shown(value)}{hint}")
    try:
        _check_text(kind, value, list(names_in(value)) if fills or kind == "python" else [])
    except ValueError as error:
        given.refuse(f": {error}")
    return value, None, fills


def _check_text(kind: str, value: Any, names: list[str]) -> None:
    if kind == "python" and names:
        raise ValueError('promptfoo fills {{name}} in code too. Write context["vars"]["name"]')
    if kind == "regex" and not names:
        regular_expression(value)


def _named_file(kind: str, given: _Place) -> tuple[Path, str]:
    """Find a file that a value names, and the function after the colon; only the repository's are read."""
    name, _, function = given.value.removeprefix("file://").partition(":")
    folder = given.path.resolve().parent
    path = (folder / name).resolve()
    endings = (".py",) if kind == "python" else (".json", ".yaml", ".yml", ".txt")
    if not path.is_relative_to(_repository(folder)):
        given.refuse(f": {name} lies outside of the repository")
    if path.suffix not in endings:
        given.refuse(f": {name} must end with {' or '.join(endings)}")
    if not path.is_file():
        given.refuse(f": there is no file {name}")
    return path, function


def _named(cases: Iterator[Case]) -> Iterator[Case]:
    """Give cases of the same name a number each."""
    seen: dict[str, int] = {}
    for case in cases:
        count = seen[case.name] = seen.get(case.name, 0) + 1
        yield case if count == 1 else replace(case, name=f"{case.name} #{count}")


def _stands_for_many(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], str)


def _repository(folder: Path) -> Path:
    """Find the repository that a folder is in; the folder itself where it is in none."""
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), folder)


def _not_known(kind: str, base: str) -> str:
    if JUDGES.fullmatch(base):
        return f"promptfoo's {kind} asks a model for its opinion, and no model judges here"
    if base in KINDS:
        return f"{kind!r} is not known here, but below assert: it measures a run"
    meant = _meant(base, TYPES, 0.85)  # contains-any is no misspelt contains-json
    return f"{kind!r} is not known here{meant or ', and code can check it by the type python'}"


def _one_of(allowed: Sequence[str]) -> str:
    hint = ", each also with not- before it" if "equals" in allowed else ""
    return f"Allowed are {', '.join(sorted(allowed))}{hint}"


def _meant(name: str, allowed: Sequence[str], likeness: float = 0.6) -> str:
    close = get_close_matches(name, allowed, 1, likeness)
    return f" (is {close[0]} meant?)" if close else ""


def _not(value: Any) -> str:
    is_file = isinstance(value, str) and value.startswith("file://")
    return f"not {_shown(value)}{': it is not read from there, so write it here' if is_file else ''}"


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:60]}…"
