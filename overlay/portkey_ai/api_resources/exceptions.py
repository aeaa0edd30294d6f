"""The official SDK's import path of the errors."""

from portkey_ai.errors import *  # noqa: F403
