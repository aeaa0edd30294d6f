"""One request of a browser: whose it is, its form, and calls of the API with its key."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope

from portkey_local.access.keyring import Caller
from portkey_local.errors import BadRequestError
from portkey_local.http.calls import whole_body
from portkey_local.http.form import fields_in
from portkey_local.json import read_json
from portkey_openapi.contract import API_KEY_HEADER

from .backend import Backend
from .forms import Form
from .html import templates
from .sessions import Sessions


class PageRequest:
    """One request to the page.

    Args:
        backend: What it is answered with.
        sessions: Who is signed in.
        scope: The request's scope.
        receive: Brings its body.
    """

    def __init__(self, backend: Backend, sessions: Sessions, scope: Scope, receive: Receive) -> None:
        self.backend = backend
        self.limits = backend.parts.limits
        self.sessions = sessions
        self.scope = scope
        self.path: dict[str, str] = {}
        self.query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        self.headers: Headers = scope["state"]["headers"]
        self.caller = Caller(None, frozenset())
        self.by_script = self.headers.get("content-type", "").startswith("application/json")
        """Whether the page's script sent it: it is answered with a piece of a page."""
        self._receive = receive

    async def enter(self, key: str | None = None) -> None:
        """Note whose request it is, by a key that was typed, else by the session's.

        Raises:
            UnauthorizedError: A key is needed, and there is none, or none that is valid any more.
        """
        key = (key or self.sessions.key(self.headers) or "").encode().decode("latin-1")  # as a header brings it
        self.caller = await self.backend.keyring.caller(Headers({API_KEY_HEADER: key} if key else {}))
        self.scope["state"]["caller"] = self.caller

    async def form(self) -> Form:
        """Read the form that was sent: by a browser, or by the page's script, which escapes less.

        Raises:
            BadRequestError: It is none.
            TooLargeError: It is larger than a body may be.
        """
        raw = await whole_body(self.scope["state"], self._receive, self.limits.body)
        try:
            return Form(await self.backend.worker.do(self._fields, raw), self.limits)
        except (ValueError, msgspec.ValidationError) as error:
            raise BadRequestError("The form can't be read.") from error

    def _fields(self, raw: bytes) -> list[tuple[str, str]]:
        if not self.by_script:
            return fields_in(raw)
        sent = read_json(raw, values=self.limits.values, names=self.limits.names)
        return msgspec.convert(sent, list[tuple[str, str]])

    async def call(self, operation_id: str, *, path: dict[str, str] | None = None, **parts: Any) -> Any:
        """Call an operation of the contract with the visitor's key, for what the request's path names."""
        return await self.backend.call(self.caller, operation_id, self.path | (path or {}), **parts)

    def show(self, name: str, status: int = 200, **values: Any) -> Response:
        """Answer with a page, or a piece of one."""
        values |= {"scopes": self.caller.scopes, "key_id": self.caller.key_id, "here": self.scope["path"]}
        return HTMLResponse(templates().get_template(name).render(values), status)
