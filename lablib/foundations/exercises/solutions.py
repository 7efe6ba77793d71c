# mypy: disallow-untyped-defs=False
"""The right answers, as they are shown to whoever asks for them."""


def next_words(words, word):
    """The words that followed `word`, each with its probability."""
    followers = [words[i + 1] for i in range(len(words) - 1) if words[i] == word]
    return {after: followers.count(after) / len(followers) for after in followers}
