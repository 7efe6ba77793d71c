"""The heads panel: the three attentions, and what a muted head does to the text."""

import pytest
import torch

from lablib import seq2seq as ss
from tests.seq2seq.panels import opened, ready, run_code

TEXT = "Hello"


@pytest.fixture
def panel(tiny):
    return ready(ss.heads_panel(TEXT, model=opened(tiny("t5"))))


def test_muted_heads_change_the_text(panel, tiny, monkeypatch):
    m = tiny("t5")
    panel.map.muted = [[0, 1], [1, 0]]
    ready(panel)
    wanted = ss.mute(m, TEXT, [(0, 1), (1, 0)])
    assert panel.result.after.ids == wanted.after.ids
    assert "2 heads muted" in panel.table.value
    (before, after, _), _ = run_code(panel, monkeypatch)
    assert (before, after) == (wanted.before.text, wanted.after.text)


@pytest.mark.parametrize("which", ["cross", "encoder", "decoder"])
def test_each_attention_can_be_looked_at(panel, tiny, which):
    panel.which.value = which
    ready(panel)
    wanted = getattr(ss.translate(tiny("t5"), TEXT).maps, which).weights
    assert panel.view.size == list(wanted.shape[1:])
    cross = ss.translate(tiny("t5"), TEXT).maps.cross.weights
    expected = -(cross * cross.log2()).nansum(-1).mean(-1)
    shown = torch.frombuffer(bytearray(panel.map.values), dtype=torch.float32)
    torch.testing.assert_close(shown.view(2, 4), expected)


def test_an_opened_head_is_shown(panel):
    panel.map.opened = [1, 3]
    assert (panel.view.layer, panel.view.heads) == (1, [3])


def test_the_heads_that_were_given_are_muted(tiny):
    panel = ready(ss.heads_panel(TEXT, heads=((0, 1),), model=opened(tiny("t5"))))
    assert panel.map.muted == [[0, 1]] and panel.result.heads == ((0, 1),)


def test_another_model_has_all_its_heads(panel, tiny):
    panel.map.muted = [[1, 3]]
    ready(panel)
    panel.choice.loaded = tiny("bart")
    panel.model_changed()
    ready(panel)
    assert panel.map.muted == [] and panel.result.heads == ()


def test_any_text(tiny):
    panel = ready(ss.heads_panel("<img src=x>", heads=((0, 0),), model=opened(tiny("marian"))))
    assert "<img" not in panel.table.value
