"""What methods take as keywords, for type checkers: an operation's fields, from the contract, and a call's options."""

from __future__ import annotations

from typing import Literal

from portkey_ai._options import RequestOptions, RunOptions
from portkey_openapi.models import (
    CollectionCreateParams,
    CollectionUpdateParams,
    HyperparametersParams,
    LabelCreateParams,
    LabelUpdateParams,
    PromptCreateParams,
    PromptPartialCreateParams,
    PromptPartialUpdateParams,
    PromptUpdateParams,
)


class PromptCall(RequestOptions, total=False):
    """Options of a call that concerns one prompt."""

    prompt_slug: str
    """Another name for `prompt_id`."""


class PartialCall(RequestOptions, total=False):
    """Options of a call that concerns one partial."""

    partial_slug: str
    """Another name for `partial_id`."""


class RunKeywords(HyperparametersParams, RunOptions, total=False):
    """Settings of the model call, and options of the call."""


class RenderKeywords(RunKeywords, total=False):
    """Settings of the model call, options of the call, and of rendering in this process."""

    missing: Literal["empty", "error"]
    """What becomes of a variable that is not given; with a PromptSource only."""


class CreatePrompt(PromptCreateParams, RequestOptions, total=False):
    """A new prompt's fields, and options of the call."""


class UpdatePrompt(PromptUpdateParams, PromptCall, total=False):
    """A prompt's changes, and options of the call."""


class CreateVersion(UpdatePrompt, total=False):
    """A new version's fields, and options of the call."""

    publish: bool
    """Whether to publish the version at once."""


class CreatePartial(PromptPartialCreateParams, RequestOptions, total=False):
    """A new partial's fields, and options of the call."""


class UpdatePartial(PromptPartialUpdateParams, PartialCall, total=False):
    """A partial's changes, and options of the call."""


class CreateLabel(LabelCreateParams, RequestOptions, total=False):
    """A new label's fields, and options of the call."""


class UpdateLabel(LabelUpdateParams, RequestOptions, total=False):
    """A label's changes, and options of the call."""


class CreateCollection(CollectionCreateParams, RequestOptions, total=False):
    """A new collection's fields, and options of the call."""


class UpdateCollection(CollectionUpdateParams, RequestOptions, total=False):
    """A collection's changes, and options of the call."""
