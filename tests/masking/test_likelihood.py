"""Pseudo-log-likelihood: equal to a slow loop with nothing but the model."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lablib.masking import compare_sentences, prepare, pseudo_log_likelihood
from tests.examples import examples

SENTENCE = "The old zebra sat on the keys, was he?"


def slow_loop(m, text, whole_words=False):
    """One token at a time: hide it, run the model, look at the token's log-probability."""
    read = prepare(m, text)
    chances = []
    for word in read.words:
        for place in [] if word.masked else word.places:
            ids = torch.tensor([read.ids])
            ids[0, place : word.last if whole_words else place + 1] = m.tokenizer.mask_token_id
            with torch.no_grad():
                scores = m.model(ids).prediction_logits[0, place].log_softmax(-1)
            chances.append(float(scores[read.ids[place]]))
    return chances


@pytest.mark.parametrize("whole_words", [False, True])
@pytest.mark.parametrize("text", [SENTENCE, "cat", "a [MASK] zebra", "😀 cat <b>", "cat " * 99])
def test_it_is_what_the_slow_loop_gives(m, text, whole_words):
    score = pseudo_log_likelihood(m, text, whole_words)
    expected = slow_loop(m, text, whole_words)
    assert score.log_probabilities == pytest.approx(expected, abs=1e-4)
    assert score.total == pytest.approx(sum(expected), abs=1e-3)
    assert score.per_token == pytest.approx(sum(expected) / len(expected), abs=1e-4)
    assert sum(chance for _, chance in score.words) == pytest.approx(score.total)
    assert bool(score.read.note) == (len(text) > 300)


def test_words_are_sums_of_their_pieces(m):
    score = pseudo_log_likelihood(m, "a zebra sat")
    rows = score.table()
    assert [row["word"] for row in rows] == ["a", "zebra", "sat"]
    assert rows[1]["log_probability"] == pytest.approx(sum(score.log_probabilities[1:6]))
    assert score.pieces[1:3] == ("z", "##e")


def test_hiding_whole_words_changes_only_words_of_several_pieces(m):
    plain, whole = (pseudo_log_likelihood(m, "a zebra sat", w) for w in (False, True))
    pairs = zip(plain.log_probabilities, whole.log_probabilities, strict=True)
    same = [abs(a - b) < 1e-5 for a, b in pairs]
    assert same[0] and same[-1] and same[-2] and not all(same)


def test_pseudo_perplexity_of_a_uniform_model(tiny):
    m = tiny(7)
    with torch.no_grad():
        m.model.cls.predictions.transform.dense.weight.zero_()
        m.model.cls.predictions.transform.dense.bias.zero_()
        m.model.cls.predictions.transform.LayerNorm.weight.zero_()
        m.model.cls.predictions.bias.zero_()
    score = pseudo_log_likelihood(m, "the cat sat")
    assert score.pseudo_perplexity == pytest.approx(len(m.tokenizer), rel=1e-4)


@pytest.mark.parametrize("text", ["", "   ", "[MASK]", "[MASK] [MASK]"])
def test_nothing_to_score(m, text):
    with pytest.raises(ValueError, match="no word to score: type a sentence"):
        pseudo_log_likelihood(m, text)


def test_two_sentences_word_by_word(m):
    pair = compare_sentences(m, "The key to the mat is old.", "The key to mat are very old.")
    shown = [(p.first, p.second) for p in pair.pairs]
    assert shown == [
        ("The", "The"), ("key", "key"), ("to", "to"), ("the", ""), ("mat", "mat"), ("is", "are"),
        ("", "very"), ("old", "old"), (".", "."),
    ]  # fmt: skip
    assert [p.same for p in pair.pairs].count(False) == 3
    assert sum(p.difference for p in pair.pairs) == pytest.approx(pair.difference, abs=1e-4)
    first = pseudo_log_likelihood(m, "The key to the mat is old.")
    assert pair.first == first and pair.pairs[3].first_log_probability == first.words[3][1]
    assert pair.pairs[3].second_log_probability is None


WORDS = st.lists(st.sampled_from(["the", "cat", "sat", "on", "mat", "."]), min_size=1, max_size=6)


@examples(25)
@given(WORDS, WORDS)
def test_no_word_is_lost_in_a_comparison(m, first, second):
    pair = compare_sentences(m, " ".join(first), " ".join(second))
    assert [p.first for p in pair.pairs if p.first] == first
    assert [p.second for p in pair.pairs if p.second] == second
    assert all(p.same for p in pair.pairs) == (first == second)
