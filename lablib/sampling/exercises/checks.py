"""The checks: cases, right answers, and typical mistakes.

What is said to each mistake stands in `questions.md`, under the name that the mistake has here.
"""

import math
import operator
import random
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from lablib.exercises.checking import FunctionCheck, ValueCheck, then
from lablib.exercises.practice import tensor
from lablib.exercises.records import Check, Verdict
from lablib.models import load_tokenizer
from lablib.sampling.compute.knobs import Knobs, turned
from lablib.sampling.exercises import solutions

if TYPE_CHECKING:
    from torch import Tensor
from lablib.exercises.practice import practice_model
from lablib.exercises.running import run

CHECKS: dict[str, Check] = {}
"""By the ids of the questions."""

CHECKS["sampling/softmax-temperature"] = FunctionCheck(
    solutions.softmax_with_temperature,
    cases=lambda: [
        (tensor(2.0, 1.0, 0.0), 0.5),
        (tensor(0.5, -1.5, 3.0, 0.0), 2.0),
        (tensor(1.2, -0.7, 0.4), 0.8),
        (tensor(1000.0, 999.0), 1.0),
    ],
    mistakes={
        "multiplied": lambda logits, temperature: (logits * temperature).softmax(-1),
        "temperature unused": lambda logits, temperature: logits.softmax(-1),
        "probabilities divided": lambda logits, temperature: logits.softmax(-1) / temperature,
        "no exponential": lambda logits, temperature: (
            logits / temperature / (logits / temperature).sum()
        ),
        "not divided": lambda logits, temperature: (logits / temperature).exp(),
        "overflow of a tensor": lambda logits, temperature: _shares((logits / temperature).exp()),
        "overflow of a number": lambda logits, temperature: _shares(
            [math.exp(x / temperature) for x in logits]
        ),
    },
)


def _shares(weights: Any) -> list[float]:
    return [weight / sum(weights) for weight in weights]


CHECKS["sampling/effective-choices"] = FunctionCheck(
    solutions.effective_choices,
    cases=lambda: [
        (tensor(0.5, 0.25, 0.25),),
        (tensor(0.25, 0.25, 0.25, 0.25),),
        (tensor(0.7, 0.0, 0.3, 0.0),),
        (tensor(0.6, 0.1, 0.25, 0.05),),
    ],
    mistakes={
        "entropy in nats": then(solutions.effective_choices, math.log),
        "entropy in bits": then(solutions.effective_choices, math.log2),
        "sign": then(solutions.effective_choices, lambda choices: 1 / choices),
        "two bases": then(
            solutions.effective_choices, lambda choices: choices ** math.log2(math.e)
        ),
        "possible tokens": lambda probabilities: int((probabilities > 0).sum()),
        "Simpson": lambda probabilities: 1 / float((probabilities**2).sum()),
        "logarithm of a tensor's 0": lambda probabilities: (
            -(probabilities * probabilities.log()).sum()
        ).exp(),
        "logarithm of 0": lambda probabilities: math.exp(
            -sum(p * math.log(p) for p in probabilities)
        ),
    },
)

CHECKS["sampling/temperature-for-entropy"] = FunctionCheck(
    solutions.temperature_for,
    cases=lambda: [
        (tensor(3.0, 2.0, 1.0, 0.0, -1.0), 1.0),
        (tensor(3.0, 2.0, 1.0, 0.0, -1.0), 1.5),
        (tensor(0.0, 0.5, 4.0), 0.2),
        (tensor(300.0, 200.0, 100.0), 0.7),
        (tensor(0.3, 0.2, 0.1), 0.3),
    ],
    mistakes={
        "bits": lambda logits, target: solutions.temperature_for(logits, target * math.log(2)),
    },
    fault=lambda answer, arguments, value: _another_entropy(arguments[0], arguments[1], value),
    seconds=20.0,
)


def _another_entropy(logits: "Tensor", target: float, temperature: float) -> str:
    """What is wrong with a temperature, "" where the entropy is the target's, to within 0.001."""
    if temperature <= 0:
        return "A temperature must be above 0."
    logs = (logits.double() / temperature).log_softmax(-1)
    entropy = float(-(logs.exp() * logs).sum())
    if abs(entropy - target) <= 0.00101:  # rounding in 32 bits is no mistake
        return ""
    advice = "lower" if entropy > target else "higher"
    return (
        f"At your temperature the entropy is {entropy:.4f} nats, not {target:g}: the right one is "
        f"{advice}."
    )


def _where(is_kept: "Tensor") -> set[int]:
    """The ids of the tokens that are kept."""
    return set(is_kept.nonzero().flatten().tolist())


def _those_not(kept: Callable[..., set[int]]) -> Callable[..., set[int]]:
    return lambda probabilities, p: {*range(len(probabilities))} - kept(probabilities, p)


def _in_order_while(compared: Callable[[Any, Any], Any]) -> Callable[..., set[int]]:
    """The ids, most likely first, as long as the sum of those before them compares with p so."""

    def kept(probabilities: "Tensor", p: float) -> set[int]:
        order = probabilities.argsort(descending=True)
        before = probabilities[order].cumsum(-1) - probabilities[order]
        return set(order[compared(before, p)].tolist())

    return kept


def _before_crossing(probabilities: "Tensor", p: float) -> set[int]:
    order = probabilities.argsort(descending=True)
    return set(order[probabilities[order].cumsum(-1) < p].tolist())


def _in_vocabulary_order(probabilities: "Tensor", p: float) -> set[int]:
    return {0} | _where(probabilities.cumsum(-1) - probabilities < p)


CHECKS["sampling/top-p-kept"] = FunctionCheck(
    solutions.kept_by_top_p,
    cases=lambda: [
        (tensor(0.12, 0.45, 0.05, 0.3, 0.08), 0.7),
        (tensor(0.62, 0.08, 0.2, 0.1), 0.5),
        (tensor(0.2, 0.5, 0.3), 0.0),
        # Their sums are exact, so they can be just p.
        (tensor(0.25, 0.5, 0.1875, 0.0625), 0.75),
        (tensor(0.0, 0.5, 0.375, 0.125), 1.0),
    ],
    mistakes={
        "until above": _in_order_while(operator.le),
        "none at 0": _in_order_while(operator.lt),
        "without the crossing one": _before_crossing,
        "vocabulary order": _in_vocabulary_order,
        "each at least p": lambda probabilities, p: _where(probabilities >= p),
        "cut off": _those_not(solutions.kept_by_top_p),
        "places": then(solutions.kept_by_top_p, lambda kept: set(range(len(kept)))),
        "probabilities": lambda probabilities, p: {
            float(probabilities[one]) for one in solutions.kept_by_top_p(probabilities, p)
        },
    },
)


CHECKS["sampling/min-p-kept"] = FunctionCheck(
    solutions.kept_by_min_p,
    cases=lambda: [
        (tensor(0.05, 0.6, 0.2, 0.15), 0.25),
        (tensor(0.1, 0.2, 0.15, 0.3, 0.25), 0.5),
        (tensor(0.1, 0.7, 0.2), 1.0),
    ],
    mistakes={
        "min_p itself": lambda probabilities, min_p: _where(probabilities >= min_p),
        "line cut": lambda probabilities, min_p: _where(
            probabilities > min_p * probabilities.max()
        ),
        "cut off": _those_not(solutions.kept_by_min_p),
        "top-p": solutions.kept_by_top_p,
        "probabilities": lambda probabilities, min_p: [
            float(probabilities[one]) for one in solutions.kept_by_min_p(probabilities, min_p)
        ],
    },
)


def _check_roads(answer: Any) -> Verdict:
    """Whether `answer` is three `Knobs`, each greedy through another knob than temperature."""
    if answer is None or answer is ...:
        return Verdict("unanswered", "Put your list where `...` is.")
    roads = list(answer) if isinstance(answer, list | tuple) else []
    if len(roads) != 3 or not all(isinstance(one, Knobs) for one in roads):
        return Verdict("wrong", "Give a list of three `Knobs`, such as `sp.Knobs(top_k=40)`.")
    for knobs in roads:
        fault = _fault_of_road(knobs)
        if fault:
            return Verdict("wrong", fault, repr(knobs))
    if len({name for knobs in roads for name in turned(knobs)}) < 3:
        return Verdict("wrong", "All of these are greedy, but two of them turn the same knob.")
    return Verdict("right", "Right.")


def _fault_of_road(knobs: Knobs) -> str:
    from lablib.sampling import distribution

    names = list(turned(knobs))
    if names == ["temperature"]:
        return "That is the road you know. Leave the temperature at 1."
    if len(names) != 1:
        return f"Turn one knob, and leave the others where they are: you turned {len(names)}."
    for name, logits in _sure_and_unsure_logits().items():
        left = distribution(logits, knobs)
        if left.count_nonzero() > 1:
            tokens = int(left.count_nonzero())
            return f"Not always greedy: where the model is {name}, {tokens} tokens are left."
        if left.argmax() != logits.argmax():
            return f"One token is left, but where the model is {name} it is not the most likely."
    return ""


def _sure_and_unsure_logits() -> "dict[str, Tensor]":
    import torch

    nearly_equal = torch.linspace(0.0, 0.1, 20_000)
    return {"sure": tensor(8.0, 1.0, 0.5, 0.0), "torn": tensor(2.0, 1.0), "unsure": nearly_equal}


CHECKS["sampling/roads-to-greedy"] = _check_roads


def _first_or_last(is_it: "Tensor") -> int:
    return int(is_it.int().argmax()) if is_it.any() else len(is_it) - 1


def _drawn_most_likely_first(probabilities: "Tensor", u: float) -> int:
    order = probabilities.argsort(descending=True)
    return int(order[solutions.draw(probabilities[order], u)])


CHECKS["sampling/draw"] = FunctionCheck(
    solutions.draw,
    cases=lambda: [
        (tensor(0.2, 0.5, 0.3), 0.6),
        (tensor(0.2, 0.5, 0.3), 0.1),
        (tensor(0.2, 0.5, 0.3), 0.95),
        (tensor(0.0, 0.5, 0.5), 0.0),
        (tensor(0.25, 0.5, 0.25), 0.25),
        *((tensor(0.3, 0.05, 0.4, 0.05, 0.2), u) for u in (0.2, 0.32, 0.53, 0.78, 0.9)),
    ],
    mistakes={
        "greedy": lambda probabilities, u: int(probabilities.argmax()),
        "each alone": lambda probabilities, u: _first_or_last(probabilities > u),
        "one too far": lambda probabilities, u: min(
            solutions.draw(probabilities, u) + 1, len(probabilities) - 1
        ),
        "at most": lambda probabilities, u: _first_or_last(probabilities.cumsum(-1) >= u),
        "most likely first": _drawn_most_likely_first,
        "probability": lambda probabilities, u: float(
            probabilities[solutions.draw(probabilities, u)]
        ),
    },
)

CHECKS["sampling/penalty-by-hand"] = ValueCheck(
    [1.0, -2.0, 0.5, -3.0],
    mistakes={
        "[1.0, -0.5, 0.5, -3.0]": [1.0, -0.5, 0.5, -3.0],
        "[0.5, -2.0, 0.5, -3.0]": [0.5, -2.0, 0.5, -3.0],
        "[1.0, -2.0, 0.25, -6.0]": [1.0, -2.0, 0.25, -6.0],
        "[1.0, -1.0, 0.5, -3.0]": [1.0, -1.0, 0.5, -3.0],
        "[0.0, -3.0, 0.5, -3.0]": [0.0, -3.0, 0.5, -3.0],
    },
)


def _picked(rows: "Tensor", ids: Sequence[int]) -> float:
    """What each row has for its id, added up."""
    return float(rows.gather(1, tensor(*([one] for one in ids))).sum())


CHECKS["sampling/log-probability"] = FunctionCheck(
    solutions.log_probability,
    cases=lambda: [
        (_some_logits(), [2, 0, 1, 2], 2),
        (_some_logits(), [0, 1, 1, 0], 1),
        (_some_logits(), [1, 1, 2, 0], 3),
    ],
    mistakes={
        "own row": lambda logits, ids, start: _picked(logits[start:].log_softmax(-1), ids[start:]),
        "prompt counted": lambda logits, ids, start: solutions.log_probability(logits, ids, 1),
        "probability": then(solutions.log_probability, math.exp),
        "mean": lambda logits, ids, start: (
            solutions.log_probability(logits, ids, start) / (len(ids) - start)
        ),
        "sign": then(solutions.log_probability, operator.neg),
        "logits": lambda logits, ids, start: _picked(logits[start - 1 : -1], ids[start:]),
        "probabilities added": lambda logits, ids, start: _picked(
            logits[start - 1 : -1].softmax(-1), ids[start:]
        ),
    },
)


def _some_logits() -> "Tensor":
    return tensor([2.0, 0.5, -1.0], [0.0, 1.0, 3.0], [-2.0, 0.3, 0.8], [1.5, -0.5, 0.2])


CHECKS["sampling/most-probable-pair"] = FunctionCheck(
    solutions.most_probable_pair,
    cases=lambda: [
        (tensor(0.5, 0.4, 0.1), tensor([0.4, 0.3, 0.3], [0.04, 0.06, 0.9], [0.1, 0.6, 0.3])),
        (tensor(0.45, 0.55), tensor([0.2, 0.8], [0.48, 0.52])),
        (tensor(0.7, 0.3), tensor([0.48, 0.52], [0.95, 0.05])),
        (tensor(0.62, 0.28, 0.1), tensor([0.4, 0.35, 0.25], [0.1, 0.2, 0.7], [0.8, 0.1, 0.1])),
    ],
    mistakes={
        "greedy": lambda first, second: [int(first.argmax()), int(second[first.argmax()].argmax())],
        "added": lambda first, second: _best_pair(first[:, None] + second),
        "second step only": lambda first, second: _best_pair(second),
        "wrong factor": lambda first, second: _best_pair(first * second),
        "wrong way round": then(solutions.most_probable_pair, lambda pair: pair[::-1]),
        "probability": lambda first, second: float((first[:, None] * second).max()),
    },
)


def _best_pair(scores: "Tensor") -> list[int]:
    best = int(scores.argmax())
    return [best // scores.shape[1], best % scores.shape[1]]


def _contrastive_cases() -> list[tuple[Any, ...]]:
    vectors = tensor([2.0, 0.0, 1.0], [0.5, 1.5, 0.0], [-1.0, 0.5, 3.0])
    before = tensor([1.0, 1.0, 0.0], [0.0, 3.0, -1.0], [0.2, -0.1, 0.4], [1.0, -2.0, 0.5])
    return [
        (tensor(0.6, 0.3, 0.1), vectors, before, 0.6),
        (tensor(0.4, 0.35, 0.05), vectors.flip(0), before, 0.3),
        (tensor(0.5, 0.2, 0.2), vectors, before[:1], 0.9),
    ]


def _cosines(vectors: "Tensor", before: "Tensor") -> "Tensor":
    return vectors @ before.T / (vectors.norm(dim=1)[:, None] * before.norm(dim=1))


CHECKS["sampling/contrastive-scores"] = FunctionCheck(
    solutions.contrastive_scores,
    cases=_contrastive_cases,
    mistakes={
        "no cosine": lambda p, v, h, alpha: (1 - alpha) * p - alpha * (v @ h.T).max(1).values,
        "mean": lambda p, v, h, alpha: (1 - alpha) * p - alpha * _cosines(v, h).mean(1),
        "last token only": lambda p, v, h, alpha: (1 - alpha) * p - alpha * _cosines(v, h)[:, -1],
        "sign": lambda p, v, h, alpha: (1 - alpha) * p + alpha * _cosines(v, h).max(1).values,
        "weights turned round": lambda p, v, h, alpha: (
            alpha * p - (1 - alpha) * _cosines(v, h).max(1).values
        ),
        "no weight": lambda p, v, h, alpha: p - alpha * _cosines(v, h).max(1).values,
    },
)

Formula = Callable[[int, int], int]
_CACHED: Formula = partial(solutions.positions_computed, cached=True)
_UNCACHED: Formula = partial(solutions.positions_computed, cached=False)


def _cost(cached: Formula = _CACHED, uncached: Formula = _UNCACHED) -> Callable[..., int]:
    """The positions by other formulas than the right ones."""
    return lambda prompt, new, is_cached: (cached if is_cached else uncached)(prompt, new)


CHECKS["sampling/cache-cost"] = FunctionCheck(
    solutions.positions_computed,
    cases=lambda: [
        (4, 3, True),
        (4, 3, False),
        (1, 1, False),
        (10, 90, True),
        (7, 5, False),
    ],
    mistakes={
        "one too many": _cost(cached=lambda prompt, new: prompt + new),
        "text does not grow": _cost(uncached=lambda prompt, new: prompt * new),
        "always full length": _cost(uncached=lambda prompt, new: (prompt + new) * new),
        "one too long": _cost(uncached=lambda prompt, new: sum(prompt + n + 1 for n in range(new))),
        "cases exchanged": _cost(cached=_UNCACHED, uncached=_CACHED),
        "no prompt": _cost(cached=lambda prompt, new: new),
    },
)

# --- bugs -----------------------------------------------------------------------------------

PROMPT = "Once upon a time"
"""What `two_stories` goes on from."""

CHECKS["sampling/temperature-without-sampling"] = FunctionCheck(
    solutions.two_stories,
    cases=lambda: [practice_model()],
    mistakes=(),
    fault=lambda answer, arguments, value: _not_two_drawn(arguments[0], arguments[1], value),
    seconds=20.0,
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

    from lablib.sampling import distribution

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


CHECKS["sampling/length-counts-the-prompt"] = FunctionCheck(
    solutions.continue_greedily,
    cases=lambda: [
        (*practice_model(), "Once upon a time"),
        # The tokenizer does not know these letters: one token for each word.
        (*practice_model(), "Жил-был мельник, и было у него три сына."),
    ],
    mistakes={
        "larger max_length": lambda model, tokenizer, prompt: tokenizer.decode(
            model.generate(**tokenizer(prompt, return_tensors="pt"), max_length=200)[0]
        ),
    },
    seconds=20.0,
)

CHECKS["sampling/softmax-of-the-cut"] = FunctionCheck(
    solutions.most_likely,
    cases=lambda: [
        (tensor(2.0, 1.0, 0.5, 0.0, -1.0, 1.5), 3),
        (tensor(0.0, 0.0, 3.0, 1.0), 2),
    ],
    mistakes={
        "places": lambda logits, k: dict(enumerate(logits.softmax(-1).topk(k).values.tolist())),
        "all tokens": lambda logits, k: dict(enumerate(logits.softmax(-1).tolist())),
    },
)


def _dividing_only(logits: Any, previous: list[int], k: int, penalty: float) -> Any:
    logits = logits.clone()
    logits[previous] = logits[previous] / penalty
    return solutions.next_probabilities(logits, previous, k, 1.0)


CHECKS["sampling/penalty-after-top-k"] = FunctionCheck(
    solutions.next_probabilities,
    cases=lambda: [
        (tensor(3.0, 2.5, 2.0, 1.0, -1.0), [0, 1], 2, 2.0),
        (tensor(1.0, 0.8, 0.7, -0.5), [0, 3], 2, 1.5),
        (tensor(1.0, -0.4, -3.0, 1.6), [3, 1, 3], 3, 2.0),
    ],
    mistakes={
        "no top-k": lambda logits, previous, k, penalty: solutions.next_probabilities(
            logits, previous, len(logits), penalty
        ),
        "no penalty": lambda logits, previous, k, penalty: solutions.next_probabilities(
            logits, previous, k, 1.0
        ),
        "only divided": _dividing_only,
    },
)


def _once_for_each_use(logits: Any, previous: list[int], penalty: float) -> Any:
    for token in previous:
        logits = solutions.penalise(logits, [token], penalty)
    return logits


CHECKS["sampling/negative-logits-divided"] = FunctionCheck(
    solutions.penalise,
    cases=lambda: [
        (tensor(2.0, -4.0, 1.0, -1.0), [0, 1, 1], 2.0),
        (tensor(-0.5, 0.5, 3.0), [0, 2, 2], 1.25),
    ],
    mistakes={
        "every token": lambda logits, previous, penalty: solutions.penalise(
            logits, range(len(logits)), penalty
        ),
        "once for each use": _once_for_each_use,
    },
)


def _one_generator(cold: list[float], hot: list[float], count: int, seed: int) -> Any:
    numbers = random.Random(seed)
    return [numbers.choices(range(len(one)), weights=one, k=count) for one in (cold, hot)]


CHECKS["sampling/unseeded-generator"] = FunctionCheck(
    solutions.draw_both,
    cases=lambda: [
        ([0.5, 0.5], [0.5, 0.5], 200, 1),
        ([0.8, 0.1, 0.1], [0.4, 0.3, 0.3], 200, 7),
    ],
    mistakes={
        "one generator": _one_generator,
    },
    fault=lambda answer, arguments, value: _unfair(answer, arguments, value),
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


def _ids_of(forms: list[str], tokenizer: Any) -> set[int]:
    ids = [tokenizer(form)["input_ids"] for form in forms]
    return {tokens[0] for tokens in ids if len(tokens) == 1}


def _all_pieces(word: str, tokenizer: Any) -> set[int]:
    forms = [space + form for form in (word.lower(), word.capitalize()) for space in ("", " ")]
    return {id for form in forms for id in tokenizer(form)["input_ids"]}


CHECKS["sampling/block-list"] = FunctionCheck(
    solutions.blocked_ids,
    cases=lambda: [(word, load_tokenizer("gpt2")) for word in ("king", "Alice", "hippopotamus")],
    mistakes={
        "spaces only": lambda word, tokenizer: _ids_of(
            [f" {word.lower()}", f" {word.capitalize()}"], tokenizer
        ),
        "no capitals": lambda word, tokenizer: _ids_of(
            [word.lower(), f" {word.lower()}"], tokenizer
        ),
        "pieces": _all_pieces,
    },
)


_PIECES = [
    "k", "ki", "king", "kings", "n", "ng", "nd", "d", "q", "que", "en", "een", "s", "u", "uen",
]  # fmt: skip

CHECKS["sampling/allowed-tokens"] = FunctionCheck(
    solutions.allowed,
    cases=lambda: [
        (_PIECES, ["king", "kind", "queen"], ""),
        (_PIECES, ["king", "kind", "queen"], "ki"),
        (_PIECES, ["king", "kings"], "king"),
        (_PIECES, ["en", "queen"], "que"),
    ],
    mistakes={
        "whole options only": lambda tokens, options, written: [
            t for t in tokens if written + t in options
        ],
        "forgets what was written": lambda tokens, options, written: [
            t for t in tokens if any(option.startswith(t) for option in options)
        ],
        "somewhere inside": lambda tokens, options, written: [
            t for t in tokens if any(written + t in option for option in options)
        ],
        "too long": lambda tokens, options, written: [
            t
            for t in tokens
            if any(
                option.startswith(written + t) or (written + t).startswith(option)
                for option in options
            )
        ],
    },
)


CHECKS["sampling/masked-with-zero"] = FunctionCheck(
    solutions.constrained,
    cases=lambda: [
        (tensor(-1.0, -2.0, 0.5, -3.0), [0, 1]),
        (tensor(2.0, 0.0, -1.5, 1.0, 4.0), [1, 2, 3]),
        (tensor(0.3, -0.3), [1]),
    ],
    mistakes={
        "no mask": lambda logits, allowed: solutions.constrained(logits, range(len(logits))),
        "the wrong ones": lambda logits, allowed: solutions.constrained(
            logits, [i for i in range(len(logits)) if i not in allowed]
        ),
        "not renormalised": lambda logits, allowed: (
            logits.softmax(-1) * solutions.constrained(logits, allowed).sign()
        ),
    },
)
