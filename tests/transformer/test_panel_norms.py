"""The norms panel without a browser."""

import pytest

from lablib import transformer as tf
from tests.panels import run_code


def test_both_models_gradients_are_drawn_and_compared():
    panel = tf.norms_panel(blocks=3)
    assert panel.wait() and panel.state == "ready", panel.foot.details
    wanted = tf.gradient_sizes(3)
    for line, values in zip(panel.plot.data, (wanted.pre, wanted.post), strict=True):
        assert list(line.y) == values.tolist()
    assert f"{wanted.last:.3g} times as large" in panel.words.value
    panel.blocks.value, panel.seed.value = 2, 5
    assert panel.wait()
    (pre, post), _ = run_code(panel)
    assert pre.tolist() == pytest.approx(list(panel.plot.data[0].y))
    assert post.tolist() == pytest.approx(list(panel.plot.data[1].y))
    assert len(pre) == 2
