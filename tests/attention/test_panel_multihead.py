"""The multi-head panel without a browser: the heads' shares, one token's and all, and its code."""

import pytest
import torch

from lablib import attention as at
from lablib.attention.panel.multihead import multihead_panel
from lablib.numbers import percent
from tests.sampling.panels import opened, run_code


@pytest.fixture
def panel(gpt2):
    panel = multihead_panel("Once upon", layer=1, model=opened(gpt2))
    assert panel.wait()
    return panel


def test_the_shares_of_the_last_token_and_their_means_are_drawn(panel, gpt2):
    assert panel.state == "ready", panel.foot.details
    shares = at.head_parts(gpt2, "Once upon", 1).shares
    torch.testing.assert_close(panel.parts.shares, shares)
    assert percent(shares[:, -1].max()) in panel.words.value
    assert percent(shares[0, -1]) in panel.table.value
    assert percent(shares[0].mean()) in panel.table.value


def test_another_token_and_another_layer(panel, gpt2):
    panel.strip.selected = [0]
    first = at.head_parts(gpt2, "Once upon", 1).shares[:, 0]
    assert f"head {int(first.argmax())}: {percent(first.max())}" in panel.words.value
    panel.place.children[0].value = 0
    assert panel.wait()
    assert panel.parts.layer == 0 and len(panel.place.children) == 1


def test_the_code_gives_what_is_drawn(panel, monkeypatch):
    panel.strip.selected = [2]
    shares, _ = run_code(panel, monkeypatch)
    torch.testing.assert_close(shares, panel.parts.shares[:, 2])


@pytest.mark.parametrize("text", ["", "a", "\x00<script>$x$", "\ud800", "word " * 20_000])
def test_any_text(panel, text):
    panel.strip.selected = [3]
    panel.text.value = text
    assert panel.wait() and panel.state == "ready", panel.foot.details
    assert "<script" not in panel.words.value
    assert ("left out" in panel.text.note) == (len(text) > 1000)


@pytest.mark.parametrize("name", ["bert", "llama"])
def test_other_architectures(make, name):
    panel = multihead_panel("Once", model=opened(make(name)))
    assert panel.wait() and panel.state == "ready", panel.foot.details
