"""The official SDK's import path of what prompts answer."""

from portkey_ai.types import PromptCompletion as PromptCompletion
from portkey_ai.types import PromptCompletionChunk as PromptCompletionChunk
from portkey_ai.types import PromptRender as PromptRender
