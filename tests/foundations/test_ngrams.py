"""Counting words, held against formulas written out with counters, and against nltk."""

import itertools
import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.lm import MLE, KneserNeyInterpolated, Lidstone, StupidBackoff, WittenBellInterpolated
from nltk.util import everygrams

from lablib.foundations.compute.ngrams import SMOOTHINGS, NGrams

V = 7
STREAM = [0, 1, 2, 3, 0, 1, 4, 2, 3, 5, 0, 1, 2, 4, 4, 0, 3, 2, 3, 0, 1, 0, 1, 2, 3]
PROPER = [name for name in SMOOTHINGS if name not in ("none", "backoff")]
ids = st.lists(st.integers(0, V - 1), min_size=6, max_size=60)
contexts = st.lists(st.integers(0, V - 1), max_size=6)


def test_kneser_ney_by_hand():
    """Chen and Goodman's formula, written out with counters, on a bigram model."""
    stream = [0, 1, 0, 1, 2, 0, 2, 1, 0, 3]
    pairs = Counter(itertools.pairwise(stream))
    after = Counter(word for _, word in pairs)
    ones = [sum(c == k for c in counts.values()) for counts in (pairs, after) for k in (1, 2)]
    discounts = [ones[0] / (ones[0] + 2 * ones[1]), ones[2] / (ones[2] + 2 * ones[3])]

    def unigram(word):
        kept = max(after[word] - discounts[1], 0) + discounts[1] * len(after) / 4
        return kept / sum(after.values())

    def bigram(previous, word):
        row = {w: c for (p, w), c in pairs.items() if p == previous}
        kept = max(row.get(word, 0) - discounts[0], 0)
        return (kept + discounts[0] * len(row) * unigram(word)) / sum(row.values())

    model = NGrams(stream, 4, order=2)
    asked = [0, 1, 2, 2, 0, 0, 3]
    expected = [bigram(p, w) for p, w in itertools.pairwise(asked)]
    np.testing.assert_allclose(model.probabilities(asked), [unigram(0), *expected])


def library(kind, *settings, order=3):
    """A model of nltk that has counted the same n-grams; `<UNK>` is not used."""
    model = kind(*settings, order=order)
    grams = list(everygrams(list(map(str, STREAM)), max_len=order))
    model.fit([grams], vocabulary_text=[str(id) for id in range(V)])
    return model


def in_library(model, context):
    return [model.score(str(id), [str(c) for c in context]) for id in range(V)]


CONTEXTS = [[], [0], [0, 1], [2, 3], [4, 4], [1, 0], [6], [5, 6]]


@pytest.mark.parametrize("context", CONTEXTS, ids=str)
def test_relative_frequencies_are_nltks(context):
    ours = NGrams(STREAM, V, order=len(context) + 1, smoothing="none")
    theirs = in_library(library(MLE, order=len(context) + 1), context)
    np.testing.assert_allclose(ours.distribution(context), theirs)


@pytest.mark.parametrize("context", CONTEXTS, ids=str)
def test_add_k_is_nltks_lidstone(context):
    """nltk's vocabulary has its `<UNK>` more than ours."""
    ours = NGrams(STREAM, V + 1, order=len(context) + 1, smoothing="add-k", k=0.3)
    theirs = in_library(library(Lidstone, 0.3, order=len(context) + 1), context)
    np.testing.assert_allclose(ours.distribution(context)[:V], theirs)


@pytest.mark.parametrize("context", CONTEXTS, ids=str)
def test_backoff_is_nltks_stupid_backoff(context):
    ours = NGrams(STREAM, V, order=3, smoothing="backoff")
    theirs = in_library(library(StupidBackoff, 0.4), context)
    np.testing.assert_allclose(ours.distribution(context), theirs)


def with_our_unigrams(theirs, ours):
    """nltk gives ids that were never seen a probability of 0; ours end in equal chances."""
    unigrams = ours.distribution([])
    theirs.estimator.unigram_score = lambda word: unigrams[int(word)]
    return theirs


@pytest.mark.parametrize("context", CONTEXTS, ids=str)
def test_witten_bell_is_nltks_above_the_unigrams(context):
    ours = NGrams(STREAM, V, order=3, smoothing="witten-bell")
    theirs = with_our_unigrams(library(WittenBellInterpolated), ours)
    np.testing.assert_allclose(ours.distribution(context), in_library(theirs, context))


def test_witten_bells_unigrams_by_hand():
    counts, kinds = Counter(STREAM), len(set(STREAM))
    expected = [(counts[id] + kinds / V) / (len(STREAM) + kinds) for id in range(V)]
    ours = NGrams(STREAM, V, order=1, smoothing="witten-bell")
    np.testing.assert_allclose(ours.distribution([]), expected)


@pytest.mark.parametrize("context", CONTEXTS, ids=str)
def test_kneser_ney_is_nltks_with_its_one_discount(context):
    """nltk takes one discount for all lengths, and none off the unigrams."""
    ours = NGrams(STREAM, V, order=3)
    ours.levels = [replace(level, discount=0.6) for level in ours.levels]
    theirs = with_our_unigrams(library(KneserNeyInterpolated), ours)
    theirs.estimator.discount = 0.6
    np.testing.assert_allclose(ours.distribution(context), in_library(theirs, context))


@given(ids, contexts, st.sampled_from(PROPER), st.integers(1, 6))
def test_what_is_smoothed_sums_to_one_and_excludes_nothing(known, context, smoothing, order):
    chances = NGrams(known, V, order, smoothing).distribution(context)
    assert chances.sum() == pytest.approx(1)
    assert (chances > 0).all()


@given(ids, ids, st.sampled_from(SMOOTHINGS), st.integers(1, 6))
def test_a_text_is_scored_as_its_places_are(known, asked, smoothing, order):
    model = NGrams(known, V, order, smoothing)
    one_by_one = [model.distribution(asked[:i])[id] for i, id in enumerate(asked)]
    np.testing.assert_allclose(model.probabilities(asked), one_by_one)


@given(ids, contexts, st.integers(1, 6))
def test_seen_counts_what_is_there(known, context, order):
    for row in NGrams(known, V, order).seen(context):
        n = len(row.ids)
        after = [known[i + n] for i in range(len(known) - n) if tuple(known[i : i + n]) == row.ids]
        assert (row.times, row.types) == (len(after), len(set(after)))
        assert row.ids == tuple(context[len(context) - n :])


def test_a_text_costs_what_its_tokens_cost():
    model = NGrams(STREAM, V, 2, "witten-bell")
    expected = -sum(math.log2(p) for p in model.probabilities([0, 1, 6]))
    assert model.bits_per_byte([0, 1, 6], 10) == pytest.approx(expected / 10)


def test_the_impossible_costs_without_end():
    assert NGrams(STREAM, V, 2, "none").bits_per_byte([0, 1, 6], 10) == math.inf


def test_backoff_costs_no_number_of_bits():
    model = NGrams(STREAM, V, 3, "backoff")
    assert model.distribution([0, 1]).sum() != pytest.approx(1)
    with pytest.raises(ValueError, match="do not sum to 1"):
        model.bits_per_byte(STREAM, 10)


def test_any_vocabulary_and_any_length_fit():
    model = NGrams([200_000, 5, 200_000, 5, 200_000, 7, 5], 250_000, order=6)
    assert model.probabilities([200_000, 5])[1] > 0.1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"smoothing": "laplace"}, "one of none, add-k"),
        ({"order": 0}, "at least one token"),
        ({"order": 26}, "too few for n = 26"),
        ({"smoothing": "add-k", "k": 0.0}, "above 0"),
    ],
)
def test_what_cannot_be_counted_is_refused(arguments, says):
    with pytest.raises(ValueError, match=says):
        NGrams(STREAM, V, **arguments)
