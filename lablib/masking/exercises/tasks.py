"""What is to be written or worked out, with the typical wrong answers and what is said to each."""

import math
from typing import TYPE_CHECKING, Any

from lablib.exercises.checking import FunctionCheck, Mistake, ValueCheck
from lablib.exercises.records import Exercise, source
from lablib.masking.exercises import solutions

if TYPE_CHECKING:
    from torch import Tensor

MASK_ID = 4


def tensor(*values: Any) -> "Tensor":
    """The values as a tensor. (torch is imported by the first check, not with this module.)"""
    import torch

    return torch.tensor(values)


def some_logits() -> "Tensor":
    """Five tokens, a vocabulary of four; tokens, entries and rows all differ in their best."""
    return tensor(
        [2.0, 0.5, -1.0, 0.0], [0.0, 1.0, 3.0, 0.5], [1.0, 2.5, 0.8, 2.0],
        [1.5, -0.5, 0.2, 4.0], [0.3, 0.1, 3.5, -2.0],
    )  # fmt: skip


BEST_GUESS = Exercise(
    id="masking/best-guess",
    title="What would it put there?",
    minutes=4,
    difficulty=1,
    question=(
        "A model has read one text and gives `logits`, a tensor [tokens, vocabulary]: a row of "
        "scores for every token of the text.\n\nWrite `best_guess(logits, ids, mask_id)`: the id "
        "of the most probable token at the mask, and its probability. `ids` is the list of the "
        "text's ids; the mask is the one that equals `mask_id`, and there is just one."
    ),
    check=FunctionCheck(
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
                "Your probabilities sum to 1 over the tokens of the text. They must sum to 1 over "
                "the vocabulary, which is the last axis: `softmax(-1)`.",
            ),
            Mistake(
                lambda logits, ids, mask_id: _best(logits[ids.index(mask_id)]),
                "The token is right, but you give its logit. Softmax over the row makes a "
                "probability of it.",
            ),
            Mistake(
                lambda logits, ids, mask_id: _best(logits[-1].softmax(-1)),
                "This is the guess at the last token, as for a GPT. A BERT's guess stands in the "
                "row of the mask itself.",
            ),
            Mistake(
                lambda logits, ids, mask_id: _best(logits[ids.index(mask_id) - 1].softmax(-1)),
                "This is the row before the mask. A GPT's guess stands one place earlier; a BERT's "
                "stands in the row of the mask itself.",
            ),
            Mistake(
                lambda logits, ids, mask_id: _best(logits.softmax(-1).flatten()),
                "You look at all the rows at once. Take the row of the mask first.",
            ),
            Mistake(
                lambda logits, ids, mask_id: _best(logits[ids.index(mask_id)].softmax(-1))[0],
                "The token is right. Return its probability too: `return best, probability`.",
            ),
            Mistake(
                lambda logits, ids, mask_id: _best(logits[ids.index(mask_id)].softmax(-1))[::-1],
                "Right, but the wrong way round: first the id, then the probability.",
            ),
        ),
    ),
    hints=(
        "`ids.index(mask_id)` is the mask's place in the text, and `logits[place]` its row.",
        "Softmax over the row gives the probabilities; `argmax` gives the id of the largest.",
    ),
    solution=source(solutions.best_guess),
    lesson=(
        "Every place has a row of its own, the places without a mask too. A GPT's row i is about "
        "token i + 1; a BERT's row i is about token i."
    ),
)


def _best(scores: "Tensor") -> list[float]:
    best = int(scores.argmax())
    return [best, float(scores[best])]


RHINOCEROS = Exercise(
    id="masking/rhinoceros",
    title="How probable is a rhinoceros?",
    minutes=2,
    difficulty=1,
    question=(
        "To BERT, `rhinoceros` is three pieces. A model gives `rhino` a probability of 0.02; with "
        "`rhino` filled in it gives `##cer` 0.5; with both filled in it gives `##os` 0.9.\n\n"
        "How probable is the whole word?"
    ),
    check=ValueCheck(
        0.009,
        mistakes=(
            Mistake(0.02, "That is the first piece alone: every word that begins with `rhino`."),
            Mistake(1.42, "You add. A probability above 1 cannot be: one and then the other "
                    "means multiply."),
            Mistake(0.4733, "That is the mean of the three, larger than the first piece's. But a "
                    "whole word cannot be more probable than its beginning: multiply."),
            Mistake(0.9, "That is the last piece alone, once the others are known. (Or did you "
                    "mean percent? Give a number between 0 and 1.)"),
            Mistake(0.01, "One piece is missing: there are three factors."),
            Mistake(math.log(0.009), "That is its logarithm. Give the probability itself."),
        ),
        tolerance=1e-5,
    ),
    hints=("Each probability is given the pieces before it. What does the chain rule say?",),
    solution="0.02 * 0.5 * 0.9",
    lesson=(
        "Programs add the logarithms instead: a product of many small numbers soon becomes 0 for a "
        "computer."
    ),
)  # fmt: skip


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


MASK_WORD = Exercise(
    id="masking/mask-word",
    title="Hide a whole word",
    minutes=4,
    difficulty=2,
    question=(
        "WordPiece writes `##` before a piece that goes on with the word before it.\n\nWrite "
        "`mask_word(pieces, number)`: the list of pieces with every piece of word `number` "
        'replaced by `"[MASK]"`. Words are counted from 0.'
    ),
    check=FunctionCheck(
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
                "You hide the first piece only. The pieces after it give the word away: with "
                "`##cer` and `##os` in sight, `rhino` is no guess at all.",
            ),
            Mistake(
                _mask_place,
                "You count pieces, not words: a piece with `##` does not begin a word.",
            ),
            Mistake(
                _one_mask,
                "You put one mask in the place of several pieces. In training each piece gets a "
                "mask of its own, so that every place keeps its label.",
            ),
            Mistake(
                lambda pieces, number: solutions.mask_word(pieces, number - 1),
                "This is the word before. Words are counted from 0.",
            ),
            Mistake(
                lambda pieces, number: solutions.mask_word(pieces, number + 1),
                "This is the word after. Words are counted from 0.",
            ),
            Mistake(
                lambda pieces, number: solutions.mask_word(
                    pieces, _words(pieces).index(_words(pieces)[number])
                ),
                "A word can stand in a text twice, and you hide the first of its kind. Count the "
                "words.",
            ),
        ),
    ),
    hints=(
        "Go through the pieces with a counter that starts at −1, and add 1 wherever a piece has no "
        "`##`.",
        'Append `"[MASK]"` where the counter equals `number`, and the piece itself elsewhere.',
    ),
    solution=source(solutions.mask_word),
    lesson=(
        "This is whole-word masking, which BERT's authors added in 2019: the task is harder, and "
        "the model better."
    ),
)

TWO_FILLINGS = Exercise(
    id="masking/two-fillings",
    title="Each alone, and both together",
    minutes=5,
    difficulty=2,
    question=(
        "Two gaps, two candidates for each: `joint[a][b]` is the probability that the first gap "
        "holds a and the second holds b. It is a tensor, and its four numbers sum to 1.\n\nWrite "
        "`two_fillings(joint)`: the pair you get when each gap is guessed on its own, and the "
        "pair that is the most probable together, as `([a, b], [a, b])`."
    ),
    check=FunctionCheck(
        solutions.two_fillings,
        cases=lambda: [
            (tensor([0.40, 0.15], [0.04, 0.41]),),
            (tensor([0.30, 0.05], [0.28, 0.37]),),
            (tensor([0.05, 0.33], [0.32, 0.30]),),
            (tensor([0.09, 0.45], [0.30, 0.16]),),
        ],
        mistakes=(
            Mistake(
                lambda joint: [_together(joint), _together(joint)],
                "The second pair is right. On its own, a gap knows nothing of the other: sum the "
                "table over it first.",
            ),
            Mistake(
                lambda joint: [_alone(joint), _alone(joint)],
                "The first pair is right. For the second, look for the largest of the four "
                "numbers.",
            ),
            Mistake(
                lambda joint: [_alone(joint), _left_to_right(joint)],
                "Your second pair is filled from left to right: the best first word, then the best "
                "after it. Another first word can lead to a better pair.",
            ),
            Mistake(
                lambda joint: [_left_to_right(joint), _together(joint)],
                "Your first pair is filled from left to right: its second word knows the first. On "
                "its own it sums over both.",
            ),
            Mistake(
                lambda joint: [_alone(joint)[::-1], _together(joint)],
                "The first pair is the wrong way round: summing over the columns leaves the first "
                "gap.",
            ),
            Mistake(
                lambda joint: [_alone(joint), _together(joint)[::-1]],
                "The first pair is right. The second is the wrong way round: first a, then b.",
            ),
            Mistake(
                lambda joint: [_together(joint), _alone(joint)],
                "Both are right, the wrong way round: first each alone, then both together.",
            ),
        ),
    ),
    hints=(
        "`joint.sum(1)` sums over the second gap: what is left are the probabilities of the first.",
        "For the pair, try all four and keep the largest.",
    ),
    solution=source(solutions.two_fillings),
    lesson=(
        "0.40, 0.15, 0.04, 0.41: each gap alone leads to the pair with 0.15. Two words that are "
        "each the likeliest need not go together."
    ),
)


def _alone(joint: "Tensor") -> list[int]:
    return list(solutions.two_fillings(joint)[0])


def _together(joint: "Tensor") -> list[int]:
    return list(solutions.two_fillings(joint)[1])


def _left_to_right(joint: "Tensor") -> list[int]:
    first = int(joint.sum(1).argmax())
    return [first, int(joint[first].argmax())]


PSEUDO_LOG_LIKELIHOOD = Exercise(
    id="masking/pseudo-log-likelihood",
    title="The score of a sentence",
    minutes=4,
    difficulty=2,
    question=(
        "Each token of a sentence was hidden in turn. `log_probabilities[i]` is what the model "
        "then expected at place i: a row with the logarithm of a probability for every entry of "
        "the vocabulary; all rows together are a tensor.\n\nWrite "
        "`pseudo_log_likelihood(log_probabilities, ids)`: the sum over the sentence's own tokens. "
        "The first of the `ids` is [CLS] and the last is [SEP]: they "
        "do not count."
    ),
    check=FunctionCheck(
        solutions.pseudo_log_likelihood,
        cases=lambda: [
            (some_logits().log_softmax(-1), [3, 0, 1, 0, 2]),
            (some_logits()[1:].log_softmax(-1), [3, 2, 0, 1]),
            (some_logits().roll(1, 0).log_softmax(-1), [1, 3, 3, 1, 0]),
        ],
        mistakes=(
            Mistake(
                lambda rows, ids: sum(float(row[id]) for row, id in zip(rows, ids, strict=True)),
                "You count [CLS] and [SEP]. They are in every sentence and say nothing about this "
                "one.",
            ),
            Mistake(
                lambda rows, ids: solutions.pseudo_log_likelihood(rows, ids) / (len(ids) - 2),
                "This is the mean over the tokens. The score is the sum (and long sentences have "
                "lower ones).",
            ),
            Mistake(
                lambda rows, ids: math.exp(solutions.pseudo_log_likelihood(rows, ids)),
                "You multiply the probabilities. Add their logarithms: the product of a hundred "
                "probabilities is too small for a computer.",
            ),
            Mistake(
                lambda rows, ids: sum(float(row.max()) for row in rows[1:-1]),
                "You add up the best guesses. Take the tokens that are in the sentence, "
                "`log_probabilities[i][ids[i]]`.",
            ),
            Mistake(
                lambda rows, ids: sum(float(rows[i - 1][ids[i]]) for i in range(1, len(ids) - 1)),
                "You read each token from the row before it, as one does for a GPT. Here row i is "
                "about token i.",
            ),
            Mistake(
                lambda rows, ids: -solutions.pseudo_log_likelihood(rows, ids),
                "This is the loss: the same with a minus. The score is below 0.",
            ),
        ),
    ),
    hints=(
        "The token at place i is `ids[i]`, and the model gave it "
        "`log_probabilities[i][ids[i]]`.",
        "Add these up for the places from 1 to the last but one.",
    ),
    solution=source(solutions.pseudo_log_likelihood),
    lesson=(
        "It is called pseudo because these are not the factors of a chain: every token was "
        "guessed with all the others in sight. So compare scores; do not read them as the "
        "probability of a sentence."
    ),
)  # fmt: skip


def _with_shares(mask: float, other: float) -> Any:
    """A corruption with other borders than 0.8 and 0.9."""

    def wrong(tokens: Any, chosen: Any, draws: Any, others: Any) -> list[str]:
        return [
            token if not c else "[MASK]" if draw < mask else new if draw < other else token
            for token, c, draw, new in zip(tokens, chosen, draws, others, strict=True)
        ]

    return wrong


CORRUPT = Exercise(
    id="masking/eighty-ten-ten",
    title="80, 10, 10",
    minutes=5,
    difficulty=2,
    question=(
        "The tokens to be guessed are chosen already: `chosen` is a list of True and False. Write "
        "`corrupt(tokens, chosen, draws, others)`: the tokens that the model sees.\n\nEach "
        "token has a random number in `draws`, from 0 to 1. Of the chosen, those below 0.8 become "
        '`"[MASK]"`, those from 0.8 to below 0.9 become the random token in `others`, and the rest '
        "stay. Tokens that were not chosen stay."
    ),
    check=FunctionCheck(
        solutions.corrupt,
        cases=lambda: [
            (["the", "cat", "sat", "."], [True, True, True, False], [0.3, 0.85, 0.95, 0.1],
             ["sea", "red", "go", "by"]),
            (["he", "saw", "the", "ship"], [False, True, True, True], [0.5, 0.05, 0.8, 0.9],
             ["tea", "up", "king", "my"]),
            (["we", "go", "home", "now", "."], [True, True, False, True, True],
             [0.92, 0.81, 0.2, 0.79, 0.89], ["or", "if", "no", "so", "as"]),
        ],
        mistakes=(
            Mistake(
                lambda tokens, chosen, draws, others: solutions.corrupt(
                    tokens, [True] * len(tokens), draws, others
                ),
                "You change tokens that were not chosen. Look at `chosen` first.",
            ),
            Mistake(
                _with_shares(1.1, 1.1),
                "You hide all that were chosen. A fifth of them is not hidden: otherwise a model "
                "would learn that only a [MASK] is worth thinking about.",
            ),
            Mistake(
                _with_shares(0.8, 1.1),
                "A tenth must stay as they are: the draws from 0.9 on.",
            ),
            Mistake(
                _with_shares(0.8, 0.8),
                "A tenth becomes the random token in `others`: the draws from 0.8 to below 0.9.",
            ),
            Mistake(
                lambda tokens, chosen, draws, others: solutions.corrupt(
                    tokens, chosen, [1 - draw for draw in draws], others
                ),
                "You begin from the wrong end: the draws below 0.8 become masks.",
            ),
            Mistake(
                lambda tokens, chosen, draws, others: solutions.corrupt(
                    tokens, [not one for one in chosen], draws, others
                ),
                "You change those that were not chosen, and keep the chosen.",
            ),
        ),
    ),
    hints=(
        "Go through all four lists at once with `zip`.",
        "`if is_chosen and draw < 0.8: …` then `elif is_chosen and draw < 0.9: …`, else the token "
        "itself.",
    ),
    solution=source(solutions.corrupt),
    lesson=(
        "With 15 % chosen, 12 % of all tokens are shown as [MASK], 1.5 % are wrong, and 1.5 % are "
        "right and asked for nevertheless. So no token can be trusted blindly."
    ),
)  # fmt: skip

LABELS = Exercise(
    id="masking/labels",
    title="Where is the loss?",
    minutes=3,
    difficulty=1,
    question=(
        "`ids` are the tokens of a text, `seen` what the model sees of it, and `chosen` (a list of "
        "True and False) says which of them it is asked for.\n\nWrite `make_labels(ids, seen, "
        "chosen)`: the list that holds, for each place, the id that the model should say. Where it "
        "is not asked, write −100, which the loss in `torch` leaves out."
    ),
    check=FunctionCheck(
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
                "You leave out a token that was chosen and shown unchanged. It carries loss as "
                "well: that is what keeps the model honest about tokens it can see.",
            ),
            Mistake(
                lambda ids, seen, chosen: [
                    id if other == MASK_ID else -100 for id, other in zip(ids, seen, strict=True)
                ],
                "You ask only where a mask is seen. A token that was chosen can be shown unchanged "
                "or as another one: it is asked for as well.",
            ),
            Mistake(
                lambda ids, seen, chosen: solutions.make_labels(seen, seen, chosen),
                "You ask for what the model sees. Ask for the original.",
            ),
            Mistake(
                lambda ids, seen, chosen: ids,
                "You ask for every token. The ones in plain sight are easy, and the loss would be "
                "mostly about copying.",
            ),
            Mistake(
                lambda ids, seen, chosen: [
                    id if c else 0 for id, c in zip(ids, chosen, strict=True)
                ],
                "0 is a token, [PAD]: the model would be asked to say it. Write −100.",
            ),
            Mistake(
                lambda ids, seen, chosen: solutions.make_labels(ids, seen, [not c for c in chosen]),
                "You ask for the tokens that were not chosen.",
            ),
        ),
    ),
    hints=("It does not matter what the model sees there: `chosen` alone decides.",),
    solution=source(solutions.make_labels),
    lesson=(
        "In a batch of 64 tokens about ten carry loss. So a BERT learns from a seventh of what it "
        "reads, a GPT from all of it."
    ),
)

TOTAL_LOSS = Exercise(
    id="masking/total-loss",
    title="Two tasks, one number",
    minutes=3,
    difficulty=1,
    question=(
        "BERT's pretraining makes α · L_MLM + β · L_NSP smaller: the mean loss over the words that "
        "were asked for, and the mean loss over the pairs of sentences, each with its weight.\n\n"
        "Write `total_loss(word_losses, pair_losses, alpha, beta)`."
    ),
    check=FunctionCheck(
        solutions.total_loss,
        cases=lambda: [
            ([3.0, 5.0, 1.0, 2.0], [0.2, 1.0], 1.0, 0.5),
            ([2.0, 4.0, 6.0], [0.5, 0.3], 0.8, 2.0),
            ([2.5, 1.5], [0.7, 0.2, 0.9], 0.5, 0.3),
        ],
        mistakes=(
            Mistake(
                lambda words, pairs, alpha, beta: alpha * sum(words) + beta * sum(pairs),
                "You add up the losses. Take the mean of each task: otherwise a longer text would "
                "count for more.",
            ),
            Mistake(
                lambda words, pairs, alpha, beta: solutions.total_loss(words, pairs, beta, alpha),
                "You have the two weights the wrong way round.",
            ),
            Mistake(
                lambda words, pairs, alpha, beta: (
                    alpha * sum(words) / len(words) + beta * sum(pairs)
                ),
                "The words are right. Of the pairs, too, take the mean.",
            ),
            Mistake(
                lambda words, pairs, alpha, beta: solutions.total_loss(words, pairs, 1, 1),
                "The weights are not used.",
            ),
            Mistake(
                lambda words, pairs, alpha, beta: (
                    solutions.total_loss(words, pairs, alpha, beta) / (alpha + beta)
                ),
                "You divide by the sum of the weights. It is a weighted sum, not a mean.",
            ),
            Mistake(
                lambda words, pairs, alpha, beta: (
                    (alpha * sum(words) + beta * sum(pairs)) / (len(words) + len(pairs))
                ),
                "You take one mean over both tasks. There are many more words than pairs, so the "
                "pairs would hardly count.",
            ),
        ),
    ),
    hints=("First two means, then one sum.",),
    solution=source(solutions.total_loss),
    lesson=(
        "BERT's authors simply added the two: α = β = 1. Later models (RoBERTa, 2019) left the "
        "pairs out and lost nothing."
    ),
)

DIFFERENCE_AND_SPREAD = Exercise(
    id="masking/difference-and-spread",
    title="One number is an anecdote",
    minutes=4,
    difficulty=2,
    question=(
        "`first[i]` is the log-probability of a word in template i after one subject, `second[i]` "
        "the same after the other.\n\nWrite `difference_and_spread(first, second)`: the mean of "
        "first − second over the templates, and the standard deviation of these differences (the "
        "one that divides by n − 1)."
    ),
    check=FunctionCheck(
        solutions.difference_and_spread,
        cases=lambda: [
            ([-4.0, -5.5, -3.0], [-5.0, -5.0, -4.5]),
            ([-8.0, -6.0, -7.0, -5.0], [-6.5, -7.0, -6.0, -6.0]),
        ],
        mistakes=(
            Mistake(
                lambda first, second: solutions.difference_and_spread(second, first),
                "The sign is wrong: take first − second.",
            ),
            Mistake(
                lambda first, second: _spread_with(first, second, divisor=len(first)),
                "The mean is right; your spread divides by n. With few templates divide by n − 1.",
            ),
            Mistake(
                lambda first, second: _spread_with(
                    first, second, divisor=len(first) * (len(first) - 1)
                ),
                "The mean is right. You give its standard error, how far it is to be trusted; the "
                "standard deviation is not divided by the root of n.",
            ),
            Mistake(
                lambda first, second: [
                    solutions.difference_and_spread(first, second)[0],
                    solutions.difference_and_spread(first, second)[1] ** 2,
                ],
                "The mean is right; the spread is still the variance. Take its root.",
            ),
            Mistake(
                lambda first, second: solutions.difference_and_spread(
                    [abs(a - b) for a, b in zip(first, second, strict=True)], [0] * len(first)
                ),
                "You drop the signs. That templates disagree about the direction is just what the "
                "spread has to show.",
            ),
            Mistake(
                lambda first, second: solutions.difference_and_spread(
                    [math.exp(a) for a in first], [math.exp(b) for b in second]
                ),
                "You compare probabilities. Rare words would then never show a difference: stay "
                "with the logarithms.",
            ),
            Mistake(
                lambda first, second: solutions.difference_and_spread(first, second)[0],
                "The mean is right. Return its spread too.",
            ),
        ),
    ),
    hints=(
        "Make the list of the differences first. Both numbers come from it.",
        "`statistics.fmean` and `statistics.stdev` will do.",
    ),
    solution=source(solutions.difference_and_spread),
    lesson=(
        "The spread says how much depends on the wording. How far to trust the mean is another "
        "number, the standard error, which is the spread divided by the root of n: a mean of 0.3 "
        "with a spread of 1 says little with 5 templates (± 0.45), and something with 100 (± 0.1). "
        "And a difference of 0.69 nats is a factor of two, however rare the word is."
    ),
)


def _spread_with(first: list[float], second: list[float], divisor: int) -> list[float]:
    mean, spread = solutions.difference_and_spread(first, second)
    return [mean, spread * math.sqrt((len(first) - 1) / divisor)]
