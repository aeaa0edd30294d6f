"""How long one large request holds everybody else up: requests of the allowed size, and upstreams' large answers."""

import http.client
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

from benchmarks.processes import ROOT, environment

MB = 1024 * 1024
_FRAME = b'{"variables": {"x": %b}}'
_WHOLE = (
    '{"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [{"index": 0, '
    '"finish_reason": "stop", "message": {"role": "assistant", "content": %s}}]}'
)
_CHUNK = (
    '{"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [{"index": 0, '
    '"delta": {"content": %s}}]}'
)


class Asked(NamedTuple):
    """One request, and for an upstream what that answers."""

    what: str
    method: str
    path: str
    body: bytes = b""
    kind: str = ""
    """The media type of the upstream's answer."""
    answer: bytes = b""


class Pause(NamedTuple):
    """What came of a request."""

    status: int
    seconds: float
    sent: int
    """Bytes of the answer."""
    longest: float
    """Milliseconds for which nobody was answered."""
    slowest: float
    """Milliseconds that `/healthz` took at most, beside it; other programs of the machine are in it."""


class Watched:
    """A server with a pulse, and an upstream that answers what it is told to.

    Args:
        every: Seconds between an answer to the client that asks for `/healthz` and its next request.
    """

    def __init__(self, every: float = 0.002) -> None:
        self._every = every
        self._upstream = ThreadingHTTPServer(("127.0.0.1", 0), _Upstream)
        threading.Thread(target=self._upstream.serve_forever, daemon=True).start()
        self._folder = tempfile.TemporaryDirectory()
        config = Path(self._folder.name) / "portkey-local.toml"
        url = f"http://127.0.0.1:{self._upstream.server_port}/v1"
        config.write_text(
            f'[upstreams.up]\nkind = "openai"\nbase_url = "{url}"\napi_key_env = "UPSTREAM_KEY"\n', encoding="utf-8"
        )
        command = [sys.executable, "-m", "benchmarks.serving.watched", "temporary", str(config)]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment() | {"UPSTREAM_KEY": "sk-abcdefghijkl"},
        )
        assert self._process.stdout
        self._address = urlsplit(self._process.stdout.readline().split()[-1]).netloc
        self._process.stdout.readline()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.communicate()
        self._upstream.shutdown()
        self._upstream.server_close()
        self._folder.cleanup()

    def call(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """Send a request and return the answer's status and body; below `/ui` the body is a form."""
        connection = http.client.HTTPConnection(self._address, timeout=300)
        is_form = path.startswith("/ui")
        kind = "application/x-www-form-urlencoded" if is_form and body[:1] != b"[" else "application/json"
        try:
            headers = {"content-type": kind, **({"origin": f"http://{self._address}"} if is_form else {})}
            connection.request(method, path if is_form else f"/v1{path}", body or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def made(self, **fields: object) -> str:
        """Make a prompt and return its slug."""
        body = {"name": "x", "collection_id": "default", "parameters": {}, "string": "Hi {{x}}", "virtual_key": "echo"}
        status, answer = self.call("POST", "/prompts", json.dumps(body | fields).encode())
        if status != 200:
            raise RuntimeError(f"no prompt was made: {answer[:500]!r}")
        return str(json.loads(answer)["slug"])

    def measure(self, asked: Asked) -> Pause:
        """Send one request, while another client asks for nothing but `/healthz`."""
        _Upstream.kind, _Upstream.answer = asked.kind, asked.answer
        self._longest()
        with self._asking() as seconds:
            began = time.perf_counter()
            status, answer = self.call(asked.method, asked.path, asked.body)
            took = time.perf_counter() - began
        return Pause(status, took, len(answer), self._longest(), max(seconds) * 1000)

    @contextmanager
    def _asking(self) -> Iterator[list[float]]:
        is_over, seconds = threading.Event(), [0.0]

        def ask() -> None:
            connection = http.client.HTTPConnection(self._address, timeout=300)
            while not is_over.wait(self._every):
                began = time.perf_counter()
                connection.request("GET", "/healthz")
                connection.getresponse().read()
                seconds.append(time.perf_counter() - began)
            connection.close()

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            yield seconds
        finally:
            is_over.set()
            asking.join()

    def _longest(self) -> float:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline().split()[-1])


class _Upstream(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    kind, answer = "", b""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", self.kind)
        self.send_header("content-length", str(len(self.answer)))
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def requests(server: Watched, megabytes: int) -> Iterator[Asked]:
    """Yield requests whose bodies have about so many megabytes, or as much as their shape is allowed."""
    slug, most = server.made(), megabytes * MB - 200
    render, run = f"/prompts/{slug}/render", f"/prompts/{slug}/completions"
    names = b",".join(b'"k%030d":"x"' % number for number in range(min(99_000, most // 40)))
    message = b'{"role":"user","content":"hello there"}'
    texts = {
        "a string": b"a" * most,
        "a string of \\u0001": b"\\u0001" * (most // 6),
        "a string of \\n": b"\\n" * (most // 2),
        "a string of emoji": "😀".encode() * (most // 4),
        "a string of pairs": b"\\ud83d\\ude00" * (most // 12),
        "half a pair": b"a" * most + b"\\ud83d",
    }
    lists = {
        "ones": b"1",
        "floats": b"1.2345e+10",
        "strings": b'"abcdefgh"',
        "nested": b"[" * 90 + b"]" * 90,
        "objects": b'{"a":{"b":1}}',
    }
    for what, text in texts.items():
        yield Asked(what, "POST", render, _FRAME % b'"%b"' % text)
    for what, item in lists.items():
        yield Asked(what, "POST", render, _FRAME % _list_of(item, most, 390_000))
    yield Asked("wrong ones", "POST", render, b'{"stop": %b}' % _list_of(b"1", most))
    yield Asked("names", "POST", render, b'{"variables": {%b}}' % names)
    yield Asked("names at the root", "POST", render, b'{"variables": {}, %b}' % names)
    yield Asked("messages", "POST", render, b'{"messages": %b}' % _list_of(message, most, 95_000))
    yield Asked("messages, run", "POST", run, b'{"messages": %b}' % _list_of(message, most, 40_000))
    yield Asked("a string, streamed", "POST", run, b'{"stream": true, "variables": {"x": "%b"}}' % (b"a " * 100_000))
    yield Asked("settings", "POST", run, b'{"response_format": {"a": %b}}' % _list_of(b'{"a":1}', most, 90_000))
    made = b'{"name": "x", "collection_id": "default", "parameters": {}, %b}'
    template = min(most, MB - 10)
    tags = {
        "tags": b"{{a}}" * (template // 5),
        "names in tags": b"".join(b"{{a%06d}}" % number for number in range(template // 11)),
        "partials": b"".join(b"{{>p%06d}}" % number for number in range(template // 12)),
        "sections": b"{{#a}}{{/a}}" * (template // 12),
    }
    for what, string in tags.items():
        yield Asked(f"a template of {what}", "POST", "/prompts", made % (b'"string": "%b"' % string))
    metadata = made % (b'"string": "x", "template_metadata": {%b}' % names)
    yield Asked("a version's metadata", "POST", "/prompts", metadata)
    yield Asked("a name", "POST", "/collections", '{{"name": "{}"}}'.format("a\u0301\u0316" * (most // 5)).encode())
    described = b'{"name": "l%d", "description": "%b"}' % (megabytes, b"d" * most)
    yield Asked("a label's description", "POST", "/labels", described)


def lists(server: Watched) -> Iterator[Asked]:
    """Yield reads whose answers are large, or whose work grows with what is stored."""
    large, many, labelled = server.made(), server.made(), server.made()
    for number in range(14):
        body = {"string": "é" * (MB // 2 - 100) + str(number)}
        server.call("PUT", f"/prompts/{large}", json.dumps(body, ensure_ascii=False).encode())
    for number in range(2_000):
        server.call("PUT", f"/prompts/{many}", b'{"string": "v%d"}' % number)
    version = json.loads(server.call("GET", f"/prompts/{labelled}")[1])["prompt_version_id"]
    partials = []
    for number in range(900):
        made = json.loads(server.call("POST", "/labels", b'{"name": "label-%d"}' % number)[1])
        server.call("PUT", f"/prompts/{labelled}/versions/{version}", json.dumps({"label_id": made["id"]}).encode())
        made = server.call("POST", "/prompts/partials", b'{"name": "p", "string": "text"}')[1]
        partials.append(json.loads(made)["slug"])
    including = server.made(string="".join(f"{{{{>{slug}}}}}" for slug in partials))
    yield Asked("large versions", "GET", f"/prompts/{large}/versions")
    yield Asked("many versions", "GET", f"/prompts/{many}/versions")
    yield Asked("many labels", "GET", f"/prompts/{labelled}")
    yield Asked("a page of labels", "GET", "/labels?page_size=1000")
    yield Asked("all partials", "GET", "/prompts/partials")
    yield Asked("many partials", "POST", f"/prompts/{including}/render", b'{"variables": {}}')
    yield Asked("a search of accents", "GET", "/prompts?search=" + "%CC%81%CC%96" * 2_000)
    yield Asked("query parameters", "GET", "/prompts?" + "a=1&" * 7_500)
    yield Asked("a long path", "GET", "/prompts/" + "%41" * 10_000)


def stored(server: Watched) -> Iterator[Asked]:
    """Yield what is done with prompts of which much is stored."""
    names = {f"k{number:030}": "x" for number in range(99_000)}
    tools = [{"type": "function", "function": {"name": "a"}}] * 30_000
    chat = json.dumps([{"role": role, "content": "hi"} for role in ("user", "assistant")] * 5_000)
    slugs = {
        "metadata": server.made(template_metadata=names),
        "names": server.made(string="".join(f"{{{{a{number:06}}}}}" for number in range(MB // 11))),
        "tools": server.made(tools=tools),
        "messages": server.made(string=chat),
    }
    server.call(
        "PUT", f"/prompts/{slugs['messages']}", json.dumps({"string": chat.replace("assistant", "user")}).encode()
    )
    for what, slug in slugs.items():
        yield Asked(f"much {what}: read", "GET", f"/prompts/{slug}@latest")
        yield Asked(f"much {what}: render", "POST", f"/prompts/{slug}/render", b'{"variables": {}}')
        yield Asked(f"much {what}: page", "GET", f"/ui/prompts/{slug}")
        yield Asked(f"much {what}: compare", "GET", f"/ui/prompts/{slug}/compare")
        yield Asked(f"much {what}: update", "PUT", f"/prompts/{slug}", b'{"model": "m"}')


def forms(server: Watched) -> Iterator[Asked]:
    """Yield large forms of the page."""
    most, head = 4 * MB - 200, b"kind=text&string="
    shapes = {
        "escapes": head + b"%41" * (most // 3),
        "plus": head + b"+" * most,
        "percent": head + b"%" * most,
        "nothing": b"&" * most,
        "numbers": head + b"x&parameters=[1" + b",1" * (most // 2 - 50) + b"]",
        "messages": json.dumps([["kind", "chat"], *([["role", "user"], ["content", "hi"]] * 40_000)]).encode(),
    }
    slug = server.made()
    for what, body in shapes.items():
        for act in ("render", "save"):
            yield Asked(f"a form of {what}: {act}", "POST", f"/ui/prompts/{slug}/{act}", body)


def answers(server: Watched, megabytes: int) -> Iterator[Asked]:
    """Yield runs whose upstream answers about so many megabytes."""
    run = f"/prompts/{server.made(virtual_key='up')}/completions"
    most = megabytes * MB - 500
    logprobs = '{"token":"abc","logprob":-0.123,"bytes":[1,2,3]}'
    contents = {
        "a text": '"' + "a" * most + '"',
        "a text of \\n": '"' + "\\n" * (most // 2) + '"',
        "a text of emoji": '"' + "😀" * (most // 4) + '"',
        "a row of backslashes": '"' + "\\\\" * (most // 2 - 10) + '%"',
        "log probabilities": _list_of(logprobs.encode(), most).decode(),
    }
    for what, content in contents.items():
        yield Asked(what, "POST", run, b"{}", "application/json", (_WHOLE % content).encode())
    large = _event(_CHUNK % ('"' + "a" * (min(most, 4 * MB) - 500) + '"'))
    small = _event(_CHUNK % '"hi"') * (min(most, 4 * MB) // 150)
    values = {
        f"an event of {what}": _event(_CHUNK % _list_of(item, min(most, 4 * MB) - 500).decode())
        for what, item in (("numbers", b"1"), ("lists", b"[]"), ("log probabilities", logprobs.encode()))
    }
    empty = _event("{}") * (min(most, MB) // 10) + _event(_CHUNK % '"hi"')
    for what, events in {"one event": large, "small events": small, **values, "empty events": empty}.items():
        yield Asked(what, "POST", run, b'{"stream": true}', "text/event-stream", events + _event("[DONE]"))


def _list_of(item: bytes, size: int, most: int = 10**9) -> bytes:
    return b"[%b]" % b",".join([item] * min(most, size // (len(item) + 1)))


def _event(data: str) -> bytes:
    return f"data: {data}\n\n".encode()


def table(quick: bool) -> Iterator[str]:
    """Measure everything and yield a line for each."""
    with Watched() as server:
        for megabytes in (1, 4):
            for asked in requests(server, megabytes):
                yield _line(f"{megabytes} MB", asked, server.measure(asked))
        for kind, all_asked in () if quick else (("a read", lists), ("stored", stored), ("a form", forms)):
            for asked in all_asked(server):
                yield _line(kind, asked, server.measure(asked))
        for megabytes in (1, 4) if quick else (1, 4, 16):
            for asked in answers(server, megabytes):
                yield _line(f"upstream {megabytes} MB", asked, server.measure(asked))


def _line(kind: str, asked: Asked, pause: Pause) -> str:
    return (
        f"{kind:16}{asked.what:32}{pause.status:4}{pause.sent / MB:8.2f}{pause.seconds * 1000:9.0f}"
        f"{pause.slowest:10.0f}{pause.longest:10.1f}"
    )


HEADING = f"{'':48}{'':4}{'MB out':>8}{'ms':>9}{'healthz':>10}{'pause ms':>10}"
