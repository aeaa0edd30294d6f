"""The official SDK's import paths, for programs that were written for it; new ones import from `portkey_ai`."""

TYPE_CHECKING = False

if not TYPE_CHECKING:

    def __getattr__(name):
        """Load what `portkey_ai` exports, or a module of these paths, when it is first asked for."""
        if name in ("exceptions", "streaming", "types", "utils"):
            return __import__(f"{__name__}.{name}", fromlist=[name])
        return getattr(__import__("portkey_ai"), name)
