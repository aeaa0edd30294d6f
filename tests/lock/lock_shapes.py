"""Prompts and partials as the service answers them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from portkey_prompts.lock import LockedPrompt, LockFile, lock_prompt

CHAT = json.dumps(
    [
        {"role": "system", "content": "{{>pp-tone}}\nYou are Ünal 🙂.\r\nBe exact."},
        {"role": "user", "content": [{"type": "text", "text": "Hello {{name}}"}]},
    ],
    ensure_ascii=False,
    separators=(",", ":"),
)
TONE = {"slug": "pp-tone", "version": 3, "string": "Be kind.\nBe brief."}


def detail(string: str | None = CHAT, **fields: Any) -> dict[str, Any]:
    """A version as `retrievePrompt` answers it."""
    return {
        "id": "0b6e1f5e-0000-4000-8000-000000000000",
        "slug": "pp-greeting",
        "name": "Greeting",
        "prompt_version": 12,
        "prompt_version_id": "7a1c2f00-0000-4000-8000-000000000012",
        "prompt_version_labels": [],
        "string": string,
        "parameters": {"temperature": 0, "city": "Ulm"},
        "tools": None,
        "functions": None,
        "tool_choice": None,
        "template_metadata": {"template_type": "chat"},
        "is_raw_template": 0,
        "model": "gpt-4",
        "virtual_key": None,
        **fields,
    }


def text_prompt(string: str, reference: str = "pp-text", **partials: dict[str, Any] | None) -> LockedPrompt:
    """Lock a text prompt; `partials` by slug, with `_` for `-`."""
    known = {name.replace("_", "-"): record for name, record in partials.items()}
    return lock_prompt(reference, detail(string, template_metadata={}), known)


def greeting(reference: str = "pp-greeting@production") -> LockedPrompt:
    return lock_prompt(reference, detail(), {"pp-tone": TONE})


def two() -> LockFile:
    return LockFile.of([greeting(), text_prompt("Route {{where}}.", "pp-router")])


@contextmanager
def nobody_special() -> Iterator[None]:
    """Give up the rights of root, which may write everywhere."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
