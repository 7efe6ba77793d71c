"""Looking for the test in the training text, compared with a search in strings."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lablib import transfer as tr
from lablib.transfer.exercises import solutions
from tests.panels import run_code

SET = tr.read_labelled("sentiment")
TEXT = st.lists(st.sampled_from(["a", "b", "c"]), max_size=9)


def by_search(test, train, n):
    """Each word of a stretch that stands in the other text, found as a piece of a string."""
    line = f" {' '.join(train)} "
    shared = [False] * len(test)
    for start in range(len(test) - n + 1):
        if f" {' '.join(test[start : start + n])} " in line:
            for place in range(start, start + n):
                shared[place] = True
    return shared


@given(TEXT, TEXT, st.integers(1, 4))
def test_shared_words_are_those_of_stretches_that_stand_in_the_other_text(test, train, n):
    (found,) = tr.overlaps([" ".join(test)], [" ".join(train)], n)
    expected = by_search(test, train, n)
    assert list(found.shared) == expected
    share = sum(expected) / len(test) if test else 0.0
    assert found.share == share == pytest.approx(solutions.shared_share(test, train, n))


def test_case_and_punctuation_hide_nothing():
    (found,) = tr.overlaps(["The DOG, ran"], ["the dog ran!"], 3)
    assert found.share == 1.0


def test_one_word_in_five_is_exchanged_for_one_of_the_test():
    texts = SET.test.texts
    for before, after in zip(tr.leaked(texts, 20), tr.leaked(texts, 20, every=5), strict=True):
        old, new = before.split(), after.split()
        assert len(old) == len(new)
        changed = [
            place for place, pair in enumerate(zip(old, new, strict=True)) if len({*pair}) > 1
        ]
        assert {(place + 1) % 5 for place in changed} <= {0}
    assert tr.leaked(texts, 20)[0] == " ".join(re.findall(r"\w+", texts[0].lower()))


@pytest.mark.parametrize(
    ("n", "every", "leaked", "others"),
    [(8, 0, 20, 0), (13, 0, 6, 0), (8, 5, 0, 0), (4, 5, 20, 3), (2, 0, 20, 53)],
)
def test_what_the_lab_says_is_found(n, every, leaked, others):
    train = [*SET.train.texts, *tr.leaked(SET.test.texts, 20, every)]
    found = [one.share > 0 for one in tr.overlaps(SET.test.texts, train, n)]
    assert (sum(found[:20]), sum(found[20:])) == (leaked, others)


def test_the_texts_that_leak_are_as_long_as_the_prediction_says():
    lengths = [len(text.split()) for text in tr.leaked(SET.test.texts, 20)]
    assert (min(lengths), max(lengths)) == (8, 15)


def test_a_stretch_of_no_words_is_refused():
    with pytest.raises(ValueError, match="at least one word"):
        tr.overlaps(["a"], ["a"], 0)


@pytest.mark.live
def test_the_panel_counts_for_every_n_and_marks_a_text():
    panel = tr.contamination_panel(every=5)
    assert panel.wait() and panel.state == "ready", panel.foot.details
    assert "finds 0 of the 20" in panel.words.value
    assert list(panel.plot.data[0].x) == list(range(2, 14))
    assert list(panel.plot.data[0].y)[:4] == [20, 20, 20, 0]
    panel.n.value = 4
    assert panel.wait() and "finds 20 of the 20" in panel.words.value
    assert any(token.get("mark") for token in panel.strip.tokens)
    assert run_code(panel)[0] == (20, 3)
    before = panel.strip.tokens
    panel.shown.value = 2
    assert panel.strip.tokens != before
