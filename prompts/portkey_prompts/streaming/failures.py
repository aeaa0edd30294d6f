"""Finds the failure that a chunk, an event or a whole body reports, in any of the shapes that servers use."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from portkey_prompts.streaming.chunks import Json, choices_of, delta_of

_FAILED = frozenset({"error", "failed", "failure", "fail"})
"""Values of `status`, `type` and `object` that mark a body as an error."""
_SAYS = (
    *("message", "msg", "detail", "error_message", "error_msg", "errorMessage", "error_description", "status_msg"),
    *("error", "errors", "title", "description", "reason", "Message"),
)
"""Fields that hold an error's message, in the order in which they are looked at."""
_CODES = ("code", "errorCode", "error_code", "status_code", "statusCode", "status", "__type")
"""Fields that hold an error's code, or the HTTP status that it would have had."""
_HARMLESS_CODES = frozenset({"", "0", "200", "ok", "success", "none", "null"})
_ERROR_FIELDS = frozenset(
    {
        *("message", "msg", "detail", "details", "title", "reason", "description", "Message", "name", "path"),
        *("code", "type", "__type", "param", "status", "statusCode", "status_code", "timestamp", "data"),
        *(
            "instance",
            "documentation_url",
            "id",
            "request_id",
            "requestId",
            "trace_id",
            "raw_status_code",
            "success",
            "ok",
            "result",
        ),
    }
)
"""The only fields of an error that is marked by nothing but its message."""
_GONE_WRONG = re.compile(
    "error|exception|fail|fault|abort|cancel|denied|exceed|expired|forbidden|insufficient|invalid|limit|not.?found|overload"
    "|refused|reject|throttl|time.?d?.?out|too.?many|unauthor|unavailable|unsupported",
    re.IGNORECASE,
)
"""Matches the types and statuses that mean an error."""
_GAVE_UP = re.compile("error|exception|fail|abort|cancel|time.?d?.?out|interrupted|insufficient", re.IGNORECASE)
"""Matches the finish reasons of answers that were not ended by the model."""
_SHOWN = 200
_DEEPEST = 32
"""Levels below an error down to which its message is looked for."""


class Failure(NamedTuple):
    """An error that a chunk, an event or a whole body reports."""

    words: str | None
    """Its message; None where it has none."""
    type: str | None = None
    code: str | int | None = None
    param: str | None = None
    body: Any = None
    """All of the body that reports it."""
    report: Any = None
    """The part of the body that reports it."""

    @property
    def message(self) -> str:
        """Its message, or without one the beginning of the part that reports it."""
        if self.words is not None or self.report is None:
            return self.words or "It reports an error and says no more."
        try:
            return f"It reports an error: {shown(json.dumps(self.report, ensure_ascii=False))}"
        except RecursionError:
            return "It reports an error, nested too deeply to be shown."

    @property
    def name(self) -> str | None:
        """The name of the error for programs: its code, or its type where it has none."""
        return self.type if self.code is None else str(self.code)

    @property
    def status(self) -> int | None:
        """The HTTP status, 400 to 599, that it states in its body; None where it states none."""
        parts = [part for part in (self.report, self.body) if isinstance(part, dict)]
        numbers = (self.code, *(part.get(name) for part in parts for name in (*_CODES, "raw_status_code")))
        return next((number for number in map(_error_status, numbers) if number is not None), None)


def _error_status(code: object) -> int | None:
    number = int(code) if isinstance(code, str) and re.fullmatch("[45][0-9][0-9]", code) else code
    return number if type(number) is int and 400 <= number < 600 else None


def failure_in(body: object, *, is_error: bool = False) -> Failure | None:
    """Find the error that a body or a chunk reports, in any of the shapes that servers use.

    Args:
        body: the decoded JSON.
        is_error: whether it is known to be an error, as by its status, so that only its message is looked for.
    """
    if isinstance(body, list):
        found = next(filter(None, (failure_in(item) for item in body if isinstance(item, dict))), None)
        if found is not None:
            return found._replace(body=body)
        return _failure(body, body) if is_error and body else None
    if not isinstance(body, dict):
        return _failure(body, body) if is_error and body else None
    choices = choices_of(body)
    found = _beside_choices(body) if choices else _anywhere(body)
    for choice in choices if found is None else ():
        found = _in_choice(choice, body)
        if found is not None:
            break
    if found is not None:
        return found
    if is_error or _says_so(body) or (not choices and _only_speaks(body)):
        data = body.get("data")
        return _failure(data if isinstance(data, dict) and _words(data) else body, body)
    return None


def _beside_choices(body: Json) -> Failure | None:
    """Find the error that stands beside choices: in `error`, or in that of an `x_…` field of a provider."""
    error = body.get("error")
    if _is_report(error):
        return _failure(error, body)
    for name, value in body.items():
        if isinstance(value, dict) and name.startswith("x_") and _is_report(value.get("error")):
            return _failure(value["error"], body)
    return _by_status(body)


def _by_status(body: Json) -> Failure | None:
    """Find the status that MiniMax sends with each answer, where it is one of an error."""
    status = body.get("base_resp")
    return _failure(status, body) if isinstance(status, dict) and _is_code(status.get("status_code")) else None


def _in_choice(choice: Json, body: Json) -> Failure | None:
    for part in (choice, delta_of(choice)):
        if _is_report(part.get("error")):
            return _failure(part["error"], body)
    reason = choice.get("finish_reason")
    if not is_failed_finish(reason):
        return None
    return _failure(body if _words(body) else f"It gave up: finish_reason is {reason}.", body)


def _anywhere(body: Json, depth: int = 0) -> Failure | None:
    """Find an error in a body without choices: in any field named like one, also one level down."""
    if _is_report(body.get("error")):
        return _failure(body["error"], body)
    for name, value in body.items():
        lowered = name.lower()
        if lowered.endswith(("error", "errors", "exception", "error_msg", "error_message", "errormessage")):
            if _is_report(value):
                return _failure(value, body)
        elif lowered in ("error_code", "errorcode") and _is_code(value):
            return _failure(body, body)
        elif isinstance(value, dict) and depth < 1 and lowered in ("data", "delta", "message", "response", "result"):
            found = _anywhere(value, depth + 1)
            if found is not None:
                return found._replace(body=body)
    return _by_status(body)


def _says_so(body: Json) -> bool:
    """Say whether a body calls itself a failure."""
    if any(body.get(name) is False for name in ("success", "ok", "result")):
        return True
    words = (body.get("status"), body.get("type"), body.get("object"))
    return any(isinstance(word, str) and word.lower() in _FAILED for word in words)


def _only_speaks(body: Json) -> bool:
    """Say whether a body without choices is an error: a message with an error's code, or only an error's fields."""
    if not _words(body):
        return False
    codes = [body[name] for name in _CODES if name != "status" or isinstance(body.get(name), int) if name in body]
    if any(map(_is_code, codes)):
        return True
    if any(code is not None for code in codes):
        return False
    kind, status = body.get("type"), body.get("status")
    if isinstance(status, str) and status and not _GONE_WRONG.search(status):
        return False
    if isinstance(kind, str) and kind and not (_GONE_WRONG.search(kind) or ":" in kind):
        return False
    return body.keys() <= _ERROR_FIELDS


def _is_code(code: object) -> bool:
    """Say whether a code stands for an error."""
    if isinstance(code, bool) or not isinstance(code, str | int):
        return False
    return str(code).strip().lower() not in _HARMLESS_CODES


def _is_report(error: object, depth: int = 0) -> bool:
    """Say whether an `error` field holds an error: some providers send it empty in each chunk."""
    if not isinstance(error, dict | list) or depth > _DEEPEST:
        return bool(error)
    if isinstance(error, list):
        return any(_is_report(item, depth + 1) for item in error)
    return any(
        _is_report(value, depth + 1) if isinstance(value, dict | list) else value not in (None, "", 0)
        for value in error.values()
    )


def is_failed_finish(reason: object) -> bool:
    """Say whether a finish reason means that the answer was not ended by the model."""
    return isinstance(reason, str) and _GAVE_UP.search(reason) is not None


def _failure(report: object, body: object) -> Failure:
    known = report if isinstance(report, dict) else {}
    around = body if isinstance(body, dict) else {}
    words = _words(report) or (_words({name: around[name] for name in _SAYS if name in around}) if around else None)
    details = known.get("errors")
    if words and isinstance(details, list) and (detail := _words(details)) and detail not in words:
        words = f"{words} ({shown(detail)})"  # the gateway names the wrong field of a config here
    codes = (part.get(name) for part in (known, around) for name in _CODES if name != "status" or known is not part)
    kind, param = known.get("type") or around.get("error_type"), known.get("param")
    return Failure(
        words or None,
        kind if isinstance(kind, str) and kind and kind.lower() not in ("error", "none") else None,
        next((code for code in codes if _is_code(code) and str(code).lower() not in _FAILED), None),
        param if isinstance(param, str) else None,
        body,
        report,
    )


def _words(report: object, depth: int = 0) -> str | None:
    """Find the message of an error."""
    if isinstance(report, str):
        return report.strip() and report
    if not isinstance(report, dict | list) or depth > _DEEPEST:
        return None
    parts = report if isinstance(report, list) else map(report.get, _SAYS)
    words = next(filter(None, (_words(part, depth + 1) for part in parts)), None)
    place = report.get("loc") if isinstance(report, dict) else None
    if words and isinstance(place, list) and place:  # as FastAPI names the field that is wrong
        return f"{'.'.join(map(str, place))}: {words}"
    return words


def shown(text: str) -> str:
    """Show the beginning of a text."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
