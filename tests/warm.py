"""Programs that begin as copies of a process which has imported the packages already.

A program of this repository takes 0.3 to 1 s of CPU to start, nearly all of it for imports, and tests start hundreds.
A copy is a process of its own all the same, with its own memory, environment, folder, streams and signals. What is said
about a start itself (imports, missing packages, colours and encodings, memory) needs a new interpreter.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import io
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType
from typing import Any, NamedTuple

_PACKAGES = ("portkey_openapi", "portkey_prompts", "portkey_ai", "portkey_local", "portkey_cli")
_BESIDE = (
    "anyio._backends._asyncio",
    "certifi",
    "encodings.idna",
    "httpcore",
    "psycopg",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite",
    "uvicorn.lifespan.off",
    "uvloop",
)
"""What is imported at the first call and at the first request."""
_NOT_ALWAYS = ("mcp_server", "migrations", "pytest_plugin", "__main__")
"""Modules that take long, are not for importing, or need what few programs need."""
_GENERATOR = ("run_generator.py", "openapi_python_client")
"""A program that needs no package of ours, and what takes it long to import."""
_TAKEN_OVER = {"PYTHONPATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PYTHONWARNINGS"}
"""What Python reads of the environment when it starts, and a copy can take over later."""
_start_new = subprocess.Popen
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER
_MESSAGE = 1 << 17
_originals: dict[Any, _Original] = {}
_starting = threading.Lock()


class Program(_start_new[Any]):
    """Start `python -c script …`, `python -m module …` or a script in Python, and more as `subprocess.Popen`."""

    def _execute_child(
        self,
        args: Any,
        executable: Any,
        preexec_fn: Any,
        close_fds: bool,
        pass_fds: Any,
        cwd: Any,
        env: Any,
        startupinfo: Any,
        creationflags: Any,
        shell: bool,
        *rest: Any,
    ) -> None:
        """Have a copy made, with the streams that `Popen` opened for it."""
        streams, others = rest[:6], rest[6:]
        environment = {**os.environ} if env is None else {**env}
        if sys.platform != "linux":
            given = (preexec_fn, close_fds, pass_fds, cwd, env, startupinfo, creationflags, shell)
            super()._execute_child(args, executable, *given, *rest)  # type: ignore[misc]
            return
        start = Start.read([str(each) for each in args], environment, os.fspath(cwd or Path.cwd()), bool(others[5]))
        own = (streams[0], streams[3], streams[5])
        numbers = [standard if each == -1 else each for standard, each in enumerate(own)]
        self.pid = _original(start).copy(start, numbers)
        self._child_created = True
        self._close_pipe_fds(*streams)  # type: ignore[attr-defined]


def run(*command: str, stdin: str = "", timeout: float = 120, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, with all of its streams in pipes."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with Program(command, text=True, **pipes, **options) as program:
        try:
            out, err = program.communicate(stdin, timeout)
        except BaseException:
            program.kill()
            raise
        return subprocess.CompletedProcess(command, program.returncode, out, err)


class Start(NamedTuple):
    """What a program is started with."""

    options: list[str]
    """Of the interpreter."""
    kind: str
    """`-c`, `-m`, or empty for a file."""
    program: str
    arguments: list[str]
    environment: dict[str, str]
    folder: str
    in_session: bool

    @classmethod
    def read(cls, command: list[str], environment: dict[str, str], folder: str, in_session: bool) -> Start:
        """Take a command apart."""
        options: list[str] = []
        rest = command
        if rest[0] == sys.executable:
            rest = rest[1:]
            while rest[0] == "-W":
                options, rest = options + rest[:2], rest[2:]
        kind = rest[0] if rest[0] in ("-c", "-m") else ""
        program, *arguments = rest[1:] if kind else rest
        return cls(options, kind, program, arguments, environment, folder, in_session)

    @property
    def imports(self) -> list[str]:
        """What its original imports; empty for all packages, and what is used beside them."""
        return [_GENERATOR[1]] if Path(self.program).name == _GENERATOR[0] else []

    @property
    def interpreter(self) -> tuple[Any, ...]:
        """What an interpreter has to have been started with."""
        beginnings = ("PYTHON", "LC_", "LANG")
        read = {name: value for name, value in self.environment.items() if name.startswith(beginnings)}
        return (
            *self.options,
            *self.imports,
            *sorted((name, value) for name, value in read.items() if name not in _TAKEN_OVER),
        )


class _Original:
    """A process that has imported the packages, and makes copies of itself."""

    def __init__(self, start: Start) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._turn = threading.Lock()
        with theirs:
            # Copies become children of this process: their parents end at once, and orphans go to who asks for them.
            ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
            environment = {name: value for name, value in start.environment.items() if name not in _TAKEN_OVER}
            self._process = _start_new(
                [sys.executable, *start.options, __file__, *start.imports],
                stdin=theirs,
                stdout=subprocess.DEVNULL,
                env={**environment, "PYTHONDONTWRITEBYTECODE": os.environ.get("PYTHONDONTWRITEBYTECODE", "")},
            )
        atexit.register(self.close)

    def copy(self, start: Start, streams: list[int]) -> int:
        """Make a copy and return its process id."""
        with self._turn:
            socket.send_fds(self._socket, [json.dumps(start).encode()], streams)
            return int(self._socket.recv(_MESSAGE))

    @property
    def has_ended(self) -> bool:
        """Whether the process is gone."""
        return self._process.poll() is not None

    def close(self) -> None:
        """End the process."""
        self._socket.close()
        self._process.wait()


def _original(start: Start) -> _Original:
    with _starting:
        known = _originals.get(start.interpreter)
        if known is None or known.has_ended:  # a test that fails ends what it started, and may have been its first
            _originals[start.interpreter] = _Original(start)
        return _originals[start.interpreter]


# The other side: the process that is copied


def _wait_for_starts() -> Start | None:
    """Make copies until nobody asks any more; returns what to start in each of them, and None in the original."""
    with socket.socket(fileno=os.dup(0)) as asked:
        while True:
            message, streams, _, _ = socket.recv_fds(asked, _MESSAGE, 3)
            if not message:
                return None
            start = Start(*json.loads(message))
            if "mcp" in start.arguments:
                import_module("portkey_cli.mcp_server")
            result, told = os.pipe()
            if not (middle := os.fork()):
                if not (copy := os.fork()):
                    asked.detach()
                    _take_streams(streams)
                    return start
                os.write(told, str(copy).encode())
                os._exit(0)
            os.waitpid(middle, 0)
            asked.send(os.read(result, 100))
            for number in (result, told, *streams):
                os.close(number)


def _take_streams(streams: list[int]) -> None:
    for standard, number in enumerate(streams):
        os.dup2(number, standard)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))


def _open_streams(unbuffered: bool) -> None:
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        before = getattr(sys, name)
        raw = open(number, "wb" if number else "rb", 0 if unbuffered and number else -1, closefd=False)  # noqa: SIM115
        stream = io.TextIOWrapper(
            raw,
            encoding=before.encoding,
            errors=before.errors,
            line_buffering=number == 2 or raw.isatty(),
            write_through=unbuffered,
        )
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _become(start: Start) -> None:
    """Run what was asked for as a new interpreter would."""
    if start.in_session:
        os.setsid()
    os.chdir(start.folder)
    os.environ.clear()
    os.environ.update(start.environment)
    _open_streams(bool(start.environment.get("PYTHONUNBUFFERED")))
    sys.dont_write_bytecode = bool(start.environment.get("PYTHONDONTWRITEBYTECODE"))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    first = str(Path(start.program).parent) if not start.kind else ""
    sys.path[:1] = [first, *filter(None, start.environment.get("PYTHONPATH", "").split(os.pathsep))]
    sys.argv = [start.kind or start.program, *start.arguments]
    if start.kind == "-m":
        runpy.run_module(start.program, run_name="__main__", alter_sys=True)
        return
    text = start.program if start.kind else Path(start.program).read_text(encoding="utf-8")
    main = sys.modules["__main__"] = ModuleType("__main__")
    if not start.kind:
        main.__file__ = start.program
    exec(compile(text, "<string>" if start.kind else start.program, "exec"), main.__dict__)


def _modules() -> Iterator[str]:
    """Name all modules of the packages."""
    for package in map(import_module, _PACKAGES):
        for found in walk_packages(package.__path__, f"{package.__name__}."):
            if not any(part in found.name for part in _NOT_ALWAYS):
                yield found.name


def _serve() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in sys.argv[1:] or (*_modules(), *_BESIDE):
        with suppress(ImportError, Warning):  # a copy that needs it is told
            import_module(name)
    gc.collect()
    gc.freeze()
    start = _wait_for_starts()
    if start is None:
        return
    code: Any = 0
    try:
        _become(start)
    except SystemExit as end:
        code = end.code or 0
    except Exception as error:
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
            trace = trace.tb_next
        sys.excepthook(type(error), error.with_traceback(trace), trace)
        code = 1
    _leave(code)


def _leave(code: Any) -> None:
    """End as an interpreter does, without taking each imported module apart: that is 50 ms, and nobody sees it."""
    if not isinstance(code, int):
        print(code, file=sys.stderr)
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    if (main := sys.modules["__main__"].__dict__) is not globals():
        main.clear()
    gc.collect()  # what was left open says so
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        sys.exit(code)
    os._exit(code & 0xFF)


if __name__ == "__main__":
    _serve()
