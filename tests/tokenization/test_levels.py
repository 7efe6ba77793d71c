"""The ladder, and which tokens share a character."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lablib.tokenization import encode, ladder, sharing
from lablib.unicode import grapheme_starts, graphemes, well_formed

ANY_TEXT = st.text(st.characters(exclude_categories=[]))
CLUSTERS = st.lists(
    st.sampled_from(["👩🏽‍🚀", "🇫🇷", "e\u0301", "नि", "한", "\u1112\u1161\u11ab", "a", " ", "\r\n"])
).map("".join)


@given(text=ANY_TEXT, start=st.integers(-2, 30), end=st.integers(-2, 30) | st.none())
@pytest.mark.parametrize("name", ["gpt2", "bytes", "words", "bert-base-uncased"])
def test_every_level_holds_the_same_bytes(bert, name, text, start, end):
    encoding = encode(text, name)
    steps = ladder(encoding, start, end)
    raw = steps.text.encode()
    assert steps.text == encoding.text[steps.start : steps.end]
    for level in (steps.characters, steps.code_points, steps.bytes):
        assert [0, *(rung.end for rung in level)] == [*(rung.start for rung in level), len(raw)]
    assert [raw[r.start : r.end].decode() for r in steps.characters] == graphemes(steps.text)
    assert bytes.fromhex("".join(rung.text for rung in steps.bytes)) == raw
    assert [rung.text for rung in steps.code_points] == [f"U+{ord(c):04X}" for c in steps.text]
    for rung in steps.tokens:
        assert 0 <= rung.start < rung.end <= len(raw)


def test_a_selection_is_widened_to_whole_characters():
    encoding = encode("ab👩🏽‍🚀c", "gpt2")
    steps = ladder(encoding, 3, 4)
    assert (steps.start, steps.end, steps.text) == (2, 6, "👩🏽‍🚀")
    assert [rung.note for rung in steps.code_points][1] == "EMOJI MODIFIER FITZPATRICK TYPE-4"
    assert ladder(encoding, 1, 1).text == ladder(encoding, 2, 2).text == ""
    assert ladder(encoding, 6, 2).text == "👩🏽‍🚀"


@given(text=ANY_TEXT | CLUSTERS, start=st.integers(0, 30), length=st.integers(1, 10))
@example(text="a\r\nb", start=2, length=1)
@example(text="\n\n", start=1, length=1)
def test_the_ends_of_a_piece_are_ends_of_characters(text, start, length):
    encoding = encode(text, "bytes")
    bounds, size = grapheme_starts(encoding.text), len(encoding.text)
    steps = ladder(encoding, start, start + length)
    assert steps.start == max(place for place in bounds if place <= min(start, size))
    assert steps.end == min(place for place in bounds if place >= min(start + length, size))


def test_a_token_is_cut_off_at_the_ends_of_the_piece():
    steps = ladder(encode("Hello world", "gpt2"), 4, 7)
    assert [(rung.text, rung.start, rung.end) for rung in steps.tokens] == [
        ("Hello", 0, 1),
        (" world", 1, 3),
    ]


def shares(encoding):
    """The definition, slowly: some cluster is touched by this token and by another one."""
    offsets = [len(encoding.text[:i].encode()) for i in range(len(encoding.text) + 1)]
    bounds = [offsets[i] for i in grapheme_starts(encoding.text)]
    touched = [
        {i for i, (a, b) in enumerate(pairwise(bounds)) if a < end and start < b}
        if end > start
        else set()
        for start, end in encoding.byte_spans.tolist()
    ]
    return [
        any(mine & other for j, other in enumerate(touched) if j != i)
        for i, mine in enumerate(touched)
    ]


@given(text=ANY_TEXT | CLUSTERS)
@example(text="e\u0301🇫🇷")
@pytest.mark.parametrize("name", ["gpt2", "bytes", "characters", "bert-base-uncased"])
def test_tokens_that_share_a_character(bert, name, text):
    encoding = encode(text, name)
    assert sharing(encoding).tolist() == shares(encoding)


@given(text=ANY_TEXT | CLUSTERS)
def test_grapheme_starts(text):
    text = well_formed(text)
    starts = grapheme_starts(text)
    assert [text[a:b] for a, b in pairwise(starts)] == graphemes(text)
