"""A server with the prompt that the interface's programs use, and what they print then.

python tests/whole/seed_server.py       prints its URL and serves until its input ends
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from portkey_local import LocalServer

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION_IDS = ["0b4a7c1e-2d53-4c5f-9a52-7e0b8f3f6d01", "0b4a7c1e-2d53-4c5f-9a52-7e0b8f3f6d02"]
SYNC_OUTPUT = [
    "Rendered prompt: Dear Alice: AI!",
    "Response: Dear Alice: AI!",
    f"Available versions: {VERSION_IDS[::-1]}",
    "Version details: Dear {{name}}: {{topic}}!",
    "Dear Alice: AI!",
]


@contextmanager
def seed_server(*arguments: str) -> Iterator[LocalServer]:
    """Serve what the programs of the interface ask for; arguments are `LocalServer`'s."""
    with LocalServer(*arguments, upstreams={"VIRTUAL_KEY": "echo"}) as server:
        server.add_prompt(
            slug="template_123",
            versions=[
                {"string": "Tell {{name}} about {{topic}}.", "id": VERSION_IDS[0]},
                {"string": '[{"role": "user", "content": "Dear {{name}}: {{topic}}!"}]', "id": VERSION_IDS[1]},
            ],
        )
        yield server


if __name__ == "__main__":
    with seed_server() as started:
        print(started.base_url, flush=True)
        print(*SYNC_OUTPUT, sep="\n", flush=True)
        sys.stdin.read()
