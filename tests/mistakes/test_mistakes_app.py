"""Whoever writes an app with the SDK: the error, and that its last line names the field and the remedy."""

from __future__ import annotations

import sys

import pytest
from told import Run

HERE = "from portkey_ai import Portkey\nportkey = Portkey(base_url=BASE)\n"
GREET = "portkey.prompts.render(prompt_id='pp-greeting', variables={'name': 'Ada'})"
MISTAKES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "no API key": (
        "from portkey_ai import Portkey\nPortkey()",
        "PortkeyError",
        ("no API key", "PORTKEY_API_KEY", "api_key=", "base_url='http://127.0.0.1:8790/v1'"),
    ),
    "a misspelt option": (
        "from portkey_ai import Portkey\nPortkey(baseurl=BASE)",
        "TypeError",
        ("'baseurl'", "did you mean 'base_url'?"),
    ),
    "a base URL without a scheme": (
        "from portkey_ai import Portkey\nPortkey(base_url='127.0.0.1:8790/v1')",
        "PortkeyError",
        ("'127.0.0.1:8790/v1'", "write it like https://api.portkey.ai/v1 or http://127.0.0.1:8790/v1"),
    ),
    "a base URL without /v1": (
        f"from portkey_ai import Portkey\nportkey = Portkey(base_url=BASE.removesuffix('/v1'))\n{GREET}",
        "NotFoundError",
        ("There is nothing at", "The API lies under /v1", "/ui"),
    ),
    "nobody serves": (
        f"from portkey_ai import Portkey\nportkey = Portkey(base_url='http://127.0.0.1:9/v1', max_retries=0)\n{GREET}",
        "APIConnectionError",
        ("refused", "http://127.0.0.1:9/v1/prompts", "Is the base URL right?"),
    ),
    "a misspelt prompt": (
        HERE + "portkey.prompts.render(prompt_id='pp-greting', variables={})",
        "NotFoundError",
        ("`pp-greting` does not exist", "Known: `pp-greeting`"),
    ),
    "a label that no version bears": (
        HERE + "portkey.prompts.render(prompt_id='pp-greeting@prod', variables={})",
        "NotFoundError",
        ("the label `prod`", "borne: `production`"),
    ),
    "variables that are no mapping": (
        HERE + "portkey.prompts.render(prompt_id='pp-greeting', variables='Ada')",
        "TypeError",
        ("`variables` must be a mapping of names to values, not str",),
    ),
    "a variable that is no JSON": (
        "import datetime\n" + HERE + "portkey.prompts.render(prompt_id='pp-greeting', "
        "variables={'name': datetime.date(2026, 1, 1)})",
        "TypeError",
        ("`variables.name` is a date", "pass text, a number, a list, a dict or None"),
    ),
    "a misspelt variable": (
        HERE + "portkey.prompts.render(prompt_id='pp-greeting', variables={'nme': 'Ada'}, missing='error')",
        "MissingVariablesError",
        ("not given: name", "Add to `variables`"),
    ),
    "a setting of another kind": (
        HERE + "portkey.prompts.completions(prompt_id='pp-greeting', variables={}, temperature='hot')",
        "BadRequestError",
        ("`temperature` must be a number or null, not a string",),
    ),
    "a field that an answer does not have": (
        HERE + "portkey.prompts.completions(prompt_id='pp-greeting', variables={'name': 'Ada'}).content",
        "AttributeError",
        ("PromptCompletion has no field 'content'", "it holds", "choices"),
    ),
    "an answer where there is a stream": (
        HERE + "portkey.prompts.completions(prompt_id='pp-greeting', variables={'name': 'Ada'}, stream=True).choices",
        "AttributeError",
        ("'Stream' object has no attribute 'choices'", "iterate its chunks, or ask get_final_completion()"),
    ),
    "an upstream that is not there": (
        HERE + "portkey.prompts.completions(prompt_id='pp-greeting', variables={}, virtual_key='openai')",
        "NotFoundError",
        ("`openai` does not exist", "Known: `echo`", "portkey-local.toml"),
    ),
    "a malformed template": (
        HERE + "portkey.prompts.create(name='x', collection_id='default', parameters={}, string='Hello {{name')",
        "BadRequestError",
        ("`string` is malformed: line 1, column 7", "expected '}}'"),
    ),
    "a field left out": (
        HERE + "portkey.prompts.create(name='x', string='Hello')",
        "TypeError",
        ("needs collection_id, parameters", "pass collection_id="),
    ),
    "frozen without a lock file": (
        "from portkey_ai import Portkey, PromptSource\nPortkey(prompts=PromptSource(frozen=True))",
        "PortkeyError",
        ("`frozen` needs a lock file", "lock='prompts.lock'", "portkey-prompts lock"),
    ),
    "a path in the place of a source": (
        "from portkey_ai import Portkey\nPortkey(base_url=BASE, prompts='prompts.lock')",
        "PortkeyError",
        ("`prompts` must be a PromptSource, such as PromptSource(lock='prompts.lock')",),
    ),
    "a fallback without references": (
        "from portkey_ai import PromptSource\nPromptSource(fallback=['Hello'])",
        "PortkeyError",
        ("`fallback` must be prompts by reference", "not list"),
    ),
    "a disk by an empty variable": (
        "import os\nfrom portkey_ai import PromptSource\nPromptSource(disk=os.environ.get('NOT_SET', ''))",
        "PortkeyError",
        ("`disk` must name a folder", "not ''"),
    ),
    "a lock file that is opened": (
        "from portkey_ai import PromptSource\nPromptSource(lock=open('/dev/null'))",
        "PortkeyError",
        ("`lock` must be a lock file, such as 'prompts.lock'",),
    ),
    "a fallback that is no prompt": (
        "from portkey_ai import Portkey, PromptSource\n"
        "source = PromptSource(fallback={'pp-none': 5})\n"
        "Portkey(base_url=BASE, prompts=source).prompts.render(prompt_id='pp-none', variables={})",
        "PortkeyError",
        ("The fallback of 'pp-none' must be a text, messages or a prompt, not 5",),
    ),
    "a key with what came along when it was copied": (
        "from portkey_ai import Portkey\nPortkey(base_url=BASE, api_key='pk\\n').prompts.list()",
        "PortkeyError",
        ("`api_key` holds a character", "copied"),
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_an_app_is_told(app: Run, mistake: str) -> None:
    program, kind, words = MISTAKES[mistake]
    told = app(program)
    assert (told.code, told.last.partition(":")[0].rpartition(".")[2]) == (1, kind), told.err
    assert [word for word in words if word not in told.last] == [], told.last


MISSING: dict[str, tuple[tuple[str, ...], str, str]] = {
    "the server": (("starlette", "uvicorn"), "from portkey_local import LocalServer", "local"),
    "PostgreSQL": (
        ("psycopg",),
        "from portkey_local import LocalServer\nLocalServer(database='postgresql+psycopg://x@127.0.0.1/y').start()",
        "postgres",
    ),
    "telemetry": (
        ("opentelemetry",),
        "from portkey_ai import Portkey\nPortkey(base_url='http://127.0.0.1:9/v1', telemetry=True)",
        "otel",
    ),
    "a model": (
        ("xllamacpp",),
        "from pathlib import Path\nPath('m.gguf').touch()\nfrom portkey_local import LocalServer\n"
        "LocalServer(upstreams={'m': {'kind': 'llama', 'path': 'm.gguf'}}).start()",
        "model",
    ),
}


@pytest.mark.parametrize("what", MISSING)
def test_a_missing_extra_is_named_without_a_chain_of_errors(run: Run, what: str) -> None:
    missing, program, extra = MISSING[what]
    hidden = f"import importlib.util as u, sys\nfind = u.find_spec\nMISSING = {missing!r}\n" + (
        "for name in MISSING: sys.modules[name] = None\n"
        "u.find_spec = lambda name, *more: None if name in MISSING else find(name, *more)\n"
    )
    told = run(sys.executable, "-c", hidden + program)
    assert told.code == 1
    assert f"pip install 'portkey-prompts[{extra}]'" in told.last
    assert "During handling" not in told.err
    assert "direct cause" not in told.err
