"""Stored partials, and how a render gets hold of them.

A loader is a mapping from references to partials, or a function. They answer for both tags of partials:

| loader | `{{>pp-x}}` | `{{>>name}}`, where the value looks like a reference |
|---|---|---|
| has a `Partial` | that | that |
| has `None`: looked for, does not exist | `UnknownPartialError` | the value is the text itself |
| mapping without the key: not looked for yet | `UnknownPartialError` | `UnknownPartialError` |
| none given | `UnknownPartialError` | the value is the text itself |

So a caller who must fetch (and can't do so inside of a render) keeps a dict and renders until it is complete:

    known = {}
    needed = PartialsNeeded(lambda: template.render(variables, partials=known), known.__contains__)
    for reference in needed:
        known[reference] = await fetch(reference)  # a Partial, or None where there is no such one
    return needed.result
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

from .errors import UnknownPartialError

if TYPE_CHECKING:
    from .template import Template

_REFERENCE = re.compile(
    r"(?:pp-[^\s{}@]{1,250}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})(?:@[^\s{}@]{1,100})?"
)


class Partial:
    """Hold one version of a stored partial, parsed.

    Args:
        slug: the partial's slug, without a version.
        version: the version's number.
        template: the version's text, parsed.
    """

    __slots__ = ("slug", "template", "version")

    def __init__(self, slug: str, version: int, template: Template) -> None:
        self.slug = slug
        self.version = version
        self.template = template

    def __repr__(self) -> str:
        return f"Partial({self.slug!r}, {self.version}, {self.template!r})"


Loader: TypeAlias = Callable[[str], Partial | None] | Mapping[str, Partial | None]
"""What answers a reference: `pp-x`, `pp-x@5`, `pp-x@latest`, as it stands in the tag."""


def looks_like_reference(value: str) -> bool:
    """Tell whether a text has the shape of a reference: a slug (`pp-…`) or a UUID, with or without `@version`."""
    return _REFERENCE.fullmatch(value) is not None


T = TypeVar("T")


class PartialsNeeded(Generic[T]):
    """Iterate over the references that a render turns out to need, until it has all of them.

    Args:
        render: renders; raises `UnknownPartialError` for a partial that is not at hand.
        is_known: tells whether the caller has looked a reference up, also where there is no such partial.

    Attributes:
        result: what `render` answered, after the last reference.
    """

    __slots__ = ("_is_known", "_render", "result")

    result: T

    def __init__(self, render: Callable[[], T], is_known: Callable[[str], bool]) -> None:
        self._render = render
        self._is_known = is_known

    def __iter__(self) -> Iterator[str]:
        """Render; answer a reference that the caller makes known, and try again.

        Raises:
            UnknownPartialError: a partial is needed that is known not to exist.
            TemplateError: it can't be rendered.
        """
        while True:
            try:
                self.result = self._render()
                return
            except UnknownPartialError as error:
                if self._is_known(error.reference):
                    raise
                reference = error.reference
            yield reference


class PartialLookup:
    """Look partials up during one render: the loader is asked once for each, and the versions used are noted."""

    __slots__ = ("_loader", "_seen", "versions")

    def __init__(self, loader: Loader | None) -> None:
        self.versions: dict[str, int] = {}
        self._loader = loader
        self._seen: dict[str, Partial | None] = {}

    def find(self, reference: str) -> Partial | None:
        """Answer a partial, or None where it does not exist.

        Raises:
            UnknownPartialError: the loader is a mapping without this reference.
        """
        if reference in self._seen:
            return self._seen[reference]
        loader = self._loader
        if loader is None:
            partial = None
        elif isinstance(loader, (dict, Mapping)):  # dict first: asking the abstract class takes longer
            if reference not in loader:
                raise UnknownPartialError(reference)
            partial = loader[reference]
        else:
            partial = loader(reference)
        if partial is not None and not isinstance(partial, Partial):
            raise TypeError(f"partials answered {reference!r} with a {type(partial).__name__}, not a Partial or None")
        self._seen[reference] = partial
        return partial

    def note(self, partial: Partial) -> None:
        """Note the version that went in; a second version of the same partial is noted as `slug@version`."""
        version = self.versions.setdefault(partial.slug, partial.version)
        if version != partial.version:
            self.versions[f"{partial.slug}@{partial.version}"] = partial.version
