"""Spot the bug: code that people really write, and why it is wrong."""

import math
from typing import Any

from lablib.exercises.checking import FunctionCheck, Mistake
from lablib.exercises.practice import practice_model, tensor
from lablib.exercises.records import Bug, source
from lablib.exercises.running import run
from lablib.sampling.exercises import broken, solutions

PROMPT = "Once upon a time"
"""What `two_stories` goes on from."""

TEMPERATURE_WITHOUT_SAMPLING = Bug(
    id="sampling/temperature-without-sampling",
    title="Twice the same story",
    minutes=3,
    difficulty=1,
    question=(
        "This should continue a story in two different ways, with top-p 0.95 and temperature "
        "0.7. It returns the same story twice. Which line is the reason?"
    ),
    code=source(broken.two_stories),
    line="model.generate(",
    why=(
        "`generate` is greedy unless it is told `do_sample=True`. Temperature and top-p are then "
        "read and ignored (newer versions of `transformers` at least warn). The most likely token "
        "is taken each time, so every call gives the same text."
    ),
    innocent={
        "tokenizer(": "This turns the prompt into ids. One prompt can have many continuations.",
        "range(2)": "The loop does run twice; look at what each turn does.",
        "decode": "This turns ids back into text, whatever the ids are.",
    },
    check=FunctionCheck(
        solutions.two_stories,
        cases=lambda: [practice_model()],
        mistakes=(
            Mistake(
                broken.two_stories,
                "Both stories are still the same: the text is not drawn yet.",
            ),
        ),
        fault=lambda answer, arguments, value: _not_two_drawn(arguments[0], arguments[1], value),
        seconds=20.0,
    ),
    hints=(
        "What does `generate` do if nobody tells it to draw?",
        "Look for the argument that switches drawing on: `do_sample`.",
    ),
    solution=source(solutions.two_stories),
    lesson=(
        "`do_sample=True` switches drawing on. Without it, temperature, top-k and top-p do nothing."
    ),
)


def _not_two_drawn(model: Any, tokenizer: Any, stories: list[str]) -> str:
    """What is wrong with two stories, "" where they can have been drawn as was asked for."""
    if not all(story.startswith(PROMPT) and len(story) > len(PROMPT) for story in stories):
        return f"Each story should go on from `{PROMPT}`."
    if stories[0] == stories[1]:
        return "Both stories are the same. Does the second begin again with the same seed?"
    if max(abs(_strangeness(model, tokenizer, story)) for story in stories) > 4:
        return (
            "The stories differ, but they are not drawn with top-p 0.95 and temperature 0.7: keep "
            "both in the call."
        )
    return ""


def _strangeness(model: Any, tokenizer: Any, story: str) -> float:
    """How far a story is from the log-probability of drawn ones, in standard deviations.

    Infinite where it has a token that top-p would have cut; below 0 where it is too probable.
    """
    import torch

    from lablib.sampling import Knobs, distribution

    start = len(tokenizer(PROMPT).input_ids)
    ids = tokenizer(story, return_tensors="pt").input_ids
    with torch.no_grad():
        rows = model(ids).logits[0, start - 1 : -1]
    # A little more than 0.95: generate rounds otherwise, having its cache.
    knobs = Knobs(temperature=0.7, top_p=0.951)
    probabilities = torch.stack([distribution(row, knobs) for row in rows])
    surprisals = -probabilities.log()
    expected = torch.special.entr(probabilities).sum(-1)
    squares = (probabilities * surprisals.where(probabilities > 0, 0) ** 2).sum(-1)
    found = surprisals.gather(1, ids[0, start:, None]).sum()
    return float((found - expected.sum()) / (squares - expected**2).sum().sqrt())


LENGTH_COUNTS_THE_PROMPT = Bug(
    id="sampling/length-counts-the-prompt",
    title="Fewer tokens than asked for",
    minutes=2,
    difficulty=1,
    question=(
        "This should write 100 new tokens. After a long prompt it writes only a few. Which line is "
        "the reason?"
    ),
    code=source(broken.continue_greedily),
    line="model.generate(",
    why=(
        "`max_length` is the length of the whole text, the prompt included. After a prompt of 90 "
        "tokens there is room for 10. `max_new_tokens` counts only what is written."
    ),
    innocent={
        "tokenizer(": "The prompt is not cut here: look at what its length does later.",
        "decode": "This shows all the ids there are, the prompt's too.",
    },
    check=FunctionCheck(
        solutions.continue_greedily,
        cases=lambda: [
            (*practice_model(), "Once upon a time"),
            # The tokenizer does not know these letters: one token for each word.
            (*practice_model(), "Жил-был мельник, и было у него три сына."),
        ],
        mistakes=(
            Mistake(
                broken.continue_greedily,
                "Still too short: the prompt's tokens are counted as well.",
            ),
            Mistake(
                lambda model, tokenizer, prompt: tokenizer.decode(
                    model.generate(**tokenizer(prompt, return_tensors="pt"), max_length=200)[0]
                ),
                "A larger `max_length` only moves the problem: how much is written still depends "
                "on the length of the prompt.",
            ),
        ),
        seconds=20.0,
    ),
    hints=("Which tokens does `max_length` count?",),
    solution=source(solutions.continue_greedily),
    lesson="Prefer `max_new_tokens`: it means the same after every prompt.",
)

SOFTMAX_OF_THE_CUT = Bug(
    id="sampling/softmax-of-the-cut",
    title="Too sure of itself",
    minutes=3,
    difficulty=2,
    question=(
        "This should give the k most likely tokens with the probabilities that the model gives "
        "them. The probabilities it reports are too large. Which line is the reason?"
    ),
    code=source(broken.most_likely),
    line=".softmax(-1)",
    why=(
        "Softmax shares out a probability of 1 among the tokens it is given. Here it is given only "
        "the best k, so the share of all the others is handed to them. Take softmax over the whole "
        "vocabulary first, and cut afterwards."
    ),
    innocent={
        "topk": "These are the right k tokens: softmax does not change the order.",
        "dict(": "This only puts ids and probabilities together.",
    },
    check=FunctionCheck(
        solutions.most_likely,
        cases=lambda: [
            (tensor(2.0, 1.0, 0.5, 0.0, -1.0, 1.5), 3),
            (tensor(0.0, 0.0, 3.0, 1.0), 2),
        ],
        mistakes=(
            Mistake(
                broken.most_likely,
                "The probabilities still sum to 1 over the k tokens alone, as if there were no "
                "others.",
            ),
            Mistake(
                lambda logits, k: dict(enumerate(logits.softmax(-1).topk(k).values.tolist())),
                "The probabilities are right, but the keys are places in the order: use the ids "
                "(`best.indices`).",
            ),
            Mistake(
                lambda logits, k: dict(enumerate(logits.softmax(-1).tolist())),
                "The probabilities are right, but these are all tokens. Keep the best k.",
            ),
        ),
    ),
    hints=("What do the reported probabilities sum to? What should they sum to?",),
    solution=source(solutions.most_likely),
    lesson=(
        "To draw from the kept tokens one does share out the 1 among them. But then these are the "
        "probabilities of the draw, no longer the model's."
    ),
)

PENALTY_AFTER_TOP_K = Bug(
    id="sampling/penalty-after-top-k",
    title="The order of the stages",
    minutes=4,
    difficulty=3,
    question=(
        "`transformers` applies the repetition penalty first and cuts with top-k afterwards. This "
        "code gives other probabilities. Which line comes too early?"
    ),
    code=source(broken.next_probabilities),
    line=("logits.topk(k)", "masked_fill"),
    why=(
        "The cut, which is two lines, comes before the penalty. Tokens that are about to be "
        "penalised take some of the k places, and a fresh token that would have come in is cut. "
        "Penalise first, then choose the k."
    ),
    innocent={
        "clone": "The copy keeps the caller's logits as they were. That is right.",
        "seen = ": "The penalty needs the logits of the tokens used before. That is right.",
        "seen.div": "Positive logits divided, negative ones multiplied. That is right.",
        "softmax": "Turning logits into probabilities comes last. That is right.",
    },
    check=FunctionCheck(
        solutions.next_probabilities,
        cases=lambda: [
            (tensor(3.0, 2.5, 2.0, 1.0, -1.0), [0, 1], 2, 2.0),
            (tensor(1.0, 0.8, 0.7, -0.5), [0, 3], 2, 1.5),
            (tensor(1.0, -0.4, -3.0, 1.6), [3, 1, 3], 3, 2.0),
        ],
        mistakes=(
            Mistake(
                broken.next_probabilities,
                "The k tokens are still chosen before the penalty.",
            ),
            Mistake(
                lambda logits, previous, k, penalty: solutions.next_probabilities(
                    logits, previous, len(logits), penalty
                ),
                "The penalty is right, but top-k got lost.",
            ),
            Mistake(
                lambda logits, previous, k, penalty: solutions.next_probabilities(
                    logits, previous, k, 1.0
                ),
                "Top-k is right, but the penalty got lost.",
            ),
            Mistake(
                lambda logits, previous, k, penalty: _dividing_only(logits, previous, k, penalty),
                "The order is right, but you divide negative logits, which makes them larger: "
                "multiply those.",
            ),
        ),
    ),
    hints=(
        "Logits 3, 2.5 and 2, the first two used before, k = 2, penalty 2. Which two tokens should "
        "be left?",
        "The two lines with `seen` must come before the two lines of the cut.",
    ),
    solution=source(solutions.next_probabilities),
    lesson="Each stage sees what the one before it has left. The order is part of the method.",
)


def _dividing_only(logits: Any, previous: list[int], k: int, penalty: float) -> Any:
    logits = logits.clone()
    logits[previous] = logits[previous] / penalty
    return solutions.next_probabilities(logits, previous, k, 1.0)


NEGATIVE_LOGITS = Bug(
    id="sampling/negative-logits-divided",
    title="A penalty that rewards",
    minutes=3,
    difficulty=2,
    question=(
        "This should make every token that was used before less likely. For some tokens it does "
        "the opposite. Which line is the reason?"
    ),
    code=source(broken.penalise),
    line="/ penalty",
    why=(
        "Dividing makes a positive logit smaller, but a negative one larger: −4 / 2 is −2. "
        "Negative logits must be multiplied."
    ),
    innocent={
        "clone": "The copy keeps the caller's logits as they were. That is right.",
        "set(previous)": "Each token is taken once, however often it was used. That is right.",
    },
    check=FunctionCheck(
        solutions.penalise,
        cases=lambda: [
            (tensor(2.0, -4.0, 1.0, -1.0), [0, 1, 1], 2.0),
            (tensor(-0.5, 0.5, 3.0), [0, 2, 2], 1.25),
        ],
        mistakes=(
            Mistake(broken.penalise, "Negative logits are still divided, which makes them larger."),
            Mistake(
                lambda logits, previous, penalty: solutions.penalise(
                    logits, range(len(logits)), penalty
                ),
                "You penalise every token. Only those used before should change.",
            ),
            Mistake(
                lambda logits, previous, penalty: _once_for_each_use(logits, previous, penalty),
                "A token used twice is penalised twice. Keep `set(previous)`.",
            ),
        ),
    ),
    hints=("What is −4 divided by 2? Is it less likely than −4?",),
    solution=source(solutions.penalise),
    lesson="Less likely always means a smaller logit: divide the positive, multiply the negative.",
)


def _once_for_each_use(logits: Any, previous: list[int], penalty: float) -> Any:
    for token in previous:
        logits = solutions.penalise(logits, [token], penalty)
    return logits


UNSEEDED_GENERATOR = Bug(
    id="sampling/unseeded-generator",
    title="An unfair comparison",
    minutes=3,
    difficulty=2,
    question=(
        "This should draw from two distributions with the same random numbers, those of `seed`, so "
        "that only the distributions make a difference. Even for two equal distributions the "
        "results differ. Which line is the reason?"
    ),
    code=source(broken.draw_both),
    line="= random.choices(",
    why=(
        "`random.choices` uses Python's shared generator, which nobody has seeded: other numbers "
        "each time. Each of the two needs its own generator, both with the same seed."
    ),
    innocent={
        "random.Random(seed)": "A generator with a seed gives the same numbers each time. Good.",
        "numbers.choices": "This one draws from the generator that was seeded. That is right.",
    },
    check=FunctionCheck(
        solutions.draw_both,
        cases=lambda: [
            ([0.5, 0.5], [0.5, 0.5], 200, 1),
            ([0.8, 0.1, 0.1], [0.4, 0.3, 0.3], 200, 7),
        ],
        mistakes=(
            Mistake(broken.draw_both, "The second draw still comes from a generator without seed."),
            Mistake(
                lambda cold, hot, count, seed: _one_generator(cold, hot, count, seed),
                "Both draw from one generator now, so the second goes on where the first stopped: "
                "other numbers. Begin again with the same seed.",
            ),
        ),
        fault=lambda answer, arguments, value: _unfair(answer, arguments, value),
    ),
    hints=(
        "Which generator does each of the two draws use?",
        "A generator that has given 12 numbers will not give the same 12 again. How can the second "
        "draw begin where the first began?",
    ),
    solution=source(solutions.draw_both),
    lesson="A comparison is fair when only the thing compared differs: same numbers, same order.",
)


def _unfair(answer: Any, arguments: tuple[Any, ...], drawn: list[list[int]]) -> str:
    """What is wrong with two lists of draws, "" where they are what was asked for."""
    cold, hot, count, seed = arguments
    for weights, tokens in zip((cold, hot), drawn, strict=True):
        if not isinstance(tokens, list) or len(tokens) != count:
            return "Each of the two lists should hold `count` draws."
        if not _follow(tokens, weights):
            return f"These {count} draws do not have the probabilities {weights}."
    if cold == hot and drawn[0] != drawn[1]:
        return "The two distributions are equal, and yet the draws differ."
    if run(answer, (cold, hot, count, seed + 1)).value == drawn:
        return "Another seed gives the same draws: is `seed` used?"
    return ""


def _follow(tokens: list[int], weights: list[float]) -> bool:
    """Whether each token was drawn about as often as it should be, within 5 standard deviations."""
    counts = [tokens.count(token) for token in range(len(weights))]
    expected = [(len(tokens) * p, 5 * math.sqrt(len(tokens) * p * (1 - p))) for p in weights]
    near = all(abs(n - mean) <= most for n, (mean, most) in zip(counts, expected, strict=True))
    return sum(counts) == len(tokens) and near


def _one_generator(cold: list[float], hot: list[float], count: int, seed: int) -> Any:
    import random

    numbers = random.Random(seed)
    return [numbers.choices(range(len(one)), weights=one, k=count) for one in (cold, hot)]
