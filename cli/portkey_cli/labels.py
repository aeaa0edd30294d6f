"""Labels: found by their names, and listed of a version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portkey_ai.errors import PortkeyError
from portkey_cli.failures import listed
from portkey_prompts.errors import command
from portkey_prompts.references import LABEL_RULE, is_label

if TYPE_CHECKING:
    from portkey_ai import Portkey
    from portkey_ai.types import PromptDetail


def label_id(portkey: Portkey, name: str, *, create: bool = False) -> str:
    """Find the UUID of a label, which calls take, by its name.

    Args:
        portkey: the service.
        name: the name.
        create: whether to make the label where there is none.

    Raises:
        PortkeyError: there is none of that name.
    """
    known = {label.name: label.id for label in portkey.labels.list()}
    if name in known:
        return known[name]
    if create:
        return portkey.labels.create(name=name).id
    names = listed((each for each in known if each), name) or "none yet"
    remedy = f"Make it: {command('labels', 'create', name)}." if is_label(name) else LABEL_RULE
    raise PortkeyError(f"There is no label {name!r}. {remedy} There are: {names}")


def label_names(prompt: PromptDetail) -> list[str]:
    """List the names of a version's labels."""
    borne = [str(label.get("name")) for label in prompt.prompt_version_labels or () if label.get("name")]
    return borne or ([prompt.prompt_version_label_name] if prompt.prompt_version_label_name else [])
