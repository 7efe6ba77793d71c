"""The fast path is equal to the stock forward, and steps aside where it is not meant."""

import copy

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import (
    BertConfig,
    BertForMaskedLM,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
)

from lablib.sampling.compute.gpt2 import is_plain_gpt2
from lablib.sampling.compute.reading import GrowingLayer, Reader
from tests.examples import examples


def stock(model, ids):
    with torch.inference_mode():
        return model(torch.tensor(ids)).logits[:, -1].float()


def sizes():
    return {
        "vocab_size": 60,
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 64,
    }


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    "config",
    [{}, {"scale_attn_by_inverse_layer_idx": True}, {"n_inner": 40}, {"scale_attn_weights": False}],
    ids=str,
)
def test_the_fast_step_equals_the_stock_forward(tiny, rows, config):
    model = tiny(2, **config).model
    reader = Reader(model)
    assert reader._step is not None
    ids = torch.randint(257, (rows, 20), generator=torch.Generator().manual_seed(1)).tolist()
    reader.read([row[:4] for row in ids])
    for n in range(4, 20):
        got = reader.read([[row[n]] for row in ids])
        expected = stock(model, [row[: n + 1] for row in ids])
        torch.testing.assert_close(got, expected, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("made_for_inference", [False, True])
@pytest.mark.parametrize("rows", [1, 3])
def test_in_16_bits_it_is_as_exact_as_the_stock_forward(tiny, rows, made_for_inference):
    with torch.inference_mode(made_for_inference):
        model = tiny(2, dtype=torch.bfloat16).model
    exact = tiny(2).model
    exact.load_state_dict(model.state_dict())
    ids = torch.randint(257, (rows, 40), generator=torch.Generator().manual_seed(1)).tolist()
    stock_error, our_error = [], []
    with torch.inference_mode(made_for_inference):
        reader = Reader(copy.deepcopy(model))
    for n in range(25):
        got = reader.read([[row[n]] for row in ids])
        seen = [row[: n + 1] for row in ids]
        our_error.append((got - stock(exact, seen)).abs().mean())
        stock_error.append((stock(model, seen) - stock(exact, seen)).abs().mean())
    assert got.dtype == torch.float32
    assert sum(our_error) < 1.1 * sum(stock_error)


@examples(30)
@given(data=st.data())
def test_going_back_and_on_equals_reading_afresh(m, data):
    reader, ids = Reader(m.model), []
    for _ in range(data.draw(st.integers(1, 5))):
        kept = reader.keep(data.draw(st.integers(0, len(ids))))
        new = data.draw(st.lists(st.integers(0, 256), min_size=1, max_size=9))
        ids = [*ids[:kept], *new]
        got = reader.read([new])
        torch.testing.assert_close(got, stock(m.model, [ids]), atol=1e-4, rtol=1e-4)
    assert reader.length == len(ids)


def test_rows_can_be_repeated_dropped_and_reordered(m):
    reader = Reader(m.model)
    reader.read([[1, 2, 3]])
    reader.select([0, 0, 0])
    reader.read([[4], [5], [6]])
    reader.select([2, 0])
    got = reader.read([[7], [8]])
    expected = stock(m.model, [[1, 2, 3, 6, 7], [1, 2, 3, 4, 8]])
    torch.testing.assert_close(got, expected, atol=1e-4, rtol=1e-4)


def test_a_token_more_copies_nothing_until_the_buffer_is_full():
    layer, states = GrowingLayer(), torch.arange(24.0).reshape(1, 2, 6, 2)
    layer.update(states[:, :, :2], states[:, :, :2])
    buffer = layer.keys.untyped_storage().data_ptr()
    keys, values = layer.update(states[:, :, 2:4], -states[:, :, 2:4])
    assert keys.untyped_storage().data_ptr() == buffer
    keys, values = layer.update(states[:, :, 4:], -states[:, :, 4:])
    assert torch.equal(keys, states)
    assert torch.equal(values[:, :, 2:], -states[:, :, 2:])


@pytest.mark.parametrize(
    "build",
    [
        lambda: LlamaForCausalLM(LlamaConfig(**sizes())),
        lambda: MistralForCausalLM(MistralConfig(**sizes(), sliding_window=4)),
    ],
    ids=["Llama", "Mistral with a window of 4"],
)
def test_other_architectures_go_through_their_own_forward(build):
    torch.manual_seed(0)
    model = build().eval()
    reader = Reader(model)
    assert reader._step is None
    ids = [[3, 1, 4, 1, 5, 9, 2, 6]]
    reader.read([ids[0][:5]])
    for n in range(5, 8):
        got = reader.read([[ids[0][n]]])
        torch.testing.assert_close(got, stock(model, [ids[0][: n + 1]]), atol=1e-4, rtol=1e-4)
    kept = reader.keep(6)
    got = reader.read([[*ids[0][kept:6], 11]])
    torch.testing.assert_close(got, stock(model, [[*ids[0][:6], 11]]), atol=1e-4, rtol=1e-4)


def test_a_hook_is_obeyed(tiny):
    model = tiny(0).model
    handle = model.transformer.h[0].mlp.register_forward_hook(lambda mlp, x, out: out * 0)
    assert not is_plain_gpt2(model)
    reader = Reader(model)
    reader.read([[1, 2]])
    got = reader.read([[3]])
    torch.testing.assert_close(got, stock(model, [[1, 2, 3]]), atol=1e-4, rtol=1e-4)
    handle.remove()
    assert is_plain_gpt2(model)


def test_the_fast_step_is_for_plain_gpt2_only(tiny):
    assert not is_plain_gpt2(tiny(0).model.train())
    assert not is_plain_gpt2(tiny(0, activation_function="relu").model)
    changed = tiny(0).model
    changed.transformer.h[1].mlp.c_fc = type("Adapter", (torch.nn.Linear,), {})(32, 128)
    assert not is_plain_gpt2(changed)
    replaced = tiny(0).model
    replaced.transformer.h[0].forward = lambda *args, **kwargs: args[0]
    assert not is_plain_gpt2(replaced)


def test_a_model_laid_out_anew_is_the_same_model(tiny, tmp_path):
    model = tiny(0, dtype=torch.bfloat16).model
    before = {name: value.clone() for name, value in model.state_dict().items()}
    with torch.inference_mode():
        Reader(model)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    model.save_pretrained(tmp_path)
    again = GPT2LMHeadModel.from_pretrained(tmp_path)
    assert all(torch.equal(value, before[name]) for name, value in again.state_dict().items())
    model.transformer.h[0].mlp.c_fc.weight.sum().backward()  # it can still be trained


def test_a_model_of_another_kind_is_refused():
    config = BertConfig(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16
    )
    with pytest.raises(ValueError, match="BertForMaskedLM does not predict the next token"):
        Reader(BertForMaskedLM(config))
