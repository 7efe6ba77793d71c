import pytest
import torch
from transformers import (
    BertConfig,
    BertForMaskedLM,
    Gemma2Config,
    Gemma2ForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    T5Config,
    T5ForConditionalGeneration,
)

from lablib.models import heads
from lablib.models.heads import word_scores
from tests.sampling.conftest import m, tiny  # noqa: F401

SMALL = {"vocab_size": 40, "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
         "intermediate_size": 16}  # fmt: skip
IDS = torch.tensor([[5, 6, 7, 8, 9]])


def t5():
    return T5ForConditionalGeneration(
        T5Config(vocab_size=40, d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2)
    )


@pytest.mark.parametrize(
    "make",
    [
        lambda: LlamaForCausalLM(LlamaConfig(**SMALL, num_key_value_heads=2)),
        lambda: BertForMaskedLM(BertConfig(**SMALL)),
        t5,
    ],
)
def test_the_head_of_what_it_is_given_makes_the_models_scores(make):
    torch.manual_seed(0)
    model = make().eval()
    inputs = {"input_ids": IDS}
    if model.config.is_encoder_decoder:
        inputs["decoder_input_ids"] = IDS
    hidden, head = heads.read(model, inputs)
    torch.testing.assert_close(head(hidden), word_scores(model(**inputs)))


def test_where_scores_are_squeezed_afterwards_they_are_taken_whole():
    torch.manual_seed(0)
    config = Gemma2Config(**SMALL, head_dim=8, num_key_value_heads=2, final_logit_softcapping=0.1)
    model = Gemma2ForCausalLM(config).eval()
    scores, head = heads.read(model, {"input_ids": IDS})
    assert head is None
    torch.testing.assert_close(scores, model(IDS).logits)


def test_a_model_is_left_as_it_was(m):  # noqa: F811
    m.model.train()
    heads.head_of(m.model)
    heads.read(m.model, {"input_ids": IDS})
    assert m.model.training and not m.model.lm_head._forward_pre_hooks
    m.model.eval()
