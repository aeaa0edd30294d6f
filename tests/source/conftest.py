"""One body for both clients, on a service that can fail."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from flaky_service import FlakyService
from source_steps import Make

from portkey_ai import AsyncPortkey, Portkey, PromptSource
from portkey_local import LocalServer


@pytest.fixture
def server() -> Iterator[LocalServer]:
    """Serve two prompts and a partial."""
    with LocalServer() as server:
        server.add_partial(slug="pp-tone", versions=["Be kind to {{name}}."])
        server.add_prompt(
            slug="pp-greeting",
            versions=["Hi {{name}}. {{>pp-tone}}", "Hello {{name}}. {{>pp-tone}}"],
            labels={"production": 1},
        )
        server.add_prompt(slug="pp-other", versions=["Another one, {{name}}."])
        yield server


@pytest.fixture
def service(server: LocalServer) -> Iterator[FlakyService]:
    service = FlakyService(server.base_url)
    yield service
    service.stop()


@pytest.fixture(params=["sync", "async"])
async def make(request: pytest.FixtureRequest, service: FlakyService) -> AsyncIterator[Make]:
    """Make clients with a source, of either kind; they are closed at the end."""
    async with AsyncExitStack() as stack:

        def maker(client: dict[str, Any] | None = None, **source: Any) -> Any:
            options = {"base_url": service.base_url, "max_retries": 0, **(client or {})}
            if request.param == "sync":
                made = Portkey(prompts=PromptSource(**source), **options)
                stack.callback(made.close)
                return made
            other = AsyncPortkey(prompts=PromptSource(**source), **options)
            stack.push_async_callback(other.aclose)
            return other

        yield maker
