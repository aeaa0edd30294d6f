"""The distribution that bears the same import name: said so, once, where both are installed."""

from __future__ import annotations

import os
import sys
import warnings

_looked = False


def warn_of_rival() -> None:
    """Warn where the distribution portkey-ai is installed beside this one: their files lie in one folder, mixed.

    Looks for a folder that only the other one has; asking the installed metadata would take 20 ms.
    """
    global _looked
    if _looked:
        return
    _looked = True
    # os.path, since loading pathlib would take longer than all of the rest here.
    if any(os.path.isdir(os.path.join(entry, "portkey_ai", "api_resources")) for entry in sys.path):  # noqa: PTH112, PTH118
        warnings.warn(
            "portkey-prompts and portkey-ai are both installed, and both are imported as portkey_ai. Keep one: "
            "pip uninstall portkey-ai, then pip install --force-reinstall --no-deps portkey-prompts",
            RuntimeWarning,
            stacklevel=3,
        )
