"""The official SDK's names do here what they do there, which runs beside it in an environment of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from example_counts import examples
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from official_environment import clean_environment, official_python

import portkey_ai
from portkey_ai import PORTKEY_BASE_URL, PORTKEY_GATEWAY_URL, AsyncPortkey, Portkey, createHeaders
from portkey_openapi.options import HEADERS

Ask = Callable[[dict[str, Any]], Any]
NAMES = sorted([*HEADERS, "base_url", "http_client"])
TEXTS = st.text(max_size=8) | st.sampled_from(["", "0", "Bearer x", "Bearer", "bearer x", "proxy", "api_key", "x-b"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
KEYWORDS = st.dictionaries(
    st.sampled_from([*NAMES, "mode", "Authorization", "AUTHORIZATION", "aws_region", "debug", "x-b", "x_b", "_", ""])
    | st.text(max_size=8),
    VALUES,
    max_size=6,
)
FORWARDED = st.fixed_dictionaries(
    {"forward_headers": st.lists(st.sampled_from([*NAMES, "x_b", "x-b", "forward_headers"]) | TEXTS, max_size=3)}
)


@pytest.fixture(scope="module")
def official() -> Iterator[tuple[dict[str, list[str]], Ask]]:
    """The official SDK's constants and its clients' names, and what asks its createHeaders."""
    script = str(Path(__file__).with_name("official_headers.py"))
    with subprocess.Popen(
        [official_python(), script], stdin=-1, stdout=-1, text=True, env=clean_environment()
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        stdin, stdout = process.stdin, process.stdout

        def ask(keywords: dict[str, Any]) -> Any:
            stdin.write(json.dumps(keywords) + "\n")
            stdin.flush()
            return json.loads(stdout.readline())

        try:
            yield json.loads(stdout.readline()), ask
        finally:
            stdin.close()
            process.wait(120)


def test_the_constants_are_the_official_ones(official: tuple[dict[str, list[str]], Ask]) -> None:
    assert official[0]["constants"] == [PORTKEY_BASE_URL, PORTKEY_GATEWAY_URL]


INSIDES = {"allHeaders", "custom_auth", "custom_headers", "kwargs", "response_headers"}
"""What the official client keeps for itself, under names that look public."""


@pytest.mark.parametrize("kind", [Portkey, AsyncPortkey])
def test_what_the_official_client_has_is_here_or_is_said_to_be_elsewhere(
    official: tuple[dict[str, list[str]], Ask], kind: type[Any]
) -> None:
    client = kind(api_key="k")
    names = set(official[0][kind.__name__]) - INSIDES
    elsewhere = {name for name in names if not hasattr(client, name)}
    assert len(names) > 70
    assert {"prompts", "labels", "collections", "generations", "virtual_key", "aws_region", "copy"} <= names - elsewhere
    for name in elsewhere:
        with pytest.raises(AttributeError, match=rf"no `{name}`.* write `.*(openai\(\)|createHeaders\()"):
            getattr(client, name)


@settings(max_examples=examples(300), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(keywords=st.builds(lambda one, other: {**one, **other}, KEYWORDS, FORWARDED | st.just({})))
@example(keywords={"api_key": "k", "metadata": {"_user": "ann"}, "config": {"retry": {"attempts": 3}}})
@example(keywords={"Authorization": "sk-1", "forward_headers": ["Authorization", "x_tenant"], "x_tenant": "t"})
@example(keywords={"cache_force_refresh": False, "strict_open_ai_compliance": True, "request_timeout": 0})
@example(keywords={"mode": "fallback", "provider": "", "trace_id": None})
def test_create_headers_makes_what_the_official_one_makes(
    official: tuple[dict[str, list[str]], Ask], keywords: dict[str, Any]
) -> None:
    try:
        ours: Any = [list(item) for item in createHeaders(**keywords).items()]
    except Exception as error:
        ours = type(error).__name__
    assert ours == official[1](keywords)


PATHS = {
    "portkey_ai.api_resources.exceptions": [
        "APIConnectionError", "APIError", "APIResponseValidationError", "APIStatusError", "APITimeoutError",
        "AuthenticationError", "BadRequestError", "ConflictError", "InternalServerError", "NotFoundError",
        "PermissionDeniedError", "RateLimitError", "UnprocessableEntityError",
    ],
    "portkey_ai.api_resources.types.generation_type": ["PromptCompletion", "PromptCompletionChunk", "PromptRender"],
    "portkey_ai.api_resources.utils": ["GenericResponse"],
    "portkey_ai.api_resources.streaming": ["AsyncStream", "Stream"],
    "portkey_ai.api_resources": ["AsyncPortkey", "Portkey", "Prompts", "createHeaders"],
    "portkey_ai.version": ["VERSION"],
}  # fmt: skip
IMPORTS = "\n".join(f"from {path} import {', '.join(names)}" for path, names in PATHS.items())


def test_the_official_import_paths_are_there_and_there(official: tuple[dict[str, list[str]], Ask]) -> None:
    done = subprocess.run([official_python(), "-c", IMPORTS], capture_output=True, text=True, env=clean_environment())
    assert done.stderr == ""
    found: dict[str, Any] = {}
    exec(IMPORTS, found)
    assert found["VERSION"] == portkey_ai.__version__
    for name in {name for names in PATHS.values() for name in names} - {"VERSION"}:
        assert found[name] is getattr(portkey_ai, name)


def test_a_module_of_these_paths_is_an_attribute_as_there() -> None:
    code = "import portkey_ai as p; print(p.api_resources.exceptions.NotFoundError is p.NotFoundError)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("True\n", "")
