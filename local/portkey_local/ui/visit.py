"""One visit to the page: what came with it, and what answers it."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Receive, Scope

from portkey_local.access.keyring import Caller
from portkey_local.errors import BadRequestError
from portkey_local.http.calls import whole_body
from portkey_local.http.json import read_json

from . import charts, drafts
from .desk import Desk
from .drafts import Form

PREFIX = "/ui"
_MOST_FIELDS = 10_000


class Visit:
    """One request to the page.

    Args:
        desk: What it is answered with.
        scope: The request's scope.
        receive: Brings its body.
    """

    def __init__(self, desk: Desk, scope: Scope, receive: Receive) -> None:
        self.desk = desk
        self.scope = scope
        self.path: dict[str, str] = {}
        self.query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        self.headers: Headers = scope["state"]["headers"]
        self.caller = Caller(None, frozenset())
        self.by_script = self.headers.get("content-type", "").startswith("application/json")
        """Whether the page's script sent it: it is answered with a piece of a page."""
        self._receive = receive

    async def enter(self, key: str | None = None) -> None:
        """Note whose visit it is, by a key that was typed, else by the session's.

        Raises:
            UnauthorizedError: A key is needed, and there is none, or none that is valid any more.
        """
        key = key or self.desk.sessions.key(self.headers)
        self.caller = await self.desk.keyring.caller(Headers({"x-portkey-api-key": key} if key else {}))
        self.scope["state"]["caller"] = self.caller

    async def form(self) -> Form:
        """Read the form that was sent: by a browser, or by the page's script, which escapes less.

        Raises:
            BadRequestError: It is none.
            TooLargeError: It is larger than a body may be.
        """
        limits = self.desk.parts.limits
        raw = await whole_body(self.scope["state"], self._receive, limits.body)
        try:
            if self.by_script:
                sent = await self.desk.worker.do(read_json, raw, values=limits.values, names=limits.names)
                return Form(msgspec.convert(sent, list[tuple[str, str]]), limits)
            return Form(parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS), limits)
        except (ValueError, msgspec.ValidationError) as error:
            raise BadRequestError("The form can't be read.") from error

    async def call(self, operation_id: str, *, path: dict[str, str] | None = None, **parts: Any) -> Any:
        """Call an operation of the contract as the visitor, about what the visit's path names."""
        return await self.desk.call(self.caller, operation_id, self.path | (path or {}), **parts)

    def show(self, name: str, status: int = 200, **values: Any) -> Response:
        """Answer with a page, or a piece of one."""
        values |= {"scopes": self.caller.scopes, "key_id": self.caller.key_id, "here": self.scope["path"]}
        return HTMLResponse(_templates().get_template(name).render(values), status)


def go(path: str, cookie: str = "") -> Response:
    """Send a browser on to a path below `/ui`."""
    return RedirectResponse(PREFIX + path, 303, {"set-cookie": cookie} if cookie else {})


@cache
def assets() -> dict[str, bytes]:
    """Read the files that pages ask for, by name."""
    folder = files("portkey_local.ui") / "static"
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}


def _asset(name: str) -> str:
    """Return a file's address, which is another one as soon as the file is."""
    return f"{PREFIX}/static/{name}?{hashlib.sha256(assets()[name]).hexdigest()[:12]}"


@cache
def _templates() -> Environment:
    loader = PackageLoader("portkey_local.ui")
    made = Environment(autoescape=True, loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.globals |= {"asset": _asset, "ui": PREFIX, "roles": drafts.ROLES, "shown": drafts.MOST}
    made.filters |= {"day": _day, "ms": charts.milliseconds, "json": drafts.shown}
    return made


def _day(stamp: str) -> str:
    """Shorten a time stamp to what people read: `2026-11-29 12:40`."""
    return stamp[:16].replace("T", " ")
