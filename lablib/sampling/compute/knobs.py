"""The knobs of the next token: their names, their values, and what "off" means.

Nothing here needs torch, so that a panel can show its controls before torch is there.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from numbers import Integral

from lablib.numbers import require_number

REMOVED = -math.inf
"""The score of a token that can no longer be drawn."""

STAGES = ("repetition_penalty", "temperature", "top_k", "top_p", "min_p", "typical_p")
"""The stages that are always in sight, in the order `transformers` applies them."""

ALL_STAGES = (
    "repetition_penalty",
    "no_repeat_ngram",
    "dry",
    "temperature",
    "top_n_sigma",
    "top_h",
    "top_k",
    "top_p",
    "min_p",
    "typical_p",
    "epsilon_cutoff",
    "eta_cutoff",
    "max_surprisal",
    "xtc",
)
"""All stages in the order they are applied: that of `transformers`. The four it does not have stand
where those who use them put them: DRY with the penalties, top-nσ before the other cuts, the limit
of surprisal and XTC after them."""


@dataclass(frozen=True)
class Knobs:
    """The settings of one way to choose the next token; the defaults change nothing.

    Attributes:
        temperature: below 1 sharpens the distribution, above 1 flattens it, 0 is greedy: always the
            most probable token (the first of them at a tie).
        top_k: keep the k most probable tokens (Fan et al. 2018); 0 keeps all.
        top_p: keep the most probable tokens that together reach this mass, the nucleus (Holtzman et
            al. 2020); 0 keeps one, 1 keeps all.
        min_p: keep tokens at least this share as probable as the best one (Nguyen et al. 2024); 0
            keeps all, 1 keeps the best.
        typical_p: keep the tokens whose surprisal is closest to the entropy until this mass is
            reached (Meister et al. 2023); 0 keeps the closest, 1 keeps all.
        repetition_penalty: above 1 makes tokens that already occurred less probable, below 1 more
            (Keskar et al. 2019); 1 leaves them alone.
        no_repeat_ngram: no run of so many tokens comes twice (Paulus et al. 2018); 0 allows all.
        dry: makes a token that would repeat a longer and longer run less probable (DRY); 0 is off.
        top_n_sigma: keep scores within so many standard deviations of the best (Tang et al. 2024);
            0 keeps all.
        top_h: keep the most probable tokens that together have this share of the entropy
            (Potraghloo et al. 2025); 0 keeps all, other values 100 tokens at most.
        epsilon_cutoff: keep tokens at least this probable (Hewitt et al. 2022); 0 keeps all.
        eta_cutoff: as epsilon, but lower where the model is unsure (Hewitt et al. 2022); 0 keeps
            all.
        max_surprisal: keep tokens of at most so many bits of surprisal, the cut inside Mirostat
            (Basu et al. 2021); 0 keeps all.
        xtc: with this probability all tokens of 10 % or more but the least probable of them go
            (exclude top choices, XTC); 0 is off.

    Raises:
        ValueError: one sentence for the first value that cannot be used.

    Example:
        >>> Knobs(temperature=0.7, top_p=0.95).top_k
        0
        >>> Knobs(top_p=1.5)
        Traceback (most recent call last):
        ...
        ValueError: top_p must be from 0 to 1, and it was 1.5.
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0
    typical_p: float = 1.0
    repetition_penalty: float = 1.0
    no_repeat_ngram: int = 0
    dry: float = 0.0
    top_n_sigma: float = 0.0
    top_h: float = 0.0
    epsilon_cutoff: float = 0.0
    eta_cutoff: float = 0.0
    max_surprisal: float = 0.0
    xtc: float = 0.0

    def __post_init__(self) -> None:
        require_number(**vars(self))
        allowed = {
            "temperature": (0 <= self.temperature < math.inf, "0 (greedy) or above"),
            "top_k": (
                isinstance(self.top_k, Integral) and self.top_k >= 0,
                "a whole number, 0 (keep all) or above",
            ),
            "top_p": (0 <= self.top_p <= 1, "from 0 to 1"),
            "min_p": (0 <= self.min_p <= 1, "from 0 to 1"),
            "typical_p": (0 <= self.typical_p <= 1, "from 0 to 1"),
            "repetition_penalty": (0 < self.repetition_penalty < math.inf, "above 0"),
            "no_repeat_ngram": (
                isinstance(self.no_repeat_ngram, Integral) and self.no_repeat_ngram >= 0,
                "a whole number, 0 (off) or above",
            ),
            "dry": (0 <= self.dry < math.inf, "0 (off) or above"),
            "top_n_sigma": (0 <= self.top_n_sigma < math.inf, "0 (keep all) or above"),
            "top_h": (0 <= self.top_h <= 1, "from 0 (keep all) to 1"),
            "epsilon_cutoff": (0 <= self.epsilon_cutoff < 1, "0 (keep all) or above, and below 1"),
            "eta_cutoff": (0 <= self.eta_cutoff < 1, "0 (keep all) or above, and below 1"),
            "max_surprisal": (0 <= self.max_surprisal < math.inf, "0 (keep all) or above"),
            "xtc": (0 <= self.xtc <= 1, "from 0 (off) to 1"),
        }
        for name, (good, rule) in allowed.items():
            if not good:
                raise ValueError(f"{name} must be {rule}, and it was {getattr(self, name)!r}.")

    def __repr__(self) -> str:
        names = (field.name for field in fields(self) if is_shown(field.name, self))
        return f"Knobs({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"


OFF = Knobs()
"""The model's own distribution: no knob does anything."""


@dataclass(frozen=True)
class Control:
    """How a knob is shown: one line of the table of knobs.

    Attributes:
        name: of the field of `Knobs`, whose default is the value at which it is off.
        label: what it is called on the page.
        least, most, step: of its slider.
        help: what it does, in one sentence, with the value that switches it off.
        elsewhere: what other programs call it.
    """

    name: str
    label: str
    least: float
    most: float
    step: float
    help: str
    elsewhere: str = ""


CONTROLS = (
    Control(
        *("temperature", "Temperature", 0.0, 2.0, 0.05),
        "1 changes nothing; below it the likely become likelier, above it all become alike; 0 "
        "takes the likeliest.",
    ),
    Control(*("top_k", "Top-k", 0, 200, 1), "Keep the k likeliest tokens; 0 keeps all."),
    Control(
        *("top_p", "Top-p", 0.0, 1.0, 0.01),
        "Keep the likeliest tokens that together reach this probability; 1 keeps all.",
        "nucleus sampling",
    ),
    Control(
        *("min_p", "Min-p", 0.0, 1.0, 0.01),
        "Keep tokens at least this share as likely as the likeliest; 0 keeps all.",
    ),
    Control(
        *("typical_p", "Typical-p", 0.05, 1.0, 0.05),
        "Keep the tokens closest to the expected surprise, up to this probability; 1 keeps all.",
        "locally typical sampling",
    ),
    Control(
        *("repetition_penalty", "Repetition", 0.5, 2.0, 0.05),
        "The repetition penalty: above 1, tokens that were there already become less likely.",
        "repeat_penalty",
    ),
    Control(
        *("no_repeat_ngram", "No-repeat n-gram", 0, 8, 1),
        "No run of so many tokens comes a second time; 0 allows all.",
        "no_repeat_ngram_size",
    ),
    Control(
        *("dry", "DRY", 0.0, 3.0, 0.05),
        "Takes more off a score the longer the run of tokens that would be repeated; 0 is off.",
        "dry_multiplier, with base 1.75 and allowed length 2",
    ),
    Control(
        *("top_n_sigma", "Top-n\u03c3", 0.0, 5.0, 0.05),
        "Keeps scores within n standard deviations of the best one; 0 keeps all.",
        "top_nsigma",
    ),
    Control(
        *("top_h", "Top-h", 0.0, 1.0, 0.01),
        "Keeps the likeliest tokens that hold this share of the entropy, 100 at most; 0 keeps all.",
        "entropy-bounded sampling",
    ),
    Control(
        *("epsilon_cutoff", "Epsilon", 0.0, 0.02, 0.0001),
        "Keeps tokens at least this probable; 0 keeps all.",
        "epsilon_cutoff",
    ),
    Control(
        *("eta_cutoff", "Eta", 0.0, 0.02, 0.0001),
        "As epsilon, but the limit falls where the model is unsure; 0 keeps all.",
        "eta_cutoff",
    ),
    Control(
        *("max_surprisal", "Surprisal limit", 0.0, 20.0, 0.1),
        "Keeps tokens of at most so many bits of surprisal; 0 keeps all.",
        "\u03bc of Mirostat, which moves it after every token",
    ),
    Control(
        *("xtc", "XTC", 0.0, 1.0, 0.05),
        "How often all tokens of 10 % or more go but the least likely of them; 0 is never.",
        "xtc_probability, with threshold 0.1; exclude top choices",
    ),
)
"""The table of knobs: first the six in sight, then those in the fold."""


def whole_order(order: Sequence[str]) -> tuple[str, ...]:
    """An order of the stages with those it may leave out, each after the one it usually follows.

    Raises:
        ValueError: unless each stage that is always in sight is named, and none is named twice.

    Example:
        >>> whole_order([*STAGES[1:], "repetition_penalty"])[-3:]
        ('repetition_penalty', 'no_repeat_ngram', 'dry')
    """
    known = len(set(order)) == len(order) and set(STAGES) <= set(order) <= set(ALL_STAGES)
    if not known:
        must, may = ", ".join(STAGES), ", ".join(name for name in ALL_STAGES if name not in STAGES)
        raise ValueError(f"order must name each of these stages once: {must}; it may name {may}.")
    whole = list(order)
    for before, name in pairwise(ALL_STAGES):
        if name not in whole:
            whole.insert(whole.index(before) + 1, name)
    return tuple(whole)


def turned(knobs: Knobs) -> dict[str, float]:
    """The knobs that are not off, by name.

    >>> turned(Knobs(temperature=0.7, top_k=5))
    {'temperature': 0.7, 'top_k': 5}
    """
    return {name: value for name, value in vars(knobs).items() if value != getattr(OFF, name)}


def is_shown(name: str, knobs: Knobs) -> bool:
    """Whether a stage is to be seen: one of the six always, another where its knob is turned.

    >>> is_shown("top_k", OFF), is_shown("xtc", OFF), is_shown("xtc", Knobs(xtc=0.5))
    (True, False, True)
    """
    return name in STAGES or getattr(knobs, name) != getattr(OFF, name)
