"""A twin shares every weight and nothing else; only who watches sees."""

import threading

import pytest
import torch

from lablib.models.watching import (
    WATCHED,
    can_be_watched,
    shared_weight_copy,
    watchable,
    watching,
)
from tests.attention.conftest import CAUSAL, ENCODER_DECODER, MASKED, UNWATCHABLE


@pytest.mark.parametrize("name", CAUSAL | MASKED | UNWATCHABLE | ENCODER_DECODER)
def test_a_twin_shares_weights_and_buffers_and_no_module(make, name):
    model = make(name).model
    other = shared_weight_copy(model)
    for mine, its in [
        (dict(model.named_parameters()), dict(other.named_parameters())),
        (dict(model.named_buffers()), dict(other.named_buffers())),
    ]:
        assert mine.keys() == its.keys()
        assert all(its[key] is part for key, part in mine.items())
    assert not {id(part) for part in model.modules()} & {id(part) for part in other.modules()}
    assert other.config is not model.config


def test_a_twin_takes_no_memory_of_its_own(make):
    model = make("gpt2").model
    assert (
        shared_weight_copy(model).lm_head.weight.data_ptr()
        == model.transformer.wte.weight.data_ptr()
    )


@pytest.mark.parametrize("name", CAUSAL | MASKED | UNWATCHABLE)
def test_which_models_can_be_watched(make, name):
    model = make(name).model
    assert can_be_watched(model) == (name not in UNWATCHABLE)
    before = model.config._attn_implementation
    assert (watchable(model).config._attn_implementation == WATCHED) == (name not in UNWATCHABLE)
    assert model.config._attn_implementation == before


def test_a_watcher_sees_its_own_thread_only(make):
    model = watchable(make("gpt2").model)
    ids, calls = torch.tensor([[1, 2, 3]]), []

    def see(call):
        calls.append(threading.current_thread())
        return call.output, call.weights

    with torch.inference_mode(), watching(see):
        model(ids)
        other = threading.Thread(target=lambda: model(ids))
        other.start()
        other.join()
    model(ids)
    assert calls == [threading.current_thread()] * 2


def test_a_watcher_changes_the_output(make):
    m = make("gpt2")
    model, ids = watchable(m.model), torch.tensor([[1, 2, 3]])
    with torch.inference_mode():
        with watching(lambda call: (torch.zeros_like(call.output), call.weights)):
            muted = model(ids).logits
        assert model(ids).logits.allclose(m.model(ids).logits, atol=1e-5)
        assert not muted.allclose(m.model(ids).logits, atol=1e-3)


def test_a_watcher_is_gone_after_an_error(make):
    model = watchable(make("gpt2").model)

    def fail(call):
        raise RuntimeError("seen")

    with pytest.raises(RuntimeError, match="seen"), watching(fail):
        model(torch.tensor([[1]]))
    assert model(torch.tensor([[1]])).logits.isfinite().all()


def test_without_masks_every_token_is_seen(make):
    model = watchable(make("mistral").model, masked=False)
    weights = model(torch.arange(1, 9)[None], output_attentions=True).attentions[0]
    assert (weights > 0).all()
