"""Where prompts are run: `echo`, any OpenAI-style server, or a model file in this process."""

from .base import Run, Upstream
from .registry import ECHO, Upstreams

__all__ = ["ECHO", "Run", "Upstream", "Upstreams"]
