"""The engine counts BLEU and chrF as sacrebleu does: one table of texts, run through both."""

import random
from itertools import pairwise

import pytest

from lablib import seq2seq as ss
from lablib.seq2seq.compute.scoring import TASKS, bleu, chrf
from tests.hard_strings import hard_texts

CASES = [
    (["the cat sat on the mat"], ["the cat sat on the mat"]),
    (["the cat sat"], ["the cat sat on the mat"]),
    (["the the the the the"], ["the cat sat on the mat"]),
    (["a cat sat on the mat", "it rains"], ["the cat sat on a mat", "it snows, today"]),
    (["It costs 1,200.50 dollars."], ["It costs 1,200.5 dollars ."]),
    (["well-known, 3-4 (x) [y] {z} a/b"], ["well - known , 3 - 4 ( x ) [ y ] { z } a / b"]),
    (['&lt;b&gt; &amp;quot; &amp;lt; "&quot;'], ['<b> &quot; < " "']),
    (["<skipped>a-\nb c\nd e-\n"], ["ab c d e-"]),
    (["one\x1ctwo\x85three\ufefffour five"], ["one two three four five"]),
    (["我很冷，我们走吧。", "naïve café 🙂"], ["我很冷。我们走吧", "naïve cafe\u0301 🙂"]),
    (["", "a"], ["a", ""]),
    ([""], [""]),
    (["abc"], ["xyz"]),
    (["ab"], ["abcdefgh"]),
    (["."], ["..."]),
]


def mixed(texts, rng):
    """A text with a word left out, one put twice, or two changed."""
    words = [text.split(" ") for text in texts]
    for row in words:
        place = rng.randrange(len(row))
        row[place : place + 1] = rng.choice(([], [row[place]] * 2, [row[0], row[-1]]))
    return [" ".join(row) for row in words]


@pytest.fixture(scope="module")
def cases():
    """Texts by hand, the pairs of the lab with mistakes in them, and hard strings."""
    rng = random.Random(0)
    known = [[target for _, target in ss.heldout_pairs(task)] for task in TASKS]
    hard = hard_texts(60)
    return [
        *CASES,
        *((mixed(targets, rng), targets) for targets in known),
        *(([one], [other]) for one, other in pairwise(hard)),
        *(([text], [text]) for text in hard),
        (hard, list(reversed(hard))),
    ]


@pytest.mark.parametrize(("name", "theirs"), [("bleu", bleu), ("chrf", chrf)])
def test_scores_are_sacrebleus(script_of, cases, name, theirs):
    ours = script_of("scoring_math")(f"a[0].map(([one, other]) => m.{name}(one, other))", cases)
    assert ours == pytest.approx([theirs(*case) for case in cases], rel=1e-12, abs=1e-12)
