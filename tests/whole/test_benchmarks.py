"""What benchmarks count by: all processes of a server, right answers, and the files of an installation."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

import pytest

from benchmarks import installs
from benchmarks.serving import load
from benchmarks.serving.servers import Process

SERVER = """
import http.server, subprocess, sys
subprocess.Popen([sys.executable, "-c", "held = b'x' * 64_000_000\\nimport time; time.sleep(600)"])

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = b"right" if self.path == "/right" else b"wrong"
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
"""

LEAVES_A_CHILD = """
import subprocess, sys
print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid, flush=True)
"""


def test_the_memory_of_a_server_is_that_of_its_children_too() -> None:
    with Process([sys.executable, "-c", SERVER]) as server:
        deadline = time.monotonic() + 30
        while server.megabytes() < 64 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert server.megabytes() > 64
        assert 0 < server.proportional_megabytes() <= server.megabytes()


def test_children_that_a_server_leaves_behind_end_with_it() -> None:
    with Process([sys.executable, "-c", LEAVES_A_CHILD]) as server:
        left = int(server.base_url)
        assert _runs(left)
    deadline = time.monotonic() + 30
    while _runs(left) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _runs(left)


@pytest.mark.skipif(shutil.which("wrk") is None, reason="the load is made by wrk")
def test_an_answer_that_is_not_the_right_one_does_not_count() -> None:
    right = load.Right(200, "right")
    with Process([sys.executable, "-c", SERVER]) as server:
        server.ready("/right")
        assert load.burst(server, load.checking([load.Request("GET", "/right")], right), 1, 1).requests > 1
        with pytest.raises(RuntimeError, match="not right"):
            load.burst(server, load.checking([load.Request("GET", "/other")], right), 1, 1)
        with pytest.raises(RuntimeError, match="not right"):
            load.burst(server, load.checking([load.Request("GET", "/right")], load.Right(201, "right")), 1, 1)


def test_an_installation_is_the_files_that_its_distributions_list(tmp_path: Path) -> None:
    for name, files in {"one": {"one/a.py": 2**20, "one/a.pyc": 2**19}, "pip": {"pip/b.py": 2**20}}.items():
        listed = []
        for file, size in files.items():
            (tmp_path / file).parent.mkdir(exist_ok=True)
            (tmp_path / file).write_bytes(bytes(size))
            listed.append(f"{file},,")
        folder = tmp_path / f"{name}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (folder / "RECORD").write_text("\n".join([*listed, "one/gone.py,,"]))
    (tmp_path / "beside.py").write_bytes(bytes(2**20))

    found = installs.measured(tmp_path)

    assert found == installs.Installation({"one": 1.5}, compiled=0.5, symbols=0)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
