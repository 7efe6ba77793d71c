"""Attention that goes to no token: gpt-oss's learned sinks, and whoever else has some."""

from types import SimpleNamespace

import pytest
import torch
import transformers as tf

from lablib import attention as at
from lablib.attention.compute.heads import NO_TOKEN, with_missing
from lablib.attention.views.weights import AttentionView
from tests.sampling.conftest import byte_tokenizer


@pytest.fixture(scope="module")
def oss():
    torch.manual_seed(0)
    config = tf.GptOssConfig(
        vocab_size=257, hidden_size=32, intermediate_size=32, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, head_dim=8, num_local_experts=2,
        num_experts_per_tok=1, sliding_window=8, initializer_range=0.4,
        layer_types=["full_attention", "full_attention"],
    )  # fmt: skip
    model = tf.GptOssForCausalLM(config).eval()
    for layer in model.model.layers:
        layer.self_attn.sinks.data = torch.tensor([-20.0, 0.0, 2.0, 20.0])
    return SimpleNamespace(model=model, tokenizer=byte_tokenizer(), device=model.device)


@pytest.fixture(scope="module")
def found(oss):
    return at.maps(oss, "The cat sat")


@pytest.fixture(scope="module")
def lacking(oss):
    """1 less the sum of each row that the stock model gives, [layers, heads, query]."""
    eager = tf.GptOssForCausalLM(oss.model.config).eval()
    eager.load_state_dict(oss.model.state_dict())
    eager.set_attn_implementation("eager")
    ids = torch.tensor([oss.tokenizer("The cat sat").input_ids])
    with torch.inference_mode():
        attentions = eager(ids, output_attentions=True).attentions
    return 1 - torch.cat(attentions).sum(-1)


def test_what_goes_to_no_token_is_known_and_said(found, lacking):
    torch.testing.assert_close(found.missing, lacking.where(lacking > 0.01, 0.0), atol=1e-5, rtol=0)
    assert not found.missing[:, 0].any() and (found.missing[:, 3] > 0.9).any()
    heads = int((lacking > 0.01).any(-1).sum())
    assert f"In {heads} of 8 heads a part of the attention goes to no token" in found.note
    assert NO_TOKEN in found.note


def test_it_is_a_column_of_its_own_where_weights_are_drawn(found, lacking):
    drawn = with_missing(found)
    assert drawn.key_tokens == (*found.tokens, NO_TOKEN) and drawn.tokens == found.tokens
    torch.testing.assert_close(drawn.weights[..., :-1], found.weights)
    torch.testing.assert_close(drawn.weights.sum(-1), torch.ones(2, 4, 11), atol=0.011, rtol=0)
    view = AttentionView()
    view.show(found)
    assert view.size == [4, 11, 12] and view.key_tokens[-1]["text"] == NO_TOKEN
    assert 11 in view.sinks  # hidden with them


def test_bertviz_draws_it_too(found):
    for view in (at.head_view(found), at.model_view(found)):
        assert NO_TOKEN in view.children[-1].value


def test_metrics_that_need_the_sum_are_of_the_rest_and_say_so(found):
    metrics = at.head_metrics(found)
    shares = found.weights / found.weights.sum(-1, keepdim=True)
    bits = -(shares * shares.clamp(min=1e-30).log2()).sum(-1).mean(-1)
    torch.testing.assert_close(metrics.entropy, bits, atol=0.02, rtol=0.02)
    torch.testing.assert_close(metrics.previous_token, found.weights.diagonal(-1, -2, -1).mean(-1))
    assert "entropy and mean distance" in metrics.note


def test_rollout_loses_what_goes_nowhere(found):
    reached = at.rollout(found)
    assert (reached.sum(-1) <= 1 + 1e-5).all() and (reached[-1].sum(-1) < 0.99).any()


def test_the_stages_are_refused_and_the_maps_named(oss):
    with pytest.raises(ValueError, match=r"more than softmax.*its maps can"):
        at.vectors(oss, "The cat sat", layer=0)


def test_while_a_text_is_written(oss):
    written = list(at.write(oss, "The cat", n=2))
    maps = at.so_far(oss, written)
    assert maps.missing.any() and "goes to no token" in maps.note


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_ordinary_rows_lack_nothing(dtype):
    torch.manual_seed(0)
    config = tf.LlamaConfig(vocab_size=257, hidden_size=32, intermediate_size=32,
                            num_hidden_layers=2, num_attention_heads=4,
                            initializer_range=0.4)  # fmt: skip
    model = tf.LlamaForCausalLM(config).to(dtype).eval()
    m = SimpleNamespace(model=model, tokenizer=byte_tokenizer(), device=model.device)
    found = at.maps(m, "The cat sat on the mat. " * 8)
    assert not found.missing.any() and found.note == ""
    assert with_missing(found) is found and at.head_metrics(found).note == ""
