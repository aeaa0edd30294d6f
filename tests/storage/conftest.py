"""What the tests of the storage share: the local server's client and program, and ways to look at a database."""

from __future__ import annotations

import sys
from pathlib import Path

LOCAL_TESTS = Path(__file__).resolve().parents[1] / "local"
if str(LOCAL_TESTS) not in sys.path:
    sys.path.insert(0, str(LOCAL_TESTS))
