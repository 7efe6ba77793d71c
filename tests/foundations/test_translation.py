"""BLEU: the score is sacrebleu's, and the coloured words are the counted ones."""

import pytest
import sacrebleu
from hypothesis import given
from hypothesis import strategies as st

from lablib.foundations.compute.bleu import bleu
from lablib.foundations.panel.bleu import CASES

WORDS = ("the", "a", "cat", "dog", "saw", "sat", ".", ",")
words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12)
sentences = words.map(" ".join)


@given(sentences, sentences)
def test_the_score_is_sacrebleus(candidate, reference):
    found = bleu(candidate, reference)
    expected = sacrebleu.sentence_bleu(candidate, [reference], use_effective_order=True)
    assert found.score == expected.score and found.penalty == expected.bp
    assert list(found.matched) == expected.counts and list(found.total) == expected.totals


@given(sentences, sentences)
def test_as_many_words_are_coloured_as_are_matched(candidate, reference):
    found = bleu(candidate, reference)
    for longest in (found.candidate_longest, found.reference_longest):
        assert sum(n >= 1 for n in longest) >= found.matched[0]
        for n in (1, 2, 3, 4):
            assert (max(longest) >= n) == (found.matched[n - 1] > 0)
    assert len(found.candidate_longest) == len(found.candidate) == found.total[0]


@given(sentences)
def test_a_text_held_against_itself_is_matched_all_over(text):
    found = bleu(text, text)
    assert found.score == pytest.approx(100)
    assert set(found.candidate_longest) == {min(4, len(found.candidate))}


@given(st.text(), st.text())
def test_any_text_is_scored_or_refused_in_words(candidate, reference):
    try:
        assert 0 <= bleu(candidate, reference).score <= 100.001
    except ValueError as error:
        assert "type a candidate and a reference" in str(error)


def test_the_cases_mislead_as_they_say():
    scores = {name: bleu(*pair).score for name, pair in CASES.items()}
    assert scores["the opposite, and a high score"] > 60
    assert scores["the same meaning, and a low score"] < 10
    assert bleu(*CASES["short and safe"]).precisions[:2] == (1.0, 1.0)
    assert scores["short and safe"] < 10


def test_a_word_is_matched_once_for_each_time_it_stands_there():
    assert bleu("the the the", "the cat").candidate_longest == (1, 0, 0)
