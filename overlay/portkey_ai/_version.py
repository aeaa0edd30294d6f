"""The distribution's version: the contract's, and a counter of overlay releases."""

from portkey_openapi import API_VERSION

OVERLAY_RELEASE = 0
"""Raise by one for a release that leaves the contract as it is; back to 0 when the contract's version moves."""

__version__ = f"{API_VERSION}.{OVERLAY_RELEASE}"
