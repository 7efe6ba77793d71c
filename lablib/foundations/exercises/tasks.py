"""What is to be written, with the typical wrong answers and what is said to each."""

from lablib.exercises.checking import FunctionCheck, Mistake
from lablib.exercises.records import Exercise, source
from lablib.foundations.exercises import solutions

TALE = [
    "the",
    "cat",
    "saw",
    "the",
    "dog",
    "and",
    "the",
    "cat",
    "saw",
    "the",
    "sea",
    "and",
    "a",
    "cat",
    "sat",
]


def _over_all(words: list[str], word: str) -> dict[str, float]:
    found = solutions.next_words(words, word)
    return {after: share * words.count(word) / len(words) for after, share in found.items()}


def _counts(words: list[str], word: str) -> dict[str, int]:
    followers = [words[i + 1] for i in range(len(words) - 1) if words[i] == word]
    return {after: followers.count(after) for after in followers}


def _equal(words: list[str], word: str) -> dict[str, float]:
    followers = set(_counts(words, word))
    return {after: 1 / len(followers) for after in followers}


def _before(words: list[str], word: str) -> dict[str, float]:
    return solutions.next_words(words[::-1], word)


NEXT_WORDS = Exercise(
    id="foundations/next-words",
    title="A language model in two lines",
    minutes=5,
    difficulty=1,
    question=(
        "`words` is a text as a list of words. Write `next_words(words, word)`: a dictionary that "
        "gives each word that came after `word` in the text its probability. That is a bigram "
        "model, unsmoothed."
    ),
    check=FunctionCheck(
        solutions.next_words,
        cases=lambda: [(TALE, "the"), (TALE, "cat"), (TALE, "and")],
        mistakes=(
            Mistake(
                _over_all,
                "You divide by all the words of the text. The question is about those that come "
                "after this word: their probabilities must sum to 1.",
            ),
            Mistake(_counts, "These are counts. Divide each by how many there are in all."),
            Mistake(
                _equal,
                "Every word that ever followed is equally likely here. The more often it followed, "
                "the likelier it is.",
            ),
            Mistake(_before, "These are the words that came before it."),
        ),
    ),
    hints=(
        "The word after the one at place i is `words[i + 1]`; the last word has none after it.",
        "Make the list of all words that came after `word`; then `list.count` counts in it.",
    ),
    solution=source(solutions.next_words),
    lesson=(
        "Counting was the state of the art for forty years. All that a neural network adds is what "
        "to say where nothing was counted."
    ),
)
