"""A program with prompts from here and OpenAI's client, in an environment that has the package openai.

Its arguments are the prompts' base URL, the gateway's, and a model host's; it prints one JSON object with what it saw.
"""

import asyncio
import http.server
import json
import sys
import threading
import warnings
from typing import ClassVar

import httpx2
import openai

from portkey_ai import AsyncPortkey, Portkey

BASE, GATEWAY, HOST = sys.argv[1:]
ROUTE = {"base_url": GATEWAY, "provider": "openai", "custom_host": HOST, "trace_id": "by-openai"}


def sync_story():
    """Render, and run what was rendered, whole and streamed."""
    with Portkey(base_url=BASE) as portkey:
        rendered = portkey.prompts.render(prompt_id="openai", variables={"name": "Ann"})
        client = portkey.with_options(**ROUTE).openai()
        whole = client.chat.completions.create(**rendered.data)
        chunks = client.chat.completions.create(**rendered.data, stream=True)
        pieces = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
        client.close()
    return [type(client).__name__, whole.choices[0].message.content, "".join(pieces)]


async def async_story():
    """The same, async."""
    async with AsyncPortkey(base_url=BASE) as portkey:
        rendered = await portkey.prompts.render(prompt_id="openai", variables={"name": "Ann"})
        client = portkey.with_options(**ROUTE).openai()
        whole = await client.chat.completions.create(**rendered.data)
        chunks = await client.chat.completions.create(**rendered.data, stream=True)
        pieces = [chunk.choices[0].delta.content or "" async for chunk in chunks if chunk.choices]
        await client.close()
    return [type(client).__name__, whole.choices[0].message.content, "".join(pieces)]


def refused(kind, http_client):
    """What is said of the HTTP client of another package."""
    try:
        kind(base_url=BASE, http_client=http_client)
    except TypeError as error:
        return str(error)


class Note(http.server.BaseHTTPRequestHandler):
    """Notes the headers of a request."""

    seen: ClassVar[list[tuple[str, str]]] = []

    def do_GET(self):
        """Note, and answer that there is nothing."""
        names = ("authorization", "x-portkey-api-key", "x-portkey-virtual-key")
        self.seen += [(name.lower(), value) for name, value in self.headers.items() if name.lower() in names]
        self.send_response(404)
        self.end_headers()

    def log_message(self, *arguments):
        """Say nothing."""


def headers_sent():
    """What OpenAI's client sends where the provider's key is its Authorization."""
    with http.server.HTTPServer(("127.0.0.1", 0), Note) as server:
        threading.Thread(target=server.handle_request).start()
        options = {"api_key": "pk", "authorization": "Bearer sk", "virtual_key": "vk", "max_retries": 0}
        portkey = Portkey(base_url=f"http://127.0.0.1:{server.server_port}/v1", **options)
        try:
            portkey.openai().models.list()
        except openai.NotFoundError:
            return sorted(Note.seen)


def fields():
    """The fields of OpenAI's answers, by the name of the type that has them here."""
    chat = openai.types.chat
    kinds = {
        "PromptCompletion": chat.ChatCompletion,
        "PromptCompletionChunk": chat.ChatCompletionChunk,
        "PromptChoice": chat.chat_completion.Choice,
        "PromptChoiceDelta": chat.chat_completion_chunk.Choice,
        "AssistantMessage": chat.ChatCompletionMessage,
        "ToolCall": chat.ChatCompletionMessageFunctionToolCall,
        "Usage": openai.types.CompletionUsage,
    }
    return {name: sorted(kind.model_fields) for name, kind in kinds.items()}


warnings.simplefilter("error", RuntimeWarning)
print(
    json.dumps(
        {
            "sync": sync_story(),
            "async": asyncio.run(async_story()),
            "refused": [refused(Portkey, httpx2.Client()), refused(AsyncPortkey, httpx2.AsyncClient())],
            "headers": headers_sent(),
            "fields": fields(),
        }
    )
)
