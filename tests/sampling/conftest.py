"""Tiny random GPT-2 models with a tokenizer whose tokens are single bytes."""

from types import SimpleNamespace

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

END = "<|endoftext|>"


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
