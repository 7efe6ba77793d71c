"""Counts and measures, equal to scikit-learn's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    f1_score,
    precision_score,
    recall_score,
    roc_auc_score,
)

from lablib.foundations.compute.threshold import counts_at, example_scores, sweep

pairs = st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1)), min_size=1, max_size=50)


@given(pairs, st.floats(0, 1))
def test_the_measures_are_scikit_learns(examples, threshold):
    labels, scores = zip(*examples, strict=True)
    said = [int(score >= threshold) for score in scores]
    counts = counts_at(labels, scores, threshold)
    rests, alarms, misses, hits = confusion_matrix(labels, said, labels=[0, 1]).ravel().tolist()
    assert (counts.tn, counts.fp, counts.fn, counts.tp) == (
        rests, alarms, misses, hits,
    )  # fmt: skip
    assert counts.accuracy == pytest.approx(accuracy_score(labels, said))
    assert counts.precision == pytest.approx(precision_score(labels, said, zero_division=0))
    assert counts.recall == pytest.approx(recall_score(labels, said, zero_division=0))
    assert counts.f1 == pytest.approx(f1_score(labels, said, zero_division=0))


def test_a_higher_threshold_never_finds_more():
    hits = [counts.tp for _, counts in sweep(*example_scores())]
    assert hits == sorted(hits, reverse=True) and hits[0] == 100 and hits[-1] == 0


def test_accuracy_misleads_where_yes_is_rare():
    labels, scores = example_scores(share=0.01)
    lazy, careful = counts_at(labels, scores, 1.0), counts_at(labels, scores, 0.5)
    assert lazy.accuracy == 0.99 > careful.accuracy
    assert lazy.recall == 0.0 < 0.7 < careful.recall


def test_quality_parts_the_kinds():
    areas = [roc_auc_score(*example_scores(0.5, quality)) for quality in (0.0, 1.0, 3.0)]
    assert areas[0] == pytest.approx(0.5, abs=0.04)
    assert areas[1] == pytest.approx(0.76, abs=0.04) and areas[2] > 0.97


@pytest.mark.parametrize(
    ("labels", "scores", "says"),
    [([1, 0], [0.5], "as many labels"), ([2], [0.5], "1 for yes or 0 for no")],
)
def test_what_cannot_be_counted_is_refused(labels, scores, says):
    with pytest.raises(ValueError, match=says):
        counts_at(labels, scores, 0.5)


@pytest.mark.parametrize("arguments", [{"share": 1.5}, {"number": 0}])
def test_what_cannot_be_drawn_is_refused(arguments):
    with pytest.raises(ValueError, match="share from 0 to 1"):
        example_scores(**arguments)
