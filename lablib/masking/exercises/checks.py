"""The checks: cases, right answers, and typical mistakes.

What is said to each mistake stands in `questions.md`, under the name that the mistake has here.
"""

import math
from typing import TYPE_CHECKING, Any

from lablib.exercises.checking import FunctionCheck, ValueCheck
from lablib.exercises.practice import tensor
from lablib.exercises.records import Check
from lablib.masking.exercises import solutions
from lablib.masking.exercises.practice import practice_bert

if TYPE_CHECKING:
    from torch import Tensor

CHECKS: dict[str, Check] = {}
"""By the ids of the questions."""

MASK_ID = 4


def some_logits() -> "Tensor":
    """Five tokens, a vocabulary of four; tokens, entries and rows all differ in their best."""
    return tensor(
        [2.0, 0.5, -1.0, 0.0], [0.0, 1.0, 3.0, 0.5], [1.0, 2.5, 0.8, 2.0],
        [1.5, -0.5, 0.2, 4.0], [0.3, 0.1, 3.5, -2.0],
    )  # fmt: skip


CHECKS["masking/best-guess"] = FunctionCheck(
    solutions.best_guess,
    cases=lambda: [
        (some_logits(), [2, 1, MASK_ID, 0, 3], MASK_ID),
        (some_logits()[:3], [2, MASK_ID, 3], MASK_ID),
        (some_logits(), [2, 1, 4, 7, 3], 7),
        (some_logits(), [9, 4, 1, 0, 3], 9),
        (some_logits(), [2, 1, 0, 3, MASK_ID], MASK_ID),
    ],
    mistakes={
        "softmax over the text": lambda logits, ids, mask_id: _best(
            logits.softmax(0)[ids.index(mask_id)]
        ),
        "logit": lambda logits, ids, mask_id: _best(logits[ids.index(mask_id)]),
        "last token": lambda logits, ids, mask_id: _best(logits[-1].softmax(-1)),
        "row before": lambda logits, ids, mask_id: _best(
            logits[ids.index(mask_id) - 1].softmax(-1)
        ),
        "all rows": lambda logits, ids, mask_id: _best(logits.softmax(-1).flatten()),
        "no probability": lambda logits, ids, mask_id: _best(
            logits[ids.index(mask_id)].softmax(-1)
        )[0],
        "wrong way round": lambda logits, ids, mask_id: _best(
            logits[ids.index(mask_id)].softmax(-1)
        )[::-1],
    },
)


def _best(scores: "Tensor") -> list[float]:
    best = int(scores.argmax())
    return [best, float(scores[best])]


CHECKS["masking/rhinoceros"] = ValueCheck(
    0.009,
    mistakes={
        "0.02": 0.02,
        "1.42": 1.42,
        "0.4733": 0.4733,
        "0.9": 0.9,
        "0.01": 0.01,
        "logarithm": math.log(0.009),
    },
    tolerance=1e-5,
)


def _mask_place(pieces: list[str], number: int) -> list[str]:
    return [*pieces[:number], "[MASK]", *pieces[number + 1 :]]


def _first_piece(pieces: list[str], number: int) -> int:
    return [place for place, piece in enumerate(pieces) if piece[:2] != "##"][number]


def _words(pieces: list[str]) -> list[str]:
    return " ".join(pieces).replace(" ##", "").split()


def _one_mask(pieces: list[str], number: int) -> list[str]:
    seen = solutions.mask_word(pieces, number)
    first = seen.index("[MASK]")
    return [*seen[:first], "[MASK]", *(piece for piece in seen[first:] if piece != "[MASK]")]


CHECKS["masking/mask-word"] = FunctionCheck(
    solutions.mask_word,
    cases=lambda: [
        (["the", "rhino", "##cer", "##os", "slept", "."], 1),
        (["un", "##ha", "##pp", "##y", "cats", "sleep"], 1),
        (["un", "##ha", "##pp", "##y", "cats", "sleep"], 0),
        (["the", "rhino", "##cer", "##os", "slept", "."], 3),
        (["the", "old", "rhino", "##cer", "##os"], 2),
        (["the", "cat", "##s", "saw", "the", "cat", "##s", "run"], 4),
        (["the", "cat", "##s", "saw", "the", "cat", "##s", "run"], 3),
    ],
    mistakes={
        "first piece only": lambda pieces, number: _mask_place(
            pieces, _first_piece(pieces, number)
        ),
        "mask place": _mask_place,
        "one mask": _one_mask,
        "word before": lambda pieces, number: solutions.mask_word(pieces, number - 1),
        "word after": lambda pieces, number: solutions.mask_word(pieces, number + 1),
        "first of its kind": lambda pieces, number: solutions.mask_word(
            pieces, _words(pieces).index(_words(pieces)[number])
        ),
    },
)

CHECKS["masking/two-fillings"] = FunctionCheck(
    solutions.two_fillings,
    cases=lambda: [
        (tensor([0.40, 0.15], [0.04, 0.41]),),
        (tensor([0.30, 0.05], [0.28, 0.37]),),
        (tensor([0.05, 0.33], [0.32, 0.30]),),
        (tensor([0.09, 0.45], [0.30, 0.16]),),
    ],
    mistakes={
        "alone as together": lambda joint: [_together(joint), _together(joint)],
        "together as alone": lambda joint: [_alone(joint), _alone(joint)],
        "left to right": lambda joint: [_alone(joint), _left_to_right(joint)],
        "alone from left to right": lambda joint: [_left_to_right(joint), _together(joint)],
        "alone turned round": lambda joint: [_alone(joint)[::-1], _together(joint)],
        "together turned round": lambda joint: [_alone(joint), _together(joint)[::-1]],
        "pairs exchanged": lambda joint: [_together(joint), _alone(joint)],
    },
)


def _alone(joint: "Tensor") -> list[int]:
    return list(solutions.two_fillings(joint)[0])


def _together(joint: "Tensor") -> list[int]:
    return list(solutions.two_fillings(joint)[1])


def _left_to_right(joint: "Tensor") -> list[int]:
    first = int(joint.sum(1).argmax())
    return [first, int(joint[first].argmax())]


CHECKS["masking/pseudo-log-likelihood"] = FunctionCheck(
    solutions.pseudo_log_likelihood,
    cases=lambda: [
        (some_logits().log_softmax(-1), [3, 0, 1, 0, 2]),
        (some_logits()[1:].log_softmax(-1), [3, 2, 0, 1]),
        (some_logits().roll(1, 0).log_softmax(-1), [1, 3, 3, 1, 0]),
    ],
    mistakes={
        "special tokens": lambda rows, ids: sum(
            float(row[id]) for row, id in zip(rows, ids, strict=True)
        ),
        "mean": lambda rows, ids: solutions.pseudo_log_likelihood(rows, ids) / (len(ids) - 2),
        "product": lambda rows, ids: math.exp(solutions.pseudo_log_likelihood(rows, ids)),
        "best guesses": lambda rows, ids: sum(float(row.max()) for row in rows[1:-1]),
        "row before": lambda rows, ids: sum(
            float(rows[i - 1][ids[i]]) for i in range(1, len(ids) - 1)
        ),
        "sign": lambda rows, ids: -solutions.pseudo_log_likelihood(rows, ids),
    },
)


def _with_shares(mask: float, other: float) -> Any:
    """A corruption with other borders than 0.8 and 0.9."""

    def wrong(tokens: Any, chosen: Any, draws: Any, others: Any) -> list[str]:
        return [
            token if not c else "[MASK]" if draw < mask else new if draw < other else token
            for token, c, draw, new in zip(tokens, chosen, draws, others, strict=True)
        ]

    return wrong


CHECKS["masking/eighty-ten-ten"] = FunctionCheck(
    solutions.corrupt,
    cases=lambda: [
        (
            ["the", "cat", "sat", "."],
            [True, True, True, False],
            [0.3, 0.85, 0.95, 0.1],
            ["sea", "red", "go", "by"],
        ),
        (
            ["he", "saw", "the", "ship"],
            [False, True, True, True],
            [0.5, 0.05, 0.8, 0.9],
            ["tea", "up", "king", "my"],
        ),
        (
            ["we", "go", "home", "now", "."],
            [True, True, False, True, True],
            [0.92, 0.81, 0.2, 0.79, 0.89],
            ["or", "if", "no", "so", "as"],
        ),
    ],
    mistakes={
        "all tokens": lambda tokens, chosen, draws, others: solutions.corrupt(
            tokens, [True] * len(tokens), draws, others
        ),
        "all masked": _with_shares(1.1, 1.1),
        "none kept": _with_shares(0.8, 1.1),
        "none random": _with_shares(0.8, 0.8),
        "wrong end": lambda tokens, chosen, draws, others: solutions.corrupt(
            tokens, chosen, [1 - draw for draw in draws], others
        ),
        "not chosen": lambda tokens, chosen, draws, others: solutions.corrupt(
            tokens, [not one for one in chosen], draws, others
        ),
    },
)

CHECKS["masking/labels"] = FunctionCheck(
    solutions.make_labels,
    cases=lambda: [
        ([10, 11, 12, 13], [4, 11, 12, 13], [True, False, True, False]),
        ([10, 11, 12], [10, 27, 12], [False, True, True]),
        ([15, 16, 17, 18], [15, 4, 30, 4], [True, True, True, True]),
    ],
    mistakes={
        "only changed ones": lambda ids, seen, chosen: [
            id if id != other else -100 for id, other in zip(ids, seen, strict=True)
        ],
        "only masks": lambda ids, seen, chosen: [
            id if other == MASK_ID else -100 for id, other in zip(ids, seen, strict=True)
        ],
        "what is seen": lambda ids, seen, chosen: solutions.make_labels(seen, seen, chosen),
        "every token": lambda ids, seen, chosen: ids,
        "zero for ignored": lambda ids, seen, chosen: [
            id if c else 0 for id, c in zip(ids, chosen, strict=True)
        ],
        "not chosen": lambda ids, seen, chosen: solutions.make_labels(
            ids, seen, [not c for c in chosen]
        ),
    },
)

CHECKS["masking/total-loss"] = FunctionCheck(
    solutions.total_loss,
    cases=lambda: [
        ([3.0, 5.0, 1.0, 2.0], [0.2, 1.0], 1.0, 0.5),
        ([2.0, 4.0, 6.0], [0.5, 0.3], 0.8, 2.0),
        ([2.5, 1.5], [0.7, 0.2, 0.9], 0.5, 0.3),
    ],
    mistakes={
        "sums": lambda words, pairs, alpha, beta: alpha * sum(words) + beta * sum(pairs),
        "weights exchanged": lambda words, pairs, alpha, beta: solutions.total_loss(
            words, pairs, beta, alpha
        ),
        "pairs summed": lambda words, pairs, alpha, beta: (
            alpha * sum(words) / len(words) + beta * sum(pairs)
        ),
        "unweighted": lambda words, pairs, alpha, beta: solutions.total_loss(words, pairs, 1, 1),
        "weighted mean": lambda words, pairs, alpha, beta: (
            solutions.total_loss(words, pairs, alpha, beta) / (alpha + beta)
        ),
        "one mean": lambda words, pairs, alpha, beta: (
            (alpha * sum(words) + beta * sum(pairs)) / (len(words) + len(pairs))
        ),
    },
)

CHECKS["masking/difference-and-spread"] = FunctionCheck(
    solutions.difference_and_spread,
    cases=lambda: [
        ([-4.0, -5.5, -3.0], [-5.0, -5.0, -4.5]),
        ([-8.0, -6.0, -7.0, -5.0], [-6.5, -7.0, -6.0, -6.0]),
    ],
    mistakes={
        "sign": lambda first, second: solutions.difference_and_spread(second, first),
        "divided by n": lambda first, second: _spread_with(first, second, divisor=len(first)),
        "standard error": lambda first, second: _spread_with(
            first, second, divisor=len(first) * (len(first) - 1)
        ),
        "variance": lambda first, second: [
            solutions.difference_and_spread(first, second)[0],
            solutions.difference_and_spread(first, second)[1] ** 2,
        ],
        "no signs": lambda first, second: solutions.difference_and_spread(
            [abs(a - b) for a, b in zip(first, second, strict=True)], [0] * len(first)
        ),
        "probabilities": lambda first, second: solutions.difference_and_spread(
            [math.exp(a) for a in first], [math.exp(b) for b in second]
        ),
        "mean only": lambda first, second: solutions.difference_and_spread(first, second)[0],
    },
)


def _spread_with(first: list[float], second: list[float], divisor: int) -> list[float]:
    mean, spread = solutions.difference_and_spread(first, second)
    return [mean, spread * math.sqrt((len(first) - 1) / divisor)]


# --- bugs -----------------------------------------------------------------------------------

CHECKS["masking/softmax-over-the-text"] = FunctionCheck(
    solutions.guesses,
    cases=lambda: [
        (some_logits(), [1, 3], 2),
        (some_logits(), [2], 3),
        (some_logits(), [4, 0, 2], 1),
    ],
    mistakes={
        "down the places": lambda logits, places, k: _guesses(logits[places].softmax(0), places, k),
        "over the best": lambda logits, places, k: [
            logits[places].topk(k).indices,
            logits[places].topk(k).values.softmax(-1),
        ],
        "over all places": lambda logits, places, k: _guesses(
            logits[places].flatten().softmax(0), places, k
        ),
        "sigmoid": lambda logits, places, k: _guesses(logits[places].sigmoid(), places, k),
    },
)


def _guesses(probabilities: "Tensor", places: list[int], k: int) -> list[Any]:
    best = probabilities.view(len(places), -1).topk(k)
    return [best.indices, best.values]


def _uncut_guess(model: Any, tokenizer: Any, text: str) -> str:
    inputs = tokenizer(text, return_tensors="pt")
    place = inputs.input_ids[0].tolist().index(tokenizer.mask_token_id)
    return str(tokenizer.decode(model(**inputs).logits[0, place].argmax()))


def _last_guess(model: Any, tokenizer: Any, text: str) -> str:
    tokenizer.truncation_side = "left"
    inputs = tokenizer(text, truncation=True, max_length=16, return_tensors="pt")
    return str(tokenizer.decode(model(**inputs).logits[0, -1].argmax()))


CHECKS["masking/place-before-the-cut"] = FunctionCheck(
    solutions.guess,
    cases=lambda: [
        (*practice_bert(), "the old cat sat on the [MASK] ."),
        (*practice_bert(), "a cat ran . the dog slept under a table , the [MASK] sat on the mat ."),
        (
            *practice_bert(),
            "the dog ran under the table . the [MASK] sat on a mat , the old mouse slept .",
        ),
        (*practice_bert(), "a dog ran . a cat slept . the old rhinoceros sat under the old [MASK]"),
    ],
    mistakes={
        "uncut guess": _uncut_guess,
        "last guess": _last_guess,
    },
    seconds=20.0,
)


def _all_pieces_as_one(text: str, tokenizer: Any, number: int) -> list[Any]:
    tokens, hidden = solutions.hide_word(text, tokenizer, number)
    first = tokens.index(tokenizer.mask_token)
    return [[*tokens[: first + 1], *tokens[first + len(hidden) :]], hidden]


def _hide_token(text: str, tokenizer: Any, number: int) -> list[Any]:
    tokens = tokenizer(text, add_special_tokens=False).tokens()
    return [[*tokens[:number], tokenizer.mask_token, *tokens[number + 1 :]], [tokens[number]]]


CHECKS["masking/piece-for-a-word"] = FunctionCheck(
    solutions.hide_word,
    cases=lambda: [
        ("the rhinoceros slept .", practice_bert()[1], 1),
        ("the old cats sat", practice_bert()[1], 2),
        ("the rhinoceros slept .", practice_bert()[1], 2),
        ("the cats saw the rhinoceros on the cats", practice_bert()[1], 7),
        ("rhinoceros", practice_bert()[1], 0),
    ],
    mistakes={
        "all pieces as one": _all_pieces_as_one,
        "hide token": _hide_token,
    },
)


def _unasked(model: Any, tokenizer: Any, text: str, place: int) -> float:
    ids = tokenizer(text, return_tensors="pt").input_ids
    return float(model(input_ids=ids, labels=_labels(ids, place)).loss)


def _zero_for_ignored(model: Any, tokenizer: Any, text: str, place: int) -> float:
    ids = tokenizer(text, return_tensors="pt").input_ids
    seen = ids.clone()
    seen[0, place] = tokenizer.mask_token_id
    labels = _labels(ids, place)
    labels[labels == -100] = 0
    return float(model(input_ids=seen, labels=labels).loss)


def _labels(ids: "Tensor", place: int) -> "Tensor":
    labels = ids.new_full(ids.shape, -100)
    labels[0, place] = ids[0, place]
    return labels


CHECKS["masking/loss-everywhere"] = FunctionCheck(
    solutions.masked_loss,
    cases=lambda: [
        (*practice_bert(), "the old cat sat on the mat .", 3),
        (*practice_bert(), "a mouse ran under the table .", 6),
        (*practice_bert(), "the rhinoceros sat under the old table , a cat on the mat .", 2),
    ],
    mistakes={
        "unasked": _unasked,
        "zero for ignored": _zero_for_ignored,
    },
    seconds=20.0,
)
