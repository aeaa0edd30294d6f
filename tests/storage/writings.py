"""Calls on a server that a test makes, in short."""

from __future__ import annotations

from typing import Any

import httpx
from checked_client import CheckedClient


def new_prompt(api: CheckedClient, text: str = "first") -> dict[str, Any]:
    """Make a prompt and return its ids."""
    body = {"name": "Kept", "collection_id": "default", "string": text, "parameters": {}}
    response = api.post("/prompts", json=body)
    assert response.status_code == 200, response.text
    return dict(response.json())


def add_version(api: CheckedClient, slug: str, text: str) -> httpx.Response:
    """Add a version to a prompt."""
    return api.put(f"/prompts/{slug}", json={"string": text})


def rendered(api: CheckedClient, reference: str) -> str:
    """Return what a prompt without variables renders to."""
    response = api.post(f"/prompts/{reference}/render", json={"variables": {}})
    assert response.status_code == 200, response.text
    return str(response.json()["data"]["prompt"])


def texts(api: CheckedClient, slug: str) -> list[str]:
    """Return the templates of a prompt, version 1 first."""
    return [each["prompt_template"] for each in reversed(api.get(f"/prompts/{slug}/versions").json()["data"])]
