"""The whole-model panel without a browser: its boxes, its switches, its tour and its code."""

import numpy as np
import pytest
import torch

from lablib import transformer as tf
from lablib.transformer.figures import whole as figures
from tests.attention.pictures import PAYLOADS
from tests.sampling.panels import opened, run_code

TEXT = "Hello, you."


def shown(m, text=TEXT):
    panel = tf.whole_panel(text, model=opened(m))
    assert panel.wait() and panel.state == "ready", panel.foot.details
    return panel


@pytest.fixture
def panel(gpt2):
    return shown(gpt2)


def numbers(view, key):
    """The numbers of a box as the page reads them."""
    box = next(one for one in view.boxes if one["key"] == key)
    floats = np.frombuffer(view.values, "float32")
    part = floats[box["start"] : box["start"] + box["rows"] * box["columns"]]
    return torch.tensor(part.reshape(box["rows"], box["columns"]).copy())


def test_each_box_holds_the_numbers_of_its_part(panel, gpt2):
    seen = tf.parts(gpt2, TEXT)
    block = seen.blocks[1]
    for key, values in {
        "tokens": seen.token_vectors,
        "positions": seen.position_vectors,
        "embeddings": seen.embeddings,
        "norm 1.0": block.norms[0],
        "attention 1": block.attention,
        "residual 1.0": block.after_attention,
        "norm 1.1": block.norms[1],
        "feed-forward 1": block.mlp,
        "residual 1.1": block.output,
        "last norm": seen.last_norm,
    }.items():
        torch.testing.assert_close(numbers(panel.view, key), values[:, :32])
    assert numbers(panel.view, "ids").flatten().tolist() == list(seen.tokens.ids)
    scores = numbers(panel.view, "scores")
    torch.testing.assert_close(scores[-1], seen.logits[-1].sort(descending=True).values[:32])


def test_the_boxes_stand_in_the_order_of_the_model(make):
    def keys(name):
        return [box["key"] for box in shown(make(name)).view.boxes]

    first = ["ids", "tokens", "positions", "embeddings"]
    pre = ["norm 0.0", "attention 0", "residual 0.0", "norm 0.1", "feed-forward 0", "residual 0.1"]
    post = ["attention 0", "residual 0.0", "norm 0.0", "feed-forward 0", "residual 0.1", "norm 0.1"]
    assert keys("gpt2")[:10] == [*first, *pre]
    assert keys("llama")[:9] == [*first[:3], *pre], "nothing is added to its token vectors"
    assert keys("gpt2")[-2:] == keys("llama")[-2:] == ["last norm", "scores"]
    assert keys("bert")[:10] == [*first, *post]
    assert keys("bert")[-1] == "scores" and "last norm" not in keys("bert")


def test_parts_are_drawn_as_what_they_are(make):
    boxes = {box["key"]: box for box in shown(make("llama")).view.boxes}
    assert boxes["positions"]["title"] == "rotary positions" and boxes["positions"]["rows"] == 0
    assert boxes["norm 0.0"]["title"] == "RMSNorm" and "no mean" in boxes["norm 0.0"]["about"]
    assert "(gated)" in boxes["feed-forward 1"]["about"]
    assert "SiLU" in boxes["feed-forward 1"]["about"]
    assert "post-norm" in {b["key"]: b for b in shown(make("bert")).view.boxes}["norm 0.0"]["about"]


def test_a_switch_changes_the_prediction_and_the_loss(panel, gpt2):
    panel.view.off_parts, panel.view.off_blocks = ["norm", "positions"], [1]
    assert panel.wait() and panel.state == "ready"
    wanted = tf.ablate(gpt2, TEXT, ["norm", "positions"], [1])
    torch.testing.assert_close(panel.outcome.after, wanted.after)
    assert panel.view.answered == [["positions", "norm"], [1]]
    rows = [(before, after) for _, before, after in panel.view.rows]
    best = max(wanted.changes, key=lambda change: change.after)
    assert (best.before, best.after) in rows
    assert len(rows) == figures.CANDIDATES and "→" in panel.view.loss


def test_the_code_gives_what_is_drawn(panel, monkeypatch):
    panel.view.off_parts = ["residual"]
    assert panel.wait()
    (changes, before, after), names = run_code(panel, monkeypatch)
    assert (before, after) == (panel.outcome.loss_before, panel.outcome.loss_after)
    assert [c.id for c in changes][:3] == [c.id for c in panel.outcome.changes][:3]
    torch.testing.assert_close(names["seen"].logits, panel.parts.logits)


def test_another_text_keeps_the_switches(panel):
    panel.view.off_parts = ["attention"]
    panel.text.value = "Other"
    assert panel.wait() and panel.outcome.parts == ("attention",)
    assert [token["text"] for token in panel.view.tokens] == list("Other")


def test_a_model_with_fewer_blocks_than_are_off(panel):
    panel.view.off_blocks = [1, 7]
    assert panel.wait() and panel.state == "ready", panel.foot.details
    assert panel.outcome.blocks == (1,)


@pytest.mark.parametrize("name", ["gpt2", "llama", "qwen3", "gemma2", "bert", "distilbert"])
def test_the_tour_has_seven_steps_that_lead_to_boxes_that_are_there(make, name):
    view = shown(make(name)).view
    keys = {box["key"] for box in view.boxes}
    assert len(view.tour) == 7 and {step[0] for step in view.tour} <= keys


@pytest.mark.parametrize("text", ["", "a", *PAYLOADS, "word " * 20_000])
def test_any_text(gpt2, text):
    panel = shown(gpt2, text)
    assert ("left out" in panel.text.note) == (len(text) > 1000)
    if text == "":
        assert panel.view.loss == "The text is one token: it has no loss."


def test_a_model_that_is_built_otherwise_gets_a_sentence(make):
    panel = tf.whole_panel(TEXT, model=opened(make("opt")))
    assert panel.wait() and panel.state == "failed"
    assert "choose a model built like GPT-2, Llama, Qwen or BERT" in panel.foot.message
