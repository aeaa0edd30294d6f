"""The error of a configuration, in a module of its own because everything that is configured raises it."""

from __future__ import annotations


class ConfigError(ValueError):
    """The configuration is wrong; the message names the key, what is wrong with it and what to do."""
