"""From a template's text to texts and tags.

Comments, changes of delimiters, and the white space of lines that hold tags but neither text nor values, are taken out
here. All follow the hosted engine to the character, oddities included; `docs/templates.md` has the rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from .errors import TemplateSyntaxError

WHITE: Final = (
    "\t\n\v\f\r \xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
"""White space as ECMAScript has it, which is not Python's."""

_SIGIL = re.compile(f"[{WHITE}]*([#^/&{{=!]|>>?)?[{WHITE}]*")
_SPACES = re.compile(f"[{WHITE}]+")
PLAIN = re.compile(r"\{\{ ?([#^/&]|>>?)? ?([A-Za-z0-9_.@-]{1,100}) ?\}\}")
"""The usual tag, between the usual delimiters; `Scanner._read` reads what it does not match."""
_SECTIONS = frozenset("#^/")
_NO_NAME = re.compile(r"[{}\r\n]")


class Origin:
    """The text that tags stand in: their positions are counted when somebody asks, which only errors do.

    Args:
        text: the template.
        shift: characters of indentation that were put before lines, not to be counted in columns.
        first_shifted: the first line that has them, from 1.
    """

    __slots__ = ("first_shifted", "shift", "text")

    def __init__(self, text: str, shift: int = 0, first_shifted: int = 1) -> None:
        self.text = text
        self.shift = shift
        self.first_shifted = first_shifted

    def line(self, offset: int) -> int:
        """Tell in which line an offset lies, from 1."""
        return self.text.count("\n", 0, offset) + 1

    def column(self, offset: int) -> int:
        """Tell in which column an offset lies, from 1."""
        column = offset - self.text.rfind("\n", 0, offset)
        return column - self.shift if self.line(offset) >= self.first_shifted else column


class Positioned:
    """Something that opens at an offset in the text of its origin."""

    __slots__ = ("offset", "origin")

    offset: int
    origin: Origin

    @property
    def line(self) -> int:
        """Give the line in which it opens, from 1."""
        return self.origin.line(self.offset)

    @property
    def column(self) -> int:
        """Give the column in which it opens, from 1."""
        return self.origin.column(self.offset)


class Tag(Positioned):
    """A tag and where it opens.

    Attributes:
        sigil: what the tag begins with: empty for `{{x}}`, and `&` for `{{{x}}}` too.
        name: the text after the sigil.
        offset: where it opens in the text of its origin.
        indent: of a partial that is the first tag of its line, the white space that the partial's lines get.
        after_text: of such a partial, whether text stands before it, so that its first line gets none.
    """

    __slots__ = ("after_text", "indent", "name", "sigil")

    def __init__(self, sigil: str, name: str, offset: int, origin: Origin) -> None:
        self.sigil = sigil
        self.name = name
        self.offset = offset
        self.origin = origin
        self.indent = ""
        self.after_text = False

    def error(self, problem: str) -> TemplateSyntaxError:
        """Make an error that says where the tag opens."""
        return TemplateSyntaxError(problem, line=self.line, column=self.column)


class Scanner:
    """Take a template apart.

    Args:
        origin: the template.
    """

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._text = origin.text
        self._open = "{{"
        self._close = "}}"
        self._plain: re.Pattern[str] | None = PLAIN
        self._tokens: list[str | Tag] = []
        self._line_tokens = 0
        self._dropped = 0

    def tokens(self) -> tuple[list[Tag], list[str | Tag]]:
        """Answer the tags of sections, and what remains to be rendered: texts and tags.

        Where white space is taken away from a last line, the hosted engine counts from the wrong offset, so that a tag
        of that line may be missing in the second list.

        Raises:
            TemplateSyntaxError: a tag is not closed or has no name.
        """
        text, tokens, sections = self._text, self._tokens, list[Tag]()
        position = 0
        has_tag, is_blank = False, True  # of the line, as far as it was read
        while (start := text.find(self._open, position)) >= 0:
            line_break = text.find("\n", position, start)
            if line_break >= 0:  # the rest of a line, whole lines, and the beginning of the next line
                tokens.append(text[position : line_break + 1])
                if has_tag and is_blank and is_white(text[position : line_break + 1]):
                    self._drop_white()
                line_start = text.rfind("\n", line_break, start) + 1
                if line_start > line_break + 1:
                    tokens.append(text[line_break + 1 : line_start])
                self._line_tokens = len(tokens)
                has_tag, is_blank, position = False, True, line_start
            if start > position:
                tokens.append(text[position:start])
                is_blank = is_blank and is_white(text[position:start])
            plain = None if self._plain is None else self._plain.match(text, start)
            if plain is not None:
                tag, position = Tag(plain[1] or "", plain[2], start, self._origin), plain.end()
            else:
                tag, position = self._read(start)
            sigil = tag.sigil
            if sigil == "" or sigil == "&":  # a value counts as text on its line; other tags leave no text of their own
                is_blank = False
            elif sigil in _SECTIONS:
                sections.append(tag)
            elif sigil == ">" and not has_tag:
                tag.indent = indentation("".join(map(str, tokens[self._line_tokens :])))
                tag.after_text = not is_blank
            tokens.append(tag)
            has_tag = True
        self._add_end(text[position:], has_tag, is_blank)
        return sections, tokens

    def _add_end(self, text: str, has_tag: bool, is_blank: bool) -> None:
        """Add the text after the last tag."""
        rest_of_line, line_break, after = text.partition("\n")
        if text:
            self._tokens.append(rest_of_line + line_break)
        if has_tag and is_blank and is_white(rest_of_line):
            if line_break:
                self._drop_white()
            else:
                self._drop_white_of_last_line()
        if after:
            self._tokens.append(after)

    def _drop_white(self) -> None:
        """Remove the white space, line break included, of a line that holds tags and neither text nor values."""
        line = self._tokens[self._line_tokens :]
        self._tokens[self._line_tokens :] = [token for token in line if isinstance(token, Tag)]
        self._dropped += sum(len(token) for token in line if isinstance(token, str))

    def _drop_white_of_last_line(self) -> None:
        """Do the same on the last line, as the hosted engine does it."""
        # It holds characters and tags in one list, takes the ones dropped so far out of it, and then drops from the
        # last line by the positions of before: as many units too far on as were dropped.
        line = [unit for token in self._tokens[self._line_tokens :] for unit in _units(token)]
        dropped = {index + self._dropped for index, unit in enumerate(line) if isinstance(unit, str)}
        self._tokens[self._line_tokens :] = [unit for index, unit in enumerate(line) if index not in dropped]

    def _read(self, start: int) -> tuple[Tag, int]:
        """Read the tag that opens at `start`; return it and the offset after it."""
        head = _SIGIL.match(self._text, start + len(self._open))
        assert head is not None  # the pattern matches emptiness
        tag = Tag(head[1] or "", "", start, self._origin)
        if tag.sigil == "!":
            return tag, self._comment_end(tag, head.end(1))
        if tag.sigil == "=":
            return tag, self._change_delimiters(tag, head.end())
        closing = ("}" if tag.sigil == "{" else "") + self._close
        end = self._text.find(closing, head.end())
        name = self._text[head.end() : end].rstrip(WHITE)
        # A brace, a line break or another tag in a name shows that the end was forgotten, and another tag's was taken.
        if end < 0 or self._open in name or _NO_NAME.search(name) is not None:
            raise self._unclosed(tag, closing)
        if not name:
            what = f"{self._open}{tag.sigil} {self._close}"
            raise tag.error(f"expected a name in {what!r}")
        tag.sigil = "&" if tag.sigil == "{" else tag.sigil
        tag.name = name
        return tag, end + len(closing)

    def _change_delimiters(self, tag: Tag, position: int) -> int:
        end = re.compile(f"=[{WHITE}]*{re.escape(self._close)}").search(self._text, position)
        if end is None:
            raise self._unclosed(tag, f"={self._close}")
        content = self._text[position : end.start()]
        pair = [part for part in _SPACES.split(content) if part]
        if len(pair) != 2 or "=" in content:
            raise tag.error("expected two delimiters with a space between, such as {{=<% %>=}}")
        self._open, self._close = pair
        self._plain = PLAIN if pair == ["{{", "}}"] else None
        return end.end()

    def _comment_end(self, tag: Tag, position: int) -> int:
        """Find the offset after a comment; tags inside of it are part of it, so that they can be commented out."""
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
        return tag.error(f"the tag that opens here with {self._open + tag.sigil!r} is not closed: expected {closing!r}")


def is_white(text: str) -> bool:
    """Tell whether a text is white space, or empty."""
    return not text or _SPACES.fullmatch(text) is not None


def indentation(text: str) -> str:
    """Make white space as wide as the text before a tag; the hosted engine counts in units of UTF-16."""
    return "".join(_white_for(character) for character in text)


def _white_for(character: str) -> str:
    if character in WHITE:
        return character if character in " \t" else ""
    return " " if character <= "\uffff" else "  "


def _units(token: str | Tag) -> Iterable[str | Tag]:
    return token if isinstance(token, str) else (token,)
