"""The root of every error of this distribution; `portkey_ai.errors` draws the family."""


class PortkeyError(Exception):
    """Every error that these packages raise of their own accord."""
