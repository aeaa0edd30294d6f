"""What pages read and change: the API's operations, called as a client would, and prompts tried before saving."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from attrs import evolve, frozen
from starlette.types import ASGIApp, Receive, Scope, Send

from portkey_local.access.keyring import Caller, Keyring
from portkey_local.http.calls import Call, Reader
from portkey_local.http.entity import Entity
from portkey_local.http.request import RequestHeaders
from portkey_local.json import read_stepwise, size_of, to_json
from portkey_local.operations import HANDLERS
from portkey_local.parts import Parts
from portkey_local.prompts.cache import ReadyVersion, ResolvedPrompt
from portkey_local.runs.record import RunRecord
from portkey_local.runs.run import prepare
from portkey_local.worker import Worker
from portkey_prompts.inputs import Input, inputs_of
from portkey_prompts.rendering import Rendered, StoredPrompt, content_fields
from portkey_prompts.templates import TemplateError

from .forms import merged

_NO_HEADERS: Scope = {"headers": []}
"""The headers of a call: none, since what a browser sends is not meant for a prompt or its provider."""
_MOST_NAMES = 5_000
_NO_VERSION = {"prompt_id": "", "slug": "", "id": "", "number": 0}


@frozen
class Draft:
    """A prompt to try, stored or only typed, with the variables that it is tried with."""

    resolved: ResolvedPrompt
    variables: Mapping[str, Any]
    reference: str
    """What it is called in a run's record."""
    is_stored: bool
    """Whether it is a stored version, with nothing typed over it."""

    @property
    def partials(self) -> dict[str, str]:
        """The texts of its partials that there are, by reference."""
        return {name: each.template.text for name, each in self.resolved.partials.items() if each is not None}


class Backend:
    """Answer what pages ask for, within the server's limits.

    Args:
        parts: What the handlers work with.
        keyring: Tells whose a key is.
    """

    def __init__(self, parts: Parts, keyring: Keyring) -> None:
        self.parts = parts
        self.keyring = keyring
        self.worker = Worker()
        self._reader = Reader(parts.limits)
        self._operations = {each.id: each for each in parts.contract.operations}

    async def call(
        self,
        caller: Caller,
        operation_id: str,
        path: Mapping[str, str],
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Any:
        """Call an operation by the same scopes, checks and handlers as the API, and return its answer's JSON.

        Raises:
            ApiError: What the API would answer.
        """
        operation = self._operations[operation_id]
        caller.check_may(operation.scope)
        asked = urlencode({name: value for name, value in (query or {}).items() if value is not None}).encode()
        state = {"headers": RequestHeaders(_NO_HEADERS), "trace_id": "", "caller": caller}
        scope: Scope = {"path_params": path, "query_string": asked, "state": state}

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"" if body is None else to_json(body), "more_body": False}

        call = await self._reader.read(operation, scope, receive)
        answer: Any = await HANDLERS[operation_id](self.parts, call)
        written = answer.body if isinstance(answer, Entity) else answer
        return await self.worker.do(read_stepwise, written.decode()) if isinstance(written, bytes) else written

    async def draft(
        self, detail: Mapping[str, Any] | None, content: Mapping[str, Any] | None, variables: Mapping[str, Any]
    ) -> Draft:
        """Take a stored version, as `retrievePrompt` answers it, with what was typed over it, to try it.

        Raises:
            ApiError: What saving it would be answered.
        """
        known = detail or {}
        read = await self.worker.do(self.parts.reader.first, merged(known, content or {}))
        same = [(read[name] or None) == (known.get(name) or None) for name in content_fields()]
        stored = await self.worker.do(StoredPrompt, {**known, **read})
        includes = tuple((read["variable_components"] or {}).get("partials", ()))
        partials = await self.parts.prompts.partials(includes) if includes else {}
        known_id, size = known.get("prompt_version_id", ""), await self.worker.do(size_of, read)
        version = ReadyVersion(known_id, stored, read["virtual_key"] or None, includes, size)
        reference = f"{known['slug']}@{known['prompt_version']}" if detail else ""
        return Draft(ResolvedPrompt(version, partials), variables, reference, detail is not None and all(same))

    async def inputs(self, draft: Draft) -> tuple[Input, ...]:
        """Find the variables that a call gives; none where the template uses them in conflicting ways, or thousands."""
        detail = draft.resolved.version.stored.detail
        if sum(map(len, (detail["variable_components"] or {}).values())) > _MOST_NAMES:
            return ()
        try:
            return (await self.worker.do(inputs_of, detail, draft.partials)).arguments
        except TemplateError:
            return ()

    async def render(self, draft: Draft) -> Rendered:
        """Render a prompt, as `renderPrompt` does.

        Raises:
            ApiError: What that would be answered.
        """
        body = {"variables": draft.variables}
        return await self.parts.renderer.render(draft.resolved, body, size=len(to_json(body)))

    def run(self, draft: Draft, trace_id: str) -> ASGIApp:
        """Return what answers with a run's stream.

        A stored version is run as the API runs it, and recorded. What was only typed belongs to no version, and is not
        recorded.
        """
        path, parts = {"prompt_id": draft.reference}, self.parts
        body = {"variables": draft.variables, "stream": True, "stream_options": {"include_usage": True}}

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            call = Call(path, {}, body, RequestHeaders(_NO_HEADERS), trace_id, receive, len(to_json(body)))
            if draft.is_stored:
                streamed: Any = await HANDLERS["createPromptCompletion"](parts, call)
                await streamed(scope, receive, send)
                return
            unrecorded = RunRecord(
                lambda record: None, draft.reference, _NO_VERSION, trace_id, streamed=True, keeps_texts=False
            )
            with parts.run_limit, unrecorded as entry:
                running = await prepare(parts, call, draft.resolved, entry)
                await evolve(running, reference=draft.reference or "draft").stream(receive, send)

        return answer
