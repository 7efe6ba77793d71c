"""Answers to the exercise of lab 00."""

from tests.exercises.answers import Tried

ANSWERS = {
    "foundations/next-words": Tried(
        right=(
            """
from collections import Counter

def next_words(words, word):
    counts = Counter(b for a, b in zip(words, words[1:]) if a == word)
    return {after: n / counts.total() for after, n in counts.items()}
""",
            """
def next_words(words, word):
    counts = {}
    for i in range(len(words) - 1):
        if words[i] == word:
            counts[words[i + 1]] = counts.get(words[i + 1], 0) + 1
    total = sum(counts.values())
    for after in counts:
        counts[after] /= total
    return counts
""",
            """
import numpy as np

def next_words(words, word):
    words = np.array(words)
    after, counts = np.unique(words[1:][words[:-1] == word], return_counts=True)
    return dict(zip(after, counts / counts.sum()))
""",
            """
from fractions import Fraction

def next_words(words, word):
    followers = [b for a, b in zip(words[:-1], words[1:]) if a == word]
    return {b: Fraction(followers.count(b), len(followers)) for b in set(followers)}
""",
        ),
        wrong={
            """
def next_words(words, word):
    after = [words[i + 1] for i in range(len(words)) if words[i] == word]
    return {w: after.count(w) / len(after) for w in after}
""": "stop one place before the end",
            """
def next_words(words, word):
    after = [b for a, b in zip(words, words[1:]) if a == word]
    return {w: after.count(w) / words.count(word) for w in after}
""": "divide by how many words came after it",
            """
def next_words(words, word):
    after = [b for a, b in zip(words, words[1:]) if a == word]
    return {w: after.count(w) for w in after}
""": "These are counts",
            """
def next_words(words, word):
    after = [words[words.index(word) + 1]]
    return {w: 1.0 for w in after}
""": "",
            """
def next_words(words, word):
    after = [b for a, b in zip(words, words[2:]) if a == word]
    return {w: after.count(w) / len(after) for w in after}
""": "",
            """
def next_words(words, word):
    after = [b for a, b in zip(words, words[1:]) if a == word]
    return max(after, key=after.count)
""": "This should be a dictionary",
        },
    ),
}
