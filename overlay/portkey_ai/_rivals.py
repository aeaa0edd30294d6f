"""The distribution that bears the same import name: said so, once, where both are installed."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

_looked = False


def warn_of_rival() -> None:
    """Warn where the distribution portkey-ai is installed beside this one: their files lie in one folder, mixed.

    Looks for a folder that only the other one has; asking the installed metadata would take 20 ms.
    """
    global _looked
    if _looked:
        return
    _looked = True
    if any(Path(entry, "portkey_ai", "api_resources").is_dir() for entry in sys.path):
        warnings.warn(
            "portkey-prompts and portkey-ai are both installed, and both are imported as portkey_ai. Keep one: "
            "pip uninstall portkey-ai, then pip install --force-reinstall --no-deps portkey-prompts",
            RuntimeWarning,
            stacklevel=3,
        )
