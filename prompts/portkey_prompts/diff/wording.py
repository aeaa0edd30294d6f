"""Messages: split into passages, paired, and compared: whether only their wording changed, or more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple, TypeAlias

from portkey_prompts.templates.errors import TemplateError
from portkey_prompts.templates.messages import is_chat, parse_json

from .changes import Change, canonical, shown


class Passage(NamedTuple):
    """One message of a chat, or the whole of a text.

    Attributes:
        title: `messages[0] system`, or `template`.
        role: who speaks; empty for a text.
        lines: what it says, line by line, with what else the message holds.
        frame: the message without its words, to tell whether more than words changed.
        content: the message, or the text.
    """

    title: str
    role: str
    lines: tuple[str, ...]
    frame: str
    content: Any

    @property
    def identity(self) -> str:
        """Give what makes two passages the same, wherever they stand."""
        return canonical(self.content)


_MOST_STEPS = 20_000_000
"""Most steps for finding the best alignment of two sequences: some seconds in the worst case."""

Pair: TypeAlias = tuple[Passage | None, Passage | None]


def passages_of(string: str, kind: str) -> list[Passage]:
    """Read a prompt's `string`; what is no array of messages, or runs as a text, is one passage."""
    messages = _messages_of(string) if kind == "chat" else None
    if messages is None:
        return [Passage("template", "", tuple(string.split("\n")), "", string)] if string else []
    return [_passage(index, message) for index, message in enumerate(messages)]


def _messages_of(string: str) -> list[dict[str, Any]] | None:
    try:
        value = parse_json(string)
    except TemplateError:
        return None
    return value if is_chat(value) or value == [] else None


def _passage(index: int, message: dict[str, Any]) -> Passage:
    rest = {name: value for name, value in message.items() if name not in ("role", "content")}
    lines = [line for name in sorted(rest) for line in shown(name, rest[name])]
    content = message.get("content")
    lines += _content_lines(content)
    frame = canonical([message["role"], rest, _without_words(content)])
    return Passage(f"messages[{index}] {message['role']}", message["role"], tuple(lines), frame, message)


def _content_lines(content: Any) -> list[str]:
    if isinstance(content, str):
        return content.split("\n")
    if not isinstance(content, list):
        return [] if content is None else shown("", content)
    lines: list[str] = []
    for part in content:
        text = _text_of(part)
        lines += shown("", part) if text is None else text.split("\n")
    return lines


def _text_of(part: Any) -> str | None:
    """Answer the text of a content part that is a text and nothing else."""
    if isinstance(part, dict) and part.keys() == {"type", "text"} and isinstance(part["text"], str):
        return part["text"]
    return None


def _without_words(content: Any) -> Any:
    if isinstance(content, str):
        return ""
    if isinstance(content, list):
        return [part if _text_of(part) is None else {**part, "text": ""} for part in content]
    return content


def paired(old: list[Passage], new: list[Passage]) -> list[Pair]:
    """Pair passages: equal ones first, then, between these, those of the same role, in order."""
    pairs: list[Pair] = []
    for same, start, end, new_start, new_end in _aligned(_identities(old), _identities(new)):
        if same:
            pairs += zip(old[start:end], new[new_start:new_end], strict=True)
        else:
            pairs += _paired_by_role(old[start:end], new[new_start:new_end])
    return pairs


def _identities(passages: list[Passage]) -> list[str]:
    return [each.identity for each in passages]


def _paired_by_role(old: list[Passage], new: list[Passage]) -> Iterator[Pair]:
    for same, start, end, new_start, new_end in _aligned([each.role for each in old], [each.role for each in new]):
        if same:
            yield from zip(old[start:end], new[new_start:new_end], strict=True)
        else:
            yield from ((passage, None) for passage in old[start:end])
            yield from ((None, passage) for passage in new[new_start:new_end])


def _aligned(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[bool, int, int, int, int]]:
    """Yield stretches: whether they are the same, and where they begin and end in both."""
    head, tail = common_ends(old, new)
    old_end, new_end = len(old) - tail, len(new) - tail
    yield True, 0, head, 0, head
    before, after = old[head:old_end], new[head:new_end]
    if can_be_aligned(before, after):
        matcher = SequenceMatcher(None, before, after, autojunk=False)
        for tag, start, end, new_start, new_stop in matcher.get_opcodes():
            yield tag == "equal", head + start, head + end, head + new_start, head + new_stop
    else:  # compared by position: the first with the first, and so on
        for at in range(head, min(old_end, new_end)):
            yield old[at] == new[at], at, at + 1, at, at + 1
        longest = min(old_end, new_end)
        yield False, longest, old_end, longest, new_end
    yield True, old_end, len(old), new_end, len(new)


def can_be_aligned(old: Sequence[str], new: Sequence[str]) -> bool:
    """Tell whether the best alignment is found in time: few distinct items take the cube of their number."""
    counts = Counter(old)
    matches = sum(counts[item] * count for item, count in Counter(new).items())
    return min(len(old), len(new)) * (len(old) + len(new) + matches) <= _MOST_STEPS


def common_ends(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """Count the items that are the same at the beginning, and of those after them the ones at the end."""
    shorter, head, tail = min(len(old), len(new)), 0, 0
    while head < shorter and old[head] == new[head]:
        head += 1
    while tail < shorter - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return head, tail


def compare_wording(pairs: Iterable[Pair]) -> Iterator[Change]:
    """Say which passages came, went or changed."""
    for old, new in pairs:
        if new is None and old is not None:
            message = f"the message is gone, of the role {old.role}" if old.role else "the text is gone"
            yield Change("message_removed", _where(old), old.content, None, False, message)
        elif old is None and new is not None:
            message = f"a message is new, of the role {new.role}" if new.role else "the text is new"
            yield Change("message_added", _where(new), None, new.content, False, message)
        elif old is not None and new is not None and old.identity != new.identity:
            yield _changed(old, new)


def _changed(old: Passage, new: Passage) -> Change:
    if old.frame == new.frame:
        what = f"the {new.role} message" if new.role else "the text"
        return Change("text", _where(new), old.content, new.content, False, f"{what} says it in other words")
    message = f"the {new.role} message holds other parts or fields"
    return Change("message_changed", _where(new), old.content, new.content, False, message)


def _where(passage: Passage) -> str:
    return passage.title.partition(" ")[0]
