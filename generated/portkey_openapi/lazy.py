# Compiled from openapi.yaml by `make generate`. Do not edit.
"""Packages whose names are loaded when they are first asked for, so that importing one costs next to nothing."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import Any
else:
    Any, Callable, Collection, Mapping, Sequence = object, dict, dict, dict, dict  # not imported for annotations


def lazy_package(
    package: str, homes: Mapping[str, Collection[str] | str], modules: Sequence[str] = ()
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Make the functions by which a package loads its names on first use. Type checkers read its imports.

    Args:
        package: the package's `__name__`.
        homes: the modules that define the names, and the names in each, many as one text with spaces between; a module
            inside of the package begins with a dot.
        modules: modules of the package that may be asked for as attributes.

    Returns:
        The package's `__getattr__`, `__dir__` and `__all__`.

    Example:
        >>> __getattr__, __dir__, __all__ = lazy_package(__name__, {".errors": ["NotFound"]})
    """
    listed = {home: names.split() if isinstance(names, str) else names for home, names in homes.items()}
    home_of = {name: home for home, names in listed.items() for name in names}

    def __getattr__(name: str) -> Any:
        if name in modules:
            return __import__(f"{package}.{name}", fromlist=[name])
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        home = home_of[name]
        value = getattr(__import__(f"{package}{home}" if home.startswith(".") else home, fromlist=[name]), name)
        setattr(sys.modules[package], name, value)  # from now on it is found without a call
        return value

    def __dir__() -> list[str]:
        return sorted({*vars(sys.modules[package]), *home_of, *modules})

    return __getattr__, __dir__, sorted(home_of)
