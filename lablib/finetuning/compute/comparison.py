"""Before and after: what two models write with the same draws, and what they make of two texts.

A model that has learned one text has often forgotten something else. So it is measured on the part
of that text which it never saw, and on general text: plain prose of the labs that it was not
trained on either.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp, log
from pathlib import Path
from typing import TYPE_CHECKING

from lablib import data, models
from lablib.models.text import context_length, require_vectors, require_writer
from lablib.numbers import require_count
from lablib.sampling.compute.generation import generate_rows
from lablib.sampling.compute.knobs import Knobs
from lablib.training.run import Run
from lablib.training.tasks import Causal, causal_rows
from lablib.unicode import well_formed

if TYPE_CHECKING:
    from lablib.models import LoadedModel
    from lablib.models.hub import Progress

GENERAL = ("lighthouse", "tale")
"""The plain tales that come with the labs. (The almanac is no measure of what was forgotten: it has
the manner of the texts that are learned, and gets easier with them.)"""


@dataclass(frozen=True)
class TextMeasure:
    """How well a model predicts a text.

    Attributes:
        loss: nats per token, over all tokens but the first.
        tokens: how many were asked for.
        size: of the text, in bytes of UTF-8.
    """

    loss: float
    tokens: int
    size: int

    @property
    def perplexity(self) -> float:
        """As many equally likely tokens would be as hard: e to the loss."""
        return exp(min(self.loss, 700.0))

    @property
    def bits_per_byte(self) -> float:
        """The same without regard to how the text is cut, so any two models can be compared.

        >>> TextMeasure(loss=log(2), tokens=10, size=40).bits_per_byte
        0.25
        """
        return self.loss * self.tokens / log(2) / self.size


@dataclass(frozen=True)
class Continuation:
    """What a model wrote after a prompt with one seed, as far as it has come."""

    prompt: str
    seed: int
    text: str


def general_text(own: str = "") -> str:
    """Plain prose that is not the text being learned.

    Args:
        own: the name of the text that is learned, which is left out.

    >>> general_text("tale")[:14]
    'The Lighthouse'
    """
    return "\n\n".join(data.text(name) for name in GENERAL if name != own)


def measure_text(m: "LoadedModel", text: str, length: int = 128) -> TextMeasure:
    """How well a causal model predicts a text, in windows of some tokens (or its whole context).

    Every token but the first is asked for once and counts the same.

    Raises:
        ValueError: if there is nothing to predict, or the model does not continue texts.

    Example:
        >>> from lablib import models
        >>> measure = measure_text(models.load("pocket-gpt2"), data.text("lighthouse"))
        >>> 5 < measure.perplexity < 500, measure.bits_per_byte < 3
        (True, True)
    """
    require_writer(m)
    require_count("length", length, least=2)
    most = min(length, context_length(m) or length)
    rows = causal_rows(text, m.tokenizer, most, packed=True)
    if not rows:
        raise ValueError("This text is too short to measure: it takes two tokens at least.")
    require_vectors(m, [int(row.max()) for row in rows])
    heldout = [{"input_ids": row, "labels": row} for row in rows]
    measures = Causal([], heldout, pad_id=0).measures(m.model)
    tokens = sum(len(row) - 1 for row in rows)
    return TextMeasure(measures["loss"], tokens, len(well_formed(text).encode()))


def continue_prompts(
    m: "LoadedModel",
    prompts: Sequence[str],
    seeds: Sequence[int] = (0, 1),
    knobs: Knobs | None = None,
    max_new_tokens: int = 40,
) -> Iterator[tuple[Continuation, ...]]:
    """Write after each prompt with each seed; yields all that is written after every token.

    With the same seeds two models get the same random draws, so what differs is what they know.

    Args:
        knobs: None for a temperature of 0.8.

    Raises:
        ValueError: for no prompt or no seed.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-gpt2")
        >>> *_, last = continue_prompts(m, ["Once"], [3], max_new_tokens=2)
        >>> last[0].prompt, last[0].seed
        ('Once', 3)
    """
    if not prompts or not seeds:
        raise ValueError("Give at least one prompt and one seed.")
    knobs = knobs or Knobs(temperature=0.8)
    done: tuple[Continuation, ...] = ()
    for prompt in prompts:
        texts = [""] * len(seeds)
        rows = [(knobs, seed) for seed in seeds]
        written: tuple[Continuation, ...] = ()
        for steps in generate_rows(m, prompt, rows, max_new_tokens, keep_logits=False):
            texts = [text + (s.text if s else "") for text, s in zip(texts, steps, strict=True)]
            written = tuple(map(Continuation, [prompt] * len(seeds), seeds, texts))
            yield done + written
        done += written


def run_folder(name: str | os.PathLike[str]) -> Path | None:
    """The folder of a run if that is what is named, else None."""
    folder = Path(os.path.expanduser(name))
    return folder if name and os.path.isfile(folder / "config.toml") else None


def open_result(name: str | os.PathLike[str], progress: "Progress | None" = None) -> "LoadedModel":
    """Open a model by its name or folder, or what a run has made by the run's folder.

    Raises:
        ValueError: if the run has made none yet, or there is no such model.

    Example:
        >>> open_result("pocket-gpt2").card.name
        'pocket-gpt2'
    """
    folder = run_folder(name)
    place = Run.open(folder).result if folder else name
    return models.load(place, progress=progress)
