"""The stream parser: whatever the bytes are and wherever they are split, events come out whole."""

from __future__ import annotations

import re
import time
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bootcamp.gateway.wire import EventSplitter

LINE_ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])
ONE_LINE = st.binary(max_size=30).map(lambda raw: re.sub(rb"[\r\n]", b"", raw))


def reference(stream: bytes) -> list[bytes]:
    """Read a whole stream as the WHATWG's text says, line by line."""
    events = []
    data: list[bytes] = []
    *lines, _unfinished = re.split(rb"\r\n|\n|\r", stream)
    for line in lines:
        if not line and data:
            events.append(b"\n".join(data))
            data = []
        name, colon, value = line.partition(b":")
        if name == b"data" and colon:
            data.append(value.removeprefix(b" "))
    return events


def fed(stream: bytes, cuts: list[int]) -> list[bytes]:
    """Feed a stream in pieces, empty ones too, that begin at *cuts*."""
    splitter = EventSplitter()
    places = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    return [event for begin, end in pairwise(places) for event in splitter.feed(stream[begin:end])]


@st.composite
def streams(draw: st.DrawFn) -> tuple[bytes, list[bytes]]:
    """Draw a well-formed stream with comments and other fields, and the data that is in it."""
    stream, expected = b"", []
    end = draw(LINE_ENDS)
    for _ in range(draw(st.integers(0, 5))):
        data = draw(st.lists(ONE_LINE, max_size=4))
        for line in data:
            stream += draw(
                st.sampled_from([b": ping" + end, b"id: 7" + end, b"event: x" + end, b""])
            )
            # A space after the colon belongs to the field; one of the data's own needs another.
            stream += b"data:" + (
                b" " if line.startswith(b" ") else draw(st.sampled_from([b" ", b""]))
            )
            stream += line + end
        stream += end
        if data:
            expected.append(b"\n".join(data))
    return stream, expected


@given(streams(), st.lists(st.integers(0, 400), max_size=12))
@example((b"data: a\r\n\r\ndata: b\r\n\r\n", [b"a", b"b"]), [8, 9, 10, 11])
@example((b"data: a\r\rdata: b\n\n", [b"a", b"b"]), [8, 9])
@example((b"data: a\r\ndata: b\r\n\r\n", [b"a\nb"]), list(range(25)))
def test_well_formed_streams_come_out_whole_wherever_they_are_split(
    drawn: tuple[bytes, list[bytes]], cuts: list[int]
) -> None:
    stream, expected = drawn
    assert fed(stream, cuts) == expected
    assert fed(stream, list(range(len(stream)))) == expected


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=20),
            st.sampled_from(
                [b"\r", b"\n", b"\r\n", b"data:", b"data: x", b":", b"data", b"\xef\xbb\xbf"]
            ),
        ),
        max_size=30,
    ).map(b"".join),
    st.lists(st.integers(0, 300), max_size=12),
)
def test_garbage_gives_what_the_standard_says_wherever_it_is_split(
    stream: bytes, cuts: list[int]
) -> None:
    found = fed(stream, cuts)
    assert found == reference(stream)
    assert fed(stream + b"\n\n", cuts) == reference(stream + b"\n\n")


@given(st.integers(1, 4096))
def test_letters_are_never_cut_by_the_places_where_packets_end(size: int) -> None:
    data = "Bonjour à tous — 1 234,56 €".encode()
    stream = b"data: " + data + b"\n\n"
    assert fed(stream, list(range(0, len(stream), size))) == [data]


def test_an_event_without_end_is_given_up_before_memory_is() -> None:
    splitter = EventSplitter()

    def endless() -> None:
        for _ in range(1_000):
            splitter.feed(b"data: " + b"x" * 65_536)

    with pytest.raises(ValueError, match="too large"):
        endless()


def test_time_is_linear_in_what_comes() -> None:
    """A large event in small packets must not hold other callers up."""
    packets = 2_000  # of 1,460 bytes: an event of 2.9 MB
    splitter = EventSplitter()
    splitter.feed(b"data: ")
    began = time.process_time()
    for _ in range(packets):
        splitter.feed(b"x" * 1_460)
    (found,) = splitter.feed(b"\n\n")
    assert len(found) == packets * 1_460
    assert time.process_time() - began < 0.5
