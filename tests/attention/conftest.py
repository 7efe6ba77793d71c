"""Tiny random models of many architectures, with a tokenizer whose tokens are single bytes."""

from types import SimpleNamespace

import pytest
import torch
import transformers as tf
from tokenizers import processors

from tests.sampling.conftest import byte_tokenizer

MARKS = ("[CLS]", "[SEP]", "[MASK]", "[PAD]")
SIZES = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    "max_position_embeddings": 64,
    "initializer_range": 0.4,
}
GROUPED = {"num_key_value_heads": 2, "head_dim": 8}
SEQ2SEQ = {
    "d_model": 32,
    "encoder_layers": 3,
    "decoder_layers": 2,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "encoder_ffn_dim": 64,
    "decoder_ffn_dim": 64,
    "max_position_embeddings": 64,
    "init_std": 0.4,
}


def pair_tokenizer():
    """Single bytes too, with BERT's marks around one text or two."""
    tokenizer = byte_tokenizer()
    names = dict(zip(("cls", "sep", "mask", "pad"), MARKS, strict=True))
    tokenizer.add_special_tokens({f"{name}_token": mark for name, mark in names.items()})
    ids = {mark: tokenizer.convert_tokens_to_ids(mark) for mark in MARKS}
    tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=list(ids.items()),
    )
    tokenizer.model_input_names = ["input_ids", "token_type_ids", "attention_mask"]
    return tokenizer


CAUSAL = {
    "gpt2": (tf.GPT2LMHeadModel, tf.GPT2Config, {}),
    "opt": (
        tf.OPTForCausalLM,
        tf.OPTConfig,
        {"ffn_dim": 64, "word_embed_proj_dim": 32, "init_std": 0.4},
    ),
    "gpt_neox": (tf.GPTNeoXForCausalLM, tf.GPTNeoXConfig, {}),
    "llama": (tf.LlamaForCausalLM, tf.LlamaConfig, GROUPED),
    "qwen2": (tf.Qwen2ForCausalLM, tf.Qwen2Config, GROUPED),
    "qwen3": (tf.Qwen3ForCausalLM, tf.Qwen3Config, GROUPED),
    "mistral": (tf.MistralForCausalLM, tf.MistralConfig, {**GROUPED, "sliding_window": 3}),
    "gemma2": (tf.Gemma2ForCausalLM, tf.Gemma2Config, GROUPED),
}
MASKED = {
    "bert": (tf.BertForMaskedLM, tf.BertConfig, {}),
    "bert_with_both_heads": (tf.BertForPreTraining, tf.BertConfig, {}),
    "roberta": (tf.RobertaForMaskedLM, tf.RobertaConfig, {}),
    "distilbert": (tf.DistilBertForMaskedLM, tf.DistilBertConfig, {}),
    "electra": (tf.ElectraForMaskedLM, tf.ElectraConfig, {"embedding_size": 32}),
}
UNWATCHABLE = {
    "gpt_neo": (
        tf.GPTNeoForCausalLM,
        tf.GPTNeoConfig,
        {"attention_types": [[["global", "local"], 1]]},
    ),
    "bloom": (tf.BloomForCausalLM, tf.BloomConfig, {}),
    "falcon": (tf.FalconForCausalLM, tf.FalconConfig, {}),
}
ENCODER_DECODER = {
    "t5": (
        tf.T5ForConditionalGeneration,
        tf.T5Config,
        {
            "d_model": 32,
            "d_kv": 8,
            "d_ff": 64,
            "num_layers": 3,
            "num_decoder_layers": 2,
            "num_heads": 4,
        },
    ),
    "bart": (tf.BartForConditionalGeneration, tf.BartConfig, SEQ2SEQ),
}
OTHERS = {
    "mamba": (tf.MambaForCausalLM, tf.MambaConfig, {"hidden_size": 32, "num_hidden_layers": 2}),
    "xlnet": (tf.XLNetLMHeadModel, tf.XLNetConfig, {"d_model": 32, "n_layer": 2, "n_head": 4}),
}
"""Each architecture by name: the class of its model, of its configuration, and what it needs."""


OUTPUT_PROJECTIONS = (
    "attn.c_proj",
    "attn.out_proj",
    "attention.dense",
    "attn.o_proj",
    "attention.output.dense",
    "out_lin",
    "SelfAttention.o",
)


def output_projections(model):
    """The matrices that mix the heads, one a layer (an encoder's first)."""
    return [part for name, part in model.named_modules() if name.endswith(OUTPUT_PROJECTIONS)]


@pytest.fixture(scope="session")
def make():
    """Make a tiny model with its tokenizer: `make("llama")`, `make("bert", dtype=…)`, …"""

    def model(name, seed=0, dtype=torch.float32, **settings):
        plain = CAUSAL | UNWATCHABLE | OTHERS
        model_class, config_class, own = (plain | MASKED | ENCODER_DECODER)[name]
        tokenizer = byte_tokenizer() if name in plain else pair_tokenizer()
        torch.manual_seed(seed)
        config = config_class(
            vocab_size=len(tokenizer),
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=0,
            **({} if name in ENCODER_DECODER | OTHERS else SIZES),
            **({"decoder_start_token_id": 0} if name in ENCODER_DECODER else {}),
            **own,
            **settings,
        )
        opened = model_class(config).to(dtype).eval()
        return SimpleNamespace(model=opened, tokenizer=tokenizer, device=opened.device)

    return model


@pytest.fixture(scope="session")
def gpt2(make):
    """A tiny GPT-2, for whoever does not mind which."""
    return make("gpt2")


@pytest.fixture(scope="session")
def bert(make):
    """A tiny BERT."""
    return make("bert")
