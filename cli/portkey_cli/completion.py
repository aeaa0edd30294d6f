"""What a shell is offered to complete a word with."""

from __future__ import annotations

_PATIENCE = 2.0
_OFFERED = 50


def slugs(incomplete: str) -> list[tuple[str, str]]:
    """List the slugs of prompts that begin with what was typed, and their names; none where the service can't say.

    Args:
        incomplete: what was typed of the word.
    """
    from portkey_ai import Portkey, PortkeyError

    try:
        with Portkey(timeout=_PATIENCE, max_retries=0) as portkey:
            page = portkey.prompts.list(page_size=1000)
    except PortkeyError:
        return []
    known = [(prompt.slug, prompt.name or "") for prompt in page.data]
    return [pair for pair in known if pair[0].startswith(incomplete)][:_OFFERED]
