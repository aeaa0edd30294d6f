# Compiled from openapi.yaml by `make generate`. Do not edit.
"""The types that every part of the compiled client shares."""

from .pages import Page as Page
from .records import Record as Record
from .requests import Request as Request

__all__ = ("Page", "Record", "Request")
