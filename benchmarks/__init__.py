"""How long calls take: this package, bare httpx and the official SDK, in turns in one run.

`python -m benchmarks` prints the table, `python -m benchmarks --help` says what else it can do.
"""
