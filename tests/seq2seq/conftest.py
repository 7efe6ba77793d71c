"""Tiny random encoder-decoder models of three architectures; their tokens are single bytes."""

from types import SimpleNamespace

import pytest
import torch
import transformers as tf

from lablib.models.card import LoadedModel, ModelCard
from tests.attention.conftest import SEQ2SEQ, gpt2, make, pair_tokenizer  # noqa: F401

ARCHITECTURES = ("t5", "bart", "marian")
CARD = ModelCard("tiny", "seq2seq", "folder", None, 0, "mit", (), "")


@pytest.fixture(scope="session")
def tiny(make):  # noqa: F811
    """Make a tiny model, as `models.load` would give it: `tiny("marian")`."""

    def loaded(name, seed=0):
        m = marian(seed) if name == "marian" else make(name, seed)
        return LoadedModel(m.model, m.tokenizer, CARD, m.model.device, "")

    return loaded


def marian(seed):
    """A tiny Marian, which must not write padding, and ends where it has no more room."""
    tokenizer = pair_tokenizer()
    torch.manual_seed(seed)
    pad, end = tokenizer.pad_token_id, tokenizer.eos_token_id
    config = tf.MarianConfig(
        vocab_size=len(tokenizer), pad_token_id=pad, eos_token_id=end, bos_token_id=pad,
        decoder_start_token_id=pad, forced_eos_token_id=end, **SEQ2SEQ,
    )  # fmt: skip
    model = tf.MarianMTModel(config).eval()
    model.generation_config.bad_words_ids = [[pad]]
    return SimpleNamespace(model=model, tokenizer=tokenizer)
