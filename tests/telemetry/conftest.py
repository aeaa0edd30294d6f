"""What the tests of telemetry share: an app's SDK that keeps its spans in memory, a server, and its prompts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from portkey_ai import AsyncPortkey, Portkey
from portkey_local import LocalServer

CHAT = '[{"role": "user", "content": "Hello {{name}}"}]'
_EXPORTER = InMemorySpanExporter()


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what the environment of whoever runs the tests would decide."""
    for name in list(os.environ):
        if name.startswith(("PORTKEY_", "OTEL_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def provider() -> TracerProvider:
    """The app's SDK: a process has one, set once."""
    made = TracerProvider()
    made.add_span_processor(SimpleSpanProcessor(_EXPORTER))
    trace.set_tracer_provider(made)
    return made


@pytest.fixture
def spans(provider: TracerProvider) -> Iterator[InMemorySpanExporter]:
    """The spans that have ended during a test."""
    _EXPORTER.clear()
    yield _EXPORTER
    _EXPORTER.clear()


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> type[Any]:
    """Which kind of client: every test that asks for it runs twice."""
    return Portkey if request.param == "sync" else AsyncPortkey


@pytest.fixture
def server() -> Iterator[LocalServer]:
    """A server whose only upstream echoes, with one prompt of two versions."""
    with LocalServer() as running:
        running.add_prompt(slug="greeting", versions=[{"string": CHAT, "model": "small"}] * 2, labels={"production": 2})
        yield running
