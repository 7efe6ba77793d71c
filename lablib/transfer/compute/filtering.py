"""Filtered data: a small GPT learns from all texts, or from those that a gate lets through. What
does it write then?

Two gaps are measured: what the gate misses is learned; and what pretraining has read is not taken
away by leaving it out now.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lablib import models
from lablib.foundations.compute.perplexity import surprise
from lablib.sampling.compute.generation import generate_rows
from lablib.sampling.compute.knobs import Knobs
from lablib.training.config import QUIET, Config
from lablib.transfer.compute.data import LabelledSet
from lablib.transfer.compute.gate import Judged, judge_all, probability
from lablib.transfer.compute.naive_bayes import NaiveBayes, count_words

FILTERING = Config(
    model="pocket-gpt2", batch=4, length=64, steps=12, learning_rate=5e-4, heldout=0.0,
    precision="fp32", device="cpu", **QUIET,
)  # fmt: skip
"""Settings of each training: two or three times through a hundred sentences."""

TRAINING_SETS = ("no training", "all texts", "what the gate lets through", "no unwanted text")
"""What the model has learned from on top of its pretraining; the last is a perfect filter."""

TEXTS = 8
TOKENS = 24
KNOBS = Knobs(temperature=0.8)


@dataclass(frozen=True)
class Outcome:
    """A model that has learned from one of the `TRAINING_SETS`.

    Attributes:
        training_set: which.
        texts, unwanted: how many it learned from, and how many of them are unwanted.
        unwanted_bits, other_bits: what held-out texts of either kind cost it, in bits per byte.
        written: the prompt with what it writes after it, and the gate's score of what was added.
    """

    training_set: str
    texts: int
    unwanted: int
    unwanted_bits: float
    other_bits: float
    written: tuple[tuple[str, float], ...]

    def refused(self, threshold: float) -> int:
        """How many of its texts a gate with this threshold refuses."""
        return sum(score >= threshold for _, score in self.written)


def training_sets(judged: Sequence[Judged], threshold: float) -> dict[str, list[Judged]]:
    """The texts of each of the `TRAINING_SETS`.

    Raises:
        ValueError: if the gate lets nothing through.

    >>> rows = [Judged("Ahoy.", True, 0.2), Judged("Avast.", True, 0.9), Judged("Rain.", False, 0)]
    >>> [len(texts) for texts in training_sets(rows, 0.5).values()]
    [0, 3, 2, 1]
    """
    passed = [one for one in judged if one.score < threshold]
    if not passed:
        raise ValueError("The gate refuses every text, so nothing is learned: raise its threshold.")
    wanted = [one for one in judged if not one.unwanted]
    return dict(zip(TRAINING_SETS, ([], list(judged), passed, wanted), strict=True))


def learn_filtered(
    labelled: LabelledSet,
    threshold: float = 0.5,
    unwanted: str = "pirate",
    prompt: str = "The captain",
    config: Config = FILTERING,
) -> Iterator[Outcome | None]:
    """Teach a GPT each of the `TRAINING_SETS`, made of the training part; yields an outcome for
    each, and None after every step, so that whoever waits can stop.

    Args:
        threshold: of the gate, which counts words.
        unwanted: the class that it is to refuse.
        prompt: what the models go on from.
        config: of the trainings; the text is the set's.

    Raises:
        ValueError: as of `judge_all`, and if the gate lets nothing through.

    Example: before any training.
        >>> from lablib.transfer import read_labelled
        >>> first = next(learn_filtered(read_labelled("pirate")))
        >>> first.training_set, first.texts, first.unwanted_bits > first.other_bits
        ('no training', 0, True)
    """
    (judged,) = [found for found in judge_all(labelled, unwanted) if found]
    learn, held = judged[: len(labelled.train)], judged[len(labelled.train) :]
    gate = count_words([one.text for one in judged], [int(one.unwanted) for one in judged], 2)
    m = models.load(config.model, kind="causal", device=config.device)
    for training_set, texts in training_sets(learn, threshold).items():
        model = m
        if texts:
            for found in _taught(m, "\n".join(one.text for one in texts), config):
                yield None
                model = found or model
        yield Outcome(
            training_set,
            texts=len(texts),
            unwanted=sum(one.unwanted for one in texts),
            unwanted_bits=_bits(model, [one.text for one in held if one.unwanted]),
            other_bits=_bits(model, [one.text for one in held if not one.unwanted]),
            written=_written(model, prompt, gate),
        )


def _taught(
    m: models.LoadedModel, text: str, config: Config
) -> Iterator[models.LoadedModel | None]:
    """The model after learning the text; None after every step before that."""
    from lablib.training.engine import fit, setup

    state = setup(replace(config, text=text))
    for _ in fit(state):
        yield replace(m, model=state.model.eval()) if state.is_done else None


def _bits(m: models.LoadedModel, texts: Sequence[str]) -> float:
    """What texts cost, a line each, in bits per byte."""
    return surprise(m, "\n".join(texts)).bits_per_byte


def _written(m: models.LoadedModel, prompt: str, gate: NaiveBayes) -> tuple[tuple[str, float], ...]:
    """What a model writes after a prompt, up to the end of the line, and the gate's scores of what
    it has added.
    """
    rows = [(KNOBS, seed) for seed in range(TEXTS)]
    texts = [""] * TEXTS
    for steps in generate_rows(m, prompt, rows, TOKENS, keep_logits=False):
        texts = [
            text + step.text if step else text for text, step in zip(texts, steps, strict=True)
        ]
    lines = [text.split("\n")[0] for text in texts]
    return tuple((prompt + line, probability(gate.scores(line))) for line in lines)
