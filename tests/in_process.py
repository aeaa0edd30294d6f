"""The command line, run in this process: it takes as many milliseconds as a program of its own takes to start."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from portkey_cli.main import main


def command(
    *arguments: str, stdin: str = "", folder: Path | str = ".", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command as if all of its streams were pipes, in a folder, with more in its environment."""
    out, err = io.BytesIO(), io.BytesIO()
    given = io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")
    with (
        patch.dict(os.environ, environment),
        patch.object(sys, "stdin", given),
        redirect_stdout(io.TextIOWrapper(out, encoding="utf-8", write_through=True)),
        redirect_stderr(io.TextIOWrapper(err, encoding="utf-8", write_through=True)),
        chdir(folder),
    ):
        try:
            code = main(list(arguments))
        except SystemExit as end:  # as a completion ends
            code = int(end.code or 0)
        return subprocess.CompletedProcess(arguments, code, out.getvalue().decode(), err.getvalue().decode())
