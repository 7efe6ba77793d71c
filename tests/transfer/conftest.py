"""A tiny classifier, and a tiny labelled set."""

import pytest
import torch
from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

from lablib.transfer import Classifier, Examples, LabelledSet

SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = ("the", "a", "soup", "film", "was", "is", "not", "so", "very", "good", "bad")
WORDS = (*WORDS, "fine", "dull", "##ly", ".", ",", "!")
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@pytest.fixture(scope="session")
def tiny():
    """A classifier of random, large weights: it means nothing, but decides."""
    words = [*SPECIALS, *WORDS, *LETTERS, *(f"##{letter}" for letter in LETTERS)]
    tokenizer = BertTokenizer(vocab={w: i for i, w in enumerate(dict.fromkeys(words))})
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
        intermediate_size=48, max_position_embeddings=64, initializer_range=0.3, num_labels=3,
        id2label={0: "bad", 1: "fine", 2: "good"}, label2id={"bad": 0, "fine": 1, "good": 2},
    )  # fmt: skip
    model = BertForSequenceClassification(config).eval()
    return Classifier(model, tokenizer, ("bad", "fine", "good"), length=32)


@pytest.fixture(scope="session")
def small_set():
    """24 texts to learn from, 6 to be tested on; the first word gives the class away."""
    train = Examples(
        tuple(f"{('good', 'bad')[i % 2]} soup {'a' * (i + 1)}" for i in range(24)),
        tuple(i % 2 for i in range(24)),
    )
    test = Examples(("good film", "bad film", "good a", "bad a", "good .", "bad ."), (0, 1) * 3)
    return LabelledSet("small", ("plus", "minus"), train, test)
