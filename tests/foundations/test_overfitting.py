"""Memorising 40 examples, and the guards."""

import pytest
import torch

from lablib.foundations.compute.overfitting import EXAMPLES, STEPS, Regularization, examples, fit


@pytest.fixture(scope="module")
def ends():
    guards = {
        "none": Regularization(),
        "l1": Regularization(l1=0.001),
        "l2": Regularization(l2=0.001),
        "dropout": Regularization(dropout=0.3),
        "early": Regularization(early_stopping=True),
    }
    return {name: list(fit(guard))[-1] for name, guard in guards.items()}


@pytest.mark.training
def test_left_alone_it_learns_the_noise(ends):
    assert ends["none"].new > 3 * ends["none"].train
    assert ends["none"].kept == STEPS


@pytest.mark.parametrize("name", ["l1", "l2", "dropout", "early"])
def test_every_guard_helps_on_new_points(ends, name):
    assert ends[name].kept_new < 0.95 * ends["none"].kept_new


def test_penalties_shrink_the_weights(ends):
    assert ends["l1"].size < ends["l2"].size < ends["none"].size / 2


def test_early_stopping_changes_what_is_kept_and_not_the_training(ends):
    assert ends["early"].kept < STEPS / 2
    assert (ends["early"].train, ends["early"].new) == (ends["none"].train, ends["none"].new)
    reports = list(fit(Regularization(early_stopping=True)))
    assert reports[-1].kept == min(reports, key=lambda report: report.stop).step


def test_the_same_seed_is_the_same_whoever_draws_between():
    first = list(fit(Regularization(dropout=0.5), steps=40))
    second = []
    with torch.inference_mode():
        for report in fit(Regularization(dropout=0.5), steps=40):
            torch.rand(3)
            second.append(report)
    assert [r.train for r in first] == [r.train for r in second]


def test_the_sets_of_points_are_different():
    points = examples(0)
    assert len(points.x) == len(points.stop_x) == EXAMPLES
    assert not torch.equal(points.x, points.stop_x)
    assert not torch.equal(points.x, examples(1).x)


@pytest.mark.parametrize("arguments", [{"l1": -1}, {"l2": -0.1}, {"dropout": 0.95}])
def test_what_is_no_guard_is_refused(arguments):
    with pytest.raises(ValueError, match=r"penalty|Dropout"):
        Regularization(**arguments)
