"""Tables: within a terminal's width, whole in a pipe, in line whatever the letters are."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_process import on_terminal, piped
from rich.cells import cell_len

from portkey_ai import Portkey
from portkey_local import LocalServer
from portkey_local.store import runs

SLUG = "pp-customer-support-greeting-of-a-long-name"
NAME = "Kundenbegrüßung 👋 für 日本語のお客様 mit einem langen Namen"
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture
def there(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A service with long and wide names, and runs; as the environment that names it and its database."""
    database = f"sqlite:///{tmp_path}/portkey.db"
    with LocalServer(database) as server, Portkey(base_url=server.base_url) as portkey:
        version = {"string": "Hello {{name}}", "virtual_key": "echo", "model": "a-model-of-a-long-name-2026-11-29"}
        server.add_prompt(slug=SLUG, name=NAME, versions=[version], labels={"production": 1})
        portkey.labels.create(name="beta", description=f"Für {NAME[:20]}")
        portkey.prompts.partials.create(name=NAME, string="x")
        portkey.collections.create(name=NAME)
        portkey.prompts.completions(prompt_id=SLUG, variables={"name": "word " * 3000})
        until = time.monotonic() + 60
        while not server._running().store.read_now(runs.latest, runs.Choice(), 1):  # it is written behind the answer
            assert time.monotonic() < until
            time.sleep(0.02)
        yield {"PORTKEY_BASE_URL": server.base_url, "PORTKEY_DATABASE": database}


TABLES = [
    ["list"],
    ["versions", SLUG],
    ["runs"],
    ["runs", "--by-version"],
    ["labels", "list"],
    ["partials", "list"],
    ["collections", "list"],
    ["status"],
    ["settings"],
]


@pytest.mark.parametrize("arguments", TABLES, ids=" ".join)
def test_a_table_fits_a_terminal_of_80_columns_and_loses_nothing(there: dict[str, str], arguments: list[str]) -> None:
    shown = on_terminal(*arguments, columns=80, NO_COLOR="1", **there)
    assert shown.code == 0
    assert "\x1b" not in shown.text
    assert max(cell_len(line) for line in shown.text.splitlines()) <= 80
    whole = piped(*arguments, **there)
    assert letters(shown.text) == letters(whole.stdout + whole.stderr), shown.text  # folded, and nothing cut


def letters(text: str) -> Counter[str]:
    return Counter("".join(text.replace("─", "").split()))


@pytest.mark.parametrize("arguments", TABLES, ids=" ".join)
def test_a_table_in_a_pipe_is_a_line_a_row_whatever_columns_says(there: dict[str, str], arguments: list[str]) -> None:
    one, other = (piped(*arguments, COLUMNS=columns, **there) for columns in ("20", "200"))
    assert (one.returncode, one.stdout) == (0, other.stdout)
    assert not ESCAPE.search(one.stdout)
    heads = re.finditer(r"\S+(?: \S+)*", one.stdout.splitlines()[0])
    rows = [line for line in one.stdout.splitlines()[1:] if all(cell_len(cell) <= 60 for cell in re.split("  +", line))]
    assert rows or arguments == ["status"]  # whose files have longer names
    for head in heads:  # each column begins in the same cell of every row
        for row in rows:
            before = ""
            for letter in row:
                if cell_len(before) >= head.start():
                    break
                before += letter
            assert cell_len(before) in (head.start(), cell_len(row)), (head[0], row)
            assert before[-1:] in ("", " ") or cell_len(before) < head.start(), (head[0], row)
