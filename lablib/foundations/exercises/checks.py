"""The checks: cases, right answers, and typical mistakes.

What is said to each mistake stands in `questions.md`, under the name that the mistake has here.
"""

from lablib.exercises.checking import FunctionCheck
from lablib.exercises.records import Check
from lablib.foundations.exercises import solutions

CHECKS: dict[str, Check] = {}
"""By the ids of the questions."""

TALE = [
    "the", "cat", "saw", "the", "dog", "and", "the", "cat", "saw", "the", "sea", "and", "a", "cat",
    "sat",
]  # fmt: skip

RHYME = ["a", "cat", "and", "a", "dog", "and", "a"]


def _over_all(words: list[str], word: str) -> dict[str, float]:
    found = solutions.next_words(words, word)
    return {after: share * words.count(word) / len(words) for after, share in found.items()}


def _by_all_occurrences(words: list[str], word: str) -> dict[str, float]:
    return {after: count / words.count(word) for after, count in _counts(words, word).items()}


def _beyond_the_end(words: list[str], word: str) -> dict[str, float]:
    followers = [words[i + 1] for i in range(len(words)) if words[i] == word]
    return {after: followers.count(after) / len(followers) for after in followers}


def _counts(words: list[str], word: str) -> dict[str, int]:
    followers = [words[i + 1] for i in range(len(words) - 1) if words[i] == word]
    return {after: followers.count(after) for after in followers}


def _equal(words: list[str], word: str) -> dict[str, float]:
    followers = set(_counts(words, word))
    return {after: 1 / len(followers) for after in followers}


def _before(words: list[str], word: str) -> dict[str, float]:
    return solutions.next_words(words[::-1], word)


CHECKS["foundations/next-words"] = FunctionCheck(
    solutions.next_words,
    cases=lambda: [
        (TALE, "the"),
        (TALE, "cat"),
        (TALE, "and"),
        (RHYME, "a"),
        (TALE, "sat"),
    ],
    mistakes={
        "over all": _over_all,
        "by all occurrences": _by_all_occurrences,
        "beyond the end": _beyond_the_end,
        "counts": _counts,
        "equal": _equal,
        "before": _before,
    },
)
