"""From a template's text to texts and tags.

Comments and changes of delimiters end here. So do the lines that hold nothing but a tag of structure: they leave no
line behind, as the Mustache manual says of "standalone" tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .errors import TemplateSyntaxError

_SIGIL = re.compile(r"\s*([#^/&{=!]|>>?)?")
_LINE_END = re.compile(r"[ \t]*(?:\r?\n|\Z)")
_NO_NAME = re.compile(r"[{}\r\n]")
_STRUCTURE = frozenset(("#", "^", "/", ">", ">>", "!", "="))


class Tag:
    """A tag and where it opens.

    Attributes:
        sigil: what the tag begins with: empty for `{{x}}`, and `&` for `{{{x}}}` too.
        name: the text behind the sigil.
        indent: the white space before a tag that stands alone on its line.
    """

    __slots__ = ("column", "indent", "line", "name", "sigil")

    def __init__(self, sigil: str, name: str, line: int, column: int) -> None:
        self.sigil = sigil
        self.name = name
        self.line = line
        self.column = column
        self.indent = ""


class Scanner:
    """Iterate over the texts and tags of a template.

    Args:
        text: the template.
        shift: characters of indentation that were put before each line, not to be counted in columns.

    Raises:
        TemplateSyntaxError: while iterating, where a tag is not closed or has no name.
    """

    def __init__(self, text: str, shift: int = 0) -> None:
        self._text = text
        self._shift = shift
        self._open = "{{"
        self._close = "}}"
        self._line = 1
        self._line_start = 0
        self._counted = 0

    def __iter__(self) -> Iterator[str | Tag]:
        text, position, at_line_start = self._text, 0, True
        while (start := text.find(self._open, position)) >= 0:
            before = text[position:start]
            tag, position = self._read(start)
            if tag.sigil in _STRUCTURE:
                before, position, at_line_start = self._lone(tag, before, position, at_line_start)
            else:
                at_line_start = False
            if before:
                yield before
            if tag.sigil not in ("!", "="):
                yield tag
        if rest := text[position:]:
            yield rest

    def _lone(self, tag: Tag, before: str, end: int, at_line_start: bool) -> tuple[str, int, bool]:
        """Take away the line of a tag that stands alone on it; say whether it did."""
        line_break = before.rfind("\n")
        blank = before[line_break + 1 :]
        if (line_break < 0 and not at_line_start) or blank.strip(" \t"):
            return before, end, False
        rest = _LINE_END.match(self._text, end)
        if rest is None:
            return before, end, False
        tag.indent = blank
        return before[: line_break + 1], rest.end(), True

    def _read(self, start: int) -> tuple[Tag, int]:
        """Read the tag that opens at `start`; answer it and the offset behind it."""
        line, column = self._locate(start)
        head = _SIGIL.match(self._text, start + len(self._open))
        assert head is not None  # the pattern matches emptiness
        tag = Tag(head[1] or "", "", line, column)
        if tag.sigil == "!":
            return tag, self._comment_end(tag, head.end())
        closing = {"{": "}", "=": "="}.get(tag.sigil, "") + self._close
        end = self._text.find(closing, head.end())
        content = self._text[head.end() : end].strip()
        if end < 0 or self._runs_on(tag, content):
            raise self._unclosed(tag, closing)
        self._fill(tag, content)
        return tag, end + len(closing)

    def _fill(self, tag: Tag, content: str) -> None:
        if tag.sigil == "=":
            self._change_delimiters(tag, content)
        elif not content:
            what = f"{self._open}{tag.sigil} {self._close}"
            raise TemplateSyntaxError(f"expected a name in {what!r}", line=tag.line, column=tag.column)
        else:
            tag.sigil = "&" if tag.sigil == "{" else tag.sigil
            tag.name = content

    def _runs_on(self, tag: Tag, content: str) -> bool:
        """Tell whether a tag's content shows that its end was forgotten, and another tag's or an object's was taken."""
        if tag.sigil == "=":
            return "\n" in content
        return self._open in content or _NO_NAME.search(content) is not None

    def _change_delimiters(self, tag: Tag, content: str) -> None:
        pair = content.split()
        if len(pair) != 2 or "=" in content:
            problem = "expected two delimiters with a space between, such as {{=<% %>=}}"
            raise TemplateSyntaxError(problem, line=tag.line, column=tag.column)
        self._open, self._close = pair

    def _comment_end(self, tag: Tag, position: int) -> int:
        """Find the offset behind a comment; tags inside of it are part of it, so that they can be commented out."""
        edge = re.compile(f"{re.escape(self._close)}|{re.escape(self._open)}")
        depth = 1
        while depth:
            found = edge.search(self._text, position)
            if found is None:
                raise self._unclosed(tag, self._close)
            depth += -1 if found[0] == self._close else 1
            position = found.end()
        return position

    def _unclosed(self, tag: Tag, closing: str) -> TemplateSyntaxError:
        problem = f"the tag that opens here with {self._open + tag.sigil!r} is not closed: expected {closing!r}"
        return TemplateSyntaxError(problem, line=tag.line, column=tag.column)

    def _locate(self, offset: int) -> tuple[int, int]:
        """Count on from the last tag to this one, so that a long template is counted through once."""
        breaks = self._text.count("\n", self._counted, offset)
        if breaks:
            self._line += breaks
            self._line_start = self._text.rfind("\n", self._counted, offset) + 1
        self._counted = offset
        return self._line, offset - self._line_start - self._shift + 1
