"""What calls cost: this package, bare httpx and the official SDK, side by side in one run.

`python -m benchmarks` prints the table, `python -m benchmarks --help` says what else it can do.
"""
