"""The server as a program, on a database in which there is something to find, with an API key."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from portkey_local.api_keys import SCOPES, ApiKey
from portkey_local.config import LocalLimits
from portkey_local.prompts.content import ContentReader
from portkey_local.seeding import PromptPlan, seed_partial, seed_prompt
from portkey_local.store import Store, keys

PROGRAM = "import sys; from portkey_local import program; sys.exit(program.serve(database=sys.argv[1], port=0))"
GREETINGS = (
    {
        "id": "00000000-0000-4000-8000-0000000000a1",
        "string": "Hi {{name}}. {{>pp-tone}}",
        "parameters": {"temperature": 1, "name": "you"},
    },
    {"id": "00000000-0000-4000-8000-0000000000a2", "string": "Hello {{#names}}{{.}}{{/names}}{{^names}}you{{/names}}"},
)
CHAT = '[{"role": "user", "content": "Tell {{name}} about {{topic}}."}]'


class Target(NamedTuple):
    """A server that is ready."""

    base_url: str
    key: str


def make_key(store: Store) -> str:
    """Make an API key that may do everything, so that every request needs it from then on."""
    key = ApiKey.new()
    store.write_now(keys.create, key, list(SCOPES))
    return key.text


def seed(store: Store) -> None:
    """Put into the database what `schemathesis.toml` names."""
    author = ContentReader(LocalLimits())
    for slug in ("pp-tone", "pp-doomed"):
        store.write_now(seed_partial, slug, ["Be kind to {{name}}.", "Be very kind."], None, 1, author)
    versions = {
        "pp-greeting": [{**version, "virtual_key": "echo"} for version in GREETINGS],
        "pp-chat": [{"string": CHAT, "virtual_key": "echo"}],
        "pp-doomed": ["x"],
    }
    for slug, contents in versions.items():
        labels = {"production": 1} if slug == "pp-greeting" else {}
        plan = PromptPlan(slug=slug, versions=contents, name=None, labels=labels, published=None, collection_id=None)
        store.write_now(seed_prompt, plan, author)


@contextmanager
def serving(database: str) -> Iterator[Target]:
    """Run the server on an empty database until the block is left; it must end in peace."""
    store = Store(database)
    try:
        seed(store)
        key = make_key(store)
    finally:
        store.close()
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM, database],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        assert process.stdout is not None
        yield Target(process.stdout.readline().split()[-1], key)
        assert process.poll() is None, "the server is gone"
        process.terminate()
        _, errors = process.communicate(timeout=120)
        assert (process.returncode, errors) == (0, "")
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
