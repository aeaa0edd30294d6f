"""The lock file: which exact versions of prompts and partials an app uses, kept beside its code.

`prompts.lock` holds the whole content of every prompt that an app refers to, so that what is rendered is what was
reviewed. `portkey-prompts lock` writes it; everything here but `resolving` and `storage` is without I/O.

Example:
    >>> from portkey_ai.lock import LockFile
    >>> lock = LockFile.read("prompts.lock")
    >>> lock.prompts["pp-greeting@production"].version
    12
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .entries import LockedPartial as LockedPartial
    from .entries import LockedPrompt as LockedPrompt
    from .entries import lock_prompt as lock_prompt
    from .errors import LockError as LockError
    from .file import LockFile as LockFile
    from .resolution import Resolution as Resolution
    from .resolution import Wanted as Wanted
    from .resolving import resolve as resolve
    from .sources import Scan as Scan
    from .sources import scan as scan

_HOMES = {
    "LockError": "errors",
    "LockFile": "file",
    "LockedPartial": "entries",
    "LockedPrompt": "entries",
    "Resolution": "resolution",
    "Scan": "sources",
    "Wanted": "resolution",
    "lock_prompt": "entries",
    "resolve": "resolving",
    "scan": "sources",
}

__all__ = [
    "LockError",
    "LockFile",
    "LockedPartial",
    "LockedPrompt",
    "Resolution",
    "Scan",
    "Wanted",
    "lock_prompt",
    "resolve",
    "scan",
]

if not TYPE_CHECKING:

    def __getattr__(name):
        """Load a name when it is first asked for: who reads a lock file needs nothing that fetches or scans."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(__import__(f"{__name__}.{_HOMES[name]}", fromlist=[name]), name)
        globals()[name] = value
        return value
