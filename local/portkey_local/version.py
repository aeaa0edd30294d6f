"""How the server names itself."""

from __future__ import annotations

USER_AGENT = "portkey-local"
"""Sent to upstreams. It bears no version: what runs where is nobody's business."""
