"""What is to be written or worked out, with the typical wrong answers and what is said to each."""

import re
from itertools import pairwise
from typing import Any

from lablib.exercises.checking import FunctionCheck, Mistake, ValueCheck
from lablib.exercises.records import Exercise, Verdict, source
from lablib.tokenization.exercises import solutions
from lablib.tokenization.exercises.practice import gpt2, wordpiece
from lablib.unicode import well_formed

OPEN = Verdict("unanswered", "Not answered yet: put your answer in place of `...`.")

BYTES_OF = Exercise(
    id="tokenization/bytes-of",
    title="What a tokenizer really reads",
    minutes=2,
    difficulty=1,
    question=(
        "Write `bytes_of(text)`: the bytes of a text in UTF-8, as a list of numbers from 0 to 255."
    ),
    check=FunctionCheck(
        solutions.bytes_of,
        cases=lambda: [("cat",), ("né",), ("猫",), ("🦩!",)],
        mistakes=(
            Mistake(
                lambda text: [ord(character) for character in text],
                "Those are the code points, one number a character. UTF-8 writes every character "
                "beyond ASCII with two to four bytes.",
            ),
            Mistake(
                lambda text: list(text.encode("utf-16-le")),
                "Those are the bytes of UTF-16. GPT-2 reads UTF-8.",
            ),
            Mistake(
                lambda text: list(text.encode("utf-16")),
                "Those are the bytes of UTF-16, with a byte order mark. GPT-2 reads UTF-8.",
            ),
            Mistake(
                lambda text: list(text.encode("latin-1", "replace")),
                "Latin-1 has one byte a character and no room for 猫. Encode as UTF-8.",
            ),
            Mistake(
                lambda text: len(text.encode()),
                "That is how many bytes there are. Give the bytes themselves.",
            ),
        ),
    ),
    hints=(
        "A text has a method that turns it into bytes: `encode`.",
        "`list` of some bytes is a list of numbers.",
    ),
    solution=source(solutions.bytes_of),
    lesson=(
        "256 bytes write every text there is, so a tokenizer that begins with bytes never meets a "
        "character it does not know."
    ),
)


def _more_tokens(answer: Any) -> Verdict:
    """Whether GPT-2 needs more tokens for a text than it has characters."""
    if answer is None or answer is ...:
        return OPEN
    if not isinstance(answer, str):
        return Verdict("wrong", "Give a text, in quotes.")
    tokens, characters = len(gpt2()(well_formed(answer)).input_ids), len(answer)
    counted = f"{characters} characters, {tokens} tokens"
    if tokens > characters:
        return Verdict("right", f"Right: {counted}.", counted)
    if not answer.isascii():
        return Verdict(
            "wrong",
            "Nearly: this script or sign is too well known to GPT-2. Try a rarer one.",
            counted,
        )
    return Verdict(
        "wrong",
        "An ASCII character is one byte, and a token is one byte at least: so it can be at most as "
        "many tokens as characters. Leave ASCII.",
        counted,
    )


MORE_TOKENS = Exercise(
    id="tokenization/more-tokens",
    title="More tokens than characters",
    minutes=2,
    difficulty=1,
    question=(
        "A token is mostly several characters. Find a text for which GPT-2 needs more tokens than "
        "the text has characters."
    ),
    check=_more_tokens,
    hints=(
        "How many bytes can one character have?",
        "A rare emoji, or a script that hardly occurs on English pages.",
    ),
    solution='"🦩"',
    lesson=(
        "One character can be up to four bytes, and the bytes of a rare one were never merged. So "
        "a token can be less than a character: it cannot be shown alone."
    ),
)

BYTES_PER_TOKEN = Exercise(
    id="tokenization/bytes-per-token",
    title="Bytes per token",
    minutes=3,
    difficulty=1,
    question=(
        "How much text fits into a token? Write `bytes_per_token(text, tokenizer)`: the bytes of "
        "the text in UTF-8 by the number of its tokens. Tokens that the tokenizer adds by itself, "
        "such as BERT's `[CLS]` and `[SEP]`, do not count."
    ),
    check=FunctionCheck(
        solutions.bytes_per_token,
        cases=lambda: [
            ("The cat sat on the mat.", gpt2()),
            ("नमस्ते दुनिया", gpt2()),
            ("the cat plays", wordpiece()),
        ],
        mistakes=(
            Mistake(
                lambda text, tokenizer: len(text.encode()) / len(tokenizer(text).input_ids),
                "BERT's tokenizer puts `[CLS]` before a text and `[SEP]` after it, and they stand "
                "for none of it: use `add_special_tokens=False`.",
            ),
            Mistake(
                lambda text, tokenizer: (
                    len(text) / len(tokenizer(text, add_special_tokens=False).input_ids)
                ),
                "Those are characters per token. Between languages only bytes compare.",
            ),
            Mistake(
                lambda text, tokenizer: len(text) / len(tokenizer(text).input_ids),
                "Those are characters per token: count bytes, and leave out the tokens that the "
                "tokenizer adds.",
            ),
            Mistake(
                lambda text, tokenizer: 1 / solutions.bytes_per_token(text, tokenizer),
                "Upside down: that is tokens per byte.",
            ),
            Mistake(
                lambda text, tokenizer: len(text.split()) / len(tokenizer(text).input_ids),
                "Those are words per token. Count bytes.",
            ),
        ),
    ),
    hints=(
        'The bytes: `text.encode("utf-8")`. The ids: `tokenizer(text).input_ids`.',
        "`tokenizer(text, add_special_tokens=False)` adds nothing of its own.",
    ),
    solution=source(solutions.bytes_per_token),
    lesson=(
        "GPT-2 reads about four bytes of English with a token, and barely more than one and a half "
        "of Hindi. More bytes per token: more text in the context, fewer steps, lower cost."
    ),
)

FIRST_DIFFERENCE = Exercise(
    id="tokenization/first-difference",
    title="There and back",
    minutes=4,
    difficulty=2,
    question=(
        "Write `first_difference(text, tokenizer)`: the place, counted from 0, of the first "
        "character at which the text differs from what its tokens decode to, or −1 if they are the "
        "same. Where one of them goes on behind the end of the other, that end is the place. Let "
        "the tokenizer add no tokens of its own."
    ),
    check=FunctionCheck(
        solutions.first_difference,
        cases=lambda: [
            ("né 🦩", gpt2()),
            ("the Cat", wordpiece()),
            ("the cat ", wordpiece()),
            ("the cat  plays", wordpiece()),
            ("the café", wordpiece()),
        ],
        mistakes=(
            Mistake(
                lambda text, tokenizer: _difference(
                    text, tokenizer.decode(tokenizer(text).input_ids)
                ),
                "You decode `[CLS]` as well, so it differs at once: use "
                "`add_special_tokens=False`.",
            ),
            Mistake(
                lambda text, tokenizer: next(
                    (n for n, (a, b) in enumerate(_there_and_back(text, tokenizer)) if a != b), -1
                ),
                "Where one text is only the beginning of the other, they differ at the end of the "
                "shorter one.",
            ),
            Mistake(
                lambda text, tokenizer: solutions.first_difference(text.lower(), tokenizer),
                "You compare without case. A lost capital is a difference, too.",
            ),
            Mistake(
                lambda text, tokenizer: solutions.first_difference(text, tokenizer) == -1,
                "That says whether they are the same. Say where they differ.",
            ),
        ),
    ),
    hints=(
        "`tokenizer.decode(ids)` gives the text back, or what is left of it.",
        "Go through the places that both texts have. What if all of those agree?",
    ),
    solution=source(solutions.first_difference),
    lesson=(
        "Byte-level tokenizers give every text back. BERT's keeps what it needs to understand one, "
        "and drops case, accents and the number of spaces: good for a search, bad for a writer."
    ),
)


def _there_and_back(text: str, tokenizer: Any) -> Any:
    ids = tokenizer(text, add_special_tokens=False).input_ids
    return zip(text, tokenizer.decode(ids), strict=False)


def _difference(text: str, back: str) -> int:
    return next((n for n, (a, b) in enumerate(zip(text, back, strict=False)) if a != b), -1)


def _merge_either_way_round(tokens: list[str], pair: tuple[str, str]) -> list[str]:
    merged: list[str] = []
    while tokens:
        size = 2 if sorted(tokens[:2]) == sorted(pair) else 1
        merged.append("".join(pair if size == 2 else tokens[:1]))
        tokens = tokens[size:]
    return merged


MERGE = Exercise(
    id="tokenization/merge",
    title="One merge",
    minutes=4,
    difficulty=1,
    question=(
        "BPE builds words by merging. Write `merge(tokens, pair)`: the list of tokens in which "
        "every `pair` of neighbours (the first right before the second) is made into one token, "
        "from left to right."
    ),
    check=FunctionCheck(
        solutions.merge,
        cases=lambda: [
            (["b", "a", "n", "a", "n", "a"], ("a", "n")),
            (["n", "a", "t", "a", "n"], ("a", "n")),
            (["l", "o", "w"], ("e", "r")),
            (["a", "a", "a"], ("a", "a")),
            (["s", "th", "s", "t", "h"], ("t", "h")),
            (["at", "h", "e"], ("t", "h")),
            (["a"], ("a", "b")),
        ],
        mistakes=(
            Mistake(
                lambda tokens, pair: _merge(tokens, pair, most=1),
                "You merge the first pair only. All of them are merged at once.",
            ),
            Mistake(
                lambda tokens, pair: _merge_without_skipping(tokens, pair),
                "After a merge both tokens are used up: go on behind the second one.",
            ),
            Mistake(
                lambda tokens, pair: _merge(tokens[:-1], pair),
                "The last token got lost.",
            ),
            Mistake(
                _merge_either_way_round,
                "You merge the two tokens in either order. A pair is in order: `n` `a` is not `a` "
                "`n`.",
            ),
            Mistake(
                lambda tokens, pair: _merge_in_text(tokens, pair),
                "You look for the pair in the joined text, where it is not seen any more which "
                "tokens it is made of: compare whole tokens.",
            ),
            Mistake(
                lambda tokens, pair: [one for one in _merge(tokens, pair) if one == "".join(pair)],
                "Tokens that are not merged stay as they are.",
            ),
        ),
    ),
    hints=(
        "Go through the list with a place that you move yourself: by two after a merge, else by "
        "one.",
        "`tokens[place : place + 2]` is the pair that begins at `place`, and shorter at the end.",
    ),
    solution=source(solutions.merge),
    lesson="That is the only operation of BPE. GPT-2 has 50,000 pairs to do it with, in order.",
)


def _merge(tokens: list[str], pair: tuple[str, str], most: int = 99) -> list[str]:
    for place in range(len(tokens) - 1):
        if tuple(tokens[place : place + 2]) == tuple(pair) and most:
            rest = _merge(tokens[place + 2 :], pair, most - 1)
            return [*tokens[:place], "".join(pair), *rest]
    return tokens


def _merge_without_skipping(tokens: list[str], pair: tuple[str, str]) -> list[str]:
    merged = []
    for place, token in enumerate(tokens):
        is_pair = tuple(tokens[place : place + 2]) == tuple(pair)
        merged.append("".join(pair) if is_pair else token)
    return merged


def _merge_in_text(tokens: list[str], pair: tuple[str, str]) -> list[str]:
    whole = "".join(pair)
    parts = re.split(f"({re.escape(whole)})", "".join(tokens))
    return [one for part in parts for one in ([part] if part == whole else part)]


WORDPIECE = Exercise(
    id="tokenization/wordpiece",
    title="Longest match",
    minutes=5,
    difficulty=2,
    question=(
        "WordPiece cuts a word from the left, each time the longest piece that is in its "
        "vocabulary. A piece that does not begin the word is written with `##` before it. If at "
        "some place nothing fits, the whole word is `[UNK]`: nothing that was cut is cut anew.\n\n"
        "Write `wordpiece(word, vocabulary)`: the list of pieces, `['[UNK]']` where nothing fits. "
        "The vocabulary is a set."
    ),
    check=FunctionCheck(
        solutions.wordpiece,
        cases=lambda: [
            ("playing", {"play", "##ing", "p", "##lay", "pla", "##y"}),
            ("unplayable", {"un", "##play", "##able", "unp", "##lay", "play", "able"}),
            ("cat", {"cat", "c", "##at"}),
            ("cats", {"cat", "cats", "##s"}),
            ("playz", {"play", "##s"}),
            ("zplay", {"play", "##play"}),
            ("played", {"playe", "play", "##ed", "p"}),
        ],
        mistakes=(
            Mistake(
                lambda word, vocabulary: _wordpiece(word, vocabulary, sign=""),
                "A piece inside the word stands in the vocabulary with `##` before it.",
            ),
            Mistake(
                lambda word, vocabulary: _wordpiece(word, vocabulary, shortest=True),
                "You take the shortest piece that fits. Take the longest.",
            ),
            Mistake(
                lambda word, vocabulary: _wordpiece(word, vocabulary, keep=True),
                "If one place has no piece, the pieces found before are given up, too: the whole "
                "word is `[UNK]`.",
            ),
            Mistake(
                lambda word, vocabulary: [
                    piece.removeprefix("##") for piece in solutions.wordpiece(word, vocabulary)
                ],
                "The right pieces. Write them as the vocabulary does, with `##`.",
            ),
        ),
    ),
    hints=(
        "Begin at place 0. Try the rest of the word, then the rest without its last letter, and so "
        "on, until a piece is in the vocabulary. Go on behind it.",
        "The piece from `start` to `end` is `word[start:end]`, with `##` before it unless `start` "
        "is 0.",
        "A `for` loop can have an `else`: it runs if the loop was not left with `break`.",
    ),
    solution=source(solutions.wordpiece),
    lesson=(
        "Greedy means that it never looks back: a longest first piece can leave a rest that "
        "nothing fits, though a shorter one would have worked."
    ),
)


def _wordpiece(
    word: str, vocabulary: set[str], sign: str = "##", shortest: bool = False, keep: bool = False
) -> list[str]:
    pieces: list[str] = []
    start = 0
    while start < len(word):
        ends = range(start + 1, len(word) + 1)
        fitting = [e for e in ends if (sign if start else "") + word[start:e] in vocabulary]
        if not fitting:
            return [*pieces, "[UNK]"] if keep else ["[UNK]"]
        end = min(fitting) if shortest else max(fitting)
        pieces.append((sign if start else "") + word[start:end])
        start = end
    return pieces


BEST_PATH = Exercise(
    id="tokenization/best-path",
    title="The best path",
    minutes=8,
    difficulty=3,
    question=(
        "A unigram model gives every piece a score, the logarithm of its probability, and cuts a "
        "word such that the sum of the scores is as large as it can be.\n\nWrite `best_path(word, "
        "scores)`: the list of pieces. `scores` is a dictionary with all single letters in it, so "
        "there is always a way."
    ),
    check=FunctionCheck(
        solutions.best_path,
        cases=lambda: [
            ("abc", {"a": -3.0, "b": -3.0, "c": -3.0, "ab": -4.0, "bc": -4.5}),
            ("abcd", {"a": -2.0, "b": -5.0, "c": -5.0, "d": -5.0, "abc": -9.0, "bcd": -4.0}),
            ("hugs", {"h": -4.0, "u": -4.0, "g": -4.0, "s": -2.0, "hug": -9.0, "ug": -3.5}),
            ("aab" * 6, {"a": -3.0, "b": -3.0, "aa": -5.0, "aab": -9.0, "ba": -5.5}),
        ],
        mistakes=(
            Mistake(
                lambda word, scores: [
                    piece.removeprefix("##") for piece in _wordpiece(word, set(scores), sign="")
                ],
                "Always the longest piece is WordPiece's way. A long piece can be an improbable "
                "one.",
            ),
            Mistake(
                lambda word, scores: solutions.best_path(word, {piece: -1.0 for piece in scores}),
                "Those are the fewest pieces. A few improbable ones can be worse than many.",
            ),
            Mistake(
                lambda word, scores: list(word),
                "Single letters always fit, but the sum of their scores is mostly not the largest.",
            ),
            Mistake(
                lambda word, scores: _best_next(word, scores),
                "The best piece at each place need not lead to the best whole: compare whole "
                "paths.",
            ),
        ),
    ),
    hints=(
        "What is the best path up to each place of the word? Up to place 0 it is empty, with sum "
        "0.",
        "The best path up to `end` ends with some piece `word[start:end]`; before it stands the "
        "best path up to `start`. Try all `start`.",
    ),
    solution=source(solutions.best_path),
    lesson=(
        "This is the Viterbi algorithm. T5's and many multilingual tokenizers cut text like this; "
        "that one word can be cut in several ways is even used to make training more robust."
    ),
)


def _best_next(word: str, scores: dict[str, float]) -> list[str]:
    pieces: list[str] = []
    while rest := word[len("".join(pieces)) :]:
        pieces.append(max((p for p in scores if rest.startswith(p)), key=lambda p: scores[p]))
    return pieces


MOST_FREQUENT_PAIR = Exercise(
    id="tokenization/most-frequent-pair",
    title="Which pair is merged next?",
    minutes=4,
    difficulty=1,
    question=(
        "Training BPE is counting. `words` is a dictionary: each word of a text, and how often it "
        "stands there. Nothing is merged yet, so the tokens are the characters.\n\nWrite "
        "`most_frequent_pair(words)`: the two neighbouring characters, as a pair, that stand "
        "together most often in the text."
    ),
    check=FunctionCheck(
        solutions.most_frequent_pair,
        cases=lambda: [
            # One pair is the most frequent in each, and in each but the first a mistake finds
            # another: without the numbers of the words, once a word, across words.
            ({"low": 5, "lower": 2, "newest": 6, "wider": 3},),
            ({"aab": 1, "ab": 1, "cd": 5},),
            ({"banana": 2, "tan": 1, "cat": 3, "at": 1},),
            ({"ba": 5, "cab": 4},),
        ],
        mistakes=(
            Mistake(
                lambda words: solutions.most_frequent_pair(dict.fromkeys(words, 1)),
                "A word that stands in the text five times counts five times.",
            ),
            Mistake(
                lambda words: _pair_of(_counted(words, once=True)),
                "A pair that is in a word twice counts twice.",
            ),
            Mistake(
                lambda words: solutions.most_frequent_pair(
                    {"".join(word * times for word, times in words.items()): 1}
                ),
                "You count pairs across the borders of words. BPE never merges across them.",
            ),
            Mistake(
                lambda words: max(_counted(words).values()),
                "That is how often. Say which pair.",
            ),
            Mistake(
                lambda words: "".join(solutions.most_frequent_pair(words)),
                "The right one. Give it as a pair, `(first, second)`, as a merge list has it.",
            ),
            Mistake(
                lambda words: min(_counted(words), key=lambda pair: _counted(words)[pair]),
                "That is the rarest pair.",
            ),
        ),
    ),
    hints=(
        "`pairwise(word)` goes through the pairs of a word; it is imported.",
        "Keep the counts in a dictionary, and add the word's number each time: "
        "`counts[pair] = counts.get(pair, 0) + times`.",
        "`max(counts, key=counts.get)` is the key with the largest value.",
    ),
    solution=source(solutions.most_frequent_pair),
    lesson=(
        "Merge that pair everywhere, count again, and go on until the vocabulary is as large as "
        "you want it: that is all of BPE's training."
    ),
)


def _counted(words: dict[str, int], once: bool = False) -> dict[tuple[str, str], int]:
    counts: dict[tuple[str, str], int] = {}
    for word, times in words.items():
        pairs = list(pairwise(word))
        for pair in dict.fromkeys(pairs) if once else pairs:
            counts[pair] = counts.get(pair, 0) + times
    return counts


def _pair_of(counts: dict[tuple[str, str], int]) -> tuple[str, str]:
    return max(counts, key=lambda pair: counts[pair])


THREE_MERGES = Exercise(
    id="tokenization/three-merges",
    title="Three merges by hand",
    minutes=4,
    difficulty=2,
    question=(
        "A text has these words: `sea` five times, `seat` four times, `beat` three times, `bee` "
        "twice. Train BPE on it by hand.\n\nWhich three tokens does it make first? A list of three "
        "texts, in order."
    ),
    check=ValueCheck(
        ["ea", "sea", "seat"],
        mistakes=(
            Mistake(
                ["ea", "se", "at"],
                "After a merge the pairs must be counted anew: there is no `s`, `e` left where "
                "`e` and `a` have become one.",
            ),
            Mistake(
                ["ea", "se", "be"],
                "Count again after each merge: where `e` and `a` have become one, the neighbour of "
                "`s` is `ea`.",
            ),
            Mistake(
                ["ea", "eat", "sea"],
                "The words count as often as they stand in the text: after `ea`, the pair `s` `ea` "
                "is there nine times.",
            ),
            Mistake(
                ["ea", "sea", "eat"],
                "After `sea`, only `beat` has an `ea` left: `ea` `t` is there three times, `sea` "
                "`t` four times.",
            ),
            Mistake(
                ["sea", "seat", "beat"],
                "A merge joins two tokens. A word of three letters takes two merges.",
            ),
            Mistake(
                ["e a", "s ea", "sea t"],
                "The right merges. Write the tokens they make: `ea`, not `e a`.",
            ),
        ),
    ),
    hints=(
        "Count: `s` `e` 9 times, `e` `a` 12 times, `a` `t` 7 times, `b` `e` 5 times, `e` `e` "
        "twice.",
        "After the first merge the words are `s` `ea`, `s` `ea` `t`, `b` `ea` `t` and `b` `e` `e`. "
        "Count again.",
    ),
    solution='["ea", "sea", "seat"]',
    lesson=(
        "Frequent words become tokens whole, rare ones stay in pieces. `beat` would come next but "
        "one."
    ),
)

PREMIUM = Exercise(
    id="tokenization/premium",
    title="The premium",
    minutes=2,
    difficulty=1,
    question=(
        "Write `premium(text, english, tokenizer)`: how many times as many tokens a text needs as "
        "its English translation."
    ),
    check=FunctionCheck(
        solutions.premium,
        cases=lambda: [
            ("Guten Morgen!", "Good morning!", gpt2()),
            ("शुभ प्रभात!", "Good morning!", gpt2()),
            ("早上好!", "Good morning!", gpt2()),
        ],
        mistakes=(
            Mistake(
                lambda text, english, tokenizer: 1 / solutions.premium(text, english, tokenizer),
                "Upside down: a text that needs more tokens than English has a premium above 1.",
            ),
            Mistake(
                lambda text, english, tokenizer: (
                    len(tokenizer(text).input_ids) - len(tokenizer(english).input_ids)
                ),
                "That is the difference. How many times as many?",
            ),
            Mistake(
                lambda text, english, tokenizer: len(text) / len(english),
                "You compare characters. What is paid for are tokens.",
            ),
            Mistake(
                lambda text, english, tokenizer: len(text.encode()) / len(english.encode()),
                "You compare bytes. What is paid for are tokens.",
            ),
        ),
    ),
    hints=("Count the tokens of both, and divide.",),
    solution=source(solutions.premium),
    lesson=(
        "A premium of 6 means six times the price, a sixth of the context and six times the steps "
        "to write an answer, for the same sentence."
    ),
)

SPELLINGS = Exercise(
    id="tokenization/spellings",
    title="How many dogs are there?",
    minutes=4,
    difficulty=2,
    question=(
        "Write `spellings(word, tokenizer)`: of the six forms `dog`, `Dog`, `DOG`, ` dog`, ` Dog` "
        "and ` DOG` of a word, those that are one token, as a list of texts in this order."
    ),
    check=FunctionCheck(
        solutions.spellings,
        cases=lambda: [("dog", gpt2()), ("God", gpt2()), ("linguistics", gpt2()), ("the", gpt2())],
        mistakes=(
            Mistake(
                lambda word, tokenizer: _looked_up(word, tokenizer.get_vocab()),
                "The forms with a space are missing. If you look them up: GPT-2's vocabulary "
                "writes a space as `Ġ`. Tokenize the forms instead.",
            ),
            Mistake(
                lambda word, tokenizer: len(solutions.spellings(word, tokenizer)),
                "That is how many. Say which.",
            ),
            Mistake(
                lambda word, tokenizer: [
                    form.strip() for form in solutions.spellings(word, tokenizer)
                ],
                "The space is part of the token: keep it.",
            ),
            Mistake(
                lambda word, tokenizer: _forms(word),
                "Those are all six forms. Keep those that are one token.",
            ),
        ),
    ),
    hints=(
        "`word.lower()`, `word.capitalize()` and `word.upper()` make three forms; put a space "
        "before each for the others.",
        "A form is one token if `tokenizer(form).input_ids` has one id.",
    ),
    solution=source(solutions.spellings),
    lesson=(
        "To the model these are unrelated numbers. That they are one word it has to learn from "
        "their company."
    ),
)


def _forms(word: str) -> list[str]:
    forms = [word.lower(), word.capitalize(), word.upper()]
    return forms + [" " + form for form in forms]


def _looked_up(word: str, vocabulary: dict[str, int]) -> list[str]:
    return [form for form in _forms(word) if form in vocabulary]
