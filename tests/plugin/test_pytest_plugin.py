"""The fixtures that tests of apps get, as such tests would use them."""

from __future__ import annotations

import pytest

from portkey_ai import Portkey
from portkey_local import LocalServer
from portkey_prompts.lock import LockFile, lock_prompt

pytest_plugins = ["pytester"]

APP_TESTS = """
import pytest

def test_a_prompt_is_planted_and_rendered(portkey_local, portkey):
    portkey_local.add_prompt(slug="pp-greeting", versions=["Hello {{name}}"], labels={"production": 1})
    assert portkey.prompts.render(prompt_id="pp-greeting@production", variables={"name": "Ada"}).prompt == "Hello Ada"

def test_the_next_test_finds_nothing_of_it(portkey):
    assert list(portkey.prompts.list()) == []
    assert {label.name for label in portkey.labels.list()} == {"production", "staging", "development"}

def test_the_server_is_the_same(portkey_local, request):
    urls = request.config.stash.setdefault(URLS, set())
    urls.add(portkey_local.base_url)
    assert len(urls) == 1

URLS = pytest.StashKey()

@pytest.mark.portkey_lock("prompts.lock")
def test_a_locked_prompt_renders_with_the_network_refused(portkey):
    rendered = portkey.prompts.render(prompt_id="pp-greeting", variables={"name": "Ada"})
    assert (rendered.prompt, rendered.source) == ("Good day Ada", "lock")

@pytest.mark.portkey_lock("prompts.lock")
def test_the_network_is_refused(portkey):
    from portkey_ai import APIConnectionError
    with pytest.raises(APIConnectionError, match="refused in a test"):
        portkey.prompts.list()

@pytest.mark.portkey_lock("prompts.lock")
def test_what_is_not_locked_raises(portkey):
    with pytest.raises(Exception, match="portkey-prompts lock pp-other"):
        portkey.prompts.render(prompt_id="pp-other", variables={})
"""


@pytest.fixture
def lock_file() -> LockFile:
    """Lock a prompt, before there is a `pytester`, which has forgotten at its end what was imported meanwhile."""
    with LocalServer() as server, Portkey(base_url=server.base_url) as portkey:
        server.add_prompt(slug="pp-greeting", versions=["Good day {{name}}"])
        return LockFile.of([lock_prompt("pp-greeting", portkey.prompts.retrieve("pp-greeting"), {})])


def test_the_fixtures_serve_the_tests_of_an_app(lock_file: LockFile, pytester: pytest.Pytester) -> None:
    lock_file.write(pytester.path / "prompts.lock")
    pytester.makepyfile(APP_TESTS)
    result = pytester.runpytest_subprocess("-W", "error", "-p", "no:asyncio", "--strict-markers")
    result.assert_outcomes(passed=6)


def test_a_test_run_that_uses_none_of_it_loads_none_of_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys
        def test_nothing():
            assert not {"httpx", "sqlalchemy", "starlette", "portkey_ai._sync.client"} & set(sys.modules)
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:asyncio", "-p", "no:pytest_httpserver", "-p", "no:anyio")
    result.assert_outcomes(passed=1)
