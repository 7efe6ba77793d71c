"""Spot the bug: code that people really write, and why it is wrong."""

from itertools import pairwise
from typing import Any

from lablib.exercises.checking import FunctionCheck, Mistake
from lablib.exercises.records import Bug, source
from lablib.tokenization.exercises import broken, solutions
from lablib.tokenization.exercises.practice import gpt2, gpt2_merges

ONE_TOKEN_AT_A_TIME = Bug(
    id="tokenization/one-token-at-a-time",
    title="Question marks in the text",
    minutes=3,
    difficulty=1,
    question=(
        "This should give back the text. For English it does; for `né 🦩` it gives `né ���`. Which "
        "line is the reason?"
    ),
    code=source(broken.read_back),
    line="tokenizer.decode([id])",
    why=(
        "A token can be part of a character. Decoded alone its bytes are no text, and each becomes "
        "U+FFFD, the sign for what cannot be read. Put the bytes of all tokens together first, and "
        "decode once."
    ),
    innocent={
        "for id in ids": "Every id is needed, one after the other. What is done with each?",
        "join": "Nothing between the pieces is right: a token brings its own space.",
    },
    check=FunctionCheck(
        solutions.read_back,
        cases=lambda: [
            (gpt2()("the cat").input_ids, gpt2()),
            (gpt2()("né 🦩").input_ids, gpt2()),
            (gpt2()("猫 and 犬").input_ids, gpt2()),
        ],
        mistakes=(
            Mistake(broken.read_back, "The tokens are still decoded one at a time."),
            Mistake(
                lambda ids, tokenizer: broken.read_back(ids, tokenizer).replace("\ufffd", ""),
                "The signs are gone, but so is the character they stood for.",
            ),
            Mistake(
                lambda ids, tokenizer: " ".join(tokenizer.decode([id]) for id in ids),
                "Tokens bring their own spaces: put none between them. And decode all at once.",
            ),
            Mistake(
                lambda ids, tokenizer: "".join(tokenizer.convert_ids_to_tokens(ids)),
                "Those are the names in the vocabulary, where every byte is written as a letter "
                "(`Ġ` for a space). `decode` makes text of them.",
            ),
        ),
    ),
    hints=("Can half of a flamingo be written?", "`tokenizer.decode` takes a whole list."),
    solution=source(solutions.read_back),
    lesson=(
        "Whoever shows text while a model writes it must hold an unfinished character back until "
        "its last token is there."
    ),
)

CHARACTERS_FOR_TOKENS = Bug(
    id="tokenization/characters-for-tokens",
    title="Does it fit?",
    minutes=2,
    difficulty=1,
    question=(
        "This should say whether a text fits into the context of a model. It turns away English "
        "that would fit and lets pass Hindi that does not. Which line is the reason?"
    ),
    code=source(broken.fits),
    line="len(text)",
    why=(
        "`len(text)` counts characters; a context is measured in tokens. An English token has "
        "about four characters, so most of the context stays empty; a Hindi character needs up to "
        "three tokens, and the text is cut without a word."
    ),
    innocent={"def fits": "What it gets is enough: the tokenizer is there, though nobody asks it."},
    check=FunctionCheck(
        solutions.fits,
        cases=lambda: [
            ("The cat sat on the mat.", gpt2(), 10),
            ("नमस्ते दुनिया", gpt2(), 20),
            ("नमस्ते दुनिया", gpt2(), 23),
            ("unbelievably", gpt2(), 3),
            ("internationalization", gpt2(), 3),
            ("a cat sat on a mat", gpt2(), 5),
        ],
        mistakes=(
            Mistake(broken.fits, "These are still characters."),
            Mistake(
                lambda text, tokenizer, context: len(text.split()) <= context,
                "Those are words. A word can be several tokens.",
            ),
            Mistake(
                lambda text, tokenizer, context: len(text.encode()) <= context,
                "Those are bytes. It is true that a text never has more tokens than bytes, but "
                "most have far fewer.",
            ),
            Mistake(
                lambda text, tokenizer, context: len(text) / 4 <= context,
                "Four characters a token is a rule of thumb for English. Ask the tokenizer.",
            ),
            Mistake(
                lambda text, tokenizer, context: len(tokenizer(text).input_ids) < context,
                "Tokens, right. A text of exactly `context` tokens fits, too.",
            ),
        ),
    ),
    hints=("In what is a context measured?",),
    solution=source(solutions.fits),
    lesson="Count with the tokenizer of the model that will read the text: each has its own.",
)

NEXT_MERGE = Bug(
    id="tokenization/leftmost-merge",
    title="Which pair comes first?",
    minutes=3,
    difficulty=2,
    question=(
        "`merges` is the list of pairs that a BPE tokenizer learnt, in the order in which it "
        "learnt them. This should find the pair that it merges next in a word. Sometimes it finds "
        "another, and the word ends up in other pieces. Which line is the reason?"
    ),
    code=source(broken.next_merge),
    line="known[0]",
    why=(
        "`known[0]` is the pair furthest to the left. BPE merges in the order of learning, "
        "wherever the pair stands: the pair with the lowest place in `merges` comes first."
    ),
    innocent={
        "in merges": "Only neighbours that were learnt as a pair can be merged. That is right.",
    },
    check=FunctionCheck(
        solutions.next_merge,
        cases=lambda: [
            (["s", "i", "n", "g"], [("x", "y"), ("i", "n"), ("s", "i"), ("n", "g")]),
            (["s", "i", "n", "g"], [("i", "n"), ("n", "g"), ("s", "i")]),
            (["e", "st", "s", "ing"], [("st", "s"), ("e", "st"), ("s", "ing")]),
            # The first pairs are of tokens that are there, but not side by side in this order.
            (["s", "i", "n", "g"], [("i", "g"), ("n", "i"), ("n", "g"), ("s", "i")]),
            (["r", "es", "t", "ing"], [("s", "t"), ("t", "ing"), ("r", "es")]),
        ],
        mistakes=(
            Mistake(broken.next_merge, "It still takes the pair furthest to the left."),
            Mistake(
                lambda tokens, merges: max(_known(tokens, merges), key=merges.index),
                "That is the pair learnt last. Early merges come first.",
            ),
            Mistake(
                lambda tokens, merges: max(_known(tokens, merges), key=lambda p: len(p[0] + p[1])),
                "That is the pair that makes the longest token. BPE does not look at lengths.",
            ),
            Mistake(
                lambda tokens, merges: merges[0],
                "That is the first pair of the list, whether it is in the word or not.",
            ),
            Mistake(
                lambda tokens, merges: next(p for p in merges if {*p} <= {*tokens}),
                "Both tokens of that pair are in the word, but not side by side in this order.",
            ),
            Mistake(
                lambda tokens, merges: _known(tokens, merges)[-1],
                "That is the pair furthest to the right. Where it stands does not matter.",
            ),
        ),
    ),
    hints=(
        "What decides in BPE: the place in the word, or the place in the list of merges?",
        "`merges.index(pair)` is a pair's place in the list. You want the smallest.",
    ),
    solution=source(solutions.next_merge),
    lesson=(
        "The place in the list is called the rank. Replaying the merges in the order of training "
        "is what makes a word come out as it did then."
    ),
)


def _known(tokens: list[str], merges: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [pair for pair in pairwise(tokens) if pair in merges]


OTHER_PRE_TOKENIZER = Bug(
    id="tokenization/other-pre-tokenizer",
    title="Reloaded, and changed",
    minutes=4,
    difficulty=2,
    question=(
        "GPT-2's merges were loaded from their file, and should cut text as GPT-2 does. The ids of "
        "nearly every word are others now, and some characters are gone. Which line is the reason?"
    ),
    code=source(broken.tokens_of),
    line="Whitespace()",
    why=(
        "A list of merges is half a tokenizer. GPT-2 first cuts the text such that a space stays "
        "with the word behind it, and writes its bytes as letters: `ByteLevel` does both. "
        "`Whitespace` throws the spaces away, and what is not a letter of the alphabet is lost."
    ),
    innocent={
        "Tokenizer(bpe)": "The merges and the vocabulary are GPT-2's own. They are right.",
        "encode": "This only cuts the text, with the parts that were put together above.",
    },
    check=FunctionCheck(
        solutions.tokens_of,
        cases=lambda: [
            ("The cat sat.", gpt2_merges()),
            ("né 🦩", gpt2_merges()),
            ("one  and\n\ntwo", gpt2_merges()),
        ],
        mistakes=(
            Mistake(
                broken.tokens_of,
                "The spaces still get lost before the merges see them.",
            ),
            Mistake(
                lambda text, bpe: _tokens(text, bpe, add_prefix_space=True),
                "Nearly: `ByteLevel()` puts a space before the text unless it is told "
                "`add_prefix_space=False`, so the first word is another token.",
            ),
            Mistake(
                lambda text, bpe: _tokens(text, bpe, add_prefix_space=False, use_regex=False),
                "Bytes, right; but without its pattern the text is not cut into words first.",
            ),
            Mistake(
                lambda text, bpe: _tokens(text, bpe),
                "Without a pre-tokenizer the text is one long word, and its spaces are letters "
                "that GPT-2 does not have.",
            ),
        ),
    ),
    hints=(
        "What becomes of the space in `The cat`? For GPT-2 it belongs to `cat`.",
        "The right one is in `pre_tokenizers`, too: `ByteLevel`. What does it do at the start of a "
        "text?",
    ),
    solution=source(solutions.tokens_of),
    lesson=(
        "Save and load the whole tokenizer (`tokenizer.save`, `Tokenizer.from_file`): normalizer, "
        "pre-tokenizer, model and decoder belong together."
    ),
)


def _tokens(text: str, bpe: Any, **byte_level: bool) -> list[str]:
    """GPT-2's merges after a byte-level pre-tokenizer of these settings, or after none."""
    from tokenizers import Tokenizer, pre_tokenizers

    tokenizer = Tokenizer(bpe)
    if byte_level:
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(**byte_level)
    return tokenizer.encode(text).tokens


WORD_BY_WORD = Bug(
    id="tokenization/word-by-word",
    title="Word by word",
    minutes=3,
    difficulty=1,
    question=(
        "Somebody needs to know which ids belong to which word, and tokenizes word by word. The "
        "ids are not those of the text. Which line is the reason?"
    ),
    code=source(broken.token_ids),
    line="tokenizer(word)",
    why=(
        "`split` took the spaces away, so every word is read as if it began a text: `dog` instead "
        "of ` dog`, another id. ` unbelievably` is one token; `unbelievably` is four."
    ),
    innocent={
        "split": "The words are right. What is lost between them has to come back later.",
        "ids = []": "An empty list to begin with is right.",
    },
    check=FunctionCheck(
        solutions.token_ids,
        cases=lambda: [
            ("The dog is unbelievably old", gpt2()),
            ("dog", gpt2()),
            ("unbelievably unbelievably", gpt2()),
        ],
        mistakes=(
            Mistake(broken.token_ids, "The words still come without the space before them."),
            Mistake(
                lambda text, tokenizer: broken.token_ids(text, _with_space(tokenizer)),
                "Now the first word has a space that is not in the text.",
            ),
            Mistake(
                lambda text, tokenizer: [
                    id
                    for number, word in enumerate(text.split(" "))
                    for id in tokenizer(word + " " * (number < text.count(" "))).input_ids
                ],
                "For GPT-2 the space belongs to the word behind it, not to the word before it.",
            ),
        ),
    ),
    hints=(
        "Compare the ids of `dog` and ` dog`.",
        "Every word but the first needs a space before it.",
    ),
    solution=source(solutions.token_ids),
    lesson=(
        "Better still, tokenize the whole text once and ask the tokenizer: a fast one gives "
        "`return_offsets_mapping=True` and `word_ids()`."
    ),
)


def _with_space(tokenizer: Any) -> Any:
    return lambda word: tokenizer(" " + word)


CUT_IN_A_CHARACTER = Bug(
    id="tokenization/cut-in-a-character",
    title="Cut too short",
    minutes=3,
    difficulty=2,
    question=(
        "This shows the first few tokens of a text. Sometimes it ends with `�`, which is not in "
        "the text; it should end with the last character that is whole. Which line is the reason?"
    ),
    code=source(broken.shorten),
    line="ids[:most]",
    why=(
        "The cut can fall inside a character: its first tokens are kept, its last one is not, and "
        "the bytes that are left are no character. What is unfinished has to go, too."
    ),
    innocent={
        "tokenizer(text)": "All ids of the text: the cut comes later.",
    },
    check=FunctionCheck(
        solutions.shorten,
        cases=lambda: [
            ("The cat sat on the mat.", gpt2(), 3),
            ("pink🦩s", gpt2(), 3),
            ("pink🦩s", gpt2(), 4),
            ("pink🦩s", gpt2(), 5),
            ("猫と犬", gpt2(), 1),
            ("猫と犬", gpt2(), 4),
            ("the cat", gpt2(), 9),
        ],
        mistakes=(
            Mistake(broken.shorten, "What is left of a character is still shown."),
            Mistake(
                lambda text, tokenizer, most: text[:most],
                "That cuts after so many characters. It should be tokens.",
            ),
            Mistake(
                lambda text, tokenizer, most: broken.shorten(text, tokenizer, most)[:-1],
                "You always drop the last character, whole ones as well.",
            ),
            Mistake(
                lambda text, tokenizer, most: broken.shorten(text, tokenizer, most).replace(
                    "\ufffd", "?"
                ),
                "A question mark is not in the text either. Drop what is unfinished.",
            ),
            Mistake(
                lambda text, tokenizer, most: broken.shorten(text, tokenizer, most + 1),
                "One token more only moves the cut.",
            ),
        ),
    ),
    hints=(
        "What does `decode` give for the first two of a flamingo's three tokens?",
        'An unfinished end is decoded as U+FFFD: `"\\ufffd"`. Take it off the end.',
    ),
    solution=source(solutions.shorten),
    lesson=(
        "A family of emoji held together by joiners can still lose a member: whoever must not cut "
        "what people call a character looks for grapheme clusters (Unicode Annex 29)."
    ),
)
