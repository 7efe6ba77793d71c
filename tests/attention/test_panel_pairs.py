"""The pairs panel without a browser: both texts are read, token types told apart, its code runs."""

import pytest
import torch

from lablib import attention as at
from lablib.attention.panel.pairs import pairs_panel
from tests.sampling.panels import opened, run_code


@pytest.fixture
def panel(bert):
    panel = pairs_panel("Once upon", "a time", opened(bert))
    assert panel.wait()
    return panel


def test_both_texts_are_read(panel, bert):
    assert panel.state == "ready", panel.foot.details
    torch.testing.assert_close(panel.maps.weights, at.maps(bert, "Once upon", "a time").weights)
    assert [token["type"] for token in panel.view.query_tokens] == list(panel.maps.token_types)
    assert set(panel.maps.token_types) == {0, 1}
    panel.second.value = ""
    assert panel.wait() and set(panel.maps.token_types) == {0}


def test_the_code_gives_what_is_drawn(panel, monkeypatch, capsys):
    panel.view.layer, panel.view.heads = 1, [0, 2]
    weights, _ = run_code(panel, monkeypatch)
    torch.testing.assert_close(weights, panel.maps.weights[1, [0, 2]])


def test_a_model_that_reads_no_pairs_is_said(gpt2):
    panel = pairs_panel("Once", "upon", opened(gpt2))
    assert panel.wait() and panel.state == "failed"
    assert "sentence pairs" in panel.foot.message


@pytest.mark.parametrize("text", ["", "a", "[SEP]", "\x00<script>$x$", "\ud800", "word " * 20_000])
def test_any_texts(panel, text):
    panel.text.value = panel.second.value = text
    assert panel.wait() and panel.state == "ready", panel.foot.details
