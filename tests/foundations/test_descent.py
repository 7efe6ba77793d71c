"""Optimizers in a valley and on a small network."""

import math

import pytest
import torch

from lablib.foundations.compute.descent import METHODS, VALLEYS, descend, spirals, train_net


def test_sgd_by_hand():
    path = descend("SGD", 0.05, "ravine", steps=3)
    x, y = VALLEYS["ravine"].start
    for point in path.points[1:]:
        x, y = x - 0.05 * x, y - 0.05 * 20 * y
        assert point.tolist() == pytest.approx([x, y], abs=1e-6)


def test_momentum_by_hand():
    path = descend("momentum", 0.02, "ravine", steps=4)
    x, y = VALLEYS["ravine"].start
    step_x = step_y = 0.0
    for point in path.points[1:]:
        step_x, step_y = 0.9 * step_x + x, 0.9 * step_y + 20 * y
        x, y = x - 0.02 * step_x, y - 0.02 * step_y
        assert point.tolist() == pytest.approx([x, y], abs=1e-5)


def test_adams_first_step_is_the_rate_itself_in_both_directions():
    path = descend("Adam", 0.1, "ravine", steps=1)
    moved = (path.points[1] - path.points[0]).abs()
    assert moved.tolist() == pytest.approx([0.1, 0.1], rel=1e-4)


def test_the_ravine_has_the_rate_it_says():
    assert not descend("SGD", 0.099, "ravine", 200).diverged
    assert descend("SGD", 0.101, "ravine", 2000).diverged


@pytest.mark.parametrize("valley", VALLEYS)
def test_the_lowest_point_is_the_lowest(valley):
    place = VALLEYS[valley]
    lowest = torch.tensor(place.lowest)
    around = lowest + 0.01 * torch.randn(200, 2, generator=torch.Generator().manual_seed(0))
    assert (place.height(*around.T) >= place.height(*lowest) - 1e-6).all()
    best = min(descend(name, 0.1, valley, 300).losses.min() for name in METHODS)
    assert best - place.height(*lowest) < 0.05


@pytest.mark.parametrize("method", METHODS)
def test_a_rate_that_is_too_high_breaks_the_network_or_not(method):
    assert not train_net(method, 0.1).diverged
    curve = train_net(method, 100.0)
    assert curve.losses.shape == (121,)
    assert curve.diverged or method == "SGD"


def test_adam_is_far_ahead_at_a_usual_rate():
    sgd, adam = (train_net(name, 0.01).losses[-1] for name in ("SGD", "Adam"))
    assert adam < 0.05 < 0.5 < sgd


def test_every_method_begins_alike_and_the_worker_comes_to_the_same():
    starts = {float(train_net(name, 0.01, steps=1).losses[0]) for name in METHODS}
    assert len(starts) == 1 and starts.pop() == pytest.approx(math.log(2), abs=0.1)
    with torch.inference_mode():
        inside = train_net("Adam", 0.01, steps=5)
    assert torch.equal(inside.losses, train_net("Adam", 0.01, steps=5).losses)


def test_the_spirals_mirror_each_other():
    points, labels = spirals(10)
    assert torch.equal(points[:10], -points[10:])
    assert labels.tolist() == [0] * 10 + [1] * 10


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("Adagrad", 0.1), "one of SGD"),
        (("SGD", 0.0), "above 0"),
        (("SGD", float("nan")), "above 0"),
        (("SGD", 0.1, "hill"), "one of ravine"),
    ],
)
def test_what_cannot_be_done_is_refused(arguments, says):
    with pytest.raises(ValueError, match=says):
        descend(*arguments)
