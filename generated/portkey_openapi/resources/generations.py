# Compiled from openapi.yaml by `make generate`. Do not edit.
"""The older way of running a prompt."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ..calls import AsyncResource, Resource
from ..raw import RawResource

if TYPE_CHECKING:
    from ..options import RequestOptions
else:  # which keywords there are is for type checkers only: making the types would take longer than all else here
    RequestOptions = dict


class Generations(Resource):
    """The older way of running a prompt. In a client: `generations`.

    No method here sends createGeneration: a client's `call` does.
    """

    @cached_property
    def with_raw_response(self) -> GenerationsRaw:
        """The same methods, returning the HTTP response with the result in it."""
        return GenerationsRaw(self)


class GenerationsRaw(RawResource):
    """`generations.with_raw_response` of a client."""


class AsyncGenerations(AsyncResource):
    """The older way of running a prompt. In a client: `generations`.

    No method here sends createGeneration: a client's `call` does.
    """

    @cached_property
    def with_raw_response(self) -> AsyncGenerationsRaw:
        """The same methods, returning the HTTP response with the result in it."""
        return AsyncGenerationsRaw(self)


class AsyncGenerationsRaw(RawResource):
    """`generations.with_raw_response` of a client."""
