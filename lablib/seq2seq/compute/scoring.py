"""How good is a translation? BLEU and chrF on pairs that were kept apart, the worst ones shown.

Both count what the two texts have in common: BLEU pieces of one to four words (Papineni et al.
2002), chrF pieces of one to six characters (Popović 2015), which needs no words and forgives a
wrong ending. Neither knows what a text means.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from lablib import data
from lablib.attention.compute.heads import start_of_decoder
from lablib.attention.compute.text import read
from lablib.models import LoadedModel
from lablib.numbers import require_count, require_whole
from lablib.sampling.compute.beams import require_size
from lablib.seq2seq.compute.translation import MOST_TOKENS, search
from lablib.training.made_up import MADE_UP, Pair, draw

FRENCH = "translate English to French"
TASKS = (FRENCH, *MADE_UP)
"""What there are pairs of."""


@dataclass(frozen=True)
class ScoredPair:
    """A source, what is right, what the model wrote, and how near that is: chrF, 0 to 100."""

    source: str
    target: str
    written: str
    chrf: float

    @property
    def is_right(self) -> bool:
        """Whether it is the target to the letter."""
        return self.written == self.target


@dataclass(frozen=True)
class Scored:
    """How a model fares on some pairs.

    Attributes:
        rows: each pair, the worst one first.
        bleu: of all together, 0 to 100.
        chrf: of all together, 0 to 100.
        exact: the share that is right to the letter, 0 to 1.
    """

    rows: tuple[ScoredPair, ...]
    bleu: float
    chrf: float
    exact: float


def heldout_pairs(task: str, count: int = 20, seed: int = 0) -> list[Pair]:
    """Pairs that pocket-t5 has not learned from, the prefix in each source.

    Args:
        task: "translate English to French", whose sentences were written for this project, or a
            task that is made up as its rows are drawn: date, number, past, plural, reverse.
        count: how many at most.
        seed: of what is drawn.

    Raises:
        ValueError: if there is no such task.

    Example:
        >>> from lablib import seq2seq as ss
        >>> ss.heldout_pairs("translate English to French", 1)
        [('translate English to French: I am cold.', "J'ai froid.")]
    """
    if task not in TASKS:
        raise ValueError(f"There are no pairs for {task!r}: choose one of {', '.join(TASKS)}.")
    require_count("count", count, 0)
    require_whole(seed=seed)
    if task == FRENCH:
        known = data.pairs("english-french")[:count]
        return [(f"{FRENCH}: {source}", target) for source, target in known]
    rng = random.Random(seed)
    return [draw(task, rng, heldout=True) for _ in range(count)]


def score(
    m: LoadedModel, pairs: Sequence[Pair], beams: int = 1, length_penalty: float = 1.0
) -> Scored:
    """What a model writes to each source, beside what is right.

    Raises:
        ValueError: if there are no pairs, `beams` is below 1, or the model is no encoder-decoder
            model.

    Example:
        >>> from lablib import models, seq2seq as ss
        >>> m = models.load("pocket-t5", device="cpu")
        >>> found = ss.score(m, ss.heldout_pairs("plural", 3))
        >>> found.rows[0].chrf <= found.rows[-1].chrf
        True
    """
    return together(list(score_each(m, pairs, beams, length_penalty)))


def score_each(
    m: LoadedModel, pairs: Sequence[Pair], beams: int = 1, length_penalty: float = 1.0
) -> Iterator[ScoredPair]:
    """The rows of `score`, one after the other.

    Example:
        >>> from lablib import models, seq2seq as ss
        >>> m = models.load("pocket-t5", device="cpu")
        >>> [row.target for row in score_each(m, [("plural: the cat", "the cats")])]
        ['the cats']
    """
    require_size(beams, MOST_TOKENS)
    near = CHRF()
    for source, target in pairs:
        start = [start_of_decoder(m)]
        ids, *_ = search(m, read(m, source), start, beams, length_penalty, MOST_TOKENS)
        text = str(m.tokenizer.decode(ids, skip_special_tokens=True)).strip()
        yield ScoredPair(source, target, text, float(near.sentence_score(text, [target]).score))


def together(rows: Sequence[ScoredPair]) -> Scored:
    """The figures of all rows.

    Example:
        >>> together([ScoredPair("a", "the cats", "the cats", 100.0)]).exact
        1.0
    """
    if not rows:
        raise ValueError("There are no pairs to score: give at least one source and its target.")
    written = [row.written for row in rows]
    targets = [row.target for row in rows]
    return Scored(
        rows=tuple(sorted(rows, key=lambda row: row.chrf)),
        bleu=bleu(written, targets),
        chrf=chrf(written, targets),
        exact=sum(row.is_right for row in rows) / len(rows),
    )


def bleu(written: Sequence[str], targets: Sequence[str]) -> float:
    """Corpus BLEU, 0 to 100, with sacrebleu's defaults (Post 2018).

    >>> round(bleu(["the cat sat on the mat"], ["the cat sat on the mat"]))
    100
    """
    return float(BLEU().corpus_score(list(written), [list(targets)]).score)


def chrf(written: Sequence[str], targets: Sequence[str]) -> float:
    """Corpus chrF2, 0 to 100, with sacrebleu's defaults.

    >>> chrf(["the cats"], ["the cats"])
    100.0
    """
    return float(CHRF().corpus_score(list(written), [list(targets)]).score)
