"""Entries on disk, so that an app that starts while the service is down knows its prompts."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from portkey_prompts.errors import PortkeyError
from portkey_prompts.files import read_regular, write_whole
from portkey_prompts.rendering import check_detail
from portkey_prompts.source.entries import Entry, Key
from portkey_prompts.source.settings import PromptSource

FORMAT = 1

logger = logging.getLogger("portkey_ai")  # apps know one logger; its name is the import name


class Disk:
    """Keep entries in a folder, a file each, that only this user can read; one that others may have written
    is not read.

    The first failure of the disk is logged; none fails a render.

    Args:
        folder: where the files lie; it is made when it is first written to.
        account: a text that differs between services and accounts, so that none is served another's prompts.
    """

    def __init__(self, folder: Path, account: str) -> None:
        self._folder = folder
        self._account = account
        self._complained = False

    @classmethod
    def of(cls, source: PromptSource, account: Callable[[], str]) -> Disk | None:
        """Open the folder of a source, where it has one.

        Raises:
            PortkeyError: `source` is no PromptSource.
        """
        if not isinstance(source, PromptSource):
            raise PortkeyError(
                f"`prompts` must be a PromptSource, such as PromptSource(lock='prompts.lock'), not {source!r}."
            )
        return None if source.disk is None else cls(source.disk, account())

    def get(self, key: Key, now: float) -> Entry | None:
        """Read an entry, or None where there is none that can be used.

        Args:
            key: what is asked for.
            now: the time, by `time.monotonic()`.
        """
        try:
            kept: Any = json.loads(read_regular(self._path(key), own=True))
            if kept["format"] != FORMAT or kept["reference"] != key.reference or not isinstance(kept["detail"], dict):
                return None
            check_detail(key.kind, key.reference, kept["detail"])
            age = max(0.0, time.time() - kept["saved_at"])
            return Entry(key, kept["detail"], "disk", now - age)
        except FileNotFoundError:
            return None
        except Exception as error:  # the file may hold anything
            self._complain("read", error)
            return None

    def put(self, entry: Entry) -> None:
        """Write an entry, whole or not at all."""
        kept = {
            "format": FORMAT,
            "kind": entry.key.kind,
            "reference": entry.key.reference,
            "saved_at": time.time(),
            "detail": entry.detail,
        }
        path = self._path(entry.key)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Links are not followed: one that another user has put there may lead to any file of this user. Nothing is
            # synced, so that no render waits for the disk: what a power failure loses is fetched again.
            write_whole(path, json.dumps(kept).encode(), mode=0o600, follow=False, durable=False)
        except (OSError, ValueError) as error:
            self._complain("written", error)

    def drop(self, key: Key) -> None:
        """Forget an entry."""
        with suppress(OSError):
            self._path(key).unlink(missing_ok=True)

    def _path(self, key: Key) -> Path:
        name = hashlib.sha256("\n".join((self._account, *key)).encode("utf-8", "surrogatepass")).hexdigest()
        return self._folder / f"{key.kind}-{name[:40]}.json"

    def _complain(self, act: str, error: Exception) -> None:
        if not self._complained:
            self._complained = True
            logger.warning("prompts can't be %s on disk (%s): %s", act, self._folder, error)
