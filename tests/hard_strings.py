"""Texts of characters from all corners of Unicode, the same ones every time."""

import random
import unicodedata

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


def hard_string(rng):
    """One of them, drawn."""
    pieces = []
    for _ in range(rng.randint(1, 24)):
        start, end = rng.choice(RANGES)
        pieces.append(rng.choice([chr(rng.randrange(start, end)), rng.choice(WORDS)]))
    text = "".join(pieces)
    return unicodedata.normalize(rng.choice(["NFC", "NFD"]), text) if rng.random() < 0.5 else text


def hard_texts(count):
    """So many of them."""
    rng = random.Random(0)
    return [hard_string(rng) for _ in range(count)]
