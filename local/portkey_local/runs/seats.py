"""How many runs there may be at once."""

from __future__ import annotations

from portkey_local.errors import ApiError


class TooManyRunsError(ApiError):
    """As many runs as there may be are under way; nothing was run."""

    status, code = 429, "AB06"

    def __init__(self, most: int) -> None:
        super().__init__(
            f"{most} runs are under way, which is as many as this server does at once. Nothing was run; call again, "
            "or raise `runs` under [limits] in portkey-local.toml.",
            headers={"retry-after": "1"},
        )


class Seats:
    """Count the runs under way: a `with` block is one of them.

    Args:
        most: How many there may be.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0

    def __enter__(self) -> None:
        """Take a seat.

        Raises:
            TooManyRunsError: All are taken.
        """
        if self._taken >= self._most:
            raise TooManyRunsError(self._most)
        self._taken += 1

    def __exit__(self, *_: object) -> None:
        self._taken -= 1
