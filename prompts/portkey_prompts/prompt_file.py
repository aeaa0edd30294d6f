"""A prompt as a file: Dotprompt's format, a front matter in YAML and a body with the template.

    ---
    model: gpt-4o
    config:
      temperature: 0.2
    input:
      default:
        tone: kind
    portkey:
      name: Greeting
    ---
    {{role "system"~}}
    Be {{tone}}.
    {{~role "user"~}}
    Greet {{name}}.

Whatever a version can hold is read back byte for byte: a template that the body can't express stands in the front
matter, as `portkey.messages` or, where no style writes its JSON the same, as `portkey.string`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final

from portkey_prompts.errors import SourceError
from portkey_prompts.files import conflict_in
from portkey_prompts.rendering import content_fields, model_settings
from portkey_prompts.strict_yaml import MalformedYAMLError, read_yaml, write_yaml
from portkey_prompts.templates.messages import STYLES, messages_in, style_of

OWN_FIELDS: Final = tuple(name for name in content_fields() if name not in ("string", "model", "parameters"))
"""Fields of a version that stand below `portkey:` under their names in the contract."""

_KNOWN = frozenset(("name", "collection", "references", "string", "messages", "json", "content", *OWN_FIELDS))
_KINDS: Final[dict[str, tuple[Any, str]]] = {
    **dict.fromkeys(("name", "collection", "string", "virtual_key"), (str, "text")),
    **dict.fromkeys(("tools", "functions"), (list, "a list")),
    "tool_choice": ((str, dict), "text or an object"),
    "template_metadata": (dict, "an object"),
    "is_raw_template": (int, "0 or 1"),
}
_MARKER = re.compile(r"""\{\{~?\s*role\s+(?:"([A-Za-z]+)"|'([A-Za-z]+)')\s*~?\}\}""")
_NOT_IN_BODY = re.compile(r"""\r|\{\{~?\s*(?:(?:history|media|section)\b|role\s+["'][a-z]*[A-Z])""")
_UNQUOTED = re.compile(r"\{\{~?\s*role\s+([A-Za-z]+)\s*~?\}\}")
_ROLES: Final[tuple[str, ...]] = ("system", "user", "assistant", "developer", "tool", "function")
_TOP: Final[tuple[str, ...]] = (
    *("model", "config", "input", "output", "portkey", "tools", "toolDefs", "maxTurns"),
    *("metadata", "description", "name", "variant", "version", "ext"),
)
_OPENING = re.compile(r"(?:[^\S\n]*\n|#.*\n)*---[ \t]*\n")
_CLOSING = re.compile(r"^---[ \t]*(?:\n|\Z)", re.MULTILINE)
_IN_FILES = {"assistant": "model"}
_IN_VERSIONS = {"model": "assistant"}
_STYLES: Final = {**STYLES, "indented": STYLES["indent 2"]}  # the name that older files have for it


class PromptFileError(SourceError):
    """A prompt's file can't be read.

    Attributes:
        line: the line of the error, from 1; None for the file as a whole.
    """

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


@dataclass
class PromptFile:
    """What a prompt's file says.

    Attributes:
        name: the prompt's name for people; None where the file has none, and its own name counts.
        collection: the name of the collection that it lies in; None for the service's first one.
        version: the version's content with the wire's flat names, without what is null.
        slugs: whether the template names partials by their slugs, as the service does, and not by their files.
        further: the keys of the front matter that are not sent to a service, such as `input.schema` and `output`.
    """

    version: dict[str, Any]
    name: str | None = None
    collection: str | None = None
    slugs: bool = False
    further: dict[str, Any] = field(default_factory=dict)


def parse(text: str) -> PromptFile:
    """Read a prompt's file.

    Args:
        text: the whole file; a byte-order mark is dropped, and Windows line ends become LF.

    Raises:
        PromptFileError: naming the field and the remedy.
    """
    head, body, line = _split(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    front = _load(head, line)
    own = _object(front.pop("portkey", None), "portkey")
    _check(own)
    version = {"string": _template(own, body), **_settings(front)}
    version.update({name: own[name] for name in OWN_FIELDS if own.get(name) is not None})
    slugs = _choice(own, "references", ("files", "slugs"), "files") == "slugs"
    return PromptFile(version, own.get("name"), own.get("collection"), slugs, front)


def write(prompt: PromptFile) -> str:
    """Write a prompt's file; `parse` reads the same from it.

    Raises:
        PromptFileError: the version holds what no file can, such as a number that JSON lacks.
    """
    version = {name: value for name, value in prompt.version.items() if value is not None}
    own: dict[str, Any] = {"name": prompt.name, "collection": prompt.collection}
    stated, body = _stated(version)
    own.update({name: version[name] for name in OWN_FIELDS if name in version})
    own.update({"references": "slugs"} if prompt.slugs else {}, **stated)
    front = {**_front(version, prompt.further), "portkey": {name: own[name] for name in own if own[name] is not None}}
    if not front["portkey"]:
        del front["portkey"]
    return f"---\n{_dump(front)}---\n{body}"


def doubts(prompt: PromptFile) -> list[str]:
    """Say what is allowed in a file but is most likely a mistake, such as names and roles close to known ones."""
    found = [(f"the key {name} says nothing to a service", _TOP, name) for name in prompt.further if name not in _TOP]
    messages = messages_in(prompt.version["string"]) or ()
    roles = {str(each.get("role")) for each in messages} - {*_ROLES}
    found += [(f"no model knows the role {role}", _ROLES, role) for role in sorted(roles)]
    said = [(what, get_close_matches(name, known, 1)) for what, known, name in found]
    string = prompt.version["string"]
    words = [match[1] for match in _UNQUOTED.finditer(string)]
    texts = (string, *(str(each.get("content")) for each in messages))
    return [
        *(f"{what}. Is {close[0]} meant?" for what, close in said if close),
        *(f'{{{{role {word}}}}} is no marker. Is {{{{role "{word}"}}}} meant?' for word in words),
        *(["a line looks like the marker of a merge conflict."] if any(map(conflict_in, texts)) else []),
    ]


# The template, as the body or below `portkey:`


def _stated(version: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Write a template: its fields below `portkey:`, and the body. The first way that is read back the same."""
    string = version.get("string", "")
    if not isinstance(string, str):
        raise PromptFileError(f"string must be text, not {type(string).__name__}")
    return next((own, body) for own, body in _ways(string) if _template(own, body) == string)


def _ways(string: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Iterate the ways to write a template, the most readable one first; the last one is always read back the same."""
    messages = messages_in(string)
    style = style_of(messages, string) if messages else None
    if messages is None or style is None:
        yield from _sayable({}, f"{string}\n")
    else:
        stated = {} if style == "spaced" else {"json": style}
        yield from _sayable(stated, _chat_body((each["role"], each.get("content")) for each in messages))
        texts = ((each["role"], _first_text(each.get("content"))) for each in messages)
        yield from _sayable({**stated, "content": "parts"}, _chat_body(texts))
        yield {**stated, "messages": messages}, ""
    yield {"string": string}, ""


def _sayable(own: dict[str, Any], body: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield a body unless Dotprompt understands it otherwise, or an editor may change it."""
    if not _NOT_IN_BODY.search(body):
        yield own, body


def _chat_body(pairs: Iterable[tuple[str, Any]]) -> str:
    """Write roles and texts between markers; `~` takes the line breaks beside a marker away, as Handlebars has it."""
    return "".join(
        f'{{{{{"~" if index else ""}role "{_IN_FILES.get(role, role)}"~}}}}\n{text}\n'
        for index, (role, text) in enumerate(pairs)
    )


def _first_text(content: Any) -> Any:
    first = content[0] if isinstance(content, list) and content else None
    return first.get("text") if isinstance(first, dict) else None


def _template(own: Mapping[str, Any], body: str) -> str:
    """Read the template from the body, or from below `portkey:`."""
    given = [name for name in ("string", "messages") if own.get(name) is not None]
    if given and (len(given) > 1 or body.strip()):
        others = f"portkey.{given[1]}" if len(given) > 1 else "the body"
        raise PromptFileError(f"portkey.{given[0]} and {others} both hold the template. Keep one of them.")
    if given == ["string"]:
        return str(own["string"])
    style = _choice(own, "json", tuple(_STYLES), "spaced")
    parts = _choice(own, "content", ("text", "parts"), "text") == "parts"
    if given:
        messages = own["messages"]
        if not isinstance(messages, list) or not all(isinstance(each, dict) and "role" in each for each in messages):
            raise PromptFileError("portkey.messages must be a list of messages, each with a role.")
        return _STYLES[style](messages)
    pairs = list(_pairs(body))
    if not pairs:
        return body.removesuffix("\n")
    return _STYLES[style]([{"role": role, "content": _content(text, parts)} for role, text in pairs])


def _content(text: str, parts: bool) -> str | list[dict[str, str]]:
    return [{"type": "text", "text": text}] if parts else text


def _pairs(body: str) -> Iterator[tuple[str, str]]:
    """Read a body's messages, as pairs of role and text; none where it has no marker, and is text."""
    before, *marked = _MARKER.split(body)
    if marked and before.strip():
        yield "user", _trimmed(before)
    for one, other, text in zip(marked[::3], marked[1::3], marked[2::3], strict=True):
        yield _IN_VERSIONS.get(one or other, one or other), _trimmed(text)


def _trimmed(text: str) -> str:
    """Take away the line breaks beside the markers: one at each end, so that a text may have its own."""
    return text.removeprefix("\n").removesuffix("\n")


# The settings


def _settings(front: dict[str, Any]) -> dict[str, Any]:
    """Take a version's model and parameters out of the front matter; what stays in it is not sent to a service."""
    version: dict[str, Any] = {}
    model = front.pop("model", None)
    if model is not None:
        version["model"] = _checked(model, str, "model", "text")
    parameters = dict(_object(front.pop("config", None), "config"))
    given = dict(_object(front.pop("input", None), "input"))
    defaults = _object(given.pop("default", None), "input.default")
    twice = sorted(set(parameters) & set(defaults))
    if twice:
        raise PromptFileError(f"{twice[0]} stands below config and below input.default. Keep one of them.")
    if given:
        front["input"] = given
    parameters.update(defaults)
    if parameters:
        version["parameters"] = parameters
    return version


def _front(version: Mapping[str, Any], further: Mapping[str, Any]) -> dict[str, Any]:
    parameters = version.get("parameters") or {}
    config = {name: value for name, value in parameters.items() if name in model_settings()}
    defaults = {name: value for name, value in parameters.items() if name not in config}
    front: dict[str, Any] = {"model": version["model"]} if version.get("model") is not None else {}
    if config:
        front["config"] = config
    further = dict(further)
    given = {**({"default": defaults} if defaults else {}), **(further.pop("input", None) or {})}
    if given:
        front["input"] = given
    return {**front, **further}


# The front matter


def _split(text: str) -> tuple[str, str, int]:
    """Split a file into front matter and body, and count the lines above, which Dotprompt allows to be comments."""
    opening = _OPENING.match(text)
    if opening is None:
        return "", text, 0
    closing = _CLOSING.search(text, opening.end())
    if closing is None:
        raise PromptFileError("The front matter is not closed. End it with a line of ---", 1)
    return text[opening.end() : closing.start()], text[closing.end() :], opening[0].count("\n")


def _load(head: str, line: int) -> dict[str, Any]:
    """Parse the front matter; `line` is how many lines stand above it, for errors."""
    try:
        return dict(_object(read_yaml(head), "the front matter"))
    except MalformedYAMLError as error:
        raise PromptFileError(f"The front matter: {error}.", line + error.line) from None


def _dump(front: Mapping[str, Any]) -> str:
    try:
        return write_yaml(front) if front else ""
    except ValueError:
        raise PromptFileError("The version holds a value that YAML can't say.") from None


def _object(value: Any, name: str) -> dict[str, Any]:
    found: dict[str, Any] = _checked({} if value is None else value, dict, name, "an object")
    return found


def _check(own: Mapping[str, Any]) -> None:
    """Check what stands below `portkey:`."""
    unknown = sorted(str(name) for name in own if name not in _KNOWN)
    if unknown:
        raise PromptFileError(
            f"portkey.{unknown[0]} is not known. Below portkey: may stand {', '.join(sorted(_KNOWN))}."
        )
    for name, (kind, called) in _KINDS.items():
        if own.get(name) is not None:
            _checked(own[name], kind, f"portkey.{name}", called)


def _choice(own: Mapping[str, Any], name: str, words: tuple[str, ...], default: str) -> str:
    value = own.get(name, default)
    if value not in words:
        raise PromptFileError(f"portkey.{name} must be one of {', '.join(words)}, not {value!r}.")
    return str(value)


def _checked(value: Any, kind: Any, name: str, called: str) -> Any:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        hint = " Write it in quotes." if kind is str and isinstance(value, (int, float)) else ""
        raise PromptFileError(f"{name} must be {called}, not {json.dumps(value, default=str)[:80]}.{hint}")
    return value
