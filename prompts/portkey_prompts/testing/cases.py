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
from functools import partial
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
    return Suite(path, tuple(_named(_Reader(path).cases())))


class _Reader:
    """Reads one file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.folder = path.resolve().parent

    def cases(self) -> Iterator[Case]:
        """Iterate the tests; a list of texts among the variables stands for as many tests, as promptfoo has it."""
        top = self.load()
        if top is None:
            self._refuse(1, "the file is empty. Write `tests:`, a list of tests")
        self._check(top, "", (*TOP_FIELDS, *THEIR_FIELDS), 1)
        tests = top.get("tests")
        line = top.lines.get("tests", 1)
        if not isinstance(tests, List) or not tests:
            self._refuse(line, f"tests must be a list of tests, {_not(tests)}")
        common = self._case(top.get("defaultTest", Object()), "defaultTest", top.lines.get("defaultTest", 1))
        for index, test in enumerate(tests):
            yield from self._cases(test, f"tests[{index}]", tests.lines[index], common)

    def _cases(self, test: Any, where: str, line: int, common: Mapping[str, Any]) -> Iterator[Case]:
        own = self._case(test, where, line)
        variables = {**common["vars"], **own["vars"]}
        options = {**common["options"], **own["options"]}
        renders, asserts = ((*common[name], *own[name]) for name in ("render", "assert"))
        threshold = common["threshold"] if own["threshold"] is None else own["threshold"]
        expanded = [name for name in variables if _stands_for_many(variables[name])]
        if options.get("disableVarExpansion"):
            expanded = []
        for chosen in itertools.product(*(variables[name] for name in expanded)):
            one = {**variables, **dict(zip(expanded, chosen, strict=True))}
            name = test.get("description") or ", ".join(f"{name}={_shown(one[name])}" for name in one) or "no variables"
            if expanded and test.get("description"):
                name += f" ({', '.join(f'{each}={_shown(one[each])}' for each in expanded)})"
            yield Case(name, one, renders, asserts, threshold, line, test)

    def _case(self, test: Any, where: str, line: int) -> dict[str, Any]:
        """Read the fields of a test; those that it lacks are empty."""
        self._check(test, where, CASE_FIELDS, line)
        read = partial(self._field, test, where)
        read("description", str, "text")
        variables = read("vars", Object, "an object") or Object()
        for name, value in variables.items():
            if isinstance(value, str) and value.startswith("file://"):
                self._refuse(
                    variables.lines[name], f"{where}.vars.{name}: variables are not read from files. Write it here"
                )
        options = read("options", Object, "an object") or Object()
        self._check(options, f"{where}.options", OPTION_FIELDS, line)
        return {
            "vars": variables,
            "options": options,
            "threshold": read("threshold", float, "a number"),
            **{name: self._assertions(read(name, List, "a list"), f"{where}.{name}") for name in ("render", "assert")},
        }

    def _assertions(self, given: Any, where: str) -> tuple[Assertion, ...]:
        allowed = WITHOUT_MODEL if where.endswith(".render") else TYPES
        return tuple(
            self._assertion(each, f"{where}[{index}]", given.lines[index], allowed)
            for index, each in enumerate(given or ())
        )

    def _assertion(self, given: Any, where: str, line: int, allowed: Sequence[str]) -> Assertion:
        self._check_object(given, where, line)
        read = partial(self._field, given, where)
        kind = read("type", str, "text") or ""
        base = kind.removeprefix("not-")
        if kind and base not in allowed:  # before its fields, which depend on the type
            self._refuse(given.lines["type"], f"{where}.type: {_not_known(kind, base)}. {_one_of(allowed)}")
        self._check(given, where, ASSERTION_FIELDS, line)
        if not kind:
            self._refuse(line, f"{where}.type is missing. {_one_of(allowed)}")
        line = given.lines["type"]
        read("metric", str, "text")
        threshold, weight = read("threshold", float, "a number"), read("weight", float, "a number")
        config = read("config", Object, "an object") or {}
        self._check_kind(base, given, where, line)
        if weight is not None and weight < 0:
            self._refuse(given.lines["weight"], f"{where}.weight must not be less than 0")
        value, path, fills = self._value(base, given, where)
        return Assertion(
            base, kind != base, value, fills, threshold, 1 if weight is None else weight, config, line, path
        )

    def _check_kind(self, kind: str, given: Object, where: str, line: int) -> None:
        """Check which fields a type takes, and which it needs."""
        _, _, fields, needed = KINDS[kind]
        for name in ("value", "threshold", "config"):
            if name in given and name not in fields:
                self._refuse(given.lines[name], f"{where}.{name}: {kind} takes none")
        if needed and needed not in given:
            self._refuse(line, f"{where}.{needed} is missing")
        if kind == "cost":
            self._check_prices(given, where, line)

    def _check_prices(self, given: Object, where: str, line: int) -> None:
        config = given.get("config") or Object()
        self._check(config, f"{where}.config", PRICES, line)
        numbers = all(
            isinstance(price, (int, float)) and not isinstance(price, bool) and price >= 0 for price in config.values()
        )
        if not numbers or not ("cost" in config or {"inputCost", "outputCost"} <= config.keys()):
            self._refuse(
                line,
                f"{where}.config: no price is known here by itself. Give US dollars for a token: inputCost and "
                "outputCost, or cost for both",
            )

    def _value(self, kind: str, given: Object, where: str) -> tuple[Any, tuple[str, str] | None, bool]:
        """Read what an assertion compares with: the value, the file of code, and whether variables are filled in."""
        value, line, where = given.get("value"), given.lines.get("value", 0), f"{where}.value"
        fills = kind != "python"
        if isinstance(value, str) and value.startswith("file://"):
            path, function = self._named_file(kind, value, where, line)
            if kind == "python":
                return value, (str(path), function or "get_assert"), False
            reader, fills = _Reader(path), False  # as promptfoo has it
            value = reader.text().strip() if path.suffix == ".txt" else reader.load()
        wanted = KINDS[kind].value
        if wanted and not VALUES[wanted](value):
            hint = ". Write it in quotes" if wanted == "text" else ""
            self._refuse(line, f"{where} must be {wanted}, not {_shown(value)}{hint}")
        try:
            self._check_text(kind, value, list(names_in(value)) if fills or kind == "python" else [])
        except ValueError as error:
            self._refuse(line, f"{where}: {error}")
        return value, None, fills

    def _check_text(self, kind: str, value: Any, names: list[str]) -> None:
        if kind == "python" and names:
            raise ValueError('promptfoo fills {{name}} in code too. Write context["vars"]["name"]')
        if kind == "regex" and not names:
            regular_expression(value)

    def _named_file(self, kind: str, value: str, where: str, line: int) -> tuple[Path, str]:
        """Find a file that a value names, and the function after the colon; only the repository's are read."""
        name, _, function = value.removeprefix("file://").partition(":")
        path = (self.folder / name).resolve()
        endings = (".py",) if kind == "python" else (".json", ".yaml", ".yml", ".txt")
        if not path.is_relative_to(_repository(self.folder)):
            self._refuse(line, f"{where}: {name} lies outside of the repository")
        if path.suffix not in endings:
            self._refuse(line, f"{where}: {name} must end with {' or '.join(endings)}")
        if not path.is_file():
            self._refuse(line, f"{where}: there is no file {name}")
        return path, function

    def load(self) -> Any:
        """Read what the file holds; None where it is empty."""
        try:
            return read_yaml(self.text(), aliases=True)
        except MalformedYAMLError as error:
            self._refuse(error.line, str(error))

    def text(self) -> str:
        """Read the file as text; an OSError says where it can't be read."""
        try:
            return read_regular(self.path).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise SuiteError(f"{self.path} is no UTF-8 text (byte {error.start}). Convert it first.") from None

    # What is refused

    def _check_object(self, given: Any, where: str, line: int) -> None:
        if not isinstance(given, Object):
            self._refuse(line, f"{where or 'the file'} must be an object, {_not(given)}")

    def _check(self, given: Any, where: str, allowed: Sequence[str], line: int) -> None:
        """Refuse what is no object, and fields that are not known."""
        self._check_object(given, where, line)
        for name in given:
            if name not in allowed:
                field = f"{where}.{name}" if where else name
                instead = f". {INSTEAD[name]}" if name in INSTEAD else ""
                known = f"{_meant(name, allowed)} {_one_of(allowed)}"
                self._refuse(given.lines[name], f"{field} is not known.{known}{instead}")

    def _field(self, given: Object, where: str, name: str, kind: type, called: str) -> Any:
        value = given.get(name)
        is_number = kind is float and isinstance(value, int) and not isinstance(value, bool)
        if name in given and not is_number and not isinstance(value, kind):
            self._refuse(given.lines[name], f"{where}.{name} must be {called}, {_not(value)}")
        return value

    def _refuse(self, line: int, problem: str) -> NoReturn:
        raise SuiteError(f"{self.path}:{line}: {problem}.")


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
