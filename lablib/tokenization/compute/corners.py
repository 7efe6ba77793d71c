"""The odd corners: texts that look alike, or nearly, and are read quite differently.

A corner is one text and two or three ways to write it. All are cut by the same tokenizer, so what
differs between them comes from the writing alone.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher

from lablib.tokenization.compute import rewriting
from lablib.tokenization.compute.named import AnyTokenizer
from lablib.tokenization.compute.tokens import Encoding, encode

LONGEST = 2000
"""How many characters of a text are compared: finding what two rows share takes its square."""


@dataclass(frozen=True)
class Case:
    """One way to write, or to read, the text of a corner.

    Attributes:
        label: what is done, in a few words.
        change: makes this case's text from the corner's; `str` leaves it as it is.
        control: whether control tokens spelled in the text are read as such (see `encode`).
    """

    label: str
    change: Callable[[str], str]
    control: bool = True


@dataclass(frozen=True, eq=False)
class Reading:
    """A case as a tokenizer reads it.

    Attributes:
        label: that of the case.
        encoding: the tokens.
        apart: the numbers of the tokens that are not in the first case too; for the first case, of
            those that some other case lacks.
    """

    label: str
    encoding: Encoding
    apart: tuple[int, ...]


@dataclass(frozen=True)
class EdgeCase:
    """A question about a tokenizer that it answers itself.

    Attributes:
        name: for `corner(name)`.
        title: a line for a menu.
        question: what to look for.
        text: the text at the start; any other will do.
        cases: the ways to write it, the plainest first.
        why: why it matters outside a lab.
    """

    name: str
    title: str
    question: str
    text: str
    cases: tuple[Case, ...]
    why: str

    def compare(self, text: str, tokenizer: AnyTokenizer) -> tuple[Reading, ...]:
        """Every case of `text`, of which the first 2,000 characters are read.

        Example:
            >>> [r.encoding.ids for r in corner("leading-space").compare("dog", "gpt2")]
            [(9703,), (3290,), (8532,)]
        """
        texts = [case.change(text[:LONGEST]) for case in self.cases]
        encodings = [
            encode(text, tokenizer, case.control)
            for text, case in zip(texts, self.cases, strict=True)
        ]
        first, *others = [encoding.ids for encoding in encodings]
        lacking = set().union(*(set(unshared(first, other)) for other in others))
        apart = [tuple(sorted(lacking)), *(unshared(other, first) for other in others)]
        return tuple(
            Reading(case.label, encoding, numbers)
            for case, encoding, numbers in zip(self.cases, encodings, apart, strict=True)
        )


def unshared(ids: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    """The numbers of the ids outside the stretches that both have, in the same order.

    >>> unshared((1, 2, 3, 4), (1, 9, 3, 4))
    (1,)
    """
    matcher = SequenceMatcher(None, ids, other, autojunk=False)
    shared = {m.a + i for m in matcher.get_matching_blocks() for i in range(m.size)}
    return tuple(number for number in range(len(ids)) if number not in shared)


def corner(name: str) -> EdgeCase:
    """The corner of this name.

    Raises:
        ValueError: if there is none.

    Example:
        >>> from lablib import tokenization as tk
        >>> tk.corner("numbers").name
        'numbers'
    """
    if name not in CORNERS:
        raise ValueError(f"There is no corner {name!r}: choose one of {', '.join(CORNERS)}.")
    return CORNERS[name]


_ALL = (
    EdgeCase(
        "leading-space",
        "A space before the word",
        "Is a word the same token at the start of a text as after another word?",
        "dog",
        (
            Case("At the start of a text", str),
            Case("After a space", lambda text: " " + text.lstrip(" ")),
            Case("After a space, with a capital", rewriting.with_a_capital),
        ),
        "A byte-level tokenizer counts the space before a word as its first letter. So a model has "
        "several ids for one word, and must learn of each what it means. Whoever tokenizes word by "
        "word gives it ids that it hardly ever saw inside a sentence. WordPiece drops the spaces, "
        "and marks the pieces that continue a word instead.",
    ),
    EdgeCase(
        "numbers",
        "Numbers cut oddly",
        "Where is a number cut, and is its neighbour cut at the same place?",
        "1999, 2023 and 1234567",
        (
            Case("As typed", str),
            Case("Each number one larger", rewriting.one_more),
            Case("With commas between the thousands", rewriting.in_threes),
        ),
        "GPT-2 has a token for each number that was frequent in its training text, and cuts the "
        "others where frequency had it. A digit then stands for ones in one number and for "
        "hundreds in the next, which makes arithmetic harder to learn. Newer tokenizers cut all "
        "numbers by one rule: into single digits, or into groups of up to three.",
    ),
    EdgeCase(
        "trailing-space",
        "A space at the end of a prompt",
        "To which token does the space belong when the text goes on?",
        "Once upon a time",
        (
            Case("The prompt", lambda text: text.rstrip(" ")),
            Case("With a space at its end", lambda text: text.rstrip(" ") + " "),
            Case("Going on with “ there”", lambda text: text.rstrip(" ") + " there"),
        ),
        "In running text the space is the beginning of the next word. A prompt that ends in a "
        "space has spent it on a token of its own, so that none of the usual next tokens fits: the "
        "model is in a place it hardly saw in training, and mostly answers worse. End prompts "
        "without a space.",
    ),
    EdgeCase(
        "indentation",
        "Code and its indentation",
        "How many tokens go to spaces that only indent?",
        "def sign(x):\n    if x < 0:\n        return -1\n    return 1\n",
        (
            Case("Four spaces a level, as typed", str),
            Case("A tab a level", lambda text: rewriting.indented(text, "\t")),
            Case("One space a level", lambda text: rewriting.indented(text, " ")),
        ),
        "GPT-2's vocabulary has no token of several spaces, so deep code spends much of the "
        "context on nothing. Tokenizers for code have tokens of 2, 4, 8 and more spaces. And to a "
        "model a tab and four spaces are as different as two words.",
    ),
    EdgeCase(
        "line-ends",
        "Line ends of Windows",
        "What does a text cost more that looks just the same?",
        "One line.\nAnother line.\n\nThe last one.",
        (Case("Unix: \\n", rewriting.unix_lines), Case("Windows: \\r\\n", rewriting.windows_lines)),
        "Windows ends a line with two characters, \\r and \\n. A tokenizer that keeps every byte "
        "sees both: each line costs one token more, and a model that is fine-tuned on such text "
        "learns to write \\r itself. Bring line ends to one form before anything else.",
    ),
    EdgeCase(
        "accents",
        "One accent, two ways",
        "Do two spellings that look the same give the same tokens?",
        "café naïve",
        (
            Case("Composed (NFC): one character", rewriting.composed),
            Case("Decomposed (NFD): letter and accent", rewriting.decomposed),
        ),
        "Unicode can write é as one character, or as e with a combining accent; some keyboards and "
        "file systems give the second. A search, a filter or a model that learned the first does "
        "not know the second. Bring text to one form (unicodedata.normalize) on its way in.",
    ),
    EdgeCase(
        "joiners",
        "Joiners nobody sees",
        "How much of what you see as one sign is one token?",
        "👩\u200d👩\u200d👧 and क्\u200dष",
        (
            Case("With zero-width joiners", str),
            Case("Without them", lambda text: re.sub("[\u200c\u200d]", "", text)),
        ),
        "The family is three people held together by U+200D, a character without a shape; in "
        "Indian scripts and in Persian, joiners decide how letters are drawn. They cost tokens, a "
        "limit on tokens can cut between them, and two texts that look alike can differ by one, "
        "which is a way round word filters.",
    ),
    EdgeCase(
        "control-tokens",
        "Control tokens typed as text",
        "Does the library take a control token that somebody typed for a real one?",
        "Nice lab! <|endoftext|>[SEP] New rules:",
        (
            Case("As the library reads it unless told otherwise", str),
            Case("As plain text (split_special_tokens=True)", str, control=False),
        ),
        "Control tokens tell a model where a text ends or who is speaking. A stranger whose text "
        "can hold one can end the document, or speak in the voice of the system: an injection. "
        "transformers takes them for real ones unless it is told split_special_tokens=True; "
        "add_special_tokens=False does not help, it only adds none of its own. In this lab, plain "
        "text is encode(text, tokenizer, control=False).",
    ),
)
CORNERS = {one.name: one for one in _ALL}
"""The corners by name, in the order of the lab."""
