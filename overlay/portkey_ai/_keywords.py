"""What methods take as keywords, for type checkers: an operation's fields, from the contract, and a call's options."""

from __future__ import annotations

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


class RunKeywords(HyperparametersParams, RunOptions, total=False):
    """Settings of the model call, and options of the call."""


class CreatePrompt(PromptCreateParams, RequestOptions, total=False):
    """A new prompt's fields, and options of the call."""


class UpdatePrompt(PromptUpdateParams, RequestOptions, total=False):
    """A prompt's changes, and options of the call."""


class CreateVersion(UpdatePrompt, total=False):
    """A new version's fields, and options of the call."""

    publish: bool
    """Whether to publish the version at once."""


class CreatePartial(PromptPartialCreateParams, RequestOptions, total=False):
    """A new partial's fields, and options of the call."""


class UpdatePartial(PromptPartialUpdateParams, RequestOptions, total=False):
    """A partial's changes, and options of the call."""


class CreateLabel(LabelCreateParams, RequestOptions, total=False):
    """A new label's fields, and options of the call."""


class UpdateLabel(LabelUpdateParams, RequestOptions, total=False):
    """A label's changes, and options of the call."""


class CreateCollection(CollectionCreateParams, RequestOptions, total=False):
    """A new collection's fields, and options of the call."""


class UpdateCollection(CollectionUpdateParams, RequestOptions, total=False):
    """A collection's changes, and options of the call."""
