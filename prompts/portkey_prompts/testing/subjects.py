"""What is tested: one version of a prompt with its partials, from a file or as it is locked; no service is asked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from portkey_prompts.folder import PARTIAL, Folder, key_of, read_file
from portkey_prompts.rendering import Rendered, StoredPrompt, parse_partial
from portkey_prompts.templates import Components, MissingVariablesError, Partial, TemplateError

from .assertions import Answer, Assertion, Grade, all_passed, grade
from .cases import Case
from .results import Status
from .worker import CheckError, Worker


class Subject(NamedTuple):
    """One version of a prompt."""

    side: str
    """What the version is called: `files`, or a reference."""
    stored: StoredPrompt
    partials: Mapping[str, Partial]
    """What templates include, by the references in them."""
    known: frozenset[str]
    """The variables that the prompt and its partials look up, wherever."""

    @classmethod
    def of(cls, side: str, detail: Mapping[str, Any], partials: Mapping[str, Partial]) -> Subject:
        """Parse a version.

        Raises:
            TemplateError: its template is malformed.
        """
        stored = StoredPrompt(detail)
        return cls(side, stored, partials, frozenset(_names(stored.template.components, partials)))

    def render(self, case: Case) -> Rendered:
        """Render the prompt for a case.

        Raises:
            CheckError: a variable is missing, or is none of the prompt's; or it can't be rendered.
        """
        rendered: Rendered | None = None
        missing: tuple[str, ...] = ()
        try:
            rendered = self.stored.render(case.variables, {}, partials=self.partials, missing="error")
        except MissingVariablesError as error:
            missing = error.names
        except TemplateError as error:
            raise CheckError(f"It can't be rendered: {error}") from None
        unused = case.variables if rendered is None else rendered.rendering.unused
        unknown = sorted({*unused} - self.known - case.uses())
        problems = [f"vars lacks {', '.join(missing)}."] if missing else []
        problems += [f"vars has {', '.join(unknown)}, which the prompt does not use."] if unknown else []
        meant = [f"Is {name} meant for {found}?" for name in unknown for found in get_close_matches(name, missing, 1)]
        if rendered is None or problems:
            raise CheckError(" ".join([*problems, *meant[:1]]))
        return rendered


def partials_in(folder: Path) -> dict[str, Partial]:
    """Read a folder's partials, by the names of their files, and by the slugs that they have on services.

    Raises:
        PromptFileError: a file can't be read.
        TemplateError: a template is malformed.
    """
    found: dict[str, Partial] = {}
    for path in sorted(folder.glob("_*.prompt")):
        stem = key_of(path).stem
        found[stem] = parse_partial(stem, read_file(path).version)
    slugs = Folder.remembered(folder, "").slugs_anywhere(PARTIAL)
    return {**{slug: found[stem] for stem in found for slug in slugs.get(stem, ())}, **found}


def check_render(rendered: Rendered, case: Case, worker: Worker) -> tuple[Status, list[str]]:
    """Check what was rendered; return the status and the problems."""
    context = {**context_of(rendered, case), "messages": rendered.messages}
    answer = Answer(rendered.prompt, rendered.messages, context=context)
    return judge(case.renders, answer, case, worker, None)


def context_of(rendered: Rendered, case: Case) -> dict[str, Any]:
    """Return the context that promptfoo gives the code of `python`, as far as it exists here."""
    prompt = rendered.prompt if rendered.messages is None else json.dumps(rendered.messages, ensure_ascii=False)
    return {"prompt": prompt, "vars": case.variables, "test": case.said}


def judge(
    assertions: Sequence[Assertion], answer: Answer, case: Case, worker: Worker, threshold: float | None
) -> tuple[Status, list[str]]:
    """Check all assertions; return the status and the problems."""
    grades: list[Grade] = []
    errors: list[str] = []
    for each in assertions:
        try:
            grades.append(grade(each, answer, case.variables, worker))
        except CheckError as error:
            errors.append(str(error))
    if errors:
        return "error", errors
    if all_passed(assertions, grades, threshold):
        return "passed", []
    said = [] if threshold is None else [f"its score is less than {threshold:g}"]
    return "failed", [*(each.reason for each in grades if not each.passed), *said]


def _names(components: Components, partials: Mapping[str, Partial]) -> set[str]:
    """Collect the first parts of all names that a template and its partials look up."""
    names: set[str] = set()
    waiting, seen = [components], set[str]()
    while waiting:
        each = waiting.pop()
        inner = (name for found in each["sectionVariables"].values() for name in found)
        names.update(
            name.partition(".")[0]
            for name in (*each["variables"], *each["sections"], *each["variablePartials"], *inner)
        )
        new = [reference for reference in each["partials"] if reference in partials and reference not in seen]
        seen.update(new)
        waiting += [partials[reference].template.components for reference in new]
    return names
