"""The handlers of the contract's operations, a module for each tag; importing this registers them all."""

from . import collections, completions, labels, partials, prompts, versions
from .registry import HANDLERS, QUICK_HANDLERS, Handler

__all__ = [
    "HANDLERS",
    "QUICK_HANDLERS",
    "Handler",
    "collections",
    "completions",
    "labels",
    "partials",
    "prompts",
    "versions",
]
