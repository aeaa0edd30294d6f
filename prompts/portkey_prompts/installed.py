"""Whether `portkey_ai` is this distribution's: portkey-ai, the official SDK, bears the same import name."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator

REMEDY = "pip uninstall portkey-ai, then pip install --force-reinstall --no-deps portkey-prompts"
_looked = False


def warn_of_conflict(stacklevel: int = 3) -> None:
    """Warn, once, where portkey-ai is installed beside this distribution: their files lie in one folder, mixed.

    Args:
        stacklevel: whose line the warning names, counted as `warnings.warn` does.
    """
    global _looked
    if not _looked and any(map(_is_official_sdk, _folders())):
        warnings.warn(
            "portkey-prompts and portkey-ai are both installed, and both are imported as portkey_ai. "
            f"Keep one: {REMEDY}",
            RuntimeWarning,
            stacklevel=stacklevel,
        )
    _looked = True


def fault() -> str | None:
    """Say why `portkey_ai` can't be used, and what to do; None where it can.

    For what is started without it: where portkey-ai was installed last, `portkey_ai` is all its own; and where it was
    uninstalled then, the files that both have are gone.
    """
    folder = next(_folders(), None)
    if folder is None:
        return None
    try:
        with open(os.path.join(folder, "__init__.py"), encoding="utf-8") as file:  # noqa: PTH118, PTH123
            if "portkey_openapi" in file.read():
                return None
    except OSError:
        return f"files of portkey_ai are missing, as they are once portkey-ai was uninstalled beside it: {REMEDY}"
    return f"portkey_ai is portkey-ai's, which was installed over portkey-prompts. Keep one: {REMEDY}"


def _folders() -> Iterator[str]:
    """Find the folders of that name, the one that is imported first."""
    # os.path, since loading pathlib would take longer than all of the rest here, and installed metadata 20 ms.
    for entry in sys.path:
        folder = os.path.join(entry, "portkey_ai")  # noqa: PTH118
        if os.path.isdir(folder):  # noqa: PTH112
            yield folder


def _is_official_sdk(folder: str) -> bool:
    return os.path.isdir(os.path.join(folder, "api_resources", "apis"))  # noqa: PTH112, PTH118
