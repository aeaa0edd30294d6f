"""Collects `NAME.test.yaml` beside `NAME.prompt`, a test for each case: what it renders to, and no model by default.

Loaded by pytest wherever the distribution is installed, so that it imports nothing until there is such a file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from portkey_cli.testing import Model, Side
    from portkey_prompts.testing.cases import Case, Suite
    from portkey_prompts.testing.worker import Worker

SERVICE = "service"
_SUFFIX = ".test.yaml"
_TAKES_A_MODEL = "its `assert:` takes a model: --prompts-upstream"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that asks models."""
    parser.getgroup("portkey-prompts").addoption(
        "--prompts-upstream",
        metavar="NAME",
        help="also run the `assert:` of *.test.yaml beside prompts: service is the one that PORTKEY_BASE_URL and "
        "PORTKEY_API_KEY name, echo or an upstream of portkey-local.toml runs in this process",
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> PromptTests | None:
    """Take a file of tests, where a prompt is beside it; any other is somebody else's."""
    name = file_path.name
    if name.endswith(_SUFFIX) and file_path.with_name(f"{name.removesuffix(_SUFFIX)}.prompt").is_file():
        tests: PromptTests = PromptTests.from_parent(parent, path=file_path)
        return tests
    return None


class PromptTests(pytest.File):
    """The tests of one prompt."""

    def collect(self) -> Iterator[PromptTest]:
        """Read the file: a test for each case."""
        try:
            import yaml  # type: ignore[import-untyped]  # noqa: F401
        except ModuleNotFoundError:
            pytest.skip("tests of prompts need PyYAML: pip install 'portkey-prompts[cli]'", allow_module_level=True)
        from portkey_cli import settings
        from portkey_cli.testing import FILES, Versions
        from portkey_prompts.errors import PortkeyError
        from portkey_prompts.testing.cases import read_suite

        try:
            suite = read_suite(self.path)
            service = settings.base_url(os.environ.get(settings.BASE_URL_VARIABLE)).value
            side = Versions(self.path.parent, service).side(suite, FILES)
        except (PortkeyError, OSError) as error:
            raise self.CollectError(str(error)) from None
        asks = self.config.getoption("--prompts-upstream") is not None
        for case in suite.cases:
            yield PromptTest.from_parent(self, name=case.name, suite=suite, case=case, side=side)
            if case.renders and case.asserts and not asks:  # what is not tested is seen to be not tested
                name = f"{case.name} [assert]"
                yield PromptTest.from_parent(self, name=name, suite=suite, case=case, side=side, part="assert")


class PromptTest(pytest.Item):
    """One case."""

    def __init__(self, *, suite: Suite, case: Case, side: Side, part: str = "", **given: Any) -> None:
        super().__init__(**given)
        self.suite, self.case, self.side, self.part = suite, case, side, part

    def runtest(self) -> None:
        """Carry the case out."""
        from portkey_cli.testing import Job, result_of

        if self.part:
            pytest.skip(_TAKES_A_MODEL)
        model, worker = _shared(self.config)
        result = result_of(Job(self.suite, self.case, self.side), model, worker)
        if result.status != "passed":
            raise PromptTestError(f"{result.status}: {result.explained()}")
        if self.case.asserts and model is None and not self.case.renders:
            pytest.skip(f"it renders; {_TAKES_A_MODEL}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *given: Any, **options: Any) -> Any:
        """Say what is wrong, without the lines of this module."""
        if isinstance(excinfo.value, PromptTestError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *given, **options)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Say where the case stands."""
        return self.path, self.case.line - 1, self.name


class PromptTestError(Exception):
    """A case did not pass; the message says why."""


_SHARED = pytest.StashKey["tuple[Model | None, Worker]"]()


def _shared(config: pytest.Config) -> tuple[Model | None, Worker]:
    """Return what the tests of one run share, made when the first of them needs it."""
    if _SHARED not in config.stash:
        from portkey_prompts.testing.worker import Worker

        opened = ExitStack()
        config.add_cleanup(opened.close)
        model = _model(config.getoption("--prompts-upstream"), opened)
        config.stash[_SHARED] = model, opened.enter_context(Worker())
    return config.stash[_SHARED]


def _model(upstream: str | None, opened: ExitStack) -> Model | None:
    if upstream is None:
        return None
    from portkey_ai import Portkey
    from portkey_cli.failures import UsageError
    from portkey_cli.testing import Model, local_model
    from portkey_prompts.errors import PortkeyError

    try:
        if upstream == SERVICE:
            return Model(opened.enter_context(Portkey()))
        return opened.enter_context(local_model(upstream))
    except (PortkeyError, UsageError) as error:
        raise PromptTestError(f"error: {error}") from None
