"""Pairs of texts, a source and its target, from files and from made-up tasks; and their batches."""

import random
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from transformers import PreTrainedTokenizerBase

from lablib.training.corruption import IGNORE_INDEX
from lablib.training.made_up import MADE_UP, Pair, draw
from lablib.training.recipe import Recipe

POOL = 16
"""Batches whose rows are drawn at once, so that rows of about one length can stand together."""


def read_pairs(folder: Path) -> dict[str, list[Pair]]:
    """The `.tsv` files of a folder, a source and its target a line, by the prefix of their task.

    The file `english-french.tsv` is the task "translate English to French".

    Raises:
        FileNotFoundError: if the folder holds no `.tsv` file.
        ValueError: if a line has not two columns.
    """
    files = sorted(folder.glob("*.tsv"))
    if not files:
        raise FileNotFoundError(f"No .tsv file in {folder}: give a folder of sentence pairs.")
    return {prefix_of(file): _read(file) for file in files}


def prefix_of(file: Path) -> str:
    """The task a file of pairs stands for.

    >>> prefix_of(Path("train/english-french.tsv"))
    'translate English to French'
    """
    source, _, target = file.stem.partition("-")
    return f"translate {source.capitalize()} to {target.capitalize()}"


def _read(file: Path) -> list[Pair]:
    prefix, pairs = prefix_of(file), []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        columns = line.split("\t")
        if len(columns) != 2:
            raise ValueError(
                f"Line {number} of {file.name} has not two columns with a tab between."
            )
        pairs.append((f"{prefix}: {columns[0]}", columns[1]))
    return pairs


def made_up(count: int, seed: int, heldout: bool = False) -> dict[str, list[Pair]]:
    """`count` rows of each made-up task, the same for the same arguments.

    >>> made_up(1, seed=0)["number"]
    [('number: four', '4')]
    """
    rng = random.Random(f"{seed} {heldout}")
    return {task: [draw(task, rng, heldout) for _ in range(count)] for task in MADE_UP}


class PairBatches:
    """Batches of pairs of several tasks, a pure function of (seed, step).

    `recipe.made_up_share` of the rows are of made-up tasks, each as often as the others; the rest
    are the pairs of files, each as often as the others: once before any comes again.
    """

    def __init__(
        self, pairs: Sequence[Pair], tokenizer: PreTrainedTokenizerBase, recipe: Recipe
    ) -> None:
        self._pairs, self._tokenizer, self._recipe = pairs, tokenizer, recipe
        self._pool: tuple[int, list[list[Pair]]] = (-1, [])

    def __call__(self, step: int) -> dict[str, torch.Tensor]:
        """The `step`-th batch, see `encode`."""
        number, place = divmod(step, POOL)
        if self._pool[0] != number:
            self._pool = number, self._batches(number)
        return encode(self._pool[1][place], self._tokenizer, self._recipe.context)

    def _batches(self, pool: int) -> list[list[Pair]]:
        """The batches of a pool: rows of about one length stand together, in any order of lengths.

        Less is padded so, and that is a third of the work.
        """
        size, rng = self._recipe.batch, random.Random(f"{self._recipe.seed} {pool}")
        drawn = round(POOL * size * self._recipe.made_up_share)
        names = list(MADE_UP)
        rows = [draw(names[i % len(names)], rng) for i in range(drawn)]
        rows += self._next(pool, POOL * size - drawn)
        rng.shuffle(rows)
        rows.sort(key=lambda pair: len(pair[0]) + len(pair[1].encode()))
        batches = [rows[start : start + size] for start in range(0, len(rows), size)]
        rng.shuffle(batches)
        return batches

    def _next(self, pool: int, count: int) -> Iterator[Pair]:
        """The pairs of files that are `pool`'s turn."""
        for place in range(pool * count, (pool + 1) * count):
            epoch, index = divmod(place, len(self._pairs))
            yield self._pairs[_order(len(self._pairs), self._recipe.seed, epoch)[index]]


@lru_cache(maxsize=2)  # a pool may lie in two epochs
def _order(count: int, seed: int, epoch: int) -> np.ndarray:
    return np.random.default_rng((seed, epoch)).permutation(count)


def encode(
    pairs: Sequence[Pair], tokenizer: PreTrainedTokenizerBase, most: int
) -> dict[str, torch.Tensor]:
    """Pairs as a model takes them: `input_ids` and `attention_mask` [rows, tokens], `labels`
    [rows, tokens], which are `IGNORE_INDEX` where a target has ended.

    Args:
        pairs: sources and targets.
        tokenizer: one that ends a text with its end-of-text token.
        most: tokens of a source or a target; what goes beyond is cut off.
    """
    rows, answers = (
        tokenizer(list(side), padding=True, truncation=True, max_length=most, return_tensors="pt")
        for side in zip(*pairs, strict=True)
    )
    labels = answers.input_ids.masked_fill(answers.attention_mask == 0, IGNORE_INDEX)
    return {"input_ids": rows.input_ids, "attention_mask": rows.attention_mask, "labels": labels}
