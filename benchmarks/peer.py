"""What an app with langfuse writes; its cache lasts, and its tracing is off."""

from langfuse import Langfuse  # type: ignore[import-not-found, unused-ignore]  # has an environment of its own

from benchmarks.clock import Block, timed
from benchmarks.long_template import LONG, VARIABLES, orders_text, rendered
from benchmarks.workload import API_KEY, check


def long_template(base_url: str) -> Block:
    """Get the long template from the cache, and fill it; the loop is the app's."""
    root = base_url.removesuffix("/v1")
    client = Langfuse(public_key=API_KEY, secret_key=API_KEY, base_url=root, tracing_enabled=False)

    def call() -> str:
        prompt = client.get_prompt(LONG, cache_ttl_seconds=3600)
        return str(prompt.compile(**{**VARIABLES, "orders": orders_text(VARIABLES["orders"])}))

    check(call(), rendered())
    return timed(call)
