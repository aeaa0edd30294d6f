"""What importing costs: nothing that is not used yet."""

from __future__ import annotations

from collections.abc import Callable

import pytest

HEAVY = "httpx, logging, typing, enum, re, json, asyncio, attr, dateutil, ssl, http, email, anyio, importlib.metadata"


@pytest.mark.parametrize(
    "statement",
    [
        "import portkey_ai",
        "from portkey_ai import API_VERSION, CONTRACT_SHA256",
        "from portkey_ai import __version__",
    ],
)
def test_importing_pulls_in_nothing_heavy(run_python: Callable[..., str], statement: str) -> None:
    said = run_python(
        f"""
import sys
for name in [name for name in sys.modules if name.partition(".")[0] in "typing re enum".split()]:
    del sys.modules[name]  # what the interpreter's own start has loaded
before = set(sys.modules)
{statement}
print([name for name in {HEAVY!r}.split(", ") if name in set(sys.modules) - before])
"""
    )
    assert said == "[]\n"


def test_a_sync_client_needs_no_event_loop(run_python: Callable[..., str]) -> None:
    script = 'import sys, portkey_ai\nportkey_ai.Portkey(api_key="k").prompts\nprint("asyncio" in sys.modules)'
    assert run_python(script) == "False\n"


def test_types_and_errors_come_without_the_http_library(run_python: Callable[..., str]) -> None:
    script = """
import sys
from portkey_ai import NotFoundError, PromptRender, PromptCompletion, PromptChoice, GenericResponse
print("httpx" in sys.modules)
"""
    assert run_python(script) == "False\n"
