"""The projections panel without a browser: the product, the sum in words, and the code."""

import pytest
import torch

from lablib import transformer as tf
from tests.sampling.panels import opened, run_code


@pytest.fixture
def panel(gpt2):
    panel = tf.projections_panel("Once upon", layer=1, head=2, model=opened(gpt2))
    assert panel.wait() and panel.state == "ready", panel.foot.details
    return panel


def test_the_three_matrices_are_drawn(panel, gpt2):
    wanted = tf.projection(gpt2, "Once upon", 1, 2, "query")
    drawn = [torch.tensor(trace.z) for trace in panel.plot.data]
    for matrix, right in zip(drawn, (wanted.inputs, wanted.matrix, wanted.result), strict=True):
        torch.testing.assert_close(matrix, right)
    torch.testing.assert_close(drawn[0] @ drawn[1] + wanted.bias, drawn[2], rtol=1e-4, atol=1e-5)


def test_one_number_is_told_as_a_sum_and_framed(panel):
    panel.strip.selected = [3]
    panel.number.value = 5
    found = panel.projection
    value = float(found.result[3, 5])
    assert f"Q = {value:.3g}".replace("-", "−") in panel.words.value
    assert (
        "Number 5 of the query of ‘e’" in panel.words.value and "32 products" in panel.words.value
    )
    largest = int(found.terms(3, 5).abs().argmax())
    assert f"{float(found.inputs[3, largest]):.3g}".replace("-", "−") in panel.words.value
    row, column, cell = panel.plot.layout.shapes
    assert (row.y0, row.y1, column.x0, column.x1) == (2.5, 3.5, 4.5, 5.5)
    assert (cell.x0, cell.y0) == (4.5, 2.5)


def test_another_product(panel, gpt2):
    panel.which.index = 2
    assert panel.wait()
    wanted = tf.projection(gpt2, "Once upon", 1, 2, "value").result
    torch.testing.assert_close(torch.tensor(panel.plot.data[2].z), wanted)
    assert "V = " in panel.words.value


def test_the_code_gives_what_is_drawn(panel, monkeypatch):
    panel.number.value = 4
    number, names = run_code(panel, monkeypatch)
    torch.testing.assert_close(number, panel.projection.result[-1, 4], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(names["product"], panel.projection.result, rtol=1e-4, atol=1e-5)


def test_a_rotary_model_turns_them_afterwards(make):
    panel = tf.projections_panel("Once", 0, 0, model=opened(make("llama")))
    assert panel.wait() and "turns each query by its place" in panel.words.value
    panel.which.index = 2
    assert panel.wait() and "turns each" not in panel.words.value


def test_a_long_text_is_cut_and_a_layer_that_is_not_there_becomes_the_last(make):
    panel = tf.projections_panel("word " * 100, 9, 9, model=opened(make("bert")))
    assert panel.wait() and panel.state == "ready", panel.foot.details
    assert "24 are read here" in panel.text.note
    assert (panel.projection.layer, panel.projection.head) == (1, 3)
