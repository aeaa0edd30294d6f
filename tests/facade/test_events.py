"""Server-sent events as the standard says: https://html.spec.whatwg.org/multipage/server-sent-events.html."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from portkey_openapi.events import Decoder, Event


def decode(*pieces: bytes) -> list[Event]:
    decoder = Decoder()
    return [event for piece in pieces for event in decoder.feed(piece)]


def data(*pieces: bytes) -> list[str]:
    return [event.data for event in decode(*pieces)]


def test_lines_end_in_lf_crlf_or_cr() -> None:
    assert data(b"data: a\n\ndata: b\r\n\r\ndata: c\r\rdata: d\r\n\n") == ["a", "b", "c", "d"]


def test_a_crlf_may_be_split_between_two_pieces() -> None:
    assert data(b"data: a\r", b"\n\r", b"\ndata: b\r", b"\r", b"data: c\n", b"\n") == ["a", "b", "c"]


def test_an_event_that_ends_in_cr_comes_at_once() -> None:
    decoder = Decoder()
    assert [event.data for event in decoder.feed(b"data: a\r\r")] == ["a"]
    assert [event.data for event in decoder.feed(b"\ndata: b\r\r")] == ["b"]


def test_lines_of_data_are_joined_by_line_feeds() -> None:
    assert data(b"data: {\ndata:   1\ndata\ndata:}\n\n") == ["{\n  1\n\n}"]


def test_one_space_after_the_colon_is_taken_away() -> None:
    assert data(b"data:a\n\ndata: a\n\ndata:  a\n\ndata:\ta\n\n") == ["a", "a", " a", "\ta"]


def test_comments_and_unknown_fields_are_passed_by() -> None:
    assert data(b": ping\n\n:\n\nid: 7\nretry: 10\nfoo: bar\nDATA: x\ndata: a\n: in between\n\n") == ["a"]


def test_a_byte_order_mark_is_taken_away_at_the_beginning_only() -> None:
    assert data(b"\xef", b"\xbb\xbfdata: a\n\n") == ["a"]
    assert data("data: \ufeffa\n\n\ufeffdata: b\n\n".encode()) == ["\ufeffa"]


def test_a_character_may_be_split_between_two_pieces() -> None:
    text = "data: é€😀\n\n".encode()
    for cut in range(len(text)):
        assert data(text[:cut], text[cut:]) == ["é€😀"]


def test_only_the_line_ends_of_the_standard_end_a_line() -> None:
    text = "a\u2028b\u2029c\x85d\x0be\x0cf\x1cg"
    assert data(f"data: {text}\n\n".encode()) == [text]


def test_bytes_that_are_no_utf_8_are_replaced() -> None:
    assert data(b"data: a\xffb\n\n") == ["a\ufffdb"]


def test_the_type_of_an_event_is_kept_for_that_event() -> None:
    assert decode(b"event: error\ndata: a\n\ndata: b\n\nevent: ping\n\ndata: c\n\n") == [
        Event("error", "a"), Event("", "b"), Event("", "c"),
    ]  # fmt: skip


def test_an_event_that_was_not_ended_does_not_come() -> None:
    assert data(b"data: a\n\ndata: b\n") == ["a"]
    assert data(b"", b"\n\n\r\r", b"event: x\n\n") == []


def test_an_event_with_empty_data_comes() -> None:
    assert data(b"data:\n\n", b"data\n\n") == ["", ""]


@given(
    st.lists(st.text().map(lambda text: text.replace("\r", "").replace("\n", "")), max_size=5),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.lists(st.integers(0, 200), max_size=8),
)
def test_however_the_bytes_are_cut_the_events_are_the_same(texts: list[str], end: str, cuts: list[int]) -> None:
    body = "".join(f"data: {text}{end}{end}" for text in texts).encode("utf-8", "surrogatepass")
    places = sorted({min(cut, len(body)) for cut in cuts})
    pieces = [body[start:stop] for start, stop in zip([0, *places], [*places, len(body)], strict=True)]
    whole = data(body)
    assert data(*pieces) == whole
    assert len(whole) == len(texts)
