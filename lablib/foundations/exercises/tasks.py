"""What is to be written, with the typical wrong answers and what is said to each."""

from lablib.exercises.checking import FunctionCheck, Mistake
from lablib.exercises.records import Exercise, source
from lablib.foundations.exercises import solutions

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


NEXT_WORDS = Exercise(
    id="foundations/next-words",
    title="A language model in two lines",
    minutes=5,
    difficulty=1,
    question=(
        "`words` is a text as a list of words. Write `next_words(words, word)`: a dictionary that "
        "gives each word that came right after `word` in the text its probability, by how often it "
        "did (an empty one if none did). That is a bigram model, unsmoothed."
    ),
    check=FunctionCheck(
        solutions.next_words,
        cases=lambda: [
            (TALE, "the"),
            (TALE, "cat"),
            (TALE, "and"),
            (RHYME, "a"),
            (TALE, "sat"),
        ],
        mistakes=(
            Mistake(
                _over_all,
                "You divide by all the words of the text. The question is about those that come "
                "after this word: their probabilities must sum to 1.",
            ),
            Mistake(
                _by_all_occurrences,
                "You divide by how often `word` stands in the text. Where it is the last word, "
                "nothing comes after it: divide by how many words came after it.",
            ),
            Mistake(
                _beyond_the_end,
                "The last word has none after it: stop one place before the end.",
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
        "Counting was the state of the art for forty years. A neural network also has an answer "
        "where nothing was counted: it learns which contexts are alike, and can use longer ones."
    ),
)
