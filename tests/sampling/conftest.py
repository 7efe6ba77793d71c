"""Tiny random models with a tokenizer whose tokens are single bytes: GPT-2s, and one that chats."""

from types import SimpleNamespace

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2ForCausalLM,
)

from lablib.models import load

END = "<|endoftext|>"
CHATML = (
    "{% for m in messages %}"
    "{% if m.role == 'tool' %}{{ raise_exception('no tools here') }}{% endif %}"
    "<|im_start|>{{ m.role }}\n{{ m.content | trim }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def byte_tokenizer() -> PreTrainedTokenizerFast:
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocab = {token: id for id, token in enumerate([*alphabet, END])}
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token=END, eos_token=END)


@pytest.fixture(scope="session")
def tiny():
    """Make a tiny model with its tokenizer: `tiny(seed)`, `tiny(seed, context=…)`, …"""
    tokenizer = byte_tokenizer()

    def make(seed=0, context=64, layers=2, dtype=torch.float32, **config):
        torch.manual_seed(seed)
        settings = GPT2Config(
            vocab_size=len(tokenizer),
            n_positions=context,
            n_embd=32,
            n_layer=layers,
            n_head=4,
            initializer_range=0.4,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            **config,
        )
        model = GPT2LMHeadModel(settings).to(dtype).eval()
        return SimpleNamespace(model=model, tokenizer=tokenizer, device=model.device)

    return make


@pytest.fixture(scope="session")
def m(tiny):
    """One of them, for whoever does not mind which."""
    return tiny()


@pytest.fixture(scope="session")
def instruct_folder(tmp_path_factory):
    """A small random model of Qwen's kind, with roles and marks of its own."""
    folder = tmp_path_factory.mktemp("instruct")
    tokenizer = byte_tokenizer()
    tokenizer.add_special_tokens({"additional_special_tokens": ["<|im_start|>", "<|im_end|>"]})
    tokenizer.eos_token, tokenizer.chat_template = "<|im_end|>", CHATML
    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=256,
        eos_token_id=tokenizer.eos_token_id, bos_token_id=None,
    )  # fmt: skip
    Qwen2ForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def instruct(instruct_folder):
    return load(str(instruct_folder), device="cpu")
