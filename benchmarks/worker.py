"""One library at one use, in a process of its own: reads how many times, answers how many seconds one time took.

Run as `python -m benchmarks.worker <module> <use> <base URL>`, where the module is `bare`, `facade`, `peer` or
`templates`.
"""

import importlib
import json
import sys


def main() -> None:
    """Serve blocks until standard input ends."""
    module, use, base_url = sys.argv[1:]
    block = getattr(importlib.import_module(f"benchmarks.{module}"), use)(base_url)
    for line in sys.stdin:
        print(json.dumps(block(int(line))), flush=True)


if __name__ == "__main__":
    main()
