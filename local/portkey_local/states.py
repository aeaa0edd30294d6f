"""What the connection that a request comes over and the application tell each other in the request's state."""

from __future__ import annotations

DEADLINE = "deadline"
"""When its answer has to begin, by the loop's clock; taken out where it may take its time."""
REFUSAL = "refusal"
"""The error that it is to be answered with: at once, or when more of it is waited for."""
