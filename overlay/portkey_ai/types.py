"""The types of what calls return: the contract's, with the fields that this package fills in declared as present.

Each is the decoded JSON itself, a `dict` whose described fields are attributes too. Fields that apps count on, such as
`rendered.prompt` and `choice.message`, are filled in where the service left them out of a render, a completion or a
version; in nothing else do the types here differ from the contract's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from portkey_openapi import models
from portkey_prompts.results import PromptChoice as PromptChoice
from portkey_prompts.results import PromptChoiceDelta as PromptChoiceDelta
from portkey_prompts.results import PromptCompletion as PromptCompletion
from portkey_prompts.results import PromptCompletionChunk as PromptCompletionChunk
from portkey_prompts.results import PromptDetail as PromptDetail
from portkey_prompts.results import PromptRender as PromptRender
from portkey_prompts.results import Source as Source

if TYPE_CHECKING:
    from portkey_ai._options import RunKeywords as RunKeywords
    from portkey_openapi import Page as Page
    from portkey_openapi import Record as Record
    from portkey_openapi.models import Acknowledgement as Acknowledgement
    from portkey_openapi.models import AssistantMessage as AssistantMessage
    from portkey_openapi.models import ChatMessage as ChatMessage
    from portkey_openapi.models import Collection as Collection
    from portkey_openapi.models import CollectionCreated as CollectionCreated
    from portkey_openapi.models import CollectionList as CollectionList
    from portkey_openapi.models import GenericResponse as GenericResponse
    from portkey_openapi.models import Label as Label
    from portkey_openapi.models import LabelCreated as LabelCreated
    from portkey_openapi.models import LabelList as LabelList
    from portkey_openapi.models import Prompt as Prompt
    from portkey_openapi.models import PromptCreated as PromptCreated
    from portkey_openapi.models import PromptList as PromptList
    from portkey_openapi.models import PromptPartial as PromptPartial
    from portkey_openapi.models import PromptPartialCreated as PromptPartialCreated
    from portkey_openapi.models import PromptPartialList as PromptPartialList
    from portkey_openapi.models import PromptPartialUpdated as PromptPartialUpdated
    from portkey_openapi.models import PromptPartialVersionList as PromptPartialVersionList
    from portkey_openapi.models import PromptUpdated as PromptUpdated
    from portkey_openapi.models import PromptVersion as PromptVersion
    from portkey_openapi.models import PromptVersionList as PromptVersionList
    from portkey_openapi.models import Usage as Usage
else:

    def __getattr__(name):
        """Load a type of the contract when it is first asked for."""
        if name in ("Page", "Record"):
            return getattr(__import__("portkey_openapi"), name)
        return getattr(models, name)
