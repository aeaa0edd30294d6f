"""The official SDK's import path of the streams."""

from portkey_ai import AsyncStream as AsyncStream
from portkey_ai import Stream as Stream
