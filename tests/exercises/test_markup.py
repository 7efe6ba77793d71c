"""What stands in records as marks is read as emphasis and code, on every card of every room."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lablib.exercises import Bug, Exercise, Guess, Prediction, lab, rooms
from lablib.exercises.markup import code, paragraphs, plain

RECORDS = [record for room in rooms() for record in lab(room).values()]

LITERAL = re.compile(r"[*`]|(?<!\w)_+\w|\w_+(?!\w)")
"""A mark that was meant and not read: `a_b` is none, `_a_` is."""


def words(record):
    """All that a reader sees of a question and that is not code."""
    yield from (record.title, record.question)
    if isinstance(record, Prediction):
        if isinstance(record.answer, Guess):
            yield from (record.answer.right, record.answer.too_low, record.answer.too_high)
            yield record.answer.unit
        else:
            yield from (text for one in record.answer for text in (one.text, one.feedback))
    if isinstance(record, Exercise):
        yield from (*record.hints, record.lesson)
        yield from (mistake.feedback for mistake in getattr(record.check, "mistakes", ()))
    if isinstance(record, Bug):
        yield from (record.why, *record.correct_lines.values())


def prose(text):
    """What a reader sees outside code."""
    pieces = [piece for part in paragraphs(text) for piece in part]
    return "".join(" … " if "code" in tags else words for words, *tags in pieces)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.id)
def test_no_mark_is_left_to_be_read(record):
    assert [text for text in words(record) if LITERAL.search(prose(text))] == []
    assert plain(record.title) == record.title


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.id)
def test_no_code_is_emphasised_in_part(record):
    """`a * b * c` outside a code span would lose its stars."""
    loose = re.compile(r"\w\(|[=<>]=|->|\[\d")
    for text in words(record):
        for part in paragraphs(text):
            emphasised = [piece for piece, *tags in part if tags and "code" not in tags]
            assert not any(loose.search(piece) for piece in emphasised)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a *b* c", [["a "], ["b", "em"], [" c"]]),
        ("_b_ **c**", [["b", "em"], [" "], ["c", "strong"]]),
        ("*the `x * y` of*", [["the ", "em"], ["x * y", "em", "code"], [" of", "em"]]),
        ("`Look: ` and ` word`", [["Look: ", "code"], [" and "], ["␣word", "code"]]),
        ("d_k and word_ids, 2 * 3 * 4", [["d_k and word_ids, 2 * 3 * 4"]]),
        ("<b>x</b> &amp; [y](http://z)", [["<b>x</b> &amp; [y](http://z)"]]),
    ],
)
def test_marks_are_read(text, expected):
    assert paragraphs(text) == [expected]


@given(st.text(alphabet="`*_ ab\n<&"))
def test_any_text_can_be_shown_as_code(text):
    seen = " ".join(text.splitlines())
    assert plain(f"It says {code(text)}.") == f"It says {seen}."
    assert all(tags == ["code"] for part in paragraphs(code(text)) for _, *tags in part if seen)
