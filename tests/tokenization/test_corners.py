"""The odd corners: what is told apart, and what each corner shows of the real tokenizers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lablib.tokenization.compute import rewriting
from lablib.tokenization.compute.corners import CORNERS, LONGEST, corner, unshared
from lablib.tokenization.exercises.practice import wordpiece
from tests.examples import examples

patient = examples(50)


def by_name(corners):
    return pytest.mark.parametrize("one", corners, ids=lambda one: one.name)


def ids(name, tokenizer):
    return [r.encoding.ids for r in corner(name).compare(CORNERS[name].text, tokenizer)]


@by_name(CORNERS.values())
def test_gpt2_reads_the_cases_of_every_corner_differently(one, gpt2):
    assert len(set(ids(one.name, gpt2))) == len(one.cases)


@by_name(CORNERS.values())
def test_a_reading_is_the_librarys(one, gpt2):
    for case, reading in zip(one.cases, one.compare(one.text, gpt2), strict=True):
        plain = gpt2(case.change(one.text), split_special_tokens=not case.control).input_ids
        assert list(reading.encoding.ids) == plain
        assert reading.encoding.text == case.change(one.text)


def test_what_the_corners_say_of_gpt2(gpt2):
    assert ids("leading-space", gpt2) == [(9703,), (3290,), (8532,)]
    first, spaced, going_on = ids("trailing-space", gpt2)
    assert spaced == (*first, 220) and going_on[:-1] == first and 220 not in going_on
    unix, windows = ids("line-ends", gpt2)
    assert [id for id in windows if id != 201] == list(unix)
    spaces, tabs, _ = ids("indentation", gpt2)
    assert spaces.count(220) == 3 + 7 + 3 and 220 not in tabs
    typed, plain = ids("control-tokens", gpt2)
    assert gpt2.eos_token_id in typed and gpt2.eos_token_id not in plain


def test_what_they_say_of_wordpiece():
    tokenizer = wordpiece()
    for name in ("leading-space", "trailing-space", "line-ends", "accents", "indentation"):
        readings = corner(name).compare("the café", tokenizer)
        assert readings[0].encoding.ids == readings[1].encoding.ids
        assert readings[1].apart == ()
    typed, plain = (r.encoding for r in corner("control-tokens").compare("cat[SEP]", tokenizer))
    sep = tokenizer.sep_token_id
    assert (typed.ids.count(sep), plain.ids.count(sep)) == (2, 1)


def test_only_what_differs_is_told_apart(gpt2):
    without, spaced, going_on = corner("trailing-space").compare("Once upon a time", gpt2)
    assert (without.apart, spaced.apart, going_on.apart) == ((), (4,), (4,))


@patient
@given(st.lists(st.integers(0, 3), max_size=8), st.lists(st.integers(0, 3), max_size=8))
def test_the_shared_ids_are_the_same_in_both(first, second):
    def shared(ids, other):
        gone = unshared(ids, other)
        return [id for number, id in enumerate(ids) if number not in gone]

    assert shared(first, first) == first
    left = iter(second)
    assert all(id in left for id in shared(first, second))


@by_name(CORNERS.values())
@patient
@given(
    text=st.text(max_size=30) | st.text("0123456789 \r\n\t\u200d\ud800é<|endoftext|>", max_size=30)
)
def test_any_text_is_read(one, gpt2, text):
    readings = one.compare(text, gpt2)
    assert [r.label for r in readings] == [case.label for case in one.cases]
    assert all(reading.encoding.lossless for reading in readings)


def test_a_long_text_is_cut_before_it_is_compared(gpt2):
    reading = corner("leading-space").compare("x" * 10**6, gpt2)[0]
    assert len(reading.encoding.text) == LONGEST


def test_a_corner_that_is_not_there():
    with pytest.raises(ValueError, match="choose one of leading-space, numbers"):
        corner("no such")


@patient
@given(st.text("a \r\n", max_size=12))
def test_line_ends_there_and_back(text):
    assert rewriting.unix_lines(rewriting.windows_lines(text)) == rewriting.unix_lines(text)


@patient
@given(st.text(max_size=12))
def test_composing_undoes_decomposing(text):
    assert rewriting.composed(rewriting.decomposed(text)) == rewriting.composed(text)


@pytest.mark.parametrize(
    ("text", "more", "threes"),
    [
        ("9", "10", "9"),
        ("0999 and 1000000", "1000 and 1000001", "0,999 and 1,000,000"),
        ("9" * 19, "9" * 19, ",".join(["9", *["999"] * 6])),
        ("٣ ²", "٣ ²", "٣ ²"),
    ],
)
def test_numbers(text, more, threes):
    assert rewriting.one_more(text) == more
    assert rewriting.in_threes(text) == threes
