"""Figures about texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lablib import sampling as sp
from lablib.sampling import (
    Knobs,
    cache_timing,
    distinct_n,
    diversity,
    first_divergence,
    generate,
    repetition,
)

texts = st.lists(st.lists(st.integers(0, 3), max_size=12), max_size=5)


@given(texts=texts, n=st.integers(1, 4))
def test_distinct_n_is_a_share(texts, n):
    share = distinct_n(texts, n)
    assert 0 <= share <= 1
    assert share == distinct_n(list(reversed(texts)), n)
    assert distinct_n([*texts, *texts], n) <= share


@given(ids=st.lists(st.integers(0, 3), max_size=20))
def test_repetition_counts_what_was_said_before(ids):
    grams = [tuple(ids[i : i + 4]) for i in range(len(ids) - 3)]
    seen = sum(gram in grams[:i] for i, gram in enumerate(grams))
    assert repetition(ids) == pytest.approx(seen / len(grams) if grams else 0)


@given(texts=texts)
def test_first_divergence(texts):
    place = first_divergence(texts)
    if place is None:
        assert all(ids == texts[0] for ids in texts)
    else:
        assert len({tuple(ids[:place]) for ids in texts}) == 1
        assert len({tuple(ids[: place + 1]) for ids in texts}) > 1


def test_n_must_be_positive():
    with pytest.raises(ValueError, match="1 or above"):
        distinct_n([[1]], 0)


def test_diversity_by_hand(m):
    steps = list(generate(m, "a", Knobs(), 1, 6))
    ids = [step.id for step in steps]
    figures = diversity([steps, steps])
    assert figures.distinct_1 == len(set(ids)) / 12
    assert figures.repetition == repetition(ids)
    assert figures.entropy == pytest.approx(sum(step.entropy for step in steps) / 6)
    assert diversity([]) == sp.Diversity(0, 0, 0, 0, 0)


def test_greedy_is_less_varied(m):
    def runs(knobs):
        return [list(generate(m, "a", knobs, seed, 10)) for seed in range(4)]

    greedy, drawn = diversity(runs(Knobs(temperature=0))), diversity(runs(Knobs()))
    assert greedy.distinct_2 < drawn.distinct_2
    assert greedy.entropy == 0 < drawn.entropy


def test_cache_timing_measures_each_length_the_model_can_read(m):
    timings = list(cache_timing(m, "abc", [1, 5, 63, 64, 0]))
    assert [timing.length for timing in timings] == [1, 5, 63]
    assert all(timing.cached > 0 and timing.uncached > 0 for timing in timings)
