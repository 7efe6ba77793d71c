"""Transfer, measured: what a pretrained encoder is worth, with 20 labelled texts or 320.

Five ways to come to a classifier, one of them without a network, each on the same texts, in growing
number, several times over. The test part is the same for all. From one number alone one would
learn little: with 80 test texts an accuracy moves by five points with the draw of the training
texts.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count, product
from statistics import mean, stdev

import torch

from lablib import models
from lablib.models.text import context_length, require_vectors
from lablib.randomness import generator
from lablib.training.config import Config
from lablib.transfer.compute.classifier import AT_ONCE, predict
from lablib.transfer.compute.data import Examples, LabelledSet
from lablib.transfer.compute.naive_bayes import count_words
from lablib.transfer.compute.scoring import score
from lablib.transfer.compute.training import fine_tune, recipe

METHODS: dict[str, str] = {
    "frozen": "The encoder stays as it is; a linear head on the mean of its vectors.",
    "lora": "The encoder stays; thin matrices beside its own learn, and a head (LoRA).",
    "full": "All weights go on learning.",
    "scratch": "The same encoder, from random weights.",
    "counting": "No encoder: words are counted (naive Bayes).",
}
"""The ways, and what each does."""

SIZES = (20, 40, 80, 160, 320)
"""Numbers of training texts."""

_BATCH = 16
_LEARNING_RATES = {"lora": 2e-3, "full": 1e-4, "scratch": 1e-4}


@dataclass(frozen=True)
class Point:
    """One training, measured on the test part.

    Attributes:
        method: one of `METHODS`.
        size: how many texts it learned from.
        seed: of the draw of the texts, and of the training.
        accuracy: share of the test texts labelled right.
    """

    method: str
    size: int
    seed: int
    accuracy: float


@dataclass(frozen=True)
class LearningCurvePoint:
    """One way at one size, over the seeds.

    Attributes:
        method, size: which.
        mean: of the accuracies.
        spread: their standard deviation; 0 for a single one.
        count: how many there are.
    """

    method: str
    size: int
    mean: float
    spread: float
    count: int


def growth(points: Sequence[Point]) -> list[LearningCurvePoint]:
    """Mean and spread over the seeds, in the order of the ways and sizes.

    >>> growth([Point("full", 20, 0, 0.5), Point("full", 20, 1, 0.7)])
    [LearningCurvePoint(method='full', size=20, mean=0.6, spread=0.1414..., count=2)]
    """
    keys = sorted({(list(METHODS).index(p.method), p.size) for p in points})
    rows = []
    for number, size in keys:
        method = list(METHODS)[number]
        accuracies = [p.accuracy for p in points if (p.method, p.size) == (method, size)]
        spread = stdev(accuracies) if len(accuracies) > 1 else 0.0
        rows.append(LearningCurvePoint(method, size, mean(accuracies), spread, len(accuracies)))
    return rows


def measure_transfer(
    labelled: LabelledSet,
    methods: Sequence[str] = tuple(METHODS),
    sizes: Sequence[int] = SIZES,
    seeds: Sequence[int] = (0, 1, 2),
    model: str = "minilm",
    steps: int | None = None,
) -> Iterator[Point | None]:
    """Train in each way on each number of texts with each seed; yields a point for each, and None
    in between, so that whoever waits can stop.

    The texts of a size are among those of the next, every class with its share. All but "counting"
    and "frozen" get the same steps of 16 texts each: three epochs, but 16 steps at least.

    Args:
        sizes: numbers of texts; those the set does not have are left out.
        model: an encoder: a name of the catalogue or of the hub, or a folder.
        steps: of each training; None for 16 to 60.

    Raises:
        ValueError: for an unknown way, or if the set has too few texts for any size.

    Example: two draws of 8 texts and two of 16, of a set made small.
        >>> from dataclasses import replace
        >>> from lablib.transfer.compute.data import read_labelled
        >>> full = read_labelled("sentiment")
        >>> few = replace(full, train=full.train.take(range(20)), test=full.test.take(range(4)))
        >>> found = measure_transfer(few, ["frozen"], [8, 16], seeds=[0, 1], model="pocket-bert")
        >>> [(each.method, each.size, each.count) for each in growth([p for p in found if p])]
        [('frozen', 8, 2), ('frozen', 16, 2)]
    """
    if unknown := [method for method in methods if method not in METHODS]:
        raise ValueError(f"There is no way {unknown[0]!r}: choose of {', '.join(METHODS)}.")
    sizes = [size for size in sizes if len(labelled.names) * 2 <= size <= len(labelled.train)]
    if not sizes:
        raise ValueError(
            f"This set has {len(labelled.train)} training texts in {len(labelled.names)} classes: "
            "take sizes of at least two texts per class."
        )
    if "counting" in methods:
        yield from _counted_points(labelled, sizes, seeds)
    if "frozen" in methods:
        yield from _frozen_points(labelled, sizes, seeds, model)
    for seed, size, method in product(seeds, sizes, methods):
        if method in _LEARNING_RATES:
            config = _settings(method, size, seed, model, steps)
            yield from _trained_point(labelled, config, method, size)


def steps_for(size: int) -> int:
    """Steps of a training on `size` texts.

    >>> [steps_for(size) for size in SIZES]
    [16, 16, 16, 30, 60]
    """
    return max(3 * size // _BATCH, 16)


def _settings(method: str, size: int, seed: int, model: str, steps: int | None) -> Config:
    steps = steps or steps_for(size)
    return recipe(
        "short",
        model=model,
        method=method,
        batch=_BATCH,
        steps=steps,
        warmup=steps // 5,
        learning_rate=_LEARNING_RATES[method],
        seed=seed,
    )


def nested(examples: Examples, size: int, seed: int) -> Examples:
    """The first `size` texts of a shuffled order in which the classes take turns, so that each has
    its share, and the texts of a smaller size are among those of a larger one.

    >>> nested(Examples(tuple("abcdef"), (0, 0, 0, 0, 1, 1)), 4, seed=0).labels
    (0, 1, 0, 1)
    """
    order = torch.randperm(len(examples), generator=generator(seed)).tolist()
    turns: defaultdict[int, Iterator[int]] = defaultdict(count)
    labelled = [(examples.labels[place], place) for place in order]
    ranked = sorted((next(turns[label]), label, place) for label, place in labelled)
    return examples.take([place for _, _, place in ranked[:size]])


def _trained_point(
    labelled: LabelledSet, config: Config, method: str, size: int
) -> Iterator[Point | None]:
    chosen = nested(labelled.train, size, config.seed)
    for training in fine_tune(labelled, config, learn_from=chosen):
        if training.classifier is None:
            yield None
        else:
            predictions = predict(training.classifier, labelled.test.texts)
            accuracy = score(predictions, labelled.test.labels).accuracy
            yield Point(method, size, config.seed, accuracy)


def _counted_points(
    labelled: LabelledSet, sizes: Sequence[int], seeds: Sequence[int]
) -> Iterator[Point | None]:
    for seed, size in product(seeds, sizes):
        chosen = nested(labelled.train, size, seed)
        counted = count_words(chosen.texts, chosen.labels, len(labelled.names))
        right = [counted.label(text) == label for text, label in labelled.test]
        yield Point("counting", size, seed, mean(right))


def _frozen_points(
    labelled: LabelledSet, sizes: Sequence[int], seeds: Sequence[int], model: str
) -> Iterator[Point | None]:
    """A frozen encoder gives a text the same vector every time, so each is read only once."""
    from sklearn.linear_model import LogisticRegression

    m = models.load(model, kind="encoder")
    yield None
    largest = [nested(labelled.train, max(sizes), seed).texts for seed in seeds]
    needed = [*dict.fromkeys(chain(*largest, labelled.test.texts))]
    vectors: dict[str, list[float]] = {}
    for start in range(0, len(needed), AT_ONCE):
        texts = needed[start : start + AT_ONCE]
        vectors.update(zip(texts, mean_vectors(m, texts).tolist(), strict=True))
        yield None
    test = [vectors[text] for text in labelled.test.texts]
    for seed, size in product(seeds, sizes):
        chosen = nested(labelled.train, size, seed)
        head = LogisticRegression(C=10.0, max_iter=2000)
        head.fit([vectors[text] for text in chosen.texts], chosen.labels)
        yield Point("frozen", size, seed, float(head.score(test, labelled.test.labels)))


@torch.inference_mode()
def mean_vectors(m: models.LoadedModel, texts: Sequence[str], length: int = 48) -> torch.Tensor:
    """The mean of the encoder's last vectors over the tokens of each text, float32 [texts, width]:
    what sentence encoders as MiniLM are trained to make (Reimers and Gurevych 2019).
    """
    most = min(length, context_length(m) or length)
    rows = m.tokenizer(
        list(texts), padding=True, truncation=True, max_length=most, return_tensors="pt"
    ).to(m.device)
    require_vectors(m, [int(rows["input_ids"].max())])
    hidden = m.model(**rows).last_hidden_state.float()  # [texts, tokens, width]
    mask = rows["attention_mask"][..., None]
    return ((hidden * mask).sum(1) / mask.sum(1)).cpu()
