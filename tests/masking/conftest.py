"""Tiny random BERTs with a small WordPiece vocabulary that can spell every lower-case word."""

import string
from types import SimpleNamespace

import pytest
import torch
from transformers import BertConfig, BertForMaskedLM, BertForPreTraining, BertTokenizer

SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = [
    *("the", "cat", "sat", "on", "mat", "a", "old", "man", "he", "she", "was", "is", "are"),
    *("nurse", "doctor", "key", "##s", "##er", ".", ",", "!", "?"),
]
LETTERS = [*string.ascii_lowercase[1:], *(f"##{letter}" for letter in string.ascii_lowercase)]
LETTERS = [letter for letter in LETTERS if letter not in WORDS]


def word_tokenizer(words=(*WORDS, *LETTERS)):
    return BertTokenizer(vocab={word: i for i, word in enumerate([*SPECIALS, *words])})


@pytest.fixture(scope="session")
def tiny():
    """Make a tiny model with its tokenizer: `tiny(seed)`, `tiny(seed, context=…, words=…)`, …"""

    def make(seed=0, context=48, words=(*WORDS, *LETTERS), model_class=BertForPreTraining):
        tokenizer = word_tokenizer(words)
        torch.manual_seed(seed)
        config = BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=48,
            max_position_embeddings=context,
            initializer_range=0.5,
        )
        model = model_class(config).eval()
        return SimpleNamespace(model=model, tokenizer=tokenizer, device=model.device)

    return make


@pytest.fixture(scope="session")
def m(tiny):
    """One of them, for whoever does not mind which."""
    return tiny()


@pytest.fixture(scope="session")
def words_only(tiny):
    """The same weights as `m` as a stock masked-word model, which has no next-sentence head."""

    def make(m):
        twin = BertForMaskedLM(m.model.config).eval()
        twin.bert.load_state_dict(m.model.bert.state_dict(), strict=False)
        twin.cls.predictions.load_state_dict(m.model.cls.predictions.state_dict())
        return SimpleNamespace(model=twin, tokenizer=m.tokenizer, device=twin.device)

    return make


@pytest.fixture(scope="session")
def gpt():
    """A tiny model that only continues text."""
    from tests.sampling.conftest import byte_tokenizer

    return _gpt(byte_tokenizer())


def _gpt(tokenizer):
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(1)
    config = GPT2Config(
        vocab_size=len(tokenizer), n_positions=64, n_embd=32, n_layer=2, n_head=4,
        initializer_range=0.4, bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )  # fmt: skip
    model = GPT2LMHeadModel(config).eval()
    return SimpleNamespace(model=model, tokenizer=tokenizer, device=model.device)
