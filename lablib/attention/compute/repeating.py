"""A text in which nothing can be guessed but that it repeats itself, for induction heads."""

import random

from transformers import PreTrainedTokenizerBase

from lablib.models.text import token_text
from lablib.numbers import require_count, require_whole


def random_words_twice(tokenizer: PreTrainedTokenizerBase, length: int = 12, seed: int = 0) -> str:
    """Random words that are one token each, and then the same words again.

    Of a vocabulary without words, random letters. Olsson et al. 2022 ("In-context Learning and
    Induction Heads") look for induction heads in such texts.

    Args:
        length: how many different words.
        seed: the same seed gives the same words.

    Example:
        >>> from transformers import GPT2Tokenizer
        >>> words = {"Ġcat": 0, "Ġdog": 1, "s": 2, "Ġ": 3, "Ġ.": 4}
        >>> random_words_twice(GPT2Tokenizer(vocab=words, merges=[]), length=2)
        'dog cat dog cat'
    """
    require_count("length", length)
    require_whole(seed=seed)
    entries = [token_text(tokenizer, id) for id in sorted(tokenizer.get_vocab().values())]
    words = [entry for entry in entries if _is_word(entry)]
    names = words or [entry for entry in entries if entry.isascii() and entry.isalpha()]
    chosen = random.Random(seed).sample(names, min(length, len(names)))
    return " ".join(one.strip() for one in [*chosen, *chosen])


def _is_word(entry: str) -> bool:
    """Whether the entry stands for a whole lower-case word: with the space before it.

    >>> _is_word(" cat"), _is_word("at"), _is_word(" C")
    (True, False, False)
    """
    return entry.startswith(" ") and entry.isascii() and entry[1:].isalpha() and entry.islower()
