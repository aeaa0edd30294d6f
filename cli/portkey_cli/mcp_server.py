"""Prompts for programs that speak the Model Context Protocol: listed, rendered, never changed."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple, TypeVar

import anyio
import mcp_types as types
from mcp.server import NotificationOptions, Server
from mcp.server.context import ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, PromptsListChanged
from mcp.shared.exceptions import MCPError

from portkey_ai import Portkey
from portkey_ai._version import __version__
from portkey_ai.errors import APIError, PortkeyError
from portkey_cli.output import note
from portkey_cli.resolving import resolve
from portkey_prompts.inputs import Input, inputs_of
from portkey_prompts.lock import LockedPrompt, LockError, LockFile
from portkey_prompts.rendering import StoredPrompt
from portkey_prompts.strict_json import read_json
from portkey_prompts.templates import Partial, Template, TemplateError

T = TypeVar("T")
R = TypeVar("R")
PAGE = 50
"""Prompts on a page."""
_IN_WORDS = {
    "boolean": "true or false",
    "object": "a JSON object",
    "list": "a JSON list",
    "section": "a JSON list of objects, one object, or null",
}
_DATA_URL = re.compile(r"data:(image/[\w.+-]+);base64,([A-Za-z0-9+/=]+)")


class Entry(NamedTuple):
    """A prompt under the name by which clients ask for it."""

    name: str
    title: str | None
    prompt: LockedPrompt


class LockedPrompts:
    """The prompts of a lock file, without the service. A file that changes is read again.

    Raises:
        LockError: the file can't be used now.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        LockFile.read(path)  # whoever starts the program with a wrong file is told at once

    def page(self, number: int) -> tuple[Sequence[Entry], bool]:
        """Return a page, counted from 0, and whether another follows."""
        prompts = LockFile.read(self._path).prompts
        chosen = list(prompts)[number * PAGE : (number + 1) * PAGE]
        return [Entry(each, None, prompts[each]) for each in chosen], (number + 1) * PAGE < len(prompts)

    def find(self, name: str) -> Entry | None:
        """Return the prompt of a name, None where there is none."""
        found = LockFile.read(self._path).find(name)
        return None if found is None else Entry(name, None, found)


class ServicePrompts:
    """The service's prompts: `listPrompts`, `retrievePrompt`, `retrievePromptPartial`.

    Args:
        portkey: a client.
        label: of which versions; None for the published ones. Prompts that have no version with it are left out.
        collection: only what lies in it, by slug or UUID.
    """

    def __init__(self, portkey: Portkey, label: str | None, collection: str | None) -> None:
        self._portkey = portkey
        self._suffix = f"@{label}" if label else ""
        self._collection = collection

    def page(self, number: int) -> tuple[Sequence[Entry], bool]:
        """Return a page, counted from 0, and whether another follows."""
        listed = self._portkey.prompts.list(current_page=number, page_size=PAGE, collection_id=self._collection)
        titles = {str(each.slug): each.name for each in listed.data}
        return list(self._entries(titles)), len(titles) == PAGE

    def find(self, name: str) -> Entry | None:
        """Return the prompt of a name, None where there is none, or only outside of the collection."""
        if "@" in name:
            return None
        if self._collection is None:
            return next(self._entries({name: None}), None)
        number, more = 0, True
        while more:
            entries, more = self.page(number)
            found = next((each for each in entries if each.name == name), None)
            if found is not None:
                return found
            number += 1
        return None

    def _entries(self, titles: Mapping[str, str | None]) -> Iterator[Entry]:
        found = resolve(self._portkey, [f"{slug}{self._suffix}" for slug in titles])
        for slug, title in titles.items():
            with suppress(LockError):  # without this label, or it includes what is not there
                yield Entry(slug, title, found.locked(f"{slug}{self._suffix}"))


class PromptServer:
    """Answer `prompts/list` and `prompts/get`, and tell of changes.

    Args:
        prompts: where prompts come from.
        poll: seconds between looks for a change, of what was listed.
    """

    def __init__(self, prompts: LockedPrompts | ServicePrompts, poll: float) -> None:
        self._prompts = prompts
        self._poll = poll
        self._listed: dict[int, Sequence[Any]] = {}
        self._session: Any = None
        self._bus = InMemorySubscriptionBus()

    async def serve(self) -> None:
        """Serve on standard input and output, until the input ends."""
        server: Server[Any] = Server(
            "portkey-prompts",
            version=__version__,
            instructions="A team's prompts, rendered with arguments. Nothing here changes them.",
            lifespan=self._watching,
            on_list_prompts=self._list,
            on_get_prompt=self._get,
            on_subscriptions_listen=ListenHandler(self._bus),
        )
        async with stdio_server() as (incoming, outgoing):
            await server.run(
                incoming, outgoing, server.create_initialization_options(NotificationOptions(prompts_changed=True))
            )

    async def _list(
        self, context: ServerRequestContext[Any], params: types.PaginatedRequestParams | None
    ) -> types.ListPromptsResult:
        cursor = (params and params.cursor) or "0"
        if not cursor.isdecimal() or len(cursor) > len(str(2**31)):
            raise MCPError(types.INVALID_PARAMS, f"The cursor {cursor[:40]!r} is none that was given out here.")
        number = int(cursor)
        entries, more = await _asked(self._prompts.page, number)
        self._listed[number] = _summary(entries)
        # There is one client, and in the newer protocol each of its requests has a session of its own.
        self._session = context.session
        return types.ListPromptsResult(
            prompts=[_described(each) for each in entries], next_cursor=str(number + 1) if more else None
        )

    async def _get(
        self, context: ServerRequestContext[Any], params: types.GetPromptRequestParams
    ) -> types.GetPromptResult:
        entry = await _asked(self._prompts.find, params.name)
        if entry is None:
            # Which others there are is not told: a client may be let see one prompt, and no more.
            raise MCPError(types.INVALID_PARAMS, f"There is no prompt {params.name!r} here.")
        try:
            return types.GetPromptResult(messages=_rendered(entry.prompt, params.arguments or {}))
        except (ValueError, TemplateError) as error:
            raise MCPError(types.INVALID_PARAMS, str(error)) from None

    @asynccontextmanager
    async def _watching(self, server: Server[Any]) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._watch)
            yield
            tasks.cancel_scope.cancel()

    async def _watch(self) -> None:
        while True:
            await anyio.sleep(self._poll)
            for number, known in list(self._listed.items()):
                with suppress(MCPError):  # whoever asks is told; a watch tries again
                    entries, _ = await _asked(self._prompts.page, number)
                    if _summary(entries) != known:
                        self._listed[number] = _summary(entries)
                        await self._tell()

    async def _tell(self) -> None:
        await self._bus.publish(PromptsListChanged())
        with suppress(Exception):  # a client that is gone, or speaks the newer protocol, which has the bus
            await self._session.send_prompt_list_changed()


async def _asked(call: Callable[[T], R], argument: T) -> R:
    """Make calls to the service on a thread, and turn what fails into the protocol's error."""
    try:
        return await anyio.to_thread.run_sync(call, argument)
    except (APIError, PortkeyError) as error:
        note(str(error))
        raise MCPError(types.INTERNAL_ERROR, f"The prompts can't be read now: {error}") from None


def _summary(entries: Sequence[Entry]) -> Sequence[Any]:
    return [(each.name, each.title, each.prompt.sha256) for each in entries]


def _inputs(prompt: LockedPrompt) -> Sequence[Input]:
    return inputs_of(prompt.detail, prompt.texts).arguments


def _described(entry: Entry) -> types.Prompt:
    try:
        arguments = [
            types.PromptArgument(name=each.name, description=_said(each) or None, required=each.required)
            for each in _inputs(entry.prompt)
        ]
    except TemplateError:  # goes too deep for it; a render may do all the same
        arguments = []
    return types.Prompt(name=entry.name, title=entry.title, arguments=arguments)


def _said(each: Input) -> str:
    default = "" if each.default is None else f"{json.dumps(each.default, ensure_ascii=False)} by default"
    return "; ".join(filter(None, (each.description, _IN_WORDS.get(each.kind, ""), default)))


def _rendered(prompt: LockedPrompt, arguments: Mapping[str, str]) -> list[types.PromptMessage]:
    """Render a prompt with arguments, which are text.

    Raises:
        ValueError: an argument is missing, unknown, or no JSON where it has to be.
        TemplateError: it can't be rendered with them.
    """
    inputs = {each.name: each for each in _inputs(prompt)}
    # A form's field that was left empty is no JSON; of a text nobody can tell.
    arguments = {name: text for name, text in arguments.items() if text.strip() or _is_text(inputs.get(name))}
    missing = [name for name, each in inputs.items() if each.required and name not in arguments]
    unknown = [name for name in arguments if name not in inputs]
    if missing or unknown:
        said = (
            f"missing: {', '.join(missing)}" if missing else "",
            f"unknown: {', '.join(unknown)}" if unknown else "",
        )
        raise ValueError(f"The prompt takes other arguments. {'; '.join(filter(None, said)).capitalize()}.")
    variables = {name: _value(inputs[name], text) for name, text in arguments.items()}
    partials = {name: Partial(each.slug, each.version, Template(each.string)) for name, each in prompt.partials.items()}
    rendered = StoredPrompt(prompt.record).render(variables, {}, partials=partials.get, missing="error")
    messages = rendered.messages
    if messages is None:
        return [_message("user", types.TextContent(text=rendered.prompt))]
    return [each for message in messages for each in _messages(message)]


def _is_text(each: Input | None) -> bool:
    return each is None or each.kind not in _IN_WORDS


def _value(each: Input, text: str) -> Any:
    """Read an argument: what is no text in the template is JSON."""
    if _is_text(each):
        return text
    try:
        return read_json(text)
    except ValueError:
        raise ValueError(f"The argument {each.name} takes {_IN_WORDS[each.kind]}, and is {text[:60]!r}.") from None


def _messages(message: Mapping[str, Any]) -> list[types.PromptMessage]:
    """Say one message as the protocol can: it knows users and assistants only, and one part to a message."""
    role, content = str(message.get("role")), message.get("content")
    parts = content if isinstance(content, list) else [{"type": "text", "text": content or ""}]
    calls = message.get("tool_calls")
    if calls:
        parts = [*(part for part in parts if part.get("text") != ""), {"type": "tool_calls", "tool_calls": calls}]
    return [_message(role, _block(part)) for part in parts]


def _message(role: str, content: Any) -> types.PromptMessage:
    if role not in ("user", "assistant") and isinstance(content, types.TextContent):
        content.annotations = types.Annotations(audience=["assistant"])
        content.meta = {"portkey-prompts/role": role}
    return types.PromptMessage(role="assistant" if role == "assistant" else "user", content=content)


def _block(part: Mapping[str, Any]) -> Any:
    if isinstance(part.get("text"), str):
        return types.TextContent(text=part["text"])
    image = part.get("image_url")
    url = image.get("url") if isinstance(image, Mapping) else image
    if isinstance(url, str) and (found := _DATA_URL.fullmatch(url)):
        return types.ImageContent(mime_type=found[1], data=found[2])
    return types.TextContent(text=json.dumps(part, ensure_ascii=False))
