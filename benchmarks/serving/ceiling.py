"""The same framework answering a constant: starlette on uvicorn, uvloop and httptools.

Run as `python -m benchmarks.serving.ceiling PORT FILE`: answers the file's bytes to every render.
"""

import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def main() -> None:
    """Serve until a signal comes."""
    constant = Path(sys.argv[2]).read_bytes()

    async def answer(request: Request) -> Response:
        await request.body()
        return Response(constant, media_type="application/json")

    render = Route("/v1/prompts/{prompt_id}/render", answer, methods=["POST"])
    app = Starlette(routes=[render, Route("/v1/healthz", answer)])
    uvicorn.run(app, port=int(sys.argv[1]), loop="uvloop", http="httptools", access_log=False, log_level="error")


if __name__ == "__main__":
    main()
