"""Parameters as transformers counts them, and what training takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import GPT2Config, GPT2LMHeadModel

from lablib.foundations.compute.devices import DEVICES, training_bill
from lablib.foundations.compute.known import KNOWN
from lablib.foundations.compute.scale import (
    PRECISIONS,
    Shape,
    serving_memory,
    training_flops,
    training_memory,
)
from lablib.foundations.panel.scale import PRESETS
from tests.examples import examples


@examples(12)
@given(st.integers(1, 3), st.integers(1, 12), st.integers(5, 300), st.integers(1, 40))
def test_parameters_are_those_of_transformers(layers, half, vocabulary, context):
    config = GPT2Config(n_layer=layers, n_embd=2 * half, n_head=2, vocab_size=vocabulary,
                        n_positions=context)  # fmt: skip
    expected = GPT2LMHeadModel(config).num_parameters()
    assert Shape(layers, 2 * half, vocabulary, context).parameters == expected


def test_parameters_are_those_of_the_published_models():
    published = {model.name: model.parameters for model in KNOWN}
    for name in ("GPT-2 small", "GPT-2 medium", "GPT-2 large", "GPT-2 XL"):
        assert PRESETS[name][0].parameters == published[name]
    assert PRESETS["GPT-3"][0].parameters == pytest.approx(published["GPT-3"], rel=0.005)
    assert PRESETS["pocket-gpt2"][0].parameters == pytest.approx(published["pocket-gpt2"], rel=0.02)


def test_gpt3s_training_is_what_its_paper_says():
    """Brown et al. 2020, appendix D: 3.14e23 operations for 174.6 billion parameters."""
    assert training_flops(1.746e11, 3e11) == pytest.approx(3.14e23, rel=0.01)


def test_memory_by_hand():
    shape = Shape(2, 10, 100, 20)
    full, half = (training_memory(shape, precision, batch=3) for precision in ("fp32", "bf16"))
    assert full["optimizer"] == 8 * shape.parameters and half["optimizer"] == 12 * shape.parameters
    assert half["weights"] == half["gradients"] == 2 * shape.parameters
    assert half["activations"] == 34 * 2 * 10 * 20 * 3
    assert serving_memory(shape, "int4")["weights"] == shape.parameters / 2
    assert serving_memory(shape, "fp32")["cache"] == 2 * 2 * 10 * 20 * 4


def test_twice_the_devices_take_half_the_time_and_the_same_energy():
    one, two = (training_bill(1e20, DEVICES["A100"], n) for n in (1, 2))
    assert two.seconds == one.seconds / 2
    assert two.kilowatt_hours == pytest.approx(one.kilowatt_hours)
    assert training_bill(1e20, DEVICES["A100"], price=3.0).dollars == pytest.approx(2 * one.dollars)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: Shape(0, 8), "1 or more"),
        (lambda: training_memory(Shape(1, 8), "int8"), "fp32 or bf16"),
        (lambda: serving_memory(Shape(1, 8), "fp8"), ", ".join(PRECISIONS)),
        (lambda: training_bill(1.0, DEVICES["T4"], 0), "one device or more"),
        (lambda: training_bill(1.0, DEVICES["T4"], 1, 0.0), "utilisation above 0"),
    ],
)
def test_what_cannot_be_is_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()
