"""The panels about training, measures and size, without a browser."""

import math

import pytest
import torch

from lablib import foundations as panels
from lablib.foundations.compute.overfitting import Regularization
from lablib.foundations.compute.threshold import example_scores
from lablib.foundations.panel import bleu as bleu_module
from lablib.foundations.panel import perplexity as perplexity_module
from lablib.foundations.panel.scale import PRESETS
from tests.panels import run_code
from tests.sampling.conftest import m, tiny  # noqa: F401
from tests.sampling.panels import opened
from tests.sampling.panels import run_code as run_code_with


def ready(panel):
    assert panel.wait()
    assert panel.state == "ready", panel.foot.details
    return panel


def test_initialisation():
    panel = ready(panels.initialisation_panel())
    assert "Hardly anything is left" in panel.words.value
    panel.init.value, panel.activation.value, panel.layers.value = "too large", "tanh", 5
    rows, names = run_code(ready(panel))
    assert torch.equal(names["signal"].std, panel.signals["too large"].std)
    assert len(rows) == 5 and "Most units are stuck" in panel.words.value
    *lines, bars = panel.plot.data
    assert [line.name for line in lines] == list(panel.signals)
    assert list(lines[1].y) == panel.signals["too large"].std.tolist()
    assert len(bars.z) == 41 and len(bars.z[0]) == 6


def test_descent():
    panel = ready(panels.descent_panel())
    panel.rate.value, panel.steps.value = 0.2, 30
    ends, _ = run_code(ready(panel))
    assert "Too high a rate for: SGD" in panel.words.value and "ran away" in panel.table.value
    both = zip(panel.paths.values(), panel.curves.values(), strict=True)
    drawn = [(path.losses[-1], curve.losses[-1]) for path, curve in both]
    assert ends == drawn
    assert [len(trace.x) for trace in panel.plot.data[5:9]] == [31] * 4
    panel.valley.value = "saddle"
    assert "ridge" in ready(panel).words.value


def test_a_broken_training_is_drawn_to_where_it_broke():
    panel = ready(panels.descent_panel(learning_rate=10.0))
    assert "broken" in panel.table.value
    drawn = [y for trace in panel.plot.data[5:9] for y in trace.y if y is not None]
    assert all(math.isfinite(y) for y in drawn)


def test_overfitting():
    panel = ready(panels.overfitting_panel())
    assert "it learned the noise" in panel.words.value
    worst = panel.reports[-1].kept_new
    panel.early.value = True
    (train, kept), _ = run_code(ready(panel))
    assert (train, kept) == (panel.reports[-1].train, panel.reports[-1].kept_new)
    assert kept < worst and panel.guard == Regularization(early_stopping=True)
    assert list(panel.plot.data[5].x) == [panel.reports[-1].kept]


def test_perplexity(m, monkeypatch):  # noqa: F811
    panel = ready(panels.perplexity_panel(model=opened(m)))
    measures, _ = run_code_with(panel, monkeypatch)
    assert measures == (panel.found.loss, panel.found.perplexity, panel.found.bits_per_byte)
    assert [t["value"] for t in panel.strip.tokens] == list(panel.found.bits)
    rare = panel.case.value = perplexity_module.CASES["correct, and rare"]
    assert len(ready(panel).strip.tokens) == len(rare)
    panel.text.value = ""
    assert panel.wait() and "type a text" in panel.foot.message


def test_of_a_long_text_the_beginning_is_measured_and_that_is_said():
    panel = panels.perplexity_panel(model="pocket-gpt2")
    panel.text.value = "The ship sank. " * 2000
    found = ready(panel).found
    assert "2,048 are read here" in panel.text.note and found.cut > 2048
    assert len(panel.model().tokenizer.decode(found.ids)) == found.byte_count
    again = panels.surprise(panel.model(), panel.text.value[: found.byte_count])
    assert again.bits_per_byte == pytest.approx(found.bits_per_byte)
    panel.text.value = "The ship"
    assert ready(panel).found.cut == 0 and not panel.text.note


def test_the_cases_of_perplexity_mislead_as_they_say():
    """With the pocket model: a phrase said over and over is cheaper than a good sentence."""
    panel = panels.perplexity_panel(model="pocket-gpt2")
    found = {}
    for name, text in perplexity_module.CASES.items():
        panel.text.value = text
        found[name] = ready(panel).found.perplexity
    assert found["one phrase, again and again"] < found["a sentence"]
    assert found["a sentence"] < found["correct, and rare"] < found["its words in disorder"]


def test_bleu():
    panel = ready(panels.bleu_panel())
    panel.case.value = "the opposite, and a high score"
    (score, precisions, penalty), _ = run_code(ready(panel))
    assert (score, precisions, penalty) == (
        panel.found.score, panel.found.precisions, panel.found.penalty,
    )  # fmt: skip
    marks = [token["mark"] for token in panel.strips[1].tokens]
    assert [i for i, mark in enumerate(marks) if mark] == [3]
    assert panel.reference.value == bleu_module.CASES["the opposite, and a high score"][1]
    panel.candidate.value = "<script>alert(1)</script>"
    assert "<script" not in ready(panel).words.value + panel.table.value
    panel.candidate.value = " "
    assert panel.wait() and "type a candidate" in panel.foot.message


def test_threshold():
    panel = ready(panels.threshold_panel())
    panel.threshold.value, panel.share.value = 0.9, 0.01
    measures, names = run_code(ready(panel))
    counts = panel.counts
    assert measures == (counts.accuracy, counts.precision, counts.recall, counts.f1)
    assert names["counts"] == counts
    assert len(panel.plot.data[0].x) + len(panel.plot.data[1].x) == 2000
    assert panel.plot.layout.shapes[0].x0 == 0.9
    assert list(panel.plot.data[2].x)[-1] == 1.0


def test_threshold_of_ones_own_scores():
    labels, scores = example_scores(0.3, number=50)
    panel = ready(panels.threshold_panel(labels, scores, threshold=0.4))
    assert run_code(panel)[1]["counts"] == panel.counts
    with pytest.raises(ValueError, match="labels and scores"):
        panels.threshold_panel(labels)


def test_scale():
    panel = ready(panels.scale_panel())
    assert "124,439,808 parameters" in panel.words.value and "GPT-2 small" in panel.words.value
    panel.preset.value = "GPT-3"
    parameters, bill, memory = run_code(ready(panel))[0]
    assert parameters == panel.shape.parameters == PRESETS["GPT-3"][0].parameters
    assert bill == panel.bill and sum(memory.values()) > 16 * parameters
    assert (panel.plot.data[-1].x[0], panel.plot.data[-1].y[0]) == (parameters, panel.tokens.value)
    assert "less text than" in panel.words.value
    panel.device.value = "H100"
    assert ready(panel).price.value == 2.5
    assert panel.known.value.count("<tr>") == 16


def test_shrinking(m, monkeypatch):  # noqa: F811
    panel = ready(panels.shrinking_panel("The cat said nothing at all.", model=opened(m)))
    rows, _ = run_code_with(panel, monkeypatch)
    assert rows == [(one.name, one.file_bytes, one.bits_per_byte) for one in panel.copies]
    assert list(panel.plot.data[0].x) == [one.file_bytes / 1e6 for one in panel.copies]
    panel.share.value = 0.8
    assert panel.state == "stale"
    panel.button.click()
    assert ready(panel).copies[-1].name == "80\xa0% set to 0"
