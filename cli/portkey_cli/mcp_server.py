"""Prompts for programs that speak the Model Context Protocol: listed, rendered, never changed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, TypeAlias, TypeVar

import anyio
import mcp_types as types
from mcp.server import NotificationOptions, Server
from mcp.server.context import ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, PromptsListChanged
from mcp.shared.exceptions import MCPError

from portkey_ai import Portkey
from portkey_ai._version import __version__
from portkey_ai.errors import PortkeyError
from portkey_cli.labels import label_id
from portkey_cli.output import note
from portkey_cli.resolving import resolve
from portkey_prompts.inputs import inputs_of
from portkey_prompts.lock import LockedPrompt, LockError, LockFile
from portkey_prompts.strict_json import read_json
from portkey_prompts.templates import TemplateError

R = TypeVar("R")
Context: TypeAlias = ServerRequestContext[Any]
Page: TypeAlias = tuple[types.ListPromptsResult, Mapping[str, LockedPrompt]]
"""What is listed, and the prompts themselves, of which a text that changes shows in no list."""
PAGE = 50
"""Prompts on a page."""
_IN_WORDS = {
    "boolean": "true or false",
    "object": "a JSON object",
    "list": "a JSON list",
    "section": "a JSON list of objects, one object, or null",
}
_DATA_URL = re.compile(r"data:(image/[\w.+-]+);base64,([A-Za-z0-9+/=]+)")


class LockedPrompts:
    """The prompts of a lock file, without the service. A file that changes is read again.

    Raises:
        LockError: the file can't be used now.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self.names()  # whoever starts the program with a wrong file is told at once

    def names(self) -> list[str]:
        """List the references that are locked."""
        return list(LockFile.read(self._path).prompts)

    def locked(self, names: Iterable[str]) -> dict[str, LockedPrompt]:
        """Return the prompts of these names, without those that there are not."""
        file = LockFile.read(self._path)
        return {name: found for name in names if (found := file.find(name)) is not None}


class ServicePrompts:
    """The service's prompts: `listPrompts`, `retrievePrompt`, `retrievePromptPartial`.

    Args:
        portkey: a client.
        label: of which versions; None for the published ones. Prompts that have no version with it are left out.
        collection: only what lies in it, by slug or UUID.
    """

    def __init__(self, portkey: Portkey, label: str | None, collection: str | None) -> None:
        self._portkey = portkey
        self._label = label
        self._collection = collection

    def names(self) -> list[str]:
        """List the prompts' slugs."""
        return [str(each.slug) for each in self._portkey.prompts.list(collection_id=self._collection)]

    def locked(self, names: Iterable[str]) -> dict[str, LockedPrompt]:
        """Return the prompts of these slugs, without those that there are not, or only outside of the collection."""
        known = self.names() if self._collection else names
        at = f"@{self._label}" if self._label else ""
        references = {name: f"{name}{at}" for name in names if name in known and "@" not in name}
        resolution, found = resolve(self._portkey, references.values()), {}
        for name, reference in references.items():
            with suppress(LockError):  # without this label, or it includes what is not there
                found[name] = resolution.locked(reference)
        if self._label and not found:
            label_id(self._portkey, self._label)  # one that is misspelt is told, since it would offer nothing
        return found


class PromptServer:
    """Answer `prompts/list` and `prompts/get`, and tell of changes.

    Args:
        prompts: where prompts come from.
        poll: seconds between looks for a change, of what was listed.
    """

    def __init__(self, prompts: LockedPrompts | ServicePrompts, poll: float) -> None:
        self._prompts = prompts
        self._poll = poll
        self._listed: dict[int, Page] = {}
        self._session: Any = None
        self._bus = InMemorySubscriptionBus()

    async def serve(self) -> None:
        """Serve on standard input and output, until the input ends."""
        server: Server[Any] = Server(
            "portkey-prompts",
            version=__version__,
            instructions="A team's prompts, rendered with arguments. Nothing here changes them.",
            on_list_prompts=self._list,
            on_get_prompt=self._get,
            on_subscriptions_listen=ListenHandler(self._bus),
        )
        options = server.create_initialization_options(NotificationOptions(prompts_changed=True))
        async with stdio_server() as (incoming, outgoing), anyio.create_task_group() as tasks:
            tasks.start_soon(self._watch)
            await server.run(incoming, outgoing, options)
            tasks.cancel_scope.cancel()

    async def _list(self, context: Context, params: types.PaginatedRequestParams | None) -> types.ListPromptsResult:
        cursor = (params and params.cursor) or "0"
        if not re.fullmatch("[0-9]{1,9}", cursor):
            raise MCPError(types.INVALID_PARAMS, f"The cursor {cursor[:40]!r} is none that was given out here.")
        # There is one client, and in the newer protocol each of its requests has a session of its own.
        self._session = context.session
        listed, _ = self._listed[int(cursor)] = await _done(self._page, int(cursor))
        return listed

    async def _get(self, context: Context, params: types.GetPromptRequestParams) -> types.GetPromptResult:
        return types.GetPromptResult(messages=await _done(self._rendered, params.name, params.arguments or {}))

    def _page(self, number: int) -> Page:
        names, end = self._prompts.names(), (number + 1) * PAGE
        found = self._prompts.locked(names[number * PAGE : end])
        shown = [_described(name, prompt) for name, prompt in found.items()]
        return types.ListPromptsResult(prompts=shown, next_cursor=str(number + 1) if len(names) > end else None), found

    def _rendered(self, name: str, arguments: Mapping[str, str]) -> list[types.PromptMessage]:
        prompt = self._prompts.locked([name]).get(name)
        if prompt is None:
            # Which others there are is not told: a client may be let see one prompt, and no more.
            raise ValueError(f"There is no prompt {name!r} here.")
        rendered = prompt.render(_variables(prompt, arguments), missing="error")
        return [each for message in rendered.messages or [{"content": rendered.prompt}] for each in _messages(message)]

    async def _watch(self) -> None:
        while True:
            await anyio.sleep(self._poll)
            for number, known in list(self._listed.items()):
                with suppress(MCPError):  # whoever asks is told; a watch tries again
                    self._listed[number] = await _done(self._page, number)
                    if self._listed[number] != known:
                        await self._bus.publish(PromptsListChanged())
                        with suppress(Exception):  # a client that is gone, or speaks the newer protocol
                            await self._session.send_prompt_list_changed()


async def _done(call: Callable[..., R], *arguments: object) -> R:
    """Do something on a thread, and turn what fails into the protocol's errors."""
    try:
        return await anyio.to_thread.run_sync(call, *arguments)
    except ValueError as error:  # the prompt can't be rendered with what the client gave
        raise MCPError(types.INVALID_PARAMS, str(error)) from None
    except PortkeyError as error:
        note(str(error))
        raise MCPError(types.INTERNAL_ERROR, f"The prompts can't be read now: {error}") from None


def _described(name: str, prompt: LockedPrompt) -> types.Prompt:
    arguments = []
    with suppress(TemplateError):  # goes too deep for it; a render may do all the same
        for each in inputs_of(prompt.detail, prompt.texts).arguments:
            default = "" if each.default is None else f"{json.dumps(each.default, ensure_ascii=False)} by default"
            said = "; ".join(filter(None, (each.description, _IN_WORDS.get(each.kind), default)))
            arguments.append(types.PromptArgument(name=each.name, description=said or None, required=each.required))
    return types.Prompt(name=name, title=prompt.name, arguments=arguments)


def _variables(prompt: LockedPrompt, arguments: Mapping[str, str]) -> dict[str, Any]:
    """Read arguments, which are text; what is none in the template is JSON.

    Raises:
        ValueError: one is missing, unknown, or no JSON where it has to be.
    """
    inputs = {each.name: each for each in inputs_of(prompt.detail, prompt.texts).arguments}
    takes = {name: _IN_WORDS[each.kind] for name, each in inputs.items() if each.kind in _IN_WORDS}
    # A form's field that was left empty is no JSON; of a text nobody can tell.
    variables: dict[str, Any] = {name: text for name, text in arguments.items() if text.strip() or name not in takes}
    missing = [name for name, each in inputs.items() if each.required and name not in variables]
    unknown = [name for name in variables if name not in inputs]
    if missing or unknown:
        said = [f"{what}: {', '.join(names)}" for what, names in (("missing", missing), ("unknown", unknown)) if names]
        said[0] = said[0][0].upper() + said[0][1:]
        raise ValueError(f"The prompt takes other arguments. {'; '.join(said)}.")
    for name in [each for each in takes if each in variables]:
        try:
            variables[name] = read_json(variables[name])
        except ValueError:
            raise ValueError(f"The argument {name} takes {takes[name]}, and is {variables[name][:60]!r}.") from None
    return variables


def _messages(message: Mapping[str, Any]) -> list[types.PromptMessage]:
    """Say one message as the protocol can: it knows users and assistants only, and one part to a message."""
    role, content = str(message.get("role", "user")), message.get("content")
    parts = content if isinstance(content, list) else [{"type": "text", "text": content or ""}]
    calls = message.get("tool_calls")
    if calls:
        parts = [*(part for part in parts if part.get("text") != ""), {"type": "tool_calls", "tool_calls": calls}]
    blocks = [_block(part) for part in parts]
    for block in blocks if role not in ("user", "assistant") else ():
        if isinstance(block, types.TextContent):
            block.annotations = types.Annotations(audience=["assistant"])
            block.meta = {"portkey-prompts/role": role}
    return [types.PromptMessage(role="assistant" if role == "assistant" else "user", content=each) for each in blocks]


def _block(part: Mapping[str, Any]) -> types.TextContent | types.ImageContent:
    if isinstance(part.get("text"), str):
        return types.TextContent(text=part["text"])
    image = part.get("image_url")
    url = image.get("url") if isinstance(image, Mapping) else image
    if isinstance(url, str) and (found := _DATA_URL.fullmatch(url)):
        return types.ImageContent(mime_type=found[1], data=found[2])
    return types.TextContent(text=json.dumps(part, ensure_ascii=False))
