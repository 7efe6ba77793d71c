"""Answers to the exercises of the tokenization lab."""

from tests.exercises.answers import Tried

ANSWERS = {
    "tokenization/bytes-of": Tried(
        right=(
            """
def bytes_of(text):
    return [byte for byte in bytes(text, "utf-8")]
""",
            """
import numpy as np

def bytes_of(text):
    return np.frombuffer(text.encode(), dtype=np.uint8)
""",
            """
def bytes_of(text):
    found = []
    for c in map(ord, text):
        if c < 0x80:
            found += [c]
        elif c < 0x800:
            found += [0xC0 | c >> 6, 0x80 | c & 0x3F]
        elif c < 0x10000:
            found += [0xE0 | c >> 12, 0x80 | c >> 6 & 0x3F, 0x80 | c & 0x3F]
        else:
            found += [0xF0 | c >> 18, *(0x80 | c >> n & 0x3F for n in (12, 6, 0))]
    return tuple(found)
""",
            """
def bytes_of(text):
    yield from text.encode()
""",
        ),
        wrong={
            """
def bytes_of(text):
    return [ord(c) for c in text]
""": "code points",
            """
def bytes_of(text):
    return text.encode("utf-8")
""": "This should be a list",
            """
def bytes_of(text):
    return [hex(byte) for byte in text.encode()]
""": "This should be a list of 3 numbers",
            """
def bytes_of(text):
    return list(text.encode("utf-16"))
""": "UTF-16, with a byte order mark",
            """
def bytes_of(text):
    return list(text.encode("ascii", "ignore"))
""": "",
        },
    ),
    "tokenization/more-tokens": Tried(
        right=("'🦩'", "'\\u1234'", "'🦩🦩🦩'", "'ꙮ and no more'[:1]"),
        wrong={
            "'cat'": "Leave ASCII",
            "'é'": "Nearly",
            "['🦩']": "in quotes",
            "'Hello 🦩'": "Nearly",
        },
    ),
    "tokenization/bytes-per-token": Tried(
        right=(
            """
def bytes_per_token(text, tokenizer):
    return len(bytes(text, "utf-8")) / len(tokenizer.tokenize(text))
""",
            """
import numpy as np

def bytes_per_token(text, tokenizer):
    ids = np.array(tokenizer(text).input_ids)
    ids = ids[~np.isin(ids, tokenizer.all_special_ids)]
    return np.float64(len(text.encode())) / ids.size
""",
            """
def bytes_per_token(text, tokenizer):
    ids = tokenizer.encode(text, add_special_tokens=False)
    return sum(len(c.encode()) for c in text) / len(ids)
""",
        ),
        wrong={
            """
def bytes_per_token(text, tokenizer):
    return len(text.encode()) / len(tokenizer(text).input_ids)
""": "puts `[CLS]` before",
            """
def bytes_per_token(text, tokenizer):
    return len(text) / len(tokenizer(text, add_special_tokens=False).input_ids)
""": "characters per token",
            """
def bytes_per_token(text, tokenizer):
    return len(text.encode()) / len(tokenizer(text).input_ids[1:-1])
""": "",
            """
def bytes_per_token(text, tokenizer):
    return len(text.encode()) // len(tokenizer.tokenize(text))
""": "",
        },
    ),
    "tokenization/first-difference": Tried(
        right=(
            """
from itertools import zip_longest

def first_difference(text, tokenizer):
    back = tokenizer.decode(tokenizer(text, add_special_tokens=False).input_ids)
    for i, (a, b) in enumerate(zip_longest(text, back)):
        if a != b:
            return i
    return -1
""",
            """
import os

def first_difference(text, tokenizer):
    back = tokenizer.decode(tokenizer.encode(text, add_special_tokens=False))
    return -1 if back == text else len(os.path.commonprefix([text, back]))
""",
            """
import torch

def first_difference(text, tokenizer):
    ids = tokenizer(text, add_special_tokens=False, return_tensors="pt").input_ids[0]
    back, i = tokenizer.decode(ids), 0
    while i < len(text) and i < len(back) and text[i] == back[i]:
        i += 1
    return torch.tensor(-1 if text == back else i)
""",
        ),
        wrong={
            """
def first_difference(text, tokenizer):
    back = tokenizer.decode(tokenizer(text, add_special_tokens=False).input_ids)
    for i, (a, b) in enumerate(zip(text, back)):
        if a != b:
            return i
    return -1
""": "only the beginning of the other",
            """
def first_difference(text, tokenizer):
    back = tokenizer.decode(tokenizer(text, add_special_tokens=False).input_ids)
    return next((i + 1 for i, (a, b) in enumerate(zip(text, back)) if a != b), -1)
""": "",
            """
def first_difference(text, tokenizer):
    back = tokenizer.decode(tokenizer(text, add_special_tokens=False).input_ids)
    return next((i for i in range(len(text)) if text[i] != back[i]), -1)
""": "IndexError",
            """
def first_difference(text, tokenizer):
    back = tokenizer.decode(tokenizer(text, add_special_tokens=False).input_ids)
    return back != text
""": "",
        },
    ),
    "tokenization/merge": Tried(
        right=(
            """
def merge(tokens, pair):
    out = []
    for token in tokens:
        out.append(token)
        if len(out) > 1 and (out[-2], out[-1]) == (pair[0], pair[1]):
            out[-2:] = [pair[0] + pair[1]]
    return out
""",
            """
def merge(tokens, pair):
    if len(tokens) < 2:
        return tokens
    if (tokens[0], tokens[1]) == pair:
        return ["".join(pair)] + merge(tokens[2:], pair)
    return [tokens[0]] + merge(tokens[1:], pair)
""",
            """
def merge(tokens, pair):
    tokens, i = list(tokens), 0
    while i < len(tokens) - 1:
        if tokens[i] == pair[0] and tokens[i + 1] == pair[1]:
            tokens[i : i + 2] = [tokens[i] + tokens[i + 1]]
        i += 1
    return tuple(tokens)
""",
            """
def merge(tokens, pair):
    tokens = iter(tokens)
    held = next(tokens, None)
    while held is not None:
        following = next(tokens, None)
        if (held, following) == tuple(pair):
            yield held + following
            held = next(tokens, None)
        else:
            yield held
            held = following
""",
        ),
        wrong={
            """
def merge(tokens, pair):
    out, i = [], 0
    while i < len(tokens):
        if set(tokens[i : i + 2]) == set(pair) and len(tokens[i : i + 2]) == 2:
            out.append("".join(pair))
            i += 2
        else:
            out.append(tokens[i])
            i += 1
    return out
""": "in either order",
            """
def merge(tokens, pair):
    return "|".join(tokens).replace("|".join(pair), "".join(pair)).split("|")
""": "",
            """
def merge(tokens, pair):
    out = []
    for i in range(len(tokens) - 1):
        if (tokens[i], tokens[i + 1]) == pair:
            out.append(pair[0] + pair[1])
        else:
            out.append(tokens[i])
    return out
""": "",
            """
def merge(tokens, pair):
    out, i = [], 0
    while i < len(tokens) - 1:
        if (tokens[i], tokens[i + 1]) == pair:
            out.append(pair[0] + pair[1])
            i += 2
        else:
            out.append(tokens[i])
            i += 1
    return out
""": "",
            """
def merge(tokens, pair):
    for i in range(len(tokens) - 1):
        if (tokens[i], tokens[i + 1]) == pair:
            return tokens[:i] + ["".join(pair)] + tokens[i + 2 :]
    return tokens
""": "first pair only",
        },
    ),
    "tokenization/leftmost-merge": Tried(
        right=(
            """
def next_merge(tokens, merges):
    for pair in merges:
        if pair in zip(tokens, tokens[1:]):
            return pair
""",
            """
def next_merge(tokens, merges):
    rank = {pair: i for i, pair in enumerate(merges)}
    return list(min(pairwise(tokens), key=lambda pair: rank.get(pair, float("inf"))))
""",
            """
def next_merge(tokens, merges):
    known = [pair for pair in pairwise(tokens) if pair in merges]
    return sorted(known, key=merges.index)[0]
""",
        ),
        wrong={
            """
def next_merge(tokens, merges):
    for a, b in merges:
        if a in tokens and b in tokens:
            return a, b
""": "not side by side in this order",
            """
def next_merge(tokens, merges):
    for a, b in merges:
        if a + b in "".join(tokens):
            return a, b
""": "",
            """
def next_merge(tokens, merges):
    return [pair for pair in pairwise(tokens) if pair in merges][-1]
""": "furthest to the right",
            """
def next_merge(tokens, merges):
    known = [pair for pair in pairwise(tokens) if pair in merges]
    return "".join(min(known, key=merges.index))
""": "",
            """
def next_merge(tokens, merges):
    return min(pair for pair in pairwise(tokens) if pair in merges)
""": "",
        },
    ),
    "tokenization/wordpiece": Tried(
        right=(
            """
def wordpiece(word, vocabulary):
    pieces, sign = [], ""
    while word:
        end = len(word)
        while end and sign + word[:end] not in vocabulary:
            end -= 1
        if not end:
            return ["[UNK]"]
        pieces.append(sign + word[:end])
        word, sign = word[end:], "##"
    return pieces
""",
            """
def wordpiece(word, vocabulary, sign=""):
    fitting = [p for p in vocabulary if p.startswith(sign) and word.startswith(p[len(sign):])]
    if not fitting:
        return ("[UNK]",)
    longest = max(fitting, key=len)
    rest = word[len(longest) - len(sign):]
    after = wordpiece(rest, vocabulary, "##") if rest else ()
    return ("[UNK]",) if after == ("[UNK]",) else (longest, *after)
""",
        ),
        wrong={
            # Looks back where the longest piece leads nowhere.
            """
def wordpiece(word, vocabulary):
    def cut(start):
        if start == len(word):
            return []
        for end in range(len(word), start, -1):
            piece = ("##" if start else "") + word[start:end]
            if piece in vocabulary and (rest := cut(end)) is not None:
                return [piece, *rest]
    return cut(0) or ["[UNK]"]
""": "",
            """
def wordpiece(word, vocabulary):
    pieces, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            if word[start:end] in vocabulary:
                break
        else:
            return ["[UNK]"]
        pieces.append(word[start:end])
        start = end
    return pieces
""": "with `##` before it",
            """
def wordpiece(word, vocabulary):
    pieces, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            piece = ("##" if start else "") + word[start:end]
            if piece in vocabulary:
                break
        else:
            return [*pieces, "[UNK]"]
        pieces.append(piece)
        start = end
    return pieces
""": "given up, too",
            """
def wordpiece(word, vocabulary):
    pieces, start = [], 0
    while start < len(word):
        for end in range(start + 1, len(word) + 1):
            piece = ("##" if start else "") + word[start:end]
            if piece in vocabulary:
                break
        else:
            return ["[UNK]"]
        pieces.append(piece)
        start = end
    return pieces
""": "shortest piece",
        },
    ),
    "tokenization/best-path": Tried(
        right=(
            """
import functools

def best_path(word, scores):
    @functools.cache
    def best(rest):
        if not rest:
            return 0.0, ()
        paths = []
        for n in range(1, len(rest) + 1):
            if rest[:n] in scores:
                total, path = best(rest[n:])
                paths.append((scores[rest[:n]] + total, (rest[:n], *path)))
        return max(paths)
    return best(word)[1]
""",
            """
import numpy as np

def best_path(word, scores):
    n = len(word)
    total, back = np.full(n + 1, -np.inf), [0] * (n + 1)
    total[0] = 0
    for end in range(1, n + 1):
        for start in range(end):
            score = total[start] + scores.get(word[start:end], -np.inf)
            if score > total[end]:
                total[end], back[end] = score, start
    pieces, end = [], n
    while end:
        pieces.insert(0, word[back[end] : end])
        end = back[end]
    return pieces
""",
            """
import heapq

def best_path(word, scores):
    open_, done = [(0.0, 0, [])], set()
    while True:
        cost, place, path = heapq.heappop(open_)
        if place == len(word):
            return path
        if place in done:
            continue
        done.add(place)
        for piece, score in scores.items():
            if word.startswith(piece, place):
                heapq.heappush(open_, (cost - score, place + len(piece), [*path, piece]))
""",
        ),
        wrong={
            """
def best_path(word, scores):
    pieces = []
    while word:
        piece = max((p for p in scores if word.startswith(p)), key=len)
        pieces.append(piece)
        word = word[len(piece):]
    return pieces
""": "WordPiece's way",
            """
def best_path(word, scores):
    pieces = []
    while word:
        piece = max((p for p in scores if word.startswith(p)), key=scores.get)
        pieces.append(piece)
        word = word[len(piece):]
    return pieces
""": "The best piece at each place",
            """
def best_path(word, scores):
    pieces = []
    while word:
        fitting = [p for p in scores if word.startswith(p)]
        piece = max(fitting, key=lambda p: scores[p] / len(p))
        pieces.append(piece)
        word = word[len(piece):]
    return pieces
""": "",
            """
def best_path(word, scores):
    return list(word)
""": "Single letters",
        },
    ),
    "tokenization/most-frequent-pair": Tried(
        right=(
            """
def most_frequent_pair(words):
    counts = {}
    for word, times in words.items():
        for a, b in zip(word, word[1:]):
            counts[a, b] = counts.get((a, b), 0) + times
    return sorted(counts, key=counts.get)[-1]
""",
            """
def most_frequent_pair(words):
    counts = {}
    for word, times in words.items():
        for i in range(len(word) - 1):
            pair = word[i], word[i + 1]
            counts[pair] = counts.get(pair, 0) + times
    best = None
    for pair in counts:
        if best is None or counts[pair] >= counts[best]:
            best = pair
    return best
""",
            """
from collections import Counter

def most_frequent_pair(words):
    counts = Counter()
    for word, times in words.items():
        for pair in pairwise(word):
            counts[pair] += times
    return min(counts, key=lambda pair: (-counts[pair], pair))
""",
            """
from collections import Counter

def most_frequent_pair(words):
    pairs = [pair for word, times in words.items() for pair in list(pairwise(word)) * times]
    return list(Counter(pairs).most_common(1)[0][0])
""",
        ),
        wrong={
            """
from collections import Counter

def most_frequent_pair(words):
    return Counter(pair for word in words for pair in pairwise(word)).most_common(1)[0][0]
""": "five times counts five times",
            """
from collections import Counter

def most_frequent_pair(words):
    text = "".join(word * times for word, times in words.items())
    return Counter(pairwise(text)).most_common(1)[0][0]
""": "across the borders",
            """
from collections import Counter

def most_frequent_pair(words):
    counts = Counter()
    for word, times in words.items():
        for pair in set(pairwise(word)):
            counts[pair] += times
    return counts.most_common(1)[0][0]
""": "twice counts twice",
            """
from collections import Counter

def most_frequent_pair(words):
    counts = Counter()
    for word, times in words.items():
        for pair in pairwise(word):
            counts[pair] += times
    return "".join(counts.most_common(1)[0][0])
""": "Give it as a pair",
            """
from collections import Counter

def most_frequent_pair(words):
    counts = Counter()
    for word, times in words.items():
        for pair in pairwise(word):
            counts[pair] += times
    return counts.most_common(1)[0]
""": "",
            """
def most_frequent_pair(words):
    word = max(words, key=words.get)
    return word[0], word[1]
""": "",
        },
    ),
    "tokenization/three-merges": Tried(
        right=("('ea', 'sea', 'seat')", "'ea sea seat'.split()"),
        wrong={
            "['ea', 'se', 'at']": "counted anew",
            "['sea', 'ea', 'seat']": "",
            "['ea', 'sea']": "This should be a list of 3 texts",
            "[('e', 'a'), ('s', 'ea'), ('sea', 't')]": "This should be a list of 3 texts",
        },
    ),
    "tokenization/other-pre-tokenizer": Tried(
        right=(
            """
def tokens_of(text, bpe):
    return models.load_tokenizer("gpt2").tokenize(text)
""",
            """
def tokens_of(text, bpe):
    tokenizer = Tokenizer(bpe)
    level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    pattern = r"'s|'t|'re|'ve|'m|'ll|'d| ?\\w+| ?[^\\s\\w]+|\\s+(?!\\S)|\\s+"
    from tokenizers import Regex
    split = pre_tokenizers.Split(Regex(pattern), "isolated")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split, level])
    return tokenizer.encode(text).tokens
""",
        ),
        wrong={
            """
def tokens_of(text, bpe):
    tokenizer = Tokenizer(bpe)
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel()
    return tokenizer.encode(text).tokens
""": "puts a space before the text",
            """
def tokens_of(text, bpe):
    tokenizer = Tokenizer(bpe)
    return tokenizer.encode(text).tokens
""": "Without a pre-tokenizer",
            """
def tokens_of(text, bpe):
    tokenizer = Tokenizer(bpe)
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return tokenizer.encode(text).tokens
""": "The spaces still get lost",
            """
def tokens_of(text, bpe):
    tokenizer = Tokenizer(bpe)
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return tokenizer.encode(text).ids
""": "",
        },
    ),
    "tokenization/premium": Tried(
        right=(
            """
def premium(text, english, tokenizer):
    return len(tokenizer.tokenize(text)) / len(tokenizer.tokenize(english))
""",
            """
import numpy as np

def premium(text, english, tokenizer):
    counts = np.array([len(ids) for ids in tokenizer([text, english]).input_ids])
    return counts[0] / counts[1]
""",
            """
from fractions import Fraction

def premium(text, english, tokenizer):
    return Fraction(len(tokenizer.encode(text)), len(tokenizer.encode(english)))
""",
        ),
        wrong={
            """
def premium(text, english, tokenizer):
    return len(tokenizer.tokenize(english)) / len(tokenizer.tokenize(text))
""": "Upside down",
            """
def premium(text, english, tokenizer):
    return len(tokenizer.tokenize(text)) - len(tokenizer.tokenize(english))
""": "the difference",
            """
def premium(text, english, tokenizer):
    return len(tokenizer.tokenize(text)) // len(tokenizer.tokenize(english))
""": "",
            """
def premium(text, english, tokenizer):
    return len(tokenizer.tokenize(text)) / len(tokenizer.tokenize(english)) - 1
""": "",
        },
    ),
    "tokenization/spellings": Tried(
        right=(
            """
def spellings(word, tokenizer):
    found = []
    for space in ("", " "):
        for form in (word.lower(), word.title(), word.upper()):
            if len(tokenizer.tokenize(space + form)) == 1:
                found.append(space + form)
    return found
""",
            """
def spellings(word, tokenizer):
    vocabulary = tokenizer.get_vocab()
    forms = [word.lower(), word.lower().capitalize(), word.upper()]
    forms += [" " + form for form in forms]
    return (form for form in forms if form.replace(" ", "Ġ") in vocabulary)
""",
        ),
        wrong={
            """
def spellings(word, tokenizer):
    forms = [word, word.capitalize(), word.upper()]
    forms += [" " + form for form in forms]
    return [form for form in forms if len(tokenizer.tokenize(form)) == 1]
""": "",
            """
def spellings(word, tokenizer):
    forms = [word.lower(), word.capitalize(), word.upper()]
    return [f for f in forms if len(tokenizer.tokenize(f)) == 1]
""": "The forms with a space are missing",
            """
def spellings(word, tokenizer):
    forms = [s + one for one in (word.lower(), word.capitalize(), word.upper()) for s in ("", " ")]
    return [f for f in forms if len(tokenizer.tokenize(f)) == 1]
""": "",
            """
def spellings(word, tokenizer):
    forms = [word.lower(), word.capitalize(), word.upper()]
    return len([f for f in forms + [" " + f for f in forms] if len(tokenizer.tokenize(f)) == 1])
""": "Say which",
        },
    ),
    "tokenization/in-threes": Tried(
        right=(
            """
def in_threes(digits):
    return f"{int(digits):,}".split(",")
""",
            """
import re

def in_threes(digits):
    return re.findall(r"\\d{1,3}(?=(?:\\d{3})*$)", digits)
""",
            """
def in_threes(digits):
    groups = []
    while digits:
        digits, group = digits[:-3], digits[-3:]
        groups.insert(0, group)
    return tuple(groups)
""",
            """
def in_threes(digits):
    back = digits[::-1]
    return reversed([back[n : n + 3][::-1] for n in range(0, len(back), 3)])
""",
        ),
        wrong={
            """
def in_threes(digits):
    return [digits[n : n + 3] for n in range(0, len(digits), 3)]
""": "count from the left",
            """
def in_threes(digits):
    first = len(digits) % 3
    return [digits[:first]] + [digits[n : n + 3] for n in range(first, len(digits), 3)]
""": "an empty group",
            """
def in_threes(digits):
    return [int(group) for group in f"{int(digits):,}".split(",")]
""": "This should be a list of 3 texts",
            """
def in_threes(digits):
    return f"{int(digits):,}"
""": "not one text",
        },
    ),
    "tokenization/two-ways": Tried(
        right=(
            "([31373], (258, 18798))",
            "[models.load_tokenizer('gpt2')('hello').input_ids, [71, 68, 75, 75, 78]]",
            "__import__('numpy').array([[258, 18798], [12758, 78]])",
        ),
        wrong={
            "[[31373], [31373]]": "Both are the same list",
            "[[31373], [23748]]": "must decode to `hello`",
            "[31373, 258]": "Give two lists",
            "['hel', 'lo']": "Give two lists",
            "[[31373], [31373, 60000]]": "Give two lists",
        },
    ),
    "tokenization/cheaper-code": Tried(
        right=(
            "'def sign(x):\\n if x < 0:\\n  return -1\\n return 1\\n'",
            "'def sign(x):\\n\\tif x < 0:\\n\\t\\treturn -1\\n\\treturn 1\\n'",
        ),
        wrong={
            "'def sign(x):\\n    if x < 0:\\n        return -1\\n    return 1\\n'": "get it to",
            "'def sign(x):\\nif x < 0:\\nreturn -1\\nreturn 1\\n'": "cannot read this",
            "'def s(x):\\n if x < 0:\\n  return -1\\n return 1\\n'": "another program",
        },
    ),
    "tokenization/unix-lines": Tried(
        right=(
            """
import re

def unix_lines(text):
    return re.sub("\\r\\n?", "\\n", text)
""",
            """
import io

def unix_lines(text):
    return io.IncrementalNewlineDecoder(None, translate=True).decode(text, final=True)
""",
            """
def unix_lines(text):
    out, before = "", ""
    for c in text:
        if not (c == "\\n" and before == "\\r"):
            out += "\\n" if c == "\\r" else c
        before = c
    return out
""",
        ),
        wrong={
            """
def unix_lines(text):
    return text.replace("\\r\\n", "\\n")
""": "A lone `\\r`",
            """
def unix_lines(text):
    return text.replace("\\r", "\\n")
""": "you make two of it",
            """
def unix_lines(text):
    return text.replace("\\r", "\\n").replace("\\r\\n", "\\n")
""": "you make two of it",
            """
import re

def unix_lines(text):
    return re.sub("[\\r\\n]+", "\\n", text)
""": "",
            """
def unix_lines(text):
    return text.splitlines()
""": "",
        },
    ),
    "tokenization/same-word": Tried(
        right=(
            """
def same_word(first, second):
    return unicodedata.normalize("NFD", first) == unicodedata.normalize("NFD", second)
""",
            """
import numpy as np

def same_word(first, second):
    composed = [unicodedata.normalize("NFC", word) for word in (first, second)]
    return np.bool_(len(set(composed)) == 1)
""",
            """
def same_word(first, second):
    def letters(word):
        return [p for c in word for p in apart(c)]

    def apart(c):
        parts = unicodedata.decomposition(c).split()
        return [c] if not parts or parts[0].startswith("<") else [chr(int(p, 16)) for p in parts]

    return int(letters(first) == letters(second))
""",
        ),
        wrong={
            """
def same_word(first, second):
    return first == second
""": "the two spellings of é differ",
            """
def same_word(first, second):
    return unicodedata.normalize("NFKC", first) == unicodedata.normalize("NFKC", second)
""": "NFKC",
            """
def same_word(first, second):
    def bare(word):
        letters = unicodedata.normalize("NFD", word)
        return [c for c in letters if not unicodedata.combining(c)]
    return bare(first) == bare(second)
""": "You take the accents away",
            """
def same_word(first, second):
    return first == unicodedata.normalize("NFC", second)
""": "",
            """
def same_word(first, second):
    return len(unicodedata.normalize("NFC", first)) == len(unicodedata.normalize("NFC", second))
""": "",
        },
    ),
    "tokenization/safe-ids": Tried(
        right=(
            """
def safe_ids(text, tokenizer):
    pieces = tokenizer.tokenize(text, split_special_tokens=True)
    return tokenizer.convert_tokens_to_ids(pieces)
""",
            """
import numpy as np

def safe_ids(text, tokenizer):
    options = {"add_special_tokens": False, "split_special_tokens": True}
    return np.array(tokenizer([text], **options).input_ids[0])
""",
        ),
        wrong={
            """
def safe_ids(text, tokenizer):
    return tokenizer(text, add_special_tokens=False).input_ids
""": "only keeps the tokenizer from adding",
            """
def safe_ids(text, tokenizer):
    return tokenizer(text, split_special_tokens=True).input_ids
""": "still adds `[CLS]`",
            """
def safe_ids(text, tokenizer):
    for token in tokenizer.all_special_tokens:
        text = text.replace(token, "")
    return tokenizer(text, add_special_tokens=False, split_special_tokens=True).input_ids
""": "is gone",
            """
def safe_ids(text, tokenizer):
    text = text.replace("<|", "< |")
    return tokenizer(text, add_special_tokens=False).input_ids
""": "",
        },
    ),
    "tokenization/one-token-at-a-time": Tried(
        right=(
            """
def read_back(ids, tokenizer):
    return tokenizer.convert_tokens_to_string(tokenizer.convert_ids_to_tokens(ids))
""",
            """
def read_back(ids, tokenizer):
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    byte = {letter: byte for byte, letter in bytes_to_unicode().items()}
    letters = "".join(tokenizer.convert_ids_to_tokens(ids))
    return bytes(byte[letter] for letter in letters).decode("utf-8")
""",
            """
def read_back(ids, tokenizer):
    return tokenizer.batch_decode([ids])[0]
""",
        ),
        wrong={
            """
def read_back(ids, tokenizer):
    return "".join(tokenizer.batch_decode([[id] for id in ids]))
""": "still decoded one at a time",
            """
def read_back(ids, tokenizer):
    return tokenizer.decode(ids[:-1])
""": "",
            """
def read_back(ids, tokenizer):
    return tokenizer.decode(ids).replace(" ", "")
""": "",
        },
    ),
    "tokenization/characters-for-tokens": Tried(
        right=(
            """
def fits(text, tokenizer, context):
    return not len(tokenizer.tokenize(text)) > context
""",
            """
import numpy as np

def fits(text, tokenizer, context):
    return np.array(tokenizer(text).input_ids).size <= np.int64(context)
""",
            """
def fits(text, tokenizer, context):
    return len(tokenizer.encode(text)) in range(context + 1)
""",
        ),
        wrong={
            """
def fits(text, tokenizer, context):
    return len(tokenizer(text).input_ids) < context
""": "fits, too",
            """
def fits(text, tokenizer, context):
    return len(text.split()) <= context
""": "Those are words",
            """
def fits(text, tokenizer, context):
    return len(text.encode()) <= context
""": "Those are bytes",
            """
def fits(text, tokenizer, context):
    return len(tokenizer(text).input_ids) >= context
""": "",
            """
def fits(text, tokenizer, context):
    return len(tokenizer(text).input_ids) <= context + 1
""": "",
            """
def fits(text, tokenizer, context):
    return True
""": "",
        },
    ),
    "tokenization/word-by-word": Tried(
        right=(
            """
def token_ids(text, tokenizer):
    return tokenizer(text).input_ids
""",
            """
def token_ids(text, tokenizer):
    first, *rest = text.split()
    ids = list(tokenizer(first).input_ids)
    for word in rest:
        ids.extend(tokenizer(f" {word}").input_ids)
    return ids
""",
            """
import re

def token_ids(text, tokenizer):
    for word in re.findall(" ?[^ ]+", text):
        yield from tokenizer(word).input_ids
""",
        ),
        wrong={
            """
def token_ids(text, tokenizer):
    return [id for word in text.split() for id in tokenizer(" " + word).input_ids]
""": "the first word has a space",
            """
def token_ids(text, tokenizer):
    return [id for word in text.split() for id in tokenizer(word).input_ids]
""": "without the space before them",
            """
def token_ids(text, tokenizer):
    return [tokenizer(" " * (n > 0) + word).input_ids for n, word in enumerate(text.split())]
""": "",
            """
def token_ids(text, tokenizer):
    ids = []
    for word in text.split(" "):
        ids += tokenizer(word).input_ids + tokenizer(" ").input_ids
    return ids[:-1]
""": "not to the word before it",
        },
    ),
    "tokenization/cut-in-a-character": Tried(
        right=(
            # Takes tokens away until the rest can be read.
            """
def shorten(text, tokenizer, most):
    ids = tokenizer(text).input_ids[:most]
    while ids and not text.startswith(tokenizer.decode(ids)):
        ids = ids[:-1]
    return tokenizer.decode(ids)
""",
            """
def shorten(text, tokenizer, most):
    back = tokenizer.decode(tokenizer(text).input_ids[:most])
    while back.endswith("\\ufffd"):
        back = back[:-1]
    return back
""",
            """
import os

def shorten(text, tokenizer, most):
    return os.path.commonprefix([text, tokenizer.decode(tokenizer(text).input_ids[:most])])
""",
            """
def shorten(text, tokenizer, most):
    ids = tokenizer(text).input_ids
    for n in range(min(most, len(ids)), -1, -1):
        if "\\ufffd" not in tokenizer.decode(ids[:n]):
            return tokenizer.decode(ids[:n])
""",
        ),
        wrong={
            """
def shorten(text, tokenizer, most):
    return tokenizer.decode(tokenizer(text).input_ids[:most]).replace("\\ufffd", "?")
""": "A question mark",
            """
def shorten(text, tokenizer, most):
    return tokenizer.decode(tokenizer(text).input_ids[: most - 1])
""": "",
            """
def shorten(text, tokenizer, most):
    return tokenizer.decode(tokenizer(text).input_ids[:most])[:-1]
""": "drop the last character",
            """
def shorten(text, tokenizer, most):
    return text[:most]
""": "It should be tokens",
        },
    ),
}
