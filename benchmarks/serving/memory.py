"""Whether the server's memory stays as it is over many renders."""

from collections.abc import Iterator

from benchmarks.serving import contents, servers
from benchmarks.serving.load import burst, varying

PROMPTS, VERSIONS = 100, 3
STEP = 10_000


def megabytes(requests: int) -> Iterator[tuple[int, float]]:
    """Render many prompts, versions and variables, and yield the memory after each ten thousand requests."""
    with servers.ours("temporary") as server:
        references = []
        for number in range(PROMPTS):
            body = {"name": f"prompt {number}", "collection_id": "default", "string": contents.SMALL, "parameters": {}}
            slug = server.call("POST", "/prompts", body)["slug"]
            for version in range(2, VERSIONS + 1):
                server.call("PUT", f"/prompts/{slug}", {"string": f"{version}: {contents.SMALL}", "parameters": {}})
            references += [slug, f"{slug}@latest", *(f"{slug}@{version}" for version in range(1, VERSIONS + 1))]
        script = varying([f"/prompts/{reference}/render" for reference in references], "/v1")
        yield 0, server.megabytes()
        done, step = 0, STEP
        while done < requests:
            done += burst(server, script, 16, 1).requests
            if done >= step:
                yield done, server.megabytes()
                step = (done // STEP + 1) * STEP
