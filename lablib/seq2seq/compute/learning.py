"""Pairs of one's own: those that a run never learned from, to ask before it and after.

Which pairs are kept apart is in the settings of the run (a share of the table, or the rows that its
column "split" calls "validation"), so they can be had at any time.
"""

import os

from lablib.numbers import require_count
from lablib.training import engine
from lablib.training.made_up import Pair
from lablib.training.run import Run
from lablib.training.tasks import heldout_pairs
from lablib.training.texts import read_source

WORDS = ("cat", "dog", "fox", "hen", "cow", "pig", "bird", "fish", "lion", "bear", "wolf")


def heldout_of(run: Run | str | os.PathLike[str], most: int = 20) -> list[Pair]:
    """The pairs of a run's table that it never learned from.

    Args:
        run: a run with the task "sequence", or its folder.
        most: how many pairs.

    Raises:
        ValueError: if there is no such run, it learned something else, or no pair was kept apart.

    Example:
        >>> from lablib import finetuning as ft, seq2seq as ss
        >>> config = ft.Config("pocket-t5", ss.twice(), task="sequence", heldout=0.1)
        >>> len(ss.heldout_of(ft.Run(config)))
        11
    """
    require_count("most", most, 0)
    run = run if isinstance(run, Run) else Run.open(run)
    if run.config.task != "sequence":
        raise ValueError(f"This run learned no pairs of texts: its task is {run.config.task}.")
    kept = engine.own_source(run.config, run.folder)
    source = read_source(kept if kept.is_file() else run.config.text, table=True)
    pairs = heldout_pairs(run.config, source)
    if not pairs:
        raise ValueError("No pair was kept apart: take a share above 0 under Held out.")
    return [(source, target) for source, target in pairs[:most]]


def twice() -> str:
    r"""A table of pairs for a rule that no model has met: say two words twice.

    >>> from lablib import seq2seq as ss
    >>> ss.twice()[:51]
    'source,target\ntwice: cat dog,cat dog cat dog\ntwice:'
    """
    pairs = [f"{one} {other}" for one in WORDS for other in WORDS if one != other]
    return "source,target\n" + "".join(f"twice: {pair},{pair} {pair}\n" for pair in pairs)
