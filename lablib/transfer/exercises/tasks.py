"""What is to be written or worked out, with the typical wrong answers and what is said to each."""

from collections.abc import Callable
from typing import Any

from lablib.exercises.checking import FunctionCheck, Mistake, ValueCheck
from lablib.exercises.records import Exercise, source
from lablib.transfer.exercises import solutions

LEAKS = Exercise(
    id="transfer/leaks",
    title="What was learned by heart",
    minutes=4,
    difficulty=1,
    question=(
        "A text that stands in both parts tests nothing but memory. Write `leaks(train, test)`: "
        "the test texts that stand in the training part too, in their order and as they are "
        "written there. Two texts are the same if they have the same words in the same order: "
        "case does not matter, nor do more spaces between words, or spaces at the ends. Two lists "
        "of texts are given."
    ),
    check=FunctionCheck(
        solutions.leaks,
        cases=lambda: [
            (["So good!", "so  BAD"], ["So bad", "so good!", "So so", "bad so"]),
            (["Fine ", "new"], ["fine", "Newer", "old"]),
            (["a b", "A c"], ["a  B", "a c", "a", "ab"]),
        ],
        mistakes=(
            Mistake(
                lambda train, test: [text for text in test if text in train],
                "You find only texts that are the same to the letter. `So bad` and `so  BAD` are "
                "one text.",
            ),
            Mistake(
                lambda train, test: [
                    text for text in test if text.lower() in [one.lower() for one in train]
                ],
                "Case no longer matters, but spaces still do: `text.split()` cuts at any number of "
                "them.",
            ),
            Mistake(
                lambda train, test: [
                    text
                    for text in test
                    if {*_bare(text).split()} in [{*_bare(one).split()} for one in train]
                ],
                "You compare which words there are, and not their order: `bad so` is not `so bad`.",
            ),
            Mistake(
                lambda train, test: [
                    text
                    for text in test
                    if _bare(text).replace(" ", "") in [_bare(o).replace(" ", "") for o in train]
                ],
                "Without any spaces `a b` becomes `ab`, another text.",
            ),
            Mistake(
                lambda train, test: [
                    text for text in train if _bare(text) in {_bare(one) for one in test}
                ],
                "These are the training texts. The test texts were asked for.",
            ),
            Mistake(
                lambda train, test: [
                    _bare(text) for text in test if _bare(text) in {_bare(one) for one in train}
                ],
                "These are the right ones, but changed: give the test texts as they stand there.",
            ),
            Mistake(
                lambda train, test: [
                    text for text in test if _bare(text) not in {_bare(one) for one in train}
                ],
                "These are the others, which are safe.",
            ),
        ),
    ),
    hints=(
        "Bring every text into one form first: `' '.join(text.lower().split())`.",
        "A set of the training texts in that form makes the question quick.",
    ),
    solution=source(solutions.leaks),
    lesson=(
        "`read_labelled` does this for your own CSV, and says what it found. Copies that were "
        "changed a little (a signature, a typo) it does not find."
    ),
)


def _bare(text: str) -> str:
    return " ".join(text.lower().split())


STEPS = Exercise(
    id="transfer/steps",
    title="How many steps?",
    minutes=1,
    difficulty=1,
    question=(
        "256 texts are learned from in batches of 32, for 3 epochs. How many steps does the "
        "optimizer make?"
    ),
    check=ValueCheck(
        24,
        mistakes=(
            Mistake(768, "That is how many texts are read, with repetition. A step reads 32."),
            Mistake(8, "That is one epoch: 256 / 32."),
            Mistake(96, "That is batch size times epochs. How often do 32 go into 256?"),
            Mistake(3, "An epoch goes through all texts, and each batch of it is a step."),
        ),
    ),
    hints=("How many batches are there in an epoch?",),
    solution="256 // 32 * 3",
    lesson="With 25,000 texts the same recipe makes 2,346 steps. Count steps, not epochs.",
)

CONFUSION = Exercise(
    id="transfer/confusion",
    title="Who is taken for whom",
    minutes=5,
    difficulty=2,
    question=(
        "Write `confusion(labels, called, classes)`: a list of `classes` rows, in which row i, "
        "column j says how many texts of class i were called class j. `labels` has the true class "
        "of each text, `called` the one that was said, both as numbers from 0."
    ),
    check=FunctionCheck(
        solutions.confusion,
        cases=lambda: [
            ([0, 0, 1, 2, 2, 2], [0, 1, 1, 2, 0, 0], 3),
            ([0, 1, 1], [1, 1, 0], 4),
        ],
        mistakes=(
            Mistake(
                lambda labels, called, classes: solutions.confusion(called, labels, classes),
                "Rows and columns are the wrong way round: row i holds the texts that *are* i.",
            ),
            Mistake(
                lambda labels, called, classes: [
                    [row[i] if i == j else 0 for j in range(classes)]
                    for i, row in enumerate(solutions.confusion(labels, called, classes))
                ],
                "You count only what is right. The mistakes are what this table is for.",
            ),
            Mistake(
                lambda labels, called, classes: (
                    [[called.count(j) for j in range(classes)]] * classes
                ),
                "Every row is the same: `[[0] * n] * n` is one row, n times. Make each row anew.",
            ),
            Mistake(
                lambda labels, called, classes: [
                    [number / max(sum(row), 1) for number in row]
                    for row in solutions.confusion(labels, called, classes)
                ],
                "These are shares of each row. Numbers of texts were asked for.",
            ),
            Mistake(
                lambda labels, called, classes: solutions.confusion(
                    labels, called, max(*labels, *called) + 1
                ),
                "A class that no text has and nobody says still has its row and column.",
            ),
        ),
    ),
    hints=(
        "Begin with zeros: `[[0] * classes for _ in range(classes)]`.",
        "For each pair of a true class and a called one, add 1 to `matrix[true][called]`.",
    ),
    solution=source(solutions.confusion),
    lesson="`sklearn.metrics.confusion_matrix` does the same, with the same rows and columns.",
)


def bag(weights: dict[str, float], both: float = 0.0) -> Callable[[list[str]], float]:
    """A score that adds up what its words weigh, and more where "not" and "good" meet.

    >>> bag({"good": 2.0}, -3.0)(["not", "good"])
    -1.0
    """

    def score(words: list[str]) -> float:
        met = both if {"not", "good"} <= set(words) else 0.0
        return sum(weights.get(word, 0.0) for word in words) + met

    return score


def placed(weights: dict[str, float]) -> Callable[[list[str]], float]:
    """A score for which a word weighs more the later it stands.

    >>> placed({"dull": -1.0})(["dull", "film", "dull"])
    -4.0
    """

    def score(words: list[str]) -> float:
        return sum(weights.get(word, 0.0) * place for place, word in enumerate(words, 1))

    return score


def _only(score: Any, words: list[str]) -> list[float]:
    masks = ["[MASK]"] * len(words)
    return [score([*masks[:i], word, *masks[i + 1 :]]) for i, word in enumerate(words)]


def _at_the_first(score: Any, words: list[str]) -> list[float]:
    found = solutions.occlude(score, words)
    return [found[words.index(word)] for word in words]


OCCLUDE = Exercise(
    id="transfer/occlude",
    title="Take a word away",
    minutes=5,
    difficulty=2,
    question=(
        "`score(words)` gives the log-odds of a class for a list of words. Write `occlude(score, "
        "words)`: for each place, by how much the score falls when the word there, and no other, "
        'is replaced by `"[MASK]"`. A word that speaks for the class gets a number above 0.'
    ),
    check=FunctionCheck(
        solutions.occlude,
        cases=lambda: [
            (bag({"good": 2.0, "not": 0.5, "[MASK]": 0.25}, -3.0), ["not", "so", "good"]),
            (bag({"dull": -1.5, "[MASK]": 0.25}), ["dull", "dull", "film"]),
            (placed({"dull": -1.5, "[MASK]": 0.25}), ["dull", "film", "dull"]),
        ],
        mistakes=(
            Mistake(
                lambda score, words: [-value for value in solutions.occlude(score, words)],
                "The signs are the wrong way round: score with the word, less score without it.",
            ),
            Mistake(
                lambda score, words: [
                    score([*words[:i], "[MASK]", *words[i + 1 :]]) for i in range(len(words))
                ],
                "These are the scores without each word. By how much did they fall?",
            ),
            Mistake(
                lambda score, words: [
                    score(words) - score([*words[:i], *words[i + 1 :]]) for i in range(len(words))
                ],
                "You leave the word out; put [MASK] in its place, so that the others stay where "
                "they were.",
            ),
            Mistake(
                lambda score, words: [
                    score(words) - score(["[MASK]" if w == word else w for w in words])
                    for word in words
                ],
                "A word that stands there twice is hidden twice. Hide one place at a time.",
            ),
            Mistake(
                _at_the_first,
                "`words.index` finds the first place of a word. Where it stands again, that is the "
                "wrong one: go by places.",
            ),
            Mistake(
                _only,
                "You hide all the others and keep one word. That asks what a word says alone; "
                "`not` says little alone.",
            ),
        ),
    ),
    hints=(
        "`[*words[:i], '[MASK]', *words[i + 1:]]` hides word i.",
        "The whole text's score is needed once, before the loop.",
    ),
    solution=source(solutions.occlude),
    lesson=(
        "The numbers need not add up to the score: where `not` and `good` work together, each "
        "takes the other's part with it."
    ),
)
