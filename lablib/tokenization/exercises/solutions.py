# mypy: disallow-untyped-defs=False, check-untyped-defs=False
"""The right answers, shown to learners as they stand here (so without type annotations).

A tokenizer is one of `transformers`; ids are a list of numbers.
"""

import unicodedata
from itertools import pairwise

from tokenizers import Tokenizer, pre_tokenizers


def bytes_of(text):
    """The bytes of a text in UTF-8, as a list of numbers from 0 to 255."""
    return list(text.encode("utf-8"))


def bytes_per_token(text, tokenizer):
    """How many bytes of the text one token stands for, on average."""
    ids = tokenizer(text, add_special_tokens=False).input_ids
    return len(text.encode("utf-8")) / len(ids)


def first_difference(text, tokenizer):
    """Where the decoded tokens first differ from the text; -1 if they give it back whole."""
    ids = tokenizer(text, add_special_tokens=False).input_ids
    back = tokenizer.decode(ids)
    if back == text:
        return -1
    for place in range(min(len(text), len(back))):
        if text[place] != back[place]:
            return place
    return min(len(text), len(back))


def merge(tokens, pair):
    """The tokens with every `pair` that stands side by side made into one, from the left."""
    merged, place = [], 0
    while place < len(tokens):
        if tuple(tokens[place : place + 2]) == tuple(pair):
            merged.append(pair[0] + pair[1])
            place += 2
        else:
            merged.append(tokens[place])
            place += 1
    return merged


def next_merge(tokens, merges):
    """The pair that BPE merges next: of those side by side, the one learned first."""
    known = [pair for pair in pairwise(tokens) if pair in merges]
    return min(known, key=merges.index)


def wordpiece(word, vocabulary):
    """The pieces of a word: from the left, always the longest that the vocabulary has."""
    pieces, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            piece = ("##" if start else "") + word[start:end]
            if piece in vocabulary:
                break
        else:
            return ["[UNK]"]
        pieces.append(piece)
        start = end
    return pieces


def best_path(word, scores):
    """The pieces of a word whose scores have the largest sum."""
    best = {0: (0.0, [])}
    for end in range(1, len(word) + 1):
        for start in range(end):
            piece = word[start:end]
            if start in best and piece in scores:
                total = best[start][0] + scores[piece]
                if end not in best or total > best[end][0]:
                    best[end] = total, [*best[start][1], piece]
    return best[len(word)][1]


def most_frequent_pair(words):
    """The two neighbouring characters that are together most often; `words` says how often."""
    counts = {}
    for word, times in words.items():
        for pair in pairwise(word):
            counts[pair] = counts.get(pair, 0) + times
    return max(counts, key=counts.get)


def premium(text, english, tokenizer):
    """How many times as many tokens a text needs as its English translation."""
    return len(tokenizer(text).input_ids) / len(tokenizer(english).input_ids)


def spellings(word, tokenizer):
    """The forms of a word, small and large, with and without a space, that are one token."""
    forms = [word.lower(), word.capitalize(), word.upper()]
    forms += [" " + form for form in forms]
    return [form for form in forms if len(tokenizer(form).input_ids) == 1]


def in_threes(digits):
    """The digits of a number in groups of three, counted from the right."""
    first = len(digits) % 3
    groups = [digits[:first]] if first else []
    return groups + [digits[start : start + 3] for start in range(first, len(digits), 3)]


def unix_lines(text):
    """The text with every line end, whatever it was, as one new line."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def same_word(first, second):
    """Whether two words are the same, however their accents are written."""
    return unicodedata.normalize("NFC", first) == unicodedata.normalize("NFC", second)


def safe_ids(text, tokenizer):
    """The ids of a stranger's text, none of them a control token."""
    return tokenizer(text, add_special_tokens=False, split_special_tokens=True).input_ids


def token_ids(text, tokenizer):
    """The ids of a text, word by word, so that each id can be traced to its word."""
    ids = []
    for number, word in enumerate(text.split(" ")):
        ids += tokenizer(" " + word if number else word).input_ids
    return ids


def read_back(ids, tokenizer):
    """The text that the ids stand for."""
    return tokenizer.decode(ids)


def tokens_of(text, bpe):
    """The tokens of a text, by GPT-2's merges as they were loaded from their file."""
    tokenizer = Tokenizer(bpe)
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return tokenizer.encode(text).tokens


def fits(text, tokenizer, context):
    """Whether a model that reads at most `context` tokens can read the whole text."""
    return len(tokenizer(text).input_ids) <= context


def shorten(text, tokenizer, most):
    """The beginning of the text, of at most `most` tokens, to be shown to people."""
    ids = tokenizer(text).input_ids
    return tokenizer.decode(ids[:most]).rstrip("\ufffd")
