"""The lock file: which exact versions of prompts and partials an app uses, kept beside its code.

`prompts.lock` holds the whole content of every prompt that an app refers to, so that what is rendered is what was
reviewed. `portkey-prompts lock` writes it; `portkey_cli.resolving` asks the service what to put in. Everything here
but `file` and `sources` is without I/O.

Example:
    >>> from portkey_prompts.lock import LockFile
    >>> lock = LockFile.read("prompts.lock")
    >>> lock.prompts["pp-greeting@production"].version
    12
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .entries import LockedPartial as LockedPartial
    from .entries import LockedPrompt as LockedPrompt
    from .errors import LockError as LockError
    from .file import LockFile as LockFile
    from .resolution import Resolution as Resolution
    from .resolution import Wanted as Wanted
    from .resolution import lock_prompt as lock_prompt
    from .sources import Scan as Scan
    from .sources import scan as scan

if not TYPE_CHECKING:
    from portkey_openapi.lazy import lazy_package

    __getattr__, __dir__, __all__ = lazy_package(
        __name__,
        {
            ".entries": ["LockedPartial", "LockedPrompt"],
            ".errors": ["LockError"],
            ".file": ["LockFile"],
            ".resolution": ["Resolution", "Wanted", "lock_prompt"],
            ".sources": ["Scan", "scan"],
        },
    )
