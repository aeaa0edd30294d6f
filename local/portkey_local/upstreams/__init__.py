"""Where prompts are run: `echo`, any OpenAI-style server, or a model file in this process."""

from .base import Run, RunKind, Upstream
from .registry import Upstreams

__all__ = ["Run", "RunKind", "Upstream", "Upstreams"]
