"""Random words, twice: the second half repeats the first, and every word is one token."""

import pytest

from lablib import attention as at
from lablib import models


def test_words_of_a_vocabulary_are_one_token_each():
    tokenizer = models.load("pocket-gpt2").tokenizer
    words = at.random_words_twice(tokenizer, length=8).split()
    assert words[:8] == words[8:] and len(set(words)) == 8
    assert all(len(tokenizer.encode(f" {word}")) == 1 for word in words)


def test_a_seed_decides_the_words():
    tokenizer = models.load("pocket-gpt2").tokenizer
    assert at.random_words_twice(tokenizer, seed=1) == at.random_words_twice(tokenizer, seed=1)
    assert at.random_words_twice(tokenizer, seed=1) != at.random_words_twice(tokenizer, seed=2)


@pytest.mark.parametrize("length", [1, 5, 10_000])
def test_a_vocabulary_without_words_gives_letters(gpt2, length):
    letters = at.random_words_twice(gpt2.tokenizer, length=length).split()
    half = len(letters) // 2
    assert letters[:half] == letters[half:] and half == min(length, 52)
    assert all(letter.isalpha() for letter in letters)


def test_no_word_at_all_is_refused():
    with pytest.raises(ValueError, match="length must be 1 or above, and it was -1"):
        at.random_words_twice(models.load_tokenizer("pocket-gpt2"), length=-1)
