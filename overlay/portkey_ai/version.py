"""The official SDK's import path of its version."""

from portkey_ai._version import __version__

VERSION = __version__
