"""What the command line takes on a large database: time, and the memory at its peak."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.processes import ROOT, environment

PROGRAM = str(Path(sys.executable).with_name("portkey-prompts"))


class Taken(NamedTuple):
    """What a command took."""

    seconds: float
    cpu: float
    """Seconds of processor time of its own, whatever else the machine does."""
    megabytes: float
    """Its resident memory at the peak."""


def run(*arguments: str) -> Taken:
    """Run a command of `portkey-prompts` to its end.

    Raises:
        RuntimeError: it failed; what went wrong stands on standard error.
    """
    began = time.perf_counter()
    process = subprocess.Popen([PROGRAM, *arguments], stdout=subprocess.DEVNULL, cwd=ROOT, env=environment())
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{arguments} ended with {process.returncode}")
    in_kilobytes = 1 if sys.platform == "darwin" else 1024
    cpu = usage.ru_utime + usage.ru_stime
    return Taken(time.perf_counter() - began, cpu, usage.ru_maxrss * in_kilobytes / 1e6)
