"""The checks: cases, right answers, and typical mistakes.

What is said to each mistake stands in `questions.md`, under the name that the mistake has here.
"""

import math
from typing import TYPE_CHECKING, Any

from lablib.exercises.checking import FunctionCheck, Mistake, ValueCheck
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
    mistakes=(
        Mistake(
            lambda logits, ids, mask_id: _best(logits.softmax(0)[ids.index(mask_id)]),
            "softmax over the text",
        ),
        Mistake(lambda logits, ids, mask_id: _best(logits[ids.index(mask_id)]), "logit"),
        Mistake(lambda logits, ids, mask_id: _best(logits[-1].softmax(-1)), "last token"),
        Mistake(
            lambda logits, ids, mask_id: _best(logits[ids.index(mask_id) - 1].softmax(-1)),
            "row before",
        ),
        Mistake(lambda logits, ids, mask_id: _best(logits.softmax(-1).flatten()), "all rows"),
        Mistake(
            lambda logits, ids, mask_id: _best(logits[ids.index(mask_id)].softmax(-1))[0],
            "no probability",
        ),
        Mistake(
            lambda logits, ids, mask_id: _best(logits[ids.index(mask_id)].softmax(-1))[::-1],
            "wrong way round",
        ),
    ),
)


def _best(scores: "Tensor") -> list[float]:
    best = int(scores.argmax())
    return [best, float(scores[best])]


CHECKS["masking/rhinoceros"] = ValueCheck(
    0.009,
    mistakes=(
        Mistake(0.02, "0.02"),
        Mistake(1.42, "1.42"),
        Mistake(0.4733, "0.4733"),
        Mistake(0.9, "0.9"),
        Mistake(0.01, "0.01"),
        Mistake(math.log(0.009), "logarithm"),
    ),
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
    mistakes=(
        Mistake(
            lambda pieces, number: _mask_place(pieces, _first_piece(pieces, number)),
            "first piece only",
        ),
        Mistake(_mask_place, "mask place"),
        Mistake(_one_mask, "one mask"),
        Mistake(lambda pieces, number: solutions.mask_word(pieces, number - 1), "word before"),
        Mistake(lambda pieces, number: solutions.mask_word(pieces, number + 1), "word after"),
        Mistake(
            lambda pieces, number: solutions.mask_word(
                pieces, _words(pieces).index(_words(pieces)[number])
            ),
            "first of its kind",
        ),
    ),
)

CHECKS["masking/two-fillings"] = FunctionCheck(
    solutions.two_fillings,
    cases=lambda: [
        (tensor([0.40, 0.15], [0.04, 0.41]),),
        (tensor([0.30, 0.05], [0.28, 0.37]),),
        (tensor([0.05, 0.33], [0.32, 0.30]),),
        (tensor([0.09, 0.45], [0.30, 0.16]),),
    ],
    mistakes=(
        Mistake(lambda joint: [_together(joint), _together(joint)], "alone as together"),
        Mistake(lambda joint: [_alone(joint), _alone(joint)], "together as alone"),
        Mistake(lambda joint: [_alone(joint), _left_to_right(joint)], "left to right"),
        Mistake(
            lambda joint: [_left_to_right(joint), _together(joint)], "alone from left to right"
        ),
        Mistake(lambda joint: [_alone(joint)[::-1], _together(joint)], "alone turned round"),
        Mistake(lambda joint: [_alone(joint), _together(joint)[::-1]], "together turned round"),
        Mistake(lambda joint: [_together(joint), _alone(joint)], "pairs exchanged"),
    ),
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
    mistakes=(
        Mistake(
            lambda rows, ids: sum(float(row[id]) for row, id in zip(rows, ids, strict=True)),
            "special tokens",
        ),
        Mistake(
            lambda rows, ids: solutions.pseudo_log_likelihood(rows, ids) / (len(ids) - 2), "mean"
        ),
        Mistake(lambda rows, ids: math.exp(solutions.pseudo_log_likelihood(rows, ids)), "product"),
        Mistake(lambda rows, ids: sum(float(row.max()) for row in rows[1:-1]), "best guesses"),
        Mistake(
            lambda rows, ids: sum(float(rows[i - 1][ids[i]]) for i in range(1, len(ids) - 1)),
            "row before",
        ),
        Mistake(lambda rows, ids: -solutions.pseudo_log_likelihood(rows, ids), "sign"),
    ),
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
    mistakes=(
        Mistake(
            lambda tokens, chosen, draws, others: solutions.corrupt(
                tokens, [True] * len(tokens), draws, others
            ),
            "all tokens",
        ),
        Mistake(_with_shares(1.1, 1.1), "all masked"),
        Mistake(_with_shares(0.8, 1.1), "none kept"),
        Mistake(_with_shares(0.8, 0.8), "none random"),
        Mistake(
            lambda tokens, chosen, draws, others: solutions.corrupt(
                tokens, chosen, [1 - draw for draw in draws], others
            ),
            "wrong end",
        ),
        Mistake(
            lambda tokens, chosen, draws, others: solutions.corrupt(
                tokens, [not one for one in chosen], draws, others
            ),
            "not chosen",
        ),
    ),
)

CHECKS["masking/labels"] = FunctionCheck(
    solutions.make_labels,
    cases=lambda: [
        ([10, 11, 12, 13], [4, 11, 12, 13], [True, False, True, False]),
        ([10, 11, 12], [10, 27, 12], [False, True, True]),
        ([15, 16, 17, 18], [15, 4, 30, 4], [True, True, True, True]),
    ],
    mistakes=(
        Mistake(
            lambda ids, seen, chosen: [
                id if id != other else -100 for id, other in zip(ids, seen, strict=True)
            ],
            "only changed ones",
        ),
        Mistake(
            lambda ids, seen, chosen: [
                id if other == MASK_ID else -100 for id, other in zip(ids, seen, strict=True)
            ],
            "only masks",
        ),
        Mistake(
            lambda ids, seen, chosen: solutions.make_labels(seen, seen, chosen), "what is seen"
        ),
        Mistake(lambda ids, seen, chosen: ids, "every token"),
        Mistake(
            lambda ids, seen, chosen: [id if c else 0 for id, c in zip(ids, chosen, strict=True)],
            "zero for ignored",
        ),
        Mistake(
            lambda ids, seen, chosen: solutions.make_labels(ids, seen, [not c for c in chosen]),
            "not chosen",
        ),
    ),
)

CHECKS["masking/total-loss"] = FunctionCheck(
    solutions.total_loss,
    cases=lambda: [
        ([3.0, 5.0, 1.0, 2.0], [0.2, 1.0], 1.0, 0.5),
        ([2.0, 4.0, 6.0], [0.5, 0.3], 0.8, 2.0),
        ([2.5, 1.5], [0.7, 0.2, 0.9], 0.5, 0.3),
    ],
    mistakes=(
        Mistake(lambda words, pairs, alpha, beta: alpha * sum(words) + beta * sum(pairs), "sums"),
        Mistake(
            lambda words, pairs, alpha, beta: solutions.total_loss(words, pairs, beta, alpha),
            "weights exchanged",
        ),
        Mistake(
            lambda words, pairs, alpha, beta: alpha * sum(words) / len(words) + beta * sum(pairs),
            "pairs summed",
        ),
        Mistake(
            lambda words, pairs, alpha, beta: solutions.total_loss(words, pairs, 1, 1), "unweighted"
        ),
        Mistake(
            lambda words, pairs, alpha, beta: (
                solutions.total_loss(words, pairs, alpha, beta) / (alpha + beta)
            ),
            "weighted mean",
        ),
        Mistake(
            lambda words, pairs, alpha, beta: (
                (alpha * sum(words) + beta * sum(pairs)) / (len(words) + len(pairs))
            ),
            "one mean",
        ),
    ),
)

CHECKS["masking/difference-and-spread"] = FunctionCheck(
    solutions.difference_and_spread,
    cases=lambda: [
        ([-4.0, -5.5, -3.0], [-5.0, -5.0, -4.5]),
        ([-8.0, -6.0, -7.0, -5.0], [-6.5, -7.0, -6.0, -6.0]),
    ],
    mistakes=(
        Mistake(lambda first, second: solutions.difference_and_spread(second, first), "sign"),
        Mistake(
            lambda first, second: _spread_with(first, second, divisor=len(first)), "divided by n"
        ),
        Mistake(
            lambda first, second: _spread_with(
                first, second, divisor=len(first) * (len(first) - 1)
            ),
            "standard error",
        ),
        Mistake(
            lambda first, second: [
                solutions.difference_and_spread(first, second)[0],
                solutions.difference_and_spread(first, second)[1] ** 2,
            ],
            "variance",
        ),
        Mistake(
            lambda first, second: solutions.difference_and_spread(
                [abs(a - b) for a, b in zip(first, second, strict=True)], [0] * len(first)
            ),
            "no signs",
        ),
        Mistake(
            lambda first, second: solutions.difference_and_spread(
                [math.exp(a) for a in first], [math.exp(b) for b in second]
            ),
            "probabilities",
        ),
        Mistake(
            lambda first, second: solutions.difference_and_spread(first, second)[0], "mean only"
        ),
    ),
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
    mistakes=(
        Mistake(
            lambda logits, places, k: _guesses(logits[places].softmax(0), places, k),
            "down the places",
        ),
        Mistake(
            lambda logits, places, k: [
                logits[places].topk(k).indices,
                logits[places].topk(k).values.softmax(-1),
            ],
            "over the best",
        ),
        Mistake(
            lambda logits, places, k: _guesses(logits[places].flatten().softmax(0), places, k),
            "over all places",
        ),
        Mistake(lambda logits, places, k: _guesses(logits[places].sigmoid(), places, k), "sigmoid"),
    ),
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
    mistakes=(
        Mistake(_uncut_guess, "uncut guess"),
        Mistake(_last_guess, "last guess"),
    ),
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
    mistakes=(
        Mistake(_all_pieces_as_one, "all pieces as one"),
        Mistake(_hide_token, "hide token"),
    ),
)


def _unasked(model: Any, tokenizer: Any, text: str, place: int) -> float:
    ids = tokenizer(text, return_tensors="pt").input_ids
    return float(model(input_ids=ids, labels=_labels(ids, place)).loss)


def _hidden(model: Any, tokenizer: Any, text: str, place: int, other: int) -> float:
    ids = tokenizer(text, return_tensors="pt").input_ids
    seen = ids.clone()
    seen[0, place] = tokenizer.mask_token_id
    labels = _labels(ids, place)
    labels[labels == -100] = other
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
    mistakes=(
        Mistake(_unasked, "unasked"),
        Mistake(
            lambda model, tokenizer, text, place: _hidden(model, tokenizer, text, place, 0),
            "zero for ignored",
        ),
    ),
    seconds=20.0,
)
