"""The translation panel: what it shows is what `translate` gives, and its code gives the same."""

import pytest
import torch

from lablib import seq2seq as ss
from lablib.widgets.tokens import visible
from tests.sampling.panels import opened as opened_causal
from tests.seq2seq.panels import opened, ready, run_code

TEXT = "Hello"


@pytest.fixture
def panel(tiny):
    return ready(ss.translate_panel(TEXT, model=opened(tiny("t5"))))


def test_each_token_with_its_probability_and_where_it_looked(panel, tiny, monkeypatch):
    wanted = ss.translate(tiny("t5"), TEXT)
    assert [chip["id"] for chip in panel.target.tokens] == list(wanted.ids)
    values = [chip["value"] for chip in panel.target.tokens]
    assert values == pytest.approx([step.probability for step in wanted.steps])
    assert panel.by_head.label == "mean of all"
    torch.testing.assert_close(torch.tensor(panel.plot.data[0].z), wanted.mean_alignment)
    panel.target.selected = [2]
    looked = [chip["value"] for chip in panel.source.tokens]
    assert looked == pytest.approx(wanted.mean_alignment[2].tolist())
    rows = panel.view.columns[0]["rows"]
    assert [row["value"] for row in rows] == pytest.approx(
        [each.probability for each in wanted.steps[2].alternatives]
    )
    assert [row["mark"] for row in rows].count(True) == 1
    most = wanted.source.tokens[int(wanted.mean_alignment[2].argmax())]
    assert f"‘{visible(most)}’".replace("<", "&lt;") in panel.looked.value
    (text, alternatives, weights), _ = run_code(panel, monkeypatch)
    assert text == wanted.text and alternatives == wanted.steps[2].alternatives
    torch.testing.assert_close(weights, wanted.mean_alignment[2])


def test_one_head_in_place_of_the_mean(panel, tiny, monkeypatch):
    panel.by_head.value = (1, 2)
    wanted = ss.translate(tiny("t5"), TEXT).alignment(1, 2)
    torch.testing.assert_close(torch.tensor(panel.plot.data[0].z), wanted)
    (_, _, weights), _ = run_code(panel, monkeypatch)
    torch.testing.assert_close(weights, wanted[0])


def test_beams_and_their_penalty(panel, tiny):
    panel.beams.value, panel.penalty.value = 4, 0.0
    ready(panel)
    wanted = ss.translate(tiny("t5"), TEXT, beams=4, length_penalty=0.0)
    assert panel.result.ids == wanted.ids and panel.result.score == pytest.approx(wanted.score)


def test_a_token_that_looks_like_a_tag_is_shown(panel):
    names = panel.plot.layout.xaxis.ticktext
    assert len(names) == len(panel.result.source) and not any("<" in name for name in names)


@pytest.mark.parametrize("text", ["", "<img src=x>", "\ud800", "word " * 2000])
def test_any_text(tiny, text):
    panel = ready(ss.translate_panel(text, model=opened(tiny("bart"))))
    assert "<img" not in panel.words.value + panel.looked.value
    assert ("left out" in panel.text.note) == (len(text) > 1000)


def test_another_kind_of_model_is_refused_and_the_old_picture_goes(panel, gpt2):
    panel.choice.loaded = opened_causal(gpt2).loaded
    panel.model_changed()
    assert panel.wait() and panel.state == "failed"
    assert "encoder-decoder" in panel.foot.message and panel.target.tokens == []
