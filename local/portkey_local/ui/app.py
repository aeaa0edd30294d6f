"""The application under `/ui`: who is let in, which view answers a path, and the headers of every answer."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from portkey_local.access.entrance import Entrance
from portkey_local.errors import (
    ApiError,
    ForbiddenError,
    MethodNotAllowedError,
    NotFoundError,
    UnauthorizedError,
    UpstreamError,
)
from portkey_local.parts import Parts
from portkey_prompts.errors import quoted

from .backend import Backend
from .html import PREFIX, assets, go
from .request import PageRequest
from .sessions import Sessions
from .views import VIEWS, View

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = [
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),  # with `no-referrer` a browser's forms would bear no origin
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_FOR_EVER = {"cache-control": "private, max-age=31536000, immutable"}


class PageApp:
    """Answer what lies under `/ui`, for browsers on this server's own pages and nobody else."""

    def __init__(self, parts: Parts, entrance: Entrance) -> None:
        self._backend = Backend(parts, entrance.keyring)
        self._sessions = Sessions()
        self._entrance = entrance
        self._routes = [(compile_path(PREFIX + path)[0], method, view) for (method, path), view in VIEWS.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def guarded(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                has_cache = any(name == b"cache-control" for name, _ in message["headers"])
                kept = [] if has_cache else [(b"cache-control", b"no-store")]
                message["headers"] = [*message["headers"], *_HEADERS, *kept]
            await send(message)

        request = PageRequest(self._backend, self._sessions, scope, receive)
        try:
            answer = await self._answer(request)
            await answer(scope, receive, guarded)
        except (ApiError, UpstreamError) as error:
            if "status" in scope["state"]:
                raise
            if error.status >= ApiError.status:
                scope["state"]["error"] = str(error)
            await _refusal(request, error)(scope, receive, guarded)

    async def _answer(self, request: PageRequest) -> ASGIApp:
        path, method = request.scope["path"], request.scope["method"].replace("HEAD", "GET")
        self._check_origin(request, changes=method != "GET")
        if path.startswith(f"{PREFIX}/static/"):
            return _static(path.rpartition("/")[2])
        methods: dict[str, View] = {}
        for pattern, allowed, view in self._routes:
            if found := pattern.fullmatch(path):
                methods[allowed], request.path = view, found.groupdict()
        if not methods:
            raise NotFoundError(f"There is no page at {quoted(path)}.")
        if method not in methods:
            raise MethodNotAllowedError("This can't be done here.", headers={"allow": ", ".join(methods)})
        request.scope["path_params"] = request.path
        if path != f"{PREFIX}/login":
            await request.enter()
        return await methods[method](request)

    def _check_origin(self, request: PageRequest, *, changes: bool) -> None:
        """Refuse what another page sends, and a change of which no browser says where it comes from.

        Raises:
            ForbiddenError: The origin is another one, or there is none.
        """
        self._entrance.check_host(request.headers)
        origins = request.headers.getlist("origin")
        # A proxy in front may end TLS, so the scheme is not compared; the cookie is never sent across schemes.
        if any(urlsplit(each).netloc.lower() != request.headers.get("host", "").lower() for each in origins):
            raise ForbiddenError("Other web pages have no way in here.")
        if changes and not origins:
            raise ForbiddenError("Changes are taken from a browser on this page alone; programs call the API.")


def _refusal(request: PageRequest, error: ApiError | UpstreamError) -> Response:
    message = error.message if isinstance(error, ApiError) else str(error.error["message"])
    is_signed_out = isinstance(error, UnauthorizedError)
    if is_signed_out and not request.by_script:
        wanted = request.scope["path"] if request.scope["method"] == "GET" else PREFIX
        return go(f"/login?next={quote(wanted, safe='')}")
    if is_signed_out:
        message = "The session is over: sign in again, in another tab."
    response = request.show("_problem.html" if request.by_script else "error.html", error.status, message=message)
    response.headers.update(error.headers)
    return response


def _static(name: str) -> Response:
    if name not in assets():
        raise NotFoundError(f"There is no file {quoted(name)}.")
    return Response(assets()[name], headers=_FOR_EVER, media_type=_TYPES[name.rpartition(".")[2]])
