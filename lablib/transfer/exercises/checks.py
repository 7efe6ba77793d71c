"""The checks: cases, right answers, and typical mistakes.

What is said to each mistake stands in `questions.md`, under the name that the mistake has here.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from lablib.exercises.checking import FunctionCheck, ValueCheck
from lablib.exercises.practice import tensor
from lablib.exercises.records import Check
from lablib.finetuning.exercises import watching
from lablib.transfer.exercises import solutions

CHECKS: dict[str, Check] = {}
"""By the ids of the questions."""

CHECKS["transfer/leaks"] = FunctionCheck(
    solutions.leaks,
    cases=lambda: [
        (["So good!", "so  BAD"], ["So bad", "so good!", "So so", "bad so"]),
        (["Fine ", "new"], ["fine", "Newer", "old"]),
        (["a b", "A c"], ["a  B", "a c", "a", "ab"]),
    ],
    mistakes={
        "to the letter": lambda train, test: [text for text in test if text in train],
        "spaces matter": lambda train, test: [
            text for text in test if text.lower() in [one.lower() for one in train]
        ],
        "order ignored": lambda train, test: [
            text
            for text in test
            if {*_bare(text).split()} in [{*_bare(one).split()} for one in train]
        ],
        "without spaces": lambda train, test: [
            text
            for text in test
            if _bare(text).replace(" ", "") in [_bare(o).replace(" ", "") for o in train]
        ],
        "training texts": lambda train, test: [
            text for text in train if _bare(text) in {_bare(one) for one in test}
        ],
        "changed texts": lambda train, test: [
            _bare(text) for text in test if _bare(text) in {_bare(one) for one in train}
        ],
        "the others": lambda train, test: [
            text for text in test if _bare(text) not in {_bare(one) for one in train}
        ],
    },
)


def _bare(text: str) -> str:
    return " ".join(text.lower().split())


CHECKS["transfer/steps"] = ValueCheck(
    24,
    mistakes={
        "768": 768,
        "8": 8,
        "96": 96,
        "3": 3,
    },
)

CHECKS["transfer/confusion"] = FunctionCheck(
    solutions.confusion,
    cases=lambda: [
        ([0, 0, 1, 2, 2, 2], [0, 1, 1, 2, 0, 0], 3),
        ([0, 1, 1], [1, 1, 0], 4),
    ],
    mistakes={
        "transposed": lambda labels, called, classes: solutions.confusion(called, labels, classes),
        "only right ones": lambda labels, called, classes: [
            [row[i] if i == j else 0 for j in range(classes)]
            for i, row in enumerate(solutions.confusion(labels, called, classes))
        ],
        "one row": lambda labels, called, classes: (
            [[called.count(j) for j in range(classes)]] * classes
        ),
        "shares": lambda labels, called, classes: [
            [number / max(sum(row), 1) for number in row]
            for row in solutions.confusion(labels, called, classes)
        ],
        "classes that occur": lambda labels, called, classes: solutions.confusion(
            labels, called, max(*labels, *called) + 1
        ),
    },
)


def bag(weights: dict[str, float], both: float = 0.0) -> Callable[[list[str]], float]:
    """A score that adds up what its words weigh, and more where "not" and "good" meet.

    >>> bag({"good": 2.0}, -3.0)(["not", "good"])
    -1.0
    """

    def score(words: list[str]) -> float:
        met = both if {"not", "good"} <= set(words) else 0.0
        return sum(weights.get(word, 0.0) for word in words) + met

    return score


def placed(weights: dict[str, float]) -> Callable[[list[str]], float]:
    """A score for which a word weighs more the later it stands.

    >>> placed({"dull": -1.0})(["dull", "film", "dull"])
    -4.0
    """

    def score(words: list[str]) -> float:
        return sum(weights.get(word, 0.0) * place for place, word in enumerate(words, 1))

    return score


def _only(score: Any, words: list[str]) -> list[float]:
    masks = ["[MASK]"] * len(words)
    return [score([*masks[:i], word, *masks[i + 1 :]]) for i, word in enumerate(words)]


def _at_the_first(score: Any, words: list[str]) -> list[float]:
    found = solutions.occlude(score, words)
    return [found[words.index(word)] for word in words]


CHECKS["transfer/occlude"] = FunctionCheck(
    solutions.occlude,
    cases=lambda: [
        (bag({"good": 2.0, "not": 0.5, "[MASK]": 0.25}, -3.0), ["not", "so", "good"]),
        (bag({"dull": -1.5, "[MASK]": 0.25}), ["dull", "dull", "film"]),
        (placed({"dull": -1.5, "[MASK]": 0.25}), ["dull", "film", "dull"]),
    ],
    mistakes={
        "sign": lambda score, words: [-value for value in solutions.occlude(score, words)],
        "scores": lambda score, words: [
            score([*words[:i], "[MASK]", *words[i + 1 :]]) for i in range(len(words))
        ],
        "left out": lambda score, words: [
            score(words) - score([*words[:i], *words[i + 1 :]]) for i in range(len(words))
        ],
        "every occurrence": lambda score, words: [
            score(words) - score(["[MASK]" if w == word else w for w in words]) for word in words
        ],
        "at the first": _at_the_first,
        "only": _only,
    },
)

# --- bugs -----------------------------------------------------------------------------------


def practice_training(epochs: int, batches: int) -> tuple[int, range, Callable[[Any], Any], Any]:
    """Arguments of `train`: one number to learn, and a rate that falls from 1 to 0 in a line.

    >>> _, _, _, scheduler = practice_training(2, 2)
    >>> scheduler.get_last_lr()
    [1.0]
    """
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: max(0.0, 1 - step / (epochs * batches))
    )
    return epochs, range(batches), lambda batch: optimizer.step(), scheduler


@contextmanager
def _rates_of_the_steps(arguments: tuple[Any, ...]) -> Iterator[dict[str, Any]]:
    yield watching.rates_of_the_steps(arguments[3].optimizer)


def _scheduler_first(epochs: int, batches: Any, learn: Any, scheduler: Any) -> list[float]:
    rates = []
    for _ in range(epochs):
        for batch in batches:
            scheduler.step()
            rates.append(scheduler.get_last_lr()[0])
            learn(batch)
    return rates


def _late(epochs: int, batches: Any, learn: Any, scheduler: Any) -> list[float]:
    rates = []
    for _ in range(epochs):
        for batch in batches:
            learn(batch)
            scheduler.step()
            rates.append(scheduler.get_last_lr()[0])
    return rates


def _twice(epochs: int, batches: Any, learn: Any, scheduler: Any) -> list[float]:
    rates = []
    for _ in range(epochs):
        for batch in batches:
            rates.append(scheduler.get_last_lr()[0])
            learn(batch)
            scheduler.step()
        scheduler.step()
    return rates


CHECKS["transfer/scheduler-per-epoch"] = FunctionCheck(
    solutions.train,
    cases=lambda: [practice_training(2, 3), practice_training(3, 1)],
    watch=_rates_of_the_steps,
    mistakes={
        "late": _late,
        "scheduler first": _scheduler_first,
        "twice": _twice,
    },
)


def _last(validation: list[float], test: list[float], patience: int) -> float:
    best, waited, last = 0, 0, 0
    for last in range(1, len(validation)):
        waited += 1
        if validation[last] > validation[best]:
            best, waited = last, 0
        if waited == patience:
            break
    return test[last]


CHECKS["transfer/stopped-by-the-test"] = FunctionCheck(
    solutions.reported,
    cases=lambda: [
        ([0.5, 0.7, 0.8, 0.79, 0.78], [0.5, 0.72, 0.74, 0.81, 0.7], 2),
        ([0.6, 0.65, 0.64, 0.63, 0.9], [0.6, 0.61, 0.66, 0.64, 0.85], 2),
        ([0.4, 0.5, 0.6, 0.55], [0.6, 0.5, 0.52, 0.9], 2),
    ],
    mistakes={
        "validation itself": lambda validation, test, patience: solutions.reported(
            validation, validation, patience
        ),
        "never gives up": lambda validation, test, patience: test[
            validation.index(max(validation))
        ],
        "best test accuracy": lambda validation, test, patience: max(test),
        "last": _last,
    },
)

CHECKS["transfer/perplexity"] = FunctionCheck(
    solutions.bits_per_byte,
    cases=lambda: [
        (8.0, 2, "fly!"),
        (20.0, 6, "né 🦩"),
        (1.0, 3, "abc"),
        (300.0, 5, "A cat sat."),
    ],
    mistakes={
        "nats": lambda perplexity, tokens, text: tokens * math.log(perplexity) / len(text.encode()),
        "characters": lambda perplexity, tokens, text: tokens * math.log2(perplexity) / len(text),
        "bits per token": lambda perplexity, tokens, text: math.log2(perplexity),
        "one token only": lambda perplexity, tokens, text: (
            math.log2(perplexity) / len(text.encode())
        ),
        "no logarithm": lambda perplexity, tokens, text: tokens * perplexity / len(text.encode()),
    },
)


def _precision(labels: list[int], said: list[int]) -> float:
    hits = sum(a and b for a, b in zip(labels, said, strict=True))
    return hits / sum(said) if sum(said) else 0.0


def _recall(labels: list[int], said: list[int]) -> float:
    hits = sum(a and b for a, b in zip(labels, said, strict=True))
    return hits / sum(labels) if sum(labels) else 0.0


CHECKS["transfer/f1"] = FunctionCheck(
    solutions.f1,
    cases=lambda: [
        ([1, 1, 1, 0, 0, 0, 0, 0], [1, 0, 0, 1, 0, 0, 0, 0]),
        ([1, 0, 0, 0, 0], [1, 1, 1, 0, 0]),
        ([1, 1, 0], [0, 0, 0]),
        ([0, 0, 0], [0, 0, 0]),
    ],
    mistakes={
        "accuracy of": lambda labels, said: (
            sum(a == b for a, b in zip(labels, said, strict=True)) / len(labels)
        ),
        "mean": lambda labels, said: (_precision(labels, said) + _recall(labels, said)) / 2,
        "precision": _precision,
        "recall": _recall,
    },
)

CHECKS["transfer/mean-of-means"] = FunctionCheck(
    solutions.accuracy,
    cases=lambda: [
        ([[True, True, True, True], [False]],),
        ([[True, False], [True, True], [True]],),
        ([[True, False, True], [True, True, False]],),
    ],
    mistakes={
        "divided by batches": lambda batches: sum(sum(batch) for batch in batches) / len(batches),
        "all batches full": lambda batches: (
            sum(sum(batch) for batch in batches)
            / (len(batches) * max(len(batch) for batch in batches))
        ),
    },
)

CHECKS["transfer/one-block"] = ValueCheck(
    7_087_872,
    mistakes={
        "12 * 768 ** 2": 12 * 768**2,
        "12 * 768 ** 2 + 9 * 768": 12 * 768**2 + 9 * 768,
        "12 * 768 ** 2 + 4 * 768": 12 * 768**2 + 4 * 768,
        "12 * 7087872": 12 * 7_087_872,
        "6 * 768 ** 2 + 11 * 768": 6 * 768**2 + 11 * 768,
    },
    tolerance=1e-9,
)


FILMS = {
    "good": Counter({"a": 2, "fine": 3, "film": 1}),
    "bad": Counter({"a": 2, "dull": 2, "film": 3, "slow": 1}),
}
SHOPS = {"bread": Counter(loaf=5, crumb=1), "shoes": Counter(sole=2), "fish": Counter(sole=3)}
Counted = dict[str, "Counter[str]"]


def _likelihoods(
    counts: Counted, words: list[str], more: int = 1, own: bool = False, unknown: bool = False
) -> dict[str, float]:
    """The solution with a mistake."""
    known = set().union(*counts.values())
    found = [word for word in words if unknown or word in known]
    totals = {name: of.total() + more * len(of if own else known) for name, of in counts.items()}
    return {
        name: sum(math.log((of[w] + more) / totals[name] or 1e-300) for w in found)
        for name, of in counts.items()
    }


def _products(counts: Counted, words: list[str]) -> dict[str, float]:
    return {name: math.exp(v) for name, v in solutions.log_likelihoods(counts, words).items()}


def _only_above(counts: Counted, words: list[str]) -> dict[str, float]:
    known = [word for word in words if any(word in of for of in counts.values())]
    return {
        name: sum(math.log((of[w] + 1) / of.total()) for w in known) for name, of in counts.items()
    }


CHECKS["transfer/naive-bayes"] = FunctionCheck(
    solutions.log_likelihoods,
    cases=lambda: [
        (FILMS, ["a", "dull", "film"]),
        (FILMS, ["fine", "fine", "music"]),
        (SHOPS, ["sole", "loaf"]),
        (SHOPS, []),
    ],
    mistakes={
        "nothing added": lambda counts, words: _likelihoods(counts, words, more=0),
        "only above": _only_above,
        "own vocabulary": lambda counts, words: _likelihoods(counts, words, own=True),
        "unknown words": lambda counts, words: _likelihoods(counts, words, unknown=True),
        "no logarithm": _products,
    },
)


def _known_starts(test: list[str], train: list[str], n: int, end: int = 1) -> list[int]:
    """Where the stretches of a test begin that are known."""
    known = {tuple(train[i : i + n]) for i in range(len(train) - n + 1)}
    return [i for i in range(len(test) - n + end) if tuple(test[i : i + n]) in known]


def _without_the_last(test: list[str], train: list[str], n: int) -> float:
    starts = _known_starts(test, train, n, end=0)
    return len({i + k for i in starts for k in range(n)}) / max(len(test), 1)


CHECKS["transfer/shared-ngrams"] = FunctionCheck(
    solutions.shared_share,
    cases=lambda: [
        ([*"abcdeaf"], [*"xbcdx"], 3),
        ([*"abcaad"], [*"xyabcaad"], 3),
        ([*"waewaaewu"], [*"aewae"], 2),
        (["short"], ["a", "short", "text"], 2),
        ([], ["a", "b"], 1),
    ],
    mistakes={
        "stretches": lambda test, train, n: (
            len(_known_starts(test, train, n)) / max(len(test) - n + 1, 1)
        ),
        "single words": lambda test, train, n: (
            sum(word in train for word in test) / max(len(test), 1)
        ),
        "first word only": lambda test, train, n: (
            len(_known_starts(test, train, n)) / max(len(test), 1)
        ),
        "last stretch missing": _without_the_last,
    },
)


def _zero_for_special(labels: list[int], word_ids: list[int | None]) -> list[int]:
    right = solutions.piece_labels(labels, word_ids)
    return [0 if word is None else label for word, label in zip(word_ids, right, strict=True)]


def _none_for_later(labels: list[int], word_ids: list[int | None]) -> list[int]:
    right = solutions.piece_labels(labels, word_ids)
    return [
        0 if word is not None and label == -100 else label
        for word, label in zip(word_ids, right, strict=True)
    ]


CHECKS["transfer/piece-labels"] = FunctionCheck(
    solutions.piece_labels,
    cases=lambda: [
        ([1, 0, 3], [None, 0, 0, 1, 2, 2, 2, None]),
        ([2, 2], [None, 0, 1, None]),
        ([5], [None, 0, 0, None, None]),
        ([1, 1, 2], [0, 1, 1, 2]),
    ],
    mistakes={
        "every piece": lambda labels, word_ids: [
            -100 if word is None else labels[word] for word in word_ids
        ],
        "zero for special": _zero_for_special,
        "zero for later": _none_for_later,
        "without special": lambda labels, word_ids: solutions.piece_labels(
            labels, [word for word in word_ids if word is not None]
        ),
        "last piece": lambda labels, word_ids: solutions.piece_labels(labels, word_ids[::-1])[::-1],
    },
)

Entity = tuple[str, int, int]


def _words(entities: list[Entity]) -> set[tuple[str, int]]:
    return {(kind, word) for kind, first, last in entities for word in range(first, last + 1)}


def _by_word(right: list[Entity], found: list[Entity]) -> float:
    a, b = _words(right), _words(found)
    return 2 * len(a & b) / (len(a) + len(b)) if a & b else 0.0


def _whatever_kind(right: list[Entity], found: list[Entity]) -> float:
    return solutions.entity_f1(*([("", *place) for _, *place in one] for one in (right, found)))


CHECKS["transfer/entity-f1"] = FunctionCheck(
    solutions.entity_f1,
    cases=lambda: [
        ([("person", 0, 1), ("place", 5, 5)], [("person", 0, 1), ("place", 4, 5)]),
        ([("person", 0, 1), ("place", 5, 5)], [("place", 0, 1), ("place", 5, 5), ("ship", 7, 7)]),
        ([("person", 2, 2)], []),
        ([("ship", 3, 4), ("person", 8, 9), ("place", 11, 11)], [("person", 8, 9)]),
    ],
    mistakes={
        "by word": _by_word,
        "whatever kind": _whatever_kind,
        "precision only": lambda right, found: (
            len(set(right) & set(found)) / len(found) if found else 0.0
        ),
        "recall only": lambda right, found: len(set(right) & set(found)) / len(right),
    },
)


def _rounded(weights: Tensor, scale: Any, limit: int = 127) -> Tensor:
    return (weights / scale).round().clamp(-limit, limit) * scale


def _cut_off(weights: Tensor) -> Tensor:
    scales = weights.abs().amax(1, keepdim=True).clamp(min=1e-12) / 127
    return (weights / scales).trunc() * scales


CHECKS["transfer/eight-bits"] = FunctionCheck(
    solutions.in_eight_bits,
    cases=lambda: [
        (tensor([1.27, -0.634, 0.0033], [12.7, 3.38, -0.64]),),
        (tensor([-5.08, 1.111, 2.51], [0.0254, -0.0101, 0.00371], [0.0, 0.0, 0.0]),),
    ],
    tolerance=1e-6,
    mistakes={
        "one scale": lambda weights: _rounded(weights, weights.abs().amax() / 127),
        "columns": lambda weights: _rounded(weights, weights.abs().amax(0, keepdim=True) / 127),
        "cut off": _cut_off,
        "whole numbers": lambda weights: (
            weights / (weights.abs().amax(1, keepdim=True).clamp(min=1e-12) / 127)
        ).round(),
        "largest, not absolute": lambda weights: _rounded(
            weights, weights.amax(1, keepdim=True).clamp(min=1e-12) / 127, limit=128
        ),
    },
)


def _softened(student: Tensor, teacher: Tensor, t: float, t_teacher: float) -> float:
    targets, logs = (teacher / t_teacher).softmax(-1), (student / t).log_softmax(-1)
    return float((targets * (targets.log() - logs)).sum())


CHECKS["transfer/soft-targets"] = FunctionCheck(
    solutions.distillation_loss,
    cases=lambda: [
        (tensor(1.0, 0.0, -1.0), tensor(4.0, 1.0, -2.0), 2.0),
        (tensor(0.5, 0.2, 3.0, 0.0), tensor(5.0, 4.0, 0.0, -3.0), 4.0),
        (tensor(2.0, 1.0, 0.0), tensor(2.0, 1.0, 0.0), 3.0),
        (tensor(0.3, -0.3), tensor(1.0, 2.0), 1.0),
    ],
    mistakes={
        "no square": lambda student, teacher, t: _softened(student, teacher, t, t),
        "one side": lambda student, teacher, t: _softened(student, teacher, 1, t) * t**2,
        "other way round": lambda student, teacher, t: solutions.distillation_loss(
            teacher, student, t
        ),
        "hard target": lambda student, teacher, t: float(
            -student.log_softmax(-1)[teacher.argmax()]
        ),
        "cross-entropy": lambda student, teacher, t: float(
            -((teacher / t).softmax(-1) * (student / t).log_softmax(-1)).sum() * t**2
        ),
    },
)

CHECKS["transfer/gate-threshold"] = FunctionCheck(
    solutions.gets_through,
    cases=lambda: [
        ([0.1, 0.2, 0.6, 0.9], [0.3, 0.6, 0.7, 0.95], 0.25),
        ([0.1, 0.2, 0.6, 0.6], [0.2, 0.6, 0.7, 0.8, 0.9], 0.0),
        ([0.1, 0.4, 0.5, 0.5, 0.8], [0.05, 0.5, 0.45, 0.9], 0.6),
    ],
    mistakes={
        "largest": lambda harmless, unwanted, most: 1.0,
        "refused": lambda harmless, unwanted, most: (
            1 - solutions.gets_through(harmless, unwanted, most)
        ),
        "number": lambda harmless, unwanted, most: round(
            solutions.gets_through(harmless, unwanted, most) * len(unwanted)
        ),
        "any threshold": lambda harmless, unwanted, most: solutions.gets_through(
            harmless, unwanted, 1.0
        ),
        "none refused": lambda harmless, unwanted, most: solutions.gets_through(
            harmless, unwanted, 0.0
        ),
    },
)

CHECKS["transfer/after-the-filter"] = FunctionCheck(
    solutions.unwanted_share,
    cases=lambda: [(0.01, 0.75, 0.0), (0.5, 0.75, 0.05), (0.1, 0.9, 0.5), (0.2, 0.0, 0.0)],
    mistakes={
        "of all": lambda share, found, refused: share * (1 - found),
        "found, not missed": lambda share, found, refused: solutions.unwanted_share(
            share, 1 - found, refused
        ),
        "others whole": lambda share, found, refused: solutions.unwanted_share(share, found, 0.0),
    },
)

CHECKS["transfer/spread-after-layers"] = FunctionCheck(
    solutions.spread,
    cases=lambda: [(0.1, 64, 3), (0.05, 256, 2), (0.25, 16, 5), (0.01, 128, 8)],
    mistakes={
        "without the root": lambda std, width, layers: (std * width) ** layers,
        "one layer": lambda std, width, layers: std * width**0.5,
        "added up": lambda std, width, layers: std * width**0.5 * layers,
        "variance": lambda std, width, layers: (std**2 * width) ** layers,
    },
)
