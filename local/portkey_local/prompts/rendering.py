"""Rendering within a server's limits, with its errors; `portkey_prompts` renders, so server and SDK do it alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import Factory, field, frozen

from portkey_local.config import LocalLimits
from portkey_local.errors import ApiError, BadRequestError, NotFoundError, TooLargeError, UnprocessableError
from portkey_local.json import to_json
from portkey_local.worker import Worker
from portkey_prompts.rendering import Rendered, overrides_in
from portkey_prompts.templates import (
    Limits,
    Partial,
    Template,
    TemplateError,
    TemplateLimitError,
    TemplateSyntaxError,
    UnknownPartialError,
)

from .cache import PromptCache, ResolvedPrompt

_MOST_CHOSEN = 1000
"""Partials that one call's variables may choose."""
_AT_ONCE = 100
_MOST_BYTES = 6
"""Bytes of one character in JSON."""
_SMALL = 32 * 1024
"""Characters of a template, and bytes of a body, up to which a render may well be small."""
_LIGHT = 128 * 1024
"""Characters of a version, its tools and settings included, up to which copying it takes no time that counts."""


class Brief(Limits):
    """The limits of a render on the event loop: a few milliseconds, in which nobody else is answered."""

    __slots__ = ()

    @property
    def steps(self) -> int:
        """Tags and texts, fewer than follow from the partials and section bodies."""
        return 10_000


def full(limits: LocalLimits) -> Limits:
    """Return what a render may take."""
    return Limits(depth=limits.depth, output=limits.output, expansions=limits.expansions)


def brief(limits: LocalLimits) -> Limits:
    """Return what a render may take on the event loop."""
    output, expansions = min(limits.output, 100_000), min(limits.expansions, 1_000)
    return Brief(depth=limits.depth, output=output, expansions=expansions)


@frozen
class Renderer:
    """Render prompts within limits.

    A small render takes less than handing it to a thread would, and runs where it is called. What turns out to be
    larger, or looks like it, runs on a thread, one at a time, and the event loop goes on.

    Args:
        prompts: Where stored partials are found.
        limits: How much a render may take.
    """

    prompts: PromptCache
    limits: LocalLimits
    _full: Limits = field(default=Factory(lambda self: full(self.limits), takes_self=True), init=False, repr=False)
    _brief: Limits = field(default=Factory(lambda self: brief(self.limits), takes_self=True), init=False, repr=False)
    _worker: Worker = field(factory=Worker, init=False, repr=False)

    async def render(self, resolved: ResolvedPrompt, body: Mapping[str, Any], *, size: int = 0) -> Rendered:
        """Render a version with a call's variables and overrides.

        Args:
            resolved: The version, and the partials that it names.
            body: The call's body: `variables`, and at its root what wins over the saved settings.
            size: The body's size in bytes.

        Raises:
            NotFoundError: The template includes a partial that does not exist.
            TooLargeError: The render goes over a limit.
            BadRequestError: A text that the variables bring is a malformed template.
            UnprocessableError: The template can't be rendered with these variables.
        """
        return (await self.sized(resolved, body, size=size))[0]

    def at_once(self, resolved: ResolvedPrompt, body: Mapping[str, Any], *, size: int = 0) -> Rendered | None:
        """Render as `render` does, where that is small and all partials are at hand; answer None where it is not.

        Raises:
            TooLargeError: The text is longer than an answer may be.
            TemplateError: It can't be rendered, or is not small.
        """
        if not _is_small(resolved, size):
            return None
        lookup = _PartialLookup(resolved.partials)
        rendered = _attempt(resolved, body, lookup, self._brief)
        self._check_size(rendered.prompt)
        return None if lookup.unseen else rendered

    async def sized(self, resolved: ResolvedPrompt, body: Mapping[str, Any], *, size: int = 0) -> tuple[Rendered, bool]:
        """Render as `render` does, and tell whether the answer is small, so that the event loop may write it."""
        lookup = _PartialLookup(resolved.partials)
        is_small = _is_small(resolved, size)
        while True:
            try:
                if is_small:
                    rendered = _attempt(resolved, body, lookup, self._brief)
                else:
                    rendered = await self._worker.do(_attempt, resolved, body, lookup, self._full)
                self._check_size(rendered.prompt)
            except TemplateLimitError as error:
                if not is_small:
                    raise self._excess(error) from error
                is_small = False
                continue
            except TemplateError as error:
                if not lookup.unseen:
                    raise _refusal(error) from error
            except _EnoughError:
                pass
            else:
                if not lookup.unseen:
                    return rendered, is_small
            await self._see(lookup)

    def _check_size(self, prompt: str) -> None:
        """Refuse a text that no answer can hold, though it fits by its characters: as JSON, a NUL takes six bytes."""
        most = self.limits.answer
        if len(prompt) * _MOST_BYTES > most and (size := len(to_json(prompt))) > most:
            raise TooLargeError(
                f"The prompt can't be rendered: its {size:,} bytes are more than the {most:,} of an answer"
                " (limits.answer): send smaller variables, or simplify the template."
            )

    def _excess(self, error: TemplateLimitError) -> ApiError:
        limit = getattr(self.limits, error.limit)
        return TooLargeError(
            f"The prompt can't be rendered: {error}. The limit is {limit:,} (limits.{error.limit}): "
            "send smaller variables, or simplify the template."
        )

    async def _see(self, lookup: _PartialLookup) -> None:
        if len(lookup.chosen) + len(lookup.unseen) > _MOST_CHOSEN:
            raise TooLargeError(f"The variables choose more than {_MOST_CHOSEN} partials. Choose fewer in one call.")
        lookup.chosen |= await self.prompts.partials(lookup.unseen)
        lookup.unseen.clear()


def _attempt(resolved: ResolvedPrompt, body: Mapping[str, Any], lookup: _PartialLookup, limits: Limits) -> Rendered:
    variables, overrides = body.get("variables") or {}, overrides_in(body)
    return resolved.version.stored.render(variables, overrides, partials=lookup.partial, limits=limits)


def _is_small(resolved: ResolvedPrompt, size: int) -> bool:
    """Tell whether a render may well be small, and its answer is."""
    version = resolved.version
    return size <= _SMALL and version.size <= _LIGHT and len(version.stored.template.string) <= _SMALL


class _PartialLookup:
    """The partials of one render: those that its template names, and those that its variables turn out to choose.

    A partial that was not read yet is noted, and an empty one stands in for it.
    """

    __slots__ = ("_named", "chosen", "unseen")

    def __init__(self, named: Mapping[str, Partial | None]) -> None:
        self._named = named
        self.chosen: dict[str, Partial | None] = {}
        self.unseen: set[str] = set()

    def partial(self, reference: str) -> Partial | None:
        """Answer a partial, None where there is none."""
        if reference in self._named:
            return self._named[reference]
        if reference in self.chosen:
            return self.chosen[reference]
        # The attempt goes on with an empty partial, to find all others that it needs: they are then read together.
        self.unseen.add(reference)
        if len(self.unseen) >= _AT_ONCE:
            raise _EnoughError
        return _UNSEEN


class _EnoughError(Exception):
    """An attempt needs so many partials that they are read before the next one."""


_UNSEEN = Partial("", 0, Template(""))


def _refusal(error: TemplateError) -> ApiError:
    message = f"The prompt can't be rendered: {str(error).rstrip('.')}."
    if isinstance(error, UnknownPartialError):
        return NotFoundError(message)
    return (BadRequestError if isinstance(error, TemplateSyntaxError) else UnprocessableError)(message)
