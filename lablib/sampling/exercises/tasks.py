"""What is to be written or worked out, with the typical wrong answers and what is said to each."""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from lablib.exercises.checking import FunctionCheck, Mistake, ValueCheck
from lablib.exercises.practice import tensor
from lablib.exercises.records import Exercise, Verdict, source
from lablib.sampling.exercises import solutions

if TYPE_CHECKING:
    from torch import Tensor

    from lablib.sampling import Knobs


SOFTMAX_TEMPERATURE = Exercise(
    id="sampling/softmax-temperature",
    title="Softmax with a temperature",
    minutes=4,
    difficulty=1,
    question=(
        "Write `softmax_with_temperature(logits, temperature)`: the probabilities, as a list, that "
        "belong to the logits (a tensor) at a temperature above 0. Logits can be as large as 1000."
    ),
    check=FunctionCheck(
        solutions.softmax_with_temperature,
        cases=lambda: [
            (tensor(2.0, 1.0, 0.0), 0.5),
            (tensor(0.5, -1.5, 3.0, 0.0), 2.0),
            (tensor(1.2, -0.7, 0.4), 0.8),
            (tensor(1000.0, 999.0), 1.0),
        ],
        mistakes=(
            Mistake(
                lambda logits, temperature: (logits * temperature).softmax(-1),
                "You multiply by the temperature. A low temperature must make the differences "
                "larger: divide.",
            ),
            Mistake(
                lambda logits, temperature: logits.softmax(-1),
                "These are the probabilities at temperature 1: the temperature is not used.",
            ),
            Mistake(
                lambda logits, temperature: logits.softmax(-1) / temperature,
                "You divide the probabilities, so they no longer sum to 1. Divide the logits, "
                "before the exponential.",
            ),
            Mistake(
                lambda logits, temperature: logits / temperature / (logits / temperature).sum(),
                "You divide by the sum, but the exponential is missing: a negative logit would get "
                "a negative probability.",
            ),
            Mistake(
                lambda logits, temperature: (logits / temperature).exp(),
                "The exponentials are right. Divide each by their sum, so that they sum to 1.",
            ),
            Mistake(
                lambda logits, temperature: _naive_softmax(logits / temperature),
                "Right for small logits. exp(1000) is infinite for a computer, and infinity by "
                "infinity is not a number: subtract the largest logit first; the result is the "
                "same.",
            ),
            Mistake(
                lambda logits, temperature: _shares([math.exp(x / temperature) for x in logits]),
                "exp(1000) is too large for a computer. Subtract the largest logit from all of "
                "them first: the probabilities stay the same.",
            ),
        ),
    ),
    hints=(
        "Divide every logit by the temperature first. Then do an ordinary softmax.",
        "Softmax: the exponential of each, divided by the sum of all exponentials.",
        "Logits of 1000 must work too. Subtracting one number from all logits changes no "
        "probability, so subtract the largest.",
    ),
    solution=source(solutions.softmax_with_temperature),
    lesson=(
        "With torch this is one line: `(logits / temperature).softmax(-1)`. It subtracts the "
        "largest logit for you."
    ),
)


def _shares(weights: list[float]) -> list[float]:
    return [weight / sum(weights) for weight in weights]


def _naive_softmax(logits: "Tensor") -> "Tensor":
    return logits.exp() / logits.exp().sum()


EFFECTIVE_CHOICES = Exercise(
    id="sampling/effective-choices",
    title="How many choices are there, really?",
    minutes=4,
    difficulty=1,
    question=(
        "The entropy of a distribution is −Σ p · log p, in nats (log is the natural logarithm). "
        "Its exponential is the effective number of choices: four equally likely tokens give 4.\n\n"
        "Write `effective_choices(probabilities)`: this number. The probabilities are a tensor, "
        "and some of them are 0."
    ),
    check=FunctionCheck(
        solutions.effective_choices,
        cases=lambda: [
            (tensor(0.5, 0.25, 0.25),),
            (tensor(0.25, 0.25, 0.25, 0.25),),
            (tensor(0.7, 0.0, 0.3, 0.0),),
            (tensor(0.6, 0.1, 0.25, 0.05),),
        ],
        mistakes=(
            Mistake(
                lambda probabilities: math.log(solutions.effective_choices(probabilities)),
                "This is the entropy itself, in nats. Its exponential is the number of choices.",
            ),
            Mistake(
                lambda probabilities: (
                    math.log2(math.e) * math.log(solutions.effective_choices(probabilities))
                ),
                "This is the entropy itself, in bits. Two to the power of it is the number of "
                "choices.",
            ),
            Mistake(
                lambda probabilities: 1 / solutions.effective_choices(probabilities),
                "This comes out below 1: the minus sign of the entropy is missing.",
            ),
            Mistake(
                lambda probabilities: (
                    solutions.effective_choices(probabilities) ** math.log2(math.e)
                ),
                "You take the logarithm to base 2 and then the exponential to base e. Use one base "
                "for both.",
            ),
            Mistake(
                lambda probabilities: int((probabilities > 0).sum()),
                "You count the tokens that are possible at all. Unlikely ones must count for less.",
            ),
            Mistake(
                lambda probabilities: 1 / float((probabilities**2).sum()),
                "That is 1 / Σ p², another fair measure (the inverse Simpson index). Here, take "
                "the exponential of the entropy.",
            ),
            Mistake(
                lambda probabilities: (-(probabilities * probabilities.log()).sum()).exp(),
                "A probability of 0 has no logarithm (0 times minus infinity is not a number). "
                "Such tokens add nothing: leave them out.",
            ),
            Mistake(
                lambda probabilities: math.exp(-sum(p * math.log(p) for p in probabilities)),
                "A probability of 0 has no logarithm. Such tokens add nothing to the entropy: "
                "leave them out.",
            ),
        ),
    ),
    hints=(
        "Go through the probabilities and add up −p · log p. Skip those that are 0.",
        "`math.log` is the natural logarithm; its reverse is `math.exp`.",
    ),
    solution=source(solutions.effective_choices),
    lesson=(
        "The number says how many equally likely tokens would be as hard to guess. It is also "
        "called perplexity."
    ),
)


TEMPERATURE_FOR = Exercise(
    id="sampling/temperature-for-entropy",
    title="As surprising as you like",
    minutes=8,
    difficulty=3,
    question=(
        "Write `temperature_for(logits, target)`: a temperature at which the distribution has an "
        "entropy of `target` nats, to within 0.001. The logits are a tensor. The target can be "
        "reached, at a temperature between 0.01 and 100."
    ),
    check=FunctionCheck(
        solutions.temperature_for,
        cases=lambda: [
            (tensor(3.0, 2.0, 1.0, 0.0, -1.0), 1.0),
            (tensor(3.0, 2.0, 1.0, 0.0, -1.0), 1.5),
            (tensor(0.0, 0.5, 4.0), 0.2),
            (tensor(300.0, 200.0, 100.0), 0.7),
            (tensor(0.3, 0.2, 0.1), 0.3),
        ],
        mistakes=(
            Mistake(
                lambda logits, target: solutions.temperature_for(logits, target * math.log(2)),
                "At your temperature the entropy is right in bits. The target is in nats: use the "
                "natural logarithm.",
            ),
        ),
        fault=lambda answer, arguments, value: _another_entropy(arguments[0], arguments[1], value),
        seconds=20.0,
    ),
    hints=(
        "A higher temperature always means a higher entropy. So you can search by halving: try the "
        "middle of an interval and keep the half that must hold the answer.",
        "Begin with 0.01 and 100. If the entropy in the middle is below the target, the middle "
        "becomes the lower end, otherwise the upper.",
        "`logs = (logits / temperature).log_softmax(-1)`, and the entropy is "
        "`-(logs.exp() * logs).sum()`. Thirty halvings are plenty.",
    ),
    solution=source(solutions.temperature_for),
    lesson="Halving an interval 30 times makes it a thousand million times smaller.",
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


KEPT_BY_TOP_P = Exercise(
    id="sampling/top-p-kept",
    title="Top-p by hand",
    minutes=5,
    difficulty=1,
    question=(
        "Write `kept_by_top_p(probabilities, p)`: the set of the ids that top-p keeps, the fewest "
        "most likely tokens whose probabilities together are at least `p`. At least one token "
        "always stays. The probabilities are a tensor; a token's id is its place there."
    ),
    check=FunctionCheck(
        solutions.kept_by_top_p,
        cases=lambda: [
            (tensor(0.12, 0.45, 0.05, 0.3, 0.08), 0.7),
            (tensor(0.62, 0.08, 0.2, 0.1), 0.5),
            (tensor(0.2, 0.5, 0.3), 0.0),
            # Their sums are exact, so they can be just p.
            (tensor(0.25, 0.5, 0.1875, 0.0625), 0.75),
            (tensor(0.0, 0.5, 0.375, 0.125), 1.0),
        ],
        mistakes=(
            Mistake(
                lambda probabilities, p: _in_order_while(probabilities, lambda before: before <= p),
                "You go on until the sum is above p. A sum of exactly p is enough.",
            ),
            Mistake(
                lambda probabilities, p: _in_order_while(probabilities, lambda before: before < p),
                "Nearly: with p = 0 you keep nothing, and at least one token always stays.",
            ),
            Mistake(
                lambda probabilities, p: _before_crossing(probabilities, p),
                "You leave out the token with which the sum reaches p. It belongs in: without it "
                "the kept tokens have less than p.",
            ),
            Mistake(
                lambda probabilities, p: _in_vocabulary_order(probabilities, p),
                "You go through the tokens in the order of their ids. Begin with the most likely.",
            ),
            Mistake(
                lambda probabilities, p: set((probabilities >= p).nonzero().flatten().tolist()),
                "You keep the tokens that have a probability of p each. It is the sum, from the "
                "most likely down, that must reach p.",
            ),
            Mistake(
                lambda probabilities, p: (
                    set(range(len(probabilities))) - solutions.kept_by_top_p(probabilities, p)
                ),
                "These are the tokens that are cut off. Return the ones that stay.",
            ),
            Mistake(
                lambda probabilities, p: set(range(len(solutions.kept_by_top_p(probabilities, p)))),
                "You return places in the sorted order. Return the ids of the tokens: `argsort` "
                "gives them.",
            ),
            Mistake(
                lambda probabilities, p: {
                    float(probabilities[one]) for one in solutions.kept_by_top_p(probabilities, p)
                },
                "You return the probabilities of the tokens. Return their ids.",
            ),
        ),
    ),
    hints=(
        "Sort the ids by probability, largest first: `probabilities.argsort(descending=True)`.",
        "Go through them, put each id into the set, add up the probabilities, and stop as soon as "
        "the sum is at least p.",
        "Put the token in before you ask whether to stop: then at least one stays.",
    ),
    solution=source(solutions.kept_by_top_p),
    lesson=(
        "The token that crosses the line stays, so the kept tokens have at least p, usually a "
        "little more. Top-p is also called nucleus sampling (Holtzman et al. 2020)."
    ),
)


def _in_order_while(probabilities: "Tensor", kept: Callable[[Any], Any]) -> set[int]:
    """The ids, most likely first, as long as the sum of those before them is `kept`."""
    order = probabilities.argsort(descending=True)
    before = probabilities[order].cumsum(-1) - probabilities[order]
    return set(order[kept(before)].tolist())


def _before_crossing(probabilities: "Tensor", p: float) -> set[int]:
    order = probabilities.argsort(descending=True)
    return set(order[probabilities[order].cumsum(-1) < p].tolist())


def _in_vocabulary_order(probabilities: "Tensor", p: float) -> set[int]:
    mass_before = probabilities.cumsum(-1) - probabilities
    return {0} | set((mass_before < p).nonzero().flatten().tolist())


KEPT_BY_MIN_P = Exercise(
    id="sampling/min-p-kept",
    title="Min-p by hand",
    minutes=3,
    difficulty=1,
    question=(
        "Write `kept_by_min_p(probabilities, min_p)`: the set of the ids of all tokens that are at "
        "least `min_p` times as likely as the most likely one. The probabilities are a tensor; a "
        "token's id is its place there."
    ),
    check=FunctionCheck(
        solutions.kept_by_min_p,
        cases=lambda: [
            (tensor(0.05, 0.6, 0.2, 0.15), 0.25),
            (tensor(0.1, 0.2, 0.15, 0.3, 0.25), 0.5),
            (tensor(0.1, 0.7, 0.2), 1.0),
        ],
        mistakes=(
            Mistake(
                lambda probabilities, min_p: set(
                    (probabilities >= min_p).nonzero().flatten().tolist()
                ),
                "You compare with min_p itself. The line lies at min_p times the largest "
                "probability.",
            ),
            Mistake(
                lambda probabilities, min_p: set(
                    (probabilities > min_p * probabilities.max()).nonzero().flatten().tolist()
                ),
                "Nearly: a token exactly on the line stays. With min_p = 1 you would cut even the "
                "most likely one.",
            ),
            Mistake(
                lambda probabilities, min_p: (
                    set(range(len(probabilities))) - solutions.kept_by_min_p(probabilities, min_p)
                ),
                "These are the tokens that are cut off. Return the ones that stay.",
            ),
            Mistake(
                lambda probabilities, min_p: solutions.kept_by_top_p(probabilities, min_p),
                "This is top-p, which adds probabilities up. Min-p compares each with the largest.",
            ),
            Mistake(
                lambda probabilities, min_p: [
                    float(probabilities[one])
                    for one in solutions.kept_by_min_p(probabilities, min_p)
                ],
                "You return the probabilities of the tokens. Return their ids.",
            ),
        ),
    ),
    hints=(
        "Find the largest probability first, and multiply it by min_p: that is the line.",
        "`enumerate(probabilities)` gives each id with its probability.",
    ),
    solution=source(solutions.kept_by_min_p),
    lesson="Where the model is sure, the line is high and little stays; elsewhere it is low.",
)


def _check_roads(answer: Any) -> Verdict:
    """Whether `answer` is three `Knobs`, each greedy through another knob than temperature."""
    from lablib.sampling import Knobs

    if answer is None or answer is ...:
        return Verdict("unanswered", "Not answered yet: put your list in place of `...`.")
    roads = list(answer) if isinstance(answer, list | tuple) else []
    if len(roads) != 3 or not all(isinstance(one, Knobs) for one in roads):
        return Verdict("wrong", "Give a list of three `Knobs`, such as `sp.Knobs(top_k=40)`.")
    turned = [_turned(knobs) for knobs in roads]
    for knobs, names in zip(roads, turned, strict=True):
        fault = _fault_of_road(knobs, names)
        if fault:
            return Verdict("wrong", fault, repr(knobs))
    if len({names[0] for names in turned}) < 3:
        return Verdict("wrong", "All of these are greedy, but two of them turn the same knob.")
    return Verdict("right", "Right.")


def _turned(knobs: "Knobs") -> list[str]:
    """The names of the knobs that are not where they do nothing."""
    off = type(knobs)()
    return [name for name in vars(off) if getattr(knobs, name) != getattr(off, name)]


def _fault_of_road(knobs: "Knobs", turned: list[str]) -> str:
    from lablib.sampling import distribution

    if turned == ["temperature"]:
        return "That is the road you know. Leave the temperature at 1."
    if len(turned) != 1:
        return f"Turn one knob, and leave the others where they are: you turned {len(turned)}."
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


ROADS_TO_GREEDY = Exercise(
    id="sampling/roads-to-greedy",
    title="Three roads to greedy",
    minutes=4,
    difficulty=2,
    question=(
        "Temperature 0 makes the choice greedy: always the most likely token. Three other knobs "
        "can do the same, each alone and whatever the logits are.\n\nGive a list of three `Knobs`, "
        "each with one knob turned, and not the temperature."
    ),
    check=_check_roads,
    hints=(
        "Each cut always leaves at least one token. Turn it until it leaves no more than that.",
        "Top-p, too, can be turned all the way down. Min-p is turned all the way up.",
        "Typical-p = 0 leaves one token, but the most *typical* one, which need not lead.",
    ),
    solution="[sp.Knobs(top_k=1), sp.Knobs(top_p=0.0), sp.Knobs(min_p=1.0)]",
    lesson=(
        "Where one token is left, it has probability 1, and neither the temperature nor the seed "
        "matters any more."
    ),
)


DRAW = Exercise(
    id="sampling/draw",
    title="Draw a token",
    minutes=4,
    difficulty=1,
    question=(
        "Lay the probabilities end to end, in the order of the ids, along a line from 0 to 1. A "
        "random number `u`, at least 0 and below 1, falls into one token's stretch; a stretch "
        "includes the point where it begins, not the one where it ends.\n\nWrite "
        "`draw(probabilities, u)`: the id of that token. The probabilities are a tensor."
    ),
    check=FunctionCheck(
        solutions.draw,
        cases=lambda: [
            (tensor(0.2, 0.5, 0.3), 0.6),
            (tensor(0.2, 0.5, 0.3), 0.1),
            (tensor(0.2, 0.5, 0.3), 0.95),
            (tensor(0.0, 0.5, 0.5), 0.0),
            (tensor(0.25, 0.5, 0.25), 0.25),
            *((tensor(0.3, 0.05, 0.4, 0.05, 0.2), u) for u in (0.2, 0.32, 0.53, 0.78, 0.9)),
        ],
        mistakes=(
            Mistake(
                lambda probabilities, u: int(probabilities.argmax()),
                "This is always the most likely token, whatever u is: greedy, not drawing.",
            ),
            Mistake(
                lambda probabilities, u: next(
                    (token for token, p in enumerate(probabilities) if u < p),
                    len(probabilities) - 1,
                ),
                "You compare u with each probability alone. Compare it with the sum up to there.",
            ),
            Mistake(
                lambda probabilities, u: min(
                    solutions.draw(probabilities, u) + 1, len(probabilities) - 1
                ),
                "One too far: add the probability of a token to the sum before you compare.",
            ),
            Mistake(
                lambda probabilities, u: next(
                    (t for t, total in enumerate(probabilities.cumsum(-1)) if u <= total),
                    len(probabilities) - 1,
                ),
                "With `u <= total`, a token of probability 0 can be drawn when u is 0. Use `<`.",
            ),
            Mistake(
                lambda probabilities, u: _drawn_most_likely_first(probabilities, u),
                "You lay the tokens out with the most likely first. Here they lie in the order of "
                "their ids.",
            ),
            Mistake(
                lambda probabilities, u: float(probabilities[solutions.draw(probabilities, u)]),
                "You return the probability of the token. Return its id.",
            ),
        ),
    ),
    hints=(
        "Go through the tokens, adding up their probabilities, until the sum is above u.",
        "With 0.25, 0.5 and 0.25, whose stretch begins at 0.25?",
    ),
    solution=source(solutions.draw),
    lesson=(
        "All drawing from a list of probabilities comes down to this. Only beware of rounding: a "
        "sum that should be 1 can end just below u, and then the last token is the one to return. "
        "`sp.draw` lays the tokens "
        "out with the most likely first, so that the same u means the same kind of token under "
        "every setting: that is how settings are compared fairly."
    ),
)


def _drawn_most_likely_first(probabilities: "Tensor", u: float) -> int:
    order = probabilities.argsort(descending=True)
    return int(order[solutions.draw(probabilities[order], u)])


PENALTY_BY_HAND = Exercise(
    id="sampling/penalty-by-hand",
    title="A repetition penalty by hand",
    minutes=2,
    difficulty=1,
    question=(
        "A model knows four tokens with the logits 2.0, −1.0, 0.5 and −3.0. The text so far has "
        "the ids 0, 1, 0. The repetition penalty is 2, as in `transformers`: positive logits are "
        "divided by it and negative ones multiplied.\n\nGive the four logits afterwards, as a list."
    ),
    check=ValueCheck(
        [1.0, -2.0, 0.5, -3.0],
        mistakes=(
            Mistake(
                [1.0, -0.5, 0.5, -3.0],
                "−1 divided by 2 is −0.5, which is more likely than before. A negative logit is "
                "multiplied instead.",
            ),
            Mistake(
                [0.5, -2.0, 0.5, -3.0],
                "Token 0 stands twice in the text, but the penalty counts once.",
            ),
            Mistake(
                [1.0, -2.0, 0.25, -6.0],
                "You penalised all four. Tokens 2 and 3 are not in the text, so they stay as they "
                "are.",
            ),
            Mistake(
                [1.0, -1.0, 0.5, -3.0],
                "Token 1 is in the text too: its logit must change.",
            ),
            Mistake(
                [0.0, -3.0, 0.5, -3.0],
                "You subtracted 2. This penalty divides (or multiplies) instead.",
            ),
        ),
    ),
    hints=(
        "Only tokens in the text so far change: 0 and 1. Each changes once.",
        "Less likely means a smaller number: 2 becomes 1, and −1 must become smaller too.",
    ),
    solution="[1.0, -2.0, 0.5, -3.0]",
    lesson=(
        "The penalty is from Keskar et al. 2019 (CTRL). Its rule has an oddity: adding 10 to all "
        "logits changes no probability, but it changes what the penalty does."
    ),
)


LOG_PROBABILITY = Exercise(
    id="sampling/log-probability",
    title="How probable is a whole text?",
    minutes=6,
    difficulty=2,
    question=(
        "A text has the token ids `ids`. The model has given logits [tokens, vocabulary]: row i "
        "was computed after reading tokens 0 to i. The first `prompt_length` tokens (at least one) "
        "are the prompt.\n\nWrite `log_probability(logits, ids, prompt_length)`: the natural "
        "logarithm of the probability of all tokens after the prompt. `ids` is a list, `logits` a "
        "tensor."
    ),
    check=FunctionCheck(
        solutions.log_probability,
        cases=lambda: [
            (_some_logits(), [2, 0, 1, 2], 2),
            (_some_logits(), [0, 1, 1, 0], 1),
            (_some_logits(), [1, 1, 2, 0], 3),
        ],
        mistakes=(
            Mistake(
                lambda logits, ids, start: float(
                    logits[start:].log_softmax(-1).gather(1, _column(ids[start:])).sum()
                ),
                "You look up each token in its own row. But row i was computed after reading token "
                "i: what predicts token i is row i − 1.",
            ),
            Mistake(
                lambda logits, ids, start: solutions.log_probability(logits, ids, 1),
                "You count tokens of the prompt too. Begin with token number `prompt_length`.",
            ),
            Mistake(
                lambda logits, ids, start: math.exp(solutions.log_probability(logits, ids, start)),
                "This is the probability. Return its logarithm: for a long text the probability "
                "itself would be too small for a computer.",
            ),
            Mistake(
                lambda logits, ids, start: (
                    solutions.log_probability(logits, ids, start) / (len(ids) - start)
                ),
                "This is the mean per token. The probability of the text is the product over its "
                "tokens, so the logarithms are added.",
            ),
            Mistake(
                lambda logits, ids, start: -solutions.log_probability(logits, ids, start),
                "The sign is turned: this is the surprisal. A probability is at most 1, so its "
                "logarithm is at most 0.",
            ),
            Mistake(
                lambda logits, ids, start: float(
                    logits[start - 1 : -1].gather(1, _column(ids[start:])).sum()
                ),
                "You add up logits. Turn each row into log-probabilities first: "
                "`logits[i].log_softmax(-1)`.",
            ),
            Mistake(
                lambda logits, ids, start: float(
                    logits[start - 1 : -1].softmax(-1).gather(1, _column(ids[start:])).sum()
                ),
                "You add up probabilities. Those of successive tokens are multiplied, so it is "
                "their logarithms that are added.",
            ),
        ),
    ),
    hints=(
        "Which row of the logits says how likely token number 5 is? The one made after reading "
        "tokens 0 to 4.",
        "`logits[i].log_softmax(-1)[token]` is the log-probability of a token after row i.",
        "Probabilities multiply, so logarithms add: loop from `prompt_length` to the end.",
    ),
    solution=source(solutions.log_probability),
    lesson=(
        "Beam search ranks its beams by this number, and its negative mean per token is the loss a "
        "language model is trained with."
    ),
)


def _some_logits() -> "Tensor":
    return tensor([2.0, 0.5, -1.0], [0.0, 1.0, 3.0], [-2.0, 0.3, 0.8], [1.5, -0.5, 0.2])


def _column(ids: Sequence[int]) -> "Tensor":
    return tensor(*([one] for one in ids))


MOST_PROBABLE_PAIR = Exercise(
    id="sampling/most-probable-pair",
    title="Better than greedy",
    minutes=5,
    difficulty=1,
    question=(
        "`first[a]` is the probability that the next token is a, and `second[a][b]` that b follows "
        "if a was chosen; both are tensors.\n\nWrite `most_probable_pair(first, second)`: the two "
        "tokens, `[a, b]`, that are the most probable together."
    ),
    check=FunctionCheck(
        solutions.most_probable_pair,
        cases=lambda: [
            (tensor(0.5, 0.4, 0.1), tensor([0.4, 0.3, 0.3], [0.04, 0.06, 0.9], [0.1, 0.6, 0.3])),
            (tensor(0.45, 0.55), tensor([0.2, 0.8], [0.48, 0.52])),
            (tensor(0.7, 0.3), tensor([0.48, 0.52], [0.95, 0.05])),
            (tensor(0.62, 0.28, 0.1), tensor([0.4, 0.35, 0.25], [0.1, 0.2, 0.7], [0.8, 0.1, 0.1])),
        ],
        mistakes=(
            Mistake(
                lambda first, second: [int(first.argmax()), int(second[first.argmax()].argmax())],
                "This is greedy search: the best first token, then the best after it. Another "
                "first token can lead to a better pair.",
            ),
            Mistake(
                lambda first, second: _best_pair(first[:, None] + second),
                "You add the two probabilities. One after the other means multiply.",
            ),
            Mistake(
                lambda first, second: _best_pair(second),
                "You look only at the second step. How likely the first token is counts too.",
            ),
            Mistake(
                lambda first, second: _best_pair(first * second),
                "You multiply `second[a][b]` by `first[b]`. It belongs to `first[a]`: each row of "
                "`second` has one factor.",
            ),
            Mistake(
                lambda first, second: solutions.most_probable_pair(first, second)[::-1],
                "The right two, the wrong way round: a comes first.",
            ),
            Mistake(
                lambda first, second: float((first[:, None] * second).max()),
                "This is the probability of the best pair. Return the two ids.",
            ),
        ),
    ),
    hints=(
        "The probability of a pair is `first[a] * second[a][b]`.",
        "Try all pairs with two loops and remember the best.",
    ),
    solution=source(solutions.most_probable_pair),
    lesson=(
        "With 50,000 tokens and 100 steps nobody can try all texts. Beam search keeps the few best "
        "beginnings at each step and hopes that the best text starts with one of them."
    ),
)


def _best_pair(scores: "Tensor") -> list[int]:
    best = int(scores.argmax())
    return [best // scores.shape[1], best % scores.shape[1]]


POSITIONS_COMPUTED = Exercise(
    id="sampling/cache-cost",
    title="What the KV cache saves",
    minutes=5,
    difficulty=2,
    question=(
        "Count the token positions that go through the model while it writes `new_tokens` after a "
        "prompt of `prompt_tokens`. Without the cache the whole text so far goes through for each "
        "new token. With it, the whole prompt goes through once, then only the newest token.\n\n"
        "Write `positions_computed(prompt_tokens, new_tokens, cached)`. The last token written "
        "need not go through any more."
    ),
    check=FunctionCheck(
        solutions.positions_computed,
        cases=lambda: [
            (4, 3, True),
            (4, 3, False),
            (1, 1, False),
            (10, 90, True),
            (7, 5, False),
        ],
        mistakes=(
            Mistake(
                lambda prompt, new, cached: (
                    prompt + new if cached else solutions.positions_computed(prompt, new, cached)
                ),
                "One too many with the cache: the last token is written, but nothing is asked "
                "after it, so it never goes through.",
            ),
            Mistake(
                lambda prompt, new, cached: prompt + new - 1 if cached else prompt * new,
                "Without the cache, the text grows: the second new token needs one position more "
                "than the first, and so on.",
            ),
            Mistake(
                lambda prompt, new, cached: prompt + new - 1 if cached else (prompt + new) * new,
                "Without the cache, not every step has the full length: the first sees only the "
                "prompt.",
            ),
            Mistake(
                lambda prompt, new, cached: (
                    prompt + new - 1 if cached else sum(prompt + n + 1 for n in range(new))
                ),
                "Without the cache, the first new token is found from the prompt alone: your steps "
                "are each one position too long.",
            ),
            Mistake(
                lambda prompt, new, cached: solutions.positions_computed(prompt, new, not cached),
                "You have the two cases the wrong way round.",
            ),
            Mistake(
                lambda prompt, new, cached: (
                    new if cached else solutions.positions_computed(prompt, new, cached)
                ),
                "With the cache, the prompt must still go through once before anything is written.",
            ),
        ),
    ),
    hints=(
        "Write the lengths down for a prompt of 4 and 3 new tokens. Without the cache: 4, 5, 6.",
        "With the cache the same steps cost 4, 1, 1.",
    ),
    solution=source(solutions.positions_computed),
    lesson=(
        "A prompt of 10 and 990 new tokens: 999 positions with the cache, about half a million "
        "without. The price is memory for the keys and values of the whole text."
    ),
)
