"""Which questions matter most: later labs take them for granted, whoever leaves out the others.

One table for all labs, because a question is essential for what comes after it, in any of them.
"""

_NAMES = {
    "foundations": ["never-seen"],
    "tokenization": ["pieces", "bytes-of", "round-trip", "merge"],
    "attention": [
        "rows-or-columns",
        "row-by-hand",
        "weights-that-are-zero",
        "mask-by-hand",
        "striking-head",
    ],
    "transformer": ["missed-least", "embed", "size-of-a-matrix", "who-adds"],
    "masking": ["at-the-mask", "clash", "labels"],
    "finetuning": [
        "targets-of-a-row",
        "count-targets",
        "padding-in-the-loss",
        "when-to-stop",
        "forgetting",
    ],
    "sampling": [
        "what-comes-out",
        "temperature-order",
        "softmax-temperature",
        "top-p-kept",
        "draw",
    ],
    "transfer": ["leaks", "half-way", "stopped-by-the-test", "twenty-texts"],
    "seq2seq": ["encoder-runs", "mask-learning", "shift-right", "first-token"],
}
"""By lab, in the order of its story."""

ESSENTIAL = frozenset(f"{lab}/{name}" for lab, names in _NAMES.items() for name in names)
"""The ids of these questions."""
