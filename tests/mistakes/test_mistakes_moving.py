"""Whoever comes from the official SDK: what is not here says what to write in its place."""

from __future__ import annotations

import pytest
from told import Run

HERE = "from portkey_ai import Portkey\nportkey = Portkey(base_url=BASE)\n"
MISTAKES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "a chat without a prompt": (
        HERE + "portkey.chat.completions.create(messages=[], model='m')",
        "AttributeError",
        ("Portkey has prompts only, and no `chat`", "`portkey.openai().chat`", "pip install openai"),
    ),
    "embeddings, async": (
        "from portkey_ai import AsyncPortkey\nAsyncPortkey(base_url=BASE).embeddings",
        "AttributeError",
        ("AsyncPortkey has prompts only", "`portkey.openai().embeddings`", "openai.AsyncOpenAI("),
    ),
    "models": (HERE + "portkey.models.list()", "AttributeError", ("`portkey.openai().models`",)),
    "images": (HERE + "portkey.images.generate(prompt='x')", "AttributeError", ("`portkey.openai().images`",)),
    "files": (HERE + "portkey.files.list()", "AttributeError", ("`portkey.openai().files`",)),
    "OpenAI's client inside": (HERE + "portkey.openai_client.chat", "AttributeError", ("`portkey.openai()`",)),
    "OpenAI's client, not installed": (
        "import sys\nsys.modules['openai'] = None\n" + HERE + "portkey.openai()",
        "PortkeyError",
        ("OpenAI's client can't be imported", "pip install openai"),
    ),
    "feedback": (HERE + "portkey.feedback.create(trace_id='x', value=1)", "AttributeError", ("httpx.get(",)),
    "logs": (HERE + "portkey.logs", "AttributeError", ("Portkey has prompts only, and no `logs`", "httpx.get(")),
    "virtual keys": (HERE + "portkey.virtual_keys.list()", "AttributeError", ("no `virtual_keys`", "createHeaders(")),
    "a path of one's own": (HERE + "portkey.get('/configs')", "AttributeError", ("no `get`", "PORTKEY_GATEWAY_URL")),
    "another client's http client": (
        "import httpx\nfrom portkey_ai import Portkey\nPortkey(base_url=BASE, http_client=httpx.AsyncClient())",
        "TypeError",
        ("http_client of a Portkey must be an httpx.Client, not httpx.AsyncClient",),
    ),
    "an option that there is not": (
        "from portkey_ai import Portkey\nPortkey(base_url=BASE, virtualkey='x')",
        "TypeError",
        ("'virtualkey'", "did you mean 'virtual_key'?"),
    ),
    "a misspelt error": (
        "from portkey_ai import errors\nerrors.RateLimitErr",
        "AttributeError",
        ("'RateLimitErr'", "'RateLimitError'"),
    ),
    "a field of an answer": (
        HERE + "portkey.prompts.retrieve('pp-greeting').nmae",
        "AttributeError",
        ("PromptDetail has no field 'nmae'", "did you mean 'name'?"),
    ),
    "a version by label and no id": (
        HERE + "portkey.prompts.versions.update('pp-greeting', 1, label='production')",
        "TypeError",
        ("needs label_id", "pass label_id="),
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_whoever_moves_over_is_told(app: Run, mistake: str) -> None:
    program, kind, words = MISTAKES[mistake]
    told = app(program)
    assert (told.code, told.last.partition(":")[0].rpartition(".")[2]) == (1, kind), told.err
    assert [word for word in words if word not in told.last] == [], told.last


def test_what_still_works_says_what_took_its_place(app: Run) -> None:
    told = app(f"{HERE}portkey.generations.create(prompt_id='pp-greeting', variables={{'name': 'Ada'}})")
    assert told.code == 0
    assert "generations.create() is deprecated: use prompts.completions()" in told.err
