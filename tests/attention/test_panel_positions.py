"""The positions panel without a browser: its three views, their code, models without positions."""

import numpy as np
import pytest
import torch

from lablib import attention as at
from lablib.attention.figures.positions import positions_picture
from lablib.attention.panel.positions import LEARNED, POSITIONS, SHUFFLED, WAVES, positions_panel
from tests.sampling.panels import opened, run_code


@pytest.mark.parametrize("view", [WAVES, LEARNED])
def test_vectors_and_their_products(bert, monkeypatch, view):
    panel = positions_panel("Once", view, opened(bert))
    assert panel.wait() and panel.state == "ready", panel.foot.details
    vectors = at.sinusoidal(POSITIONS, POSITIONS)
    if view == LEARNED:
        vectors = at.learned_positions(bert)[:POSITIONS]
    torch.testing.assert_close(panel.vectors, vectors)
    assert panel.picture.value == positions_picture(vectors)
    products = at.products_by_distance(vectors)
    torch.testing.assert_close(run_code(panel, monkeypatch)[0], products)


@pytest.mark.parametrize("masked", [True, False])
def test_a_shuffle_with_and_without_positions(gpt2, monkeypatch, masked):
    panel = positions_panel("Once upon a time", SHUFFLED, opened(gpt2))
    panel.masked.value = masked
    assert panel.wait() and panel.state == "ready", panel.foot.details
    (told, untold), _ = run_code(panel, monkeypatch)
    values = torch.tensor(np.frombuffer(panel.map.values, "float32")).view(2, *panel.map.size)
    torch.testing.assert_close(values, torch.stack([untold, told]))
    assert ("does not notice" in panel.words.value) == (not masked)
    assert ("causal mask" in panel.words.value) == masked


def test_shuffle_again_gives_another_order(bert):
    panel = positions_panel("Once upon a time", SHUFFLED, opened(bert))
    assert panel.wait() and "does not notice" in panel.words.value
    before = panel.strip.tokens
    panel.again.click()
    assert panel.wait() and panel.strip.tokens != before
    assert panel.masked.layout.display == "none"


def test_a_model_without_a_table_of_positions_is_said_and_the_waves_stay(make):
    panel = positions_panel("Once", LEARNED, opened(make("llama")))
    assert panel.wait() and panel.state == "failed"
    assert "no table of positions" in panel.foot.message
    panel.choose.value = WAVES
    assert panel.wait() and panel.state == "ready"


@pytest.mark.parametrize("text", ["", "a", "\x00<script>$x$", "\ud800", "word " * 20_000])
def test_any_text(gpt2, text):
    panel = positions_panel(text, SHUFFLED, opened(gpt2))
    assert panel.wait() and panel.state == "ready", panel.foot.details
