"""What the first weights do to a signal."""

import pytest
import torch

from lablib.foundations.compute.initialisation import ACTIVATIONS, INITS, signal


@pytest.mark.parametrize("init", INITS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_figure_is_there_and_a_number(init, activation):
    found = signal(init, activation, layers=5)
    assert found.std.shape == (6,) and found.saturated.shape == found.gradients.shape == (5,)
    assert torch.allclose(found.histograms.sum(1), torch.ones(6), atol=1e-5)
    assert all(torch.isfinite(part).all() for part in (found.std, found.saturated, found.gradients))
    assert [row["layer"] for row in found.table()] == [1, 2, 3, 4, 5]


def test_he_keeps_a_relus_mean_square_and_xavier_halves_it():
    """He et al. 2015: with half of the signal dropped, weights must be √2 times as large."""
    he, xavier = (signal(init, "ReLU", width=256, samples=512) for init in ("He", "Xavier"))
    assert 0.5 < he.std[-1] / he.std[1] < 2
    assert float(xavier.std[-1] / xavier.std[1]) == pytest.approx(2**-3.5, rel=0.6)


def test_too_small_dies_and_too_large_sticks_or_grows():
    assert signal("too small", "tanh").std[-1] < 1e-6
    assert signal("too small", "tanh").gradients.max() < 1e-10
    stuck = signal("too large", "tanh")
    assert stuck.saturated[-1] > 0.7 and stuck.std[-1] > 0.9
    assert signal("too large", "ReLU").std[-1] > 1e6


def test_xavier_keeps_tanh_alive():
    found = signal("Xavier", "tanh")
    assert found.std[-1] > 0.2 and found.saturated.max() < 0.02


def test_the_same_in_a_worker_and_with_the_same_seed():
    with torch.inference_mode():
        inside = signal(seed=3)
    assert torch.equal(inside.std, signal(seed=3).std)
    assert not torch.equal(inside.std, signal(seed=4).std)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"init": "zero"}, "one of too small"),
        ({"activation": "step"}, "one of tanh"),
        ({"layers": 0}, "one layer"),
    ],
)
def test_what_cannot_be_made_is_refused(arguments, says):
    with pytest.raises(ValueError, match=says):
        signal(**arguments)
