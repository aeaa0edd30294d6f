"""The settings of rendering in the client: `PromptSource`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from portkey_prompts.errors import PortkeyError
from portkey_prompts.files import expanded

if TYPE_CHECKING:
    from portkey_prompts.lock import LockFile
else:
    LockFile = object  # not imported before there is one

Fallback = str | Sequence[Mapping[str, Any]] | Mapping[str, Any]
"""A prompt given in code: a template's text, a chat's messages, or a mapping with `string` and a version's fields."""


class PromptSource:
    """Have a client render prompts by itself, and go on when the service is slow or down.

    A prompt is fresh for `ttl` seconds. Then it is served at once, stale, while one refresh runs in the background.
    Older than `ttl + stale`, the service is asked first; where it does not answer, what is known is served all the
    same: from memory, the disk, the lock file, the fallback given in code, in this order. A result says where it came
    from (`source`), how old it is (`age`) and what went in (`version`, `partials`). A version named by its number never
    grows old; the published partials that it includes do.

    Args:
        ttl: seconds that a prompt is served without asking the service.
        stale: seconds after that in which it is served at once and refreshed in the background.
        patience: seconds to wait for the service where another source has the prompt; else the client's time-out holds.
        disk: a folder to keep prompts in between runs of the app; None keeps none.
        lock: the lock file, its path or itself; None for none.
        frozen: whether only what is locked may be used; the service is never asked for prompts.
        fallback: prompts by reference (or by slug, for all versions of it), or a function that is asked for one.
        missing: what becomes of a variable that is not given: nothing, or an error that names all of them.
        capacity: how many prompts and partials are kept in memory, a count. Calls that bring a key, headers or routing
            of their own share nothing with others: for each of the last 32 of these, as many again.

    Examples:
        >>> portkey = Portkey(prompts=PromptSource(disk="~/.cache/my-app", lock="prompts.lock"))
        >>> portkey.prompts.render(prompt_id="pp-greeting", variables={"name": "Alice"}).source
        'server'
    """

    def __init__(
        self,
        *,
        ttl: float = 60.0,
        stale: float = 3600.0,
        patience: float = 2.0,
        disk: str | Path | None = None,
        lock: str | Path | LockFile | None = None,
        frozen: bool = False,
        fallback: Mapping[str, Fallback] | Callable[[str], Fallback | None] | None = None,
        missing: Literal["empty", "error"] = "empty",
        capacity: int = 1000,
    ) -> None:
        for name, seconds in (("ttl", ttl), ("stale", stale), ("patience", patience)):
            if not isinstance(seconds, int | float) or not seconds >= 0:
                raise PortkeyError(f"`{name}` must be seconds, 0 or more, not {seconds!r}.")
        if missing not in ("empty", "error"):
            raise PortkeyError(f"`missing` must be 'empty' or 'error', not {missing!r}.")
        if not isinstance(capacity, int) or capacity < 1:
            raise PortkeyError(f"`capacity` must be a count, 1 or more, not {capacity!r}.")
        if fallback is not None and not callable(fallback) and not isinstance(fallback, Mapping):
            raise PortkeyError(
                "`fallback` must be prompts by reference, such as {'pp-greeting': 'Hello {{name}}!'}, or a function, "
                f"not {type(fallback).__name__}."
            )
        if disk is not None and (not isinstance(disk, str | Path) or not str(disk).strip()):
            raise PortkeyError(f"`disk` must name a folder, such as '~/.cache/my-app', not {disk!r}.")
        if frozen and lock is None:
            raise PortkeyError("`frozen` needs a lock file: pass lock='prompts.lock' (made by `portkey-prompts lock`).")
        self.ttl = float(ttl)
        self.stale = float(stale)
        self.patience = float(patience)
        self.disk = None if disk is None else expanded(disk).absolute()  # now: the process may change its folder
        self.lock = _read(lock)
        self.frozen = frozen
        self.missing: Literal["empty", "error"] = missing
        self.capacity = capacity
        self._fallback = fallback
        for reference, given in fallback.items() if isinstance(fallback, Mapping) else ():
            if given is not None:
                _check(str(reference), given)

    def fallback(self, reference: str) -> Mapping[str, Any] | None:
        """Find the prompt that code gives for a reference, as the contract's flat prompt shape."""
        given = self._fallback
        if given is None:
            return None
        slug = reference.partition("@")[0]
        found = given(reference) if callable(given) else given.get(reference, given.get(slug))
        return None if found is None else _detail(reference, found)

    def __repr__(self) -> str:
        return f"PromptSource(ttl={self.ttl:g}, stale={self.stale:g}, frozen={self.frozen})"


def _read(lock: str | Path | LockFile | None) -> LockFile | None:
    if lock is None:
        return None
    from portkey_prompts.lock import LockFile

    if isinstance(lock, str | Path):
        return LockFile.read(expanded(lock))
    if not isinstance(lock, LockFile):
        raise PortkeyError(f"`lock` must be a lock file, such as 'prompts.lock', not {lock!r}.")
    return lock


def _check(reference: str, given: Fallback) -> None:
    """Check a fallback while nothing is down yet."""
    from portkey_prompts.rendering import StoredPrompt
    from portkey_prompts.templates import TemplateError

    try:
        StoredPrompt(_detail(reference, given))
    except TemplateError as error:
        raise PortkeyError(f"The fallback of {reference!r} is no template: {error}") from None


def _detail(reference: str, given: Fallback) -> Mapping[str, Any]:
    slug = reference.partition("@")[0]
    if isinstance(given, str):
        return {"slug": slug, "string": given}
    if isinstance(given, Mapping):
        if not isinstance(given.get("string"), str):
            raise PortkeyError(f"The fallback of {reference!r} has no `string`, the template's text.")
        return {"slug": slug, **given}
    if not isinstance(given, Iterable):
        raise PortkeyError(f"The fallback of {reference!r} must be a text, messages or a prompt, not {given!r}.")
    import json

    return {"slug": slug, "string": json.dumps(list(given)), "template_metadata": {"template_type": "chat"}}
