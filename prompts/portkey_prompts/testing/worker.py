"""A process of its own for what may never end: regular expressions, and the Python code of a test.

It is asked by a line of JSON on its stdin, and answers by one on its stdout. What the code prints goes to stderr.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NoReturn

from portkey_prompts.errors import PortkeyError

SECONDS: Final = {"regex": 5.0, "python": 60.0}
"""Seconds that each kind of check may take."""


class CheckError(PortkeyError):
    """A check could not be made, so that it neither passed nor failed."""


class Worker:
    """The process, started when it is first needed; threads take turns.

    Example:
        with Worker() as worker:
            assert worker.ask("regex", pattern="a+", text="caat")
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()
        self._is_closed = False

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_error: object) -> None:
        self._is_closed = True
        self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def ask(self, kind: str, **request: Any) -> Any:
        """Have something checked.

        Args:
            kind: `regex` (`pattern`, `text`), or `python` (`code` or `path` and `function`; `output`, `context`).
            **request: what it takes, in JSON's types.

        Raises:
            CheckError: it took too long, raised, or ended the process.
        """
        with self._lock:
            if self._is_closed:
                raise CheckError("It was not checked any more.")
            process = self._process = self._process or _started()
            began, timer = time.monotonic(), threading.Timer(SECONDS[kind], process.kill)
            timer.start()
            try:
                reply = _exchange(process, {"kind": kind, **request})
            finally:
                timer.cancel()
            if not reply:
                self._end()
                took = f"It took longer than {SECONDS[kind]:g} s, and was ended."
                is_late = time.monotonic() - began >= SECONDS[kind]
                raise CheckError(took if is_late else "The code ended its process.")
        answer = json.loads(reply)
        if "error" in answer:
            raise CheckError(answer["error"])
        return answer["result"]


def _started() -> subprocess.Popen[str]:
    """Start the process, and return once it listens, so that Python's start does not count as a check's time."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,  # Ctrl-C goes to the asking program alone
    )
    assert process.stdout is not None
    process.stdout.readline()
    return process


def _exchange(process: subprocess.Popen[str], request: dict[str, Any]) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        return process.stdout.readline()
    except OSError:  # it is gone
        return ""


def serve() -> None:
    """Answer until stdin ends: what the process does."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # the code's own stdin and stdout stay out of the exchange
    os.dup2(2, 1)
    replies.write("\n")
    replies.flush()
    for line in requests:
        replies.write(_answer(json.loads(line)) + "\n")
        replies.flush()


def _answer(request: dict[str, Any]) -> str:
    try:
        answer = {"result": _WORK[request.pop("kind")](**request)}
        return json.dumps(answer, default=_refuse)
    except BaseException as error:  # code may end with SystemExit
        return json.dumps({"error": f"{type(error).__name__}: {error}"})


def _regex(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.ASCII) is not None


def _python(output: str, context: dict[str, Any], code: str = "", path: str = "", function: str = "") -> Any:
    called = _function(path, function) if path else _inline(code)
    try:
        return called(output, context)
    except AssertionError as error:
        return {"pass": False, "score": 0, "reason": str(error) or "an assert failed"}


def _inline(code: str) -> Callable[..., Any]:
    """Make a function of an expression, or of several lines of which one returns."""
    body = code if "\n" in code else f"return {code}"
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    names: dict[str, Any] = {"json": json}
    exec(compile(f"def main(output, context):\n{lines}", "<assert>", "exec"), names)
    return names["main"]  # type: ignore[no-any-return]


def _function(path: str, name: str) -> Callable[..., Any]:
    folder = str(Path(path).parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)  # type: ignore[no-any-return]


def _refuse(value: object) -> NoReturn:
    raise TypeError(f"it returned {type(value).__name__}, where a bool, a number or {{pass, score, reason}} is needed")


_WORK: Final[dict[str, Callable[..., Any]]] = {"regex": _regex, "python": _python}


if __name__ == "__main__":
    serve()
