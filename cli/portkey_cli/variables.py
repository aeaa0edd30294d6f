"""The variables that a prompt is rendered with, from a file and from the command line."""

from __future__ import annotations

from typing import Any

from portkey_cli.failures import UsageError
from portkey_cli.files import assignments, json_assignments, read_object


def gather(file: str | None, texts: list[str] | None, values: list[str] | None) -> dict[str, Any]:
    """Gather variables; what stands on the command line wins over the file.

    Args:
        file: a file with a JSON object, or `-` for stdin.
        texts: `NAME=TEXT`, as given with `--var`.
        values: `NAME=JSON`, as given with `--var-json`.

    Raises:
        UsageError: where one can't be read, or a name is given twice.
    """
    plain, rich = assignments("--var", texts), json_assignments("--var-json", values)
    twice = sorted(plain.keys() & rich.keys())
    if twice:
        raise UsageError(f"--var and --var-json both give {twice[0]!r}. Give it once.")
    return {**(read_object(file) if file else {}), **plain, **rich}
