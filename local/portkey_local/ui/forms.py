"""Between a form in a browser and a version's content: messages, settings and variables, in both directions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from attrs import Factory, field, frozen

from portkey_local.config import LocalLimits
from portkey_local.errors import ApiError, BadRequestError
from portkey_local.json import read_json
from portkey_prompts.errors import quoted
from portkey_prompts.inputs import Input
from portkey_prompts.rendering import content_fields

MOST = 200  # a page of more takes seconds, and is of no use
"""Messages, variables and changes of one prompt that are shown."""
ROLES = ("system", "user", "assistant", "developer")
_HINTS = {"list": '["…"]', "section": '[{"…": "…"}]', "object": '{"…": "…"}'}


@frozen
class Form:
    """A form's fields as a browser sends them: in order, and a name may come several times."""

    fields: list[tuple[str, str]]
    limits: LocalLimits
    """How much JSON may hold."""
    _last: dict[str, str] = field(init=False, default=Factory(lambda form: dict(form.fields), takes_self=True))

    def get(self, name: str) -> str:
        """Return the last value of a name; empty where there is none. Browsers may end its lines by CR LF."""
        return _lf(self._last.get(name, ""))

    def content(self) -> dict[str, Any]:
        """Return the template and settings, as `createPrompt` takes them; nothing where the form holds none.

        Raises:
            BadRequestError: The parameters are no JSON object.
        """
        if not self.get("kind"):
            return {}
        parameters = self._json("parameters", "The parameters") or {}
        if not isinstance(parameters, dict):
            raise BadRequestError('The parameters are no JSON object. Write {"temperature": 0.2}, or nothing.')
        settings = {name: self.get(name) for name in ("model", "virtual_key")}
        return {"string": self._string(), **settings, "parameters": parameters}

    def variables(self) -> dict[str, Any]:
        """Return the variables that were filled in; what is empty is not given.

        Raises:
            BadRequestError: A value that has to be JSON is none; the message names the variable.
        """
        found: dict[str, Any] = {}
        for key, value in self.fields:
            kind, _, name = key.partition(":")
            if kind == "text" and value:
                found[name] = _lf(value)
            elif kind == "json" and value.strip():
                found[name] = self._json(key, f"The variable {quoted(name)}")
        return found

    def _string(self) -> str:
        if self.get("kind") != "chat":
            return self.get("string")
        roles, texts = ([_lf(value) for key, value in self.fields if key == name] for name in ("role", "content"))
        messages = [{"role": role, "content": text} for role, text in zip(roles, texts, strict=False)]
        return json.dumps(messages, ensure_ascii=False)

    def _json(self, name: str, what: str) -> Any:
        if not self.get(name).strip():
            return None
        try:
            return read_json(self.get(name).encode(), values=self.limits.values, names=self.limits.names)
        except ApiError as error:
            raise BadRequestError(error.message.replace("The body", what, 1)) from error


def template_of(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Return a version's template as the form shows it: a chat of plain texts by message, any other as it is stored."""
    string, metadata = detail["string"], detail.get("template_metadata") or {}
    is_text = detail.get("is_raw_template") or metadata.get("template_type") == "completion"
    messages = None if is_text else _messages(string)
    shown = {"kind": "chat", "messages": messages} if messages else {"kind": "text", "string": string}
    # A text area gives back neither U+0000 nor carriage returns, in JSON neither.
    return {**shown, "is_whole": not any(mark in string for mark in ("\r", "\0", "\\r", "\\u000"))}


def merged(detail: Mapping[str, Any], typed: Mapping[str, Any]) -> dict[str, Any]:
    """Put what was typed over a version's content, as a body of `createPrompt`; what is empty is left out."""
    content = {name: detail.get(name) for name in content_fields()} | dict(typed)
    return {name: value for name, value in content.items() if value is not None and (value != "" or name == "string")}


def fields_of(inputs: Iterable[Input], form: Form | None = None) -> list[dict[str, Any]]:
    """Describe the fields for a prompt's variables, filled with what was typed before."""
    fields = []
    for each in islice(inputs, MOST):
        name = f"{'text' if each.kind == 'text' else 'json'}:{each.name}"
        default = each.default if isinstance(each.default, str) else shown(each.default)
        hint = default or _HINTS.get(each.kind, "")
        fields.append({"input": each, "name": name, "value": form.get(name) if form else "", "hint": hint})
    return fields


def whole(text: str) -> int | None:
    """Read a whole number; None where the text is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def shown(value: Any) -> str:
    """Write a value as JSON for people; nothing for None."""
    return "" if value is None else json.dumps(value, ensure_ascii=False, indent=2)


def _messages(string: str) -> list[dict[str, str]] | None:
    """Read a chat of which every message is a role and a text, and nothing else; None for any other string."""
    try:
        messages = json.loads(string) if string.lstrip().startswith("[") else None
    except (ValueError, RecursionError):
        return None
    is_plain = isinstance(messages, list) and len(messages) <= MOST and all(map(_is_plain, messages))
    return messages if is_plain else None


def _is_plain(message: Any) -> bool:
    is_message = isinstance(message, dict) and message.keys() == {"role", "content"}
    return is_message and all(isinstance(each, str) for each in message.values())


def _lf(text: str) -> str:
    return text.replace("\r\n", "\n")
