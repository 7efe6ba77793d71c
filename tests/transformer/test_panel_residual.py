"""The residual panel without a browser: its three views, their words and their code."""

import pytest
import torch

from lablib import transformer as tf
from lablib.numbers import percent
from lablib.transformer.panel.residual import LENGTHS, SCORE, UNITS
from tests.sampling.panels import opened, run_code

TEXT = "Once upon"


@pytest.fixture
def panel(gpt2):
    panel = tf.residual_panel(TEXT, model=opened(gpt2))
    assert panel.wait() and panel.state == "ready", panel.foot.details
    return panel


def switch(panel, view):
    panel.choose.value = view
    assert panel.wait() and panel.state == "ready", panel.foot.details


def test_a_bar_for_each_part(panel, gpt2, monkeypatch):
    wanted = tf.attribution(gpt2, TEXT)
    [bars] = panel.plots[SCORE].data
    assert list(bars.x) == list(wanted.names) and list(bars.y) == wanted.added.tolist()
    assert wanted.names[int(wanted.added.argmax())] in panel.words.value
    (names, added), _ = run_code(panel, monkeypatch)
    assert names == wanted.names and torch.equal(added, wanted.added)


def test_the_lengths_of_the_stream_and_of_what_is_added(panel, gpt2, monkeypatch):
    switch(panel, LENGTHS)
    seen = tf.parts(gpt2, TEXT)
    stream, attention, feed_forward = panel.plots[LENGTHS].data
    for line, values in (
        (stream, [seen.embeddings, *(block.output for block in seen.blocks)]),
        (attention, [block.attention for block in seen.blocks]),
        (feed_forward, [block.mlp for block in seen.blocks]),
    ):
        assert list(line.y) == pytest.approx([float(x.norm(dim=1).mean()) for x in values])
    assert list(stream.x) == [-1, 0, 1]
    found, _ = run_code(panel, monkeypatch)
    assert [one.tolist() for one in found] == [list(line.y) for line in panel.plots[LENGTHS].data]


def test_the_units_that_fire(panel, gpt2, monkeypatch):
    switch(panel, UNITS)
    panel.block.value = 0
    assert panel.wait()
    wanted = tf.units(gpt2, TEXT, block=0)
    [cells] = panel.plots[UNITS].data
    top = list(wanted.top(12))
    torch.testing.assert_close(torch.tensor(cells.z), wanted.activations[:, top].T)
    first = panel.plots[UNITS].layout.yaxis.ticktext[0]
    assert first.startswith(f"{top[0]}: ") and len(cells.z) == 12
    assert f"{percent(wanted.share_firing)} of all activations" in panel.words.value
    activations, _ = run_code(panel, monkeypatch)
    torch.testing.assert_close(activations, wanted.activations[:, top])


def test_only_the_picture_of_the_view_is_in_sight(panel):
    switch(panel, UNITS)
    seen = [name for name, place in panel.places.items() if place.layout.display != "none"]
    assert seen == [UNITS] and panel.block.layout.display is None
    switch(panel, SCORE)
    assert panel.block.layout.display == "none"


@pytest.mark.parametrize("text", ["", "a", "<img src=x>", "\ud800", "word " * 20_000])
@pytest.mark.parametrize("view", [SCORE, LENGTHS, UNITS])
def test_any_text(gpt2, text, view):
    panel = tf.residual_panel(text, view, model=opened(gpt2))
    assert panel.wait() and panel.state == "ready", panel.foot.details
    assert "<img" not in panel.words.value
    assert ("left out" in panel.text.note) == (len(text) > 1000)


def test_a_model_that_norms_last_has_no_such_sum(make):
    panel = tf.residual_panel(TEXT, model=opened(make("bert")))
    assert panel.wait() and panel.state == "failed"
    assert "norms first" in panel.foot.message
