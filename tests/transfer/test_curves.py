"""Transfer measured: fair draws, the right numbers, and what the shipped sets show."""

import math
from itertools import islice
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from lablib import models
from lablib.transfer import SIZES, Examples, Point, growth, measure_transfer, read_labelled
from lablib.transfer.compute.growth import mean_vectors, nested
from tests.transfer.test_training import encoder

__all__ = ["encoder"]


@given(st.integers(0, 99), st.integers(1, 5), st.integers(2, 40))
def test_a_smaller_draw_is_the_beginning_of_a_larger_one_and_balanced(seed, classes, size):
    examples = Examples(
        tuple(map(str, range(classes * 12))), tuple(i % classes for i in range(classes * 12))
    )
    small, large = nested(examples, size, seed), nested(examples, size + 3, seed)
    assert large.texts[: len(small)] == small.texts
    counts = [small.labels.count(label) for label in range(classes)]
    assert max(counts) - min(counts) <= 1


def test_means_and_spreads_are_over_the_seeds():
    points = [Point("scratch", 20, s, a) for s, a in enumerate((0.2, 0.4, 0.6))]
    points += [Point("frozen", 40, 0, 0.5)]
    frozen, scratch = growth(points)
    assert (frozen.method, frozen.spread, frozen.count) == ("frozen", 0.0, 1)
    assert scratch.mean == pytest.approx(0.4) and scratch.spread == pytest.approx(0.2)


def test_every_way_size_and_seed_is_measured_once(small_set, encoder):
    found = measure_transfer(small_set, sizes=(8, 16, 320), seeds=(0, 1), model=encoder, steps=2)
    points = [point for point in found if point]
    keys = {(p.method, p.size, p.seed) for p in points}
    assert len(points) == len(keys) == 5 * 2 * 2
    assert {p.size for p in points} == {8, 16}
    assert all(0 <= p.accuracy <= 1 for p in points)


def test_a_frozen_encoders_head_is_scikit_learns_on_its_mean_vectors(small_set, encoder):
    found = measure_transfer(small_set, ["frozen"], [16], [3], encoder)
    (point,) = [point for point in found if point]
    m = models.load(encoder, kind="encoder")
    chosen = nested(small_set.train, 16, 3)
    head = LogisticRegression(C=10.0, max_iter=2000)
    head.fit(mean_vectors(m, chosen.texts), chosen.labels)
    vectors = mean_vectors(m, small_set.test.texts)
    assert point.accuracy == head.score(vectors, small_set.test.labels)
    alone = mean_vectors(m, small_set.test.texts[:1])[0]
    assert vectors[0].tolist() == pytest.approx(alone.tolist(), abs=1e-5)


def test_of_the_training_texts_only_those_are_read_that_a_draw_has(small_set, encoder, monkeypatch):
    read = []

    def watched(m, texts):
        read.extend(texts)
        return mean_vectors(m, texts)

    monkeypatch.setattr("lablib.transfer.compute.growth.mean_vectors", watched)
    list(measure_transfer(small_set, ["frozen"], [4, 8], [3], encoder))
    drawn = nested(small_set.train, 8, 3).texts
    assert len(drawn) < len(small_set.train)
    assert sorted(read) == sorted({*drawn, *small_set.test.texts})


def test_it_can_be_stopped_between_two_steps(small_set, encoder):
    found = measure_transfer(small_set, ["full"], [8], [0], encoder, steps=50)
    assert list(islice(found, 5)) == [None] * 5
    found.close()


def test_what_cannot_be_measured_is_refused(small_set):
    with pytest.raises(ValueError, match="no way 'magic'"):
        next(measure_transfer(small_set, ["magic"]))
    with pytest.raises(ValueError, match="24 training texts in 2 classes"):
        next(measure_transfer(small_set, sizes=(3, 500)))


LEAST = {"sentiment": 0.05, "topic": 0.4}
"""By how much the pretrained encoder has to be better at every size. Measured with five seeds: 10
points with 20 texts to 20 with 320 on sentiment, 53 to 70 on topic."""


@pytest.mark.training
@pytest.mark.parametrize("name", LEAST)
def test_the_pretrained_encoder_beats_random_weights_at_every_size(name):
    """Five draws for the frozen encoder; random weights get 8 steps here, which is little, but
    the 60 of the lab and the 200 that were tried bring them no further on sentiment, and to 35 %
    on topic at most.
    """
    labelled = read_labelled(name)
    frozen = growth([p for p in measure_transfer(labelled, ["frozen"], seeds=range(5)) if p])
    scratch = growth([p for p in measure_transfer(labelled, ["scratch"], seeds=[0], steps=8) if p])
    assert [row.size for row in frozen] == [row.size for row in scratch] == list(SIZES)
    for pretrained, random in zip(frozen, scratch, strict=True):
        assert pretrained.mean - random.mean > LEAST[name], (pretrained, random)
    # Random weights are not told apart from guessing, within what 80 texts can tell.
    chance = 1 / len(labelled.names)
    error = math.sqrt(chance * (1 - chance) / len(labelled.test))
    assert mean(row.mean for row in scratch) < chance + 3 * error
