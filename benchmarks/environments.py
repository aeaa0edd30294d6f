"""The virtual environments that are measured, made when they are missing.

The official SDK needs one of its own, since it has the same import name. This package and httpx need one too: httpx
imports click and rich where they are installed, as development tools do, which more than doubles what its import takes.
"""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

OFFICIAL = "2.3.4"
LANGFUSE = "5.0.4"
ROOT = Path(__file__).parents[1]
_VERSIONS = "import sys; from importlib.metadata import version; print(*map(version, sys.argv[1:]))"


def official() -> Path:
    """Return the interpreter that has the official SDK, and the httpx that this package is measured with.

    Raises:
        subprocess.CalledProcessError: where the installation fails.
    """
    return _provided("official", {"portkey-ai": OFFICIAL, "httpx": version("httpx")})


def langfuse() -> Path:
    """Return the interpreter that has langfuse.

    Raises:
        subprocess.CalledProcessError: where the installation fails.
    """
    return _provided("langfuse", {"langfuse": LANGFUSE})


def plain() -> Path:
    """Return the interpreter that has this package, with what a plain install requires and nothing else.

    Raises:
        subprocess.CalledProcessError: where the installation fails.
    """
    required = {name: version(name) for name in ("httpx", "attrs", "python-dateutil")}
    python = _provided("plain", required)
    site = subprocess.check_output([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True)
    folders = (ROOT / name for name in ("generated", "prompts", "overlay"))
    Path(site.strip(), "portkey_prompts.pth").write_text("".join(f"{folder}\n" for folder in folders))
    return python


def _provided(name: str, required: dict[str, str]) -> Path:
    folder = ROOT / ".venvs" / name
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    if _installed(python, required) != required:
        wanted = [f"{distribution}=={number}" for distribution, number in required.items()]
        _say(f"installing {', '.join(wanted)} into {folder.relative_to(ROOT)}, once …")
        _run(sys.executable, "-m", "venv", str(folder))
        _run(str(python), "-m", "pip", "install", "--quiet", *wanted)
        _say("… installed.")
    return python


def _installed(python: Path, required: dict[str, str]) -> dict[str, str]:
    """Ask an environment for its versions; empty where something is missing."""
    if not python.exists():
        return {}
    asked = subprocess.run([python, "-I", "-c", _VERSIONS, *required], capture_output=True, text=True, check=False)
    return dict(zip(required, asked.stdout.split(), strict=False))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=sys.stderr)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
