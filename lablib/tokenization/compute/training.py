"""Training a tokenizer: a text and a size in, a tokenizer and how it grew out.

The `tokenizers` library does the training, in a process of its own (`trainer`), so that it can be
stopped. What comes out can be cut back to any smaller size (`Trained.at`): a BPE and a WordPiece
grow entry by entry, so that their first N entries are the tokenizer of N entries.
"""

import json
import re
import subprocess
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from tokenizers import Tokenizer

from lablib import children
from lablib.numbers import require_share, require_whole
from lablib.tokenization.compute.pipeline import backend, model_part
from lablib.tokenization.compute.trainer import LONGEST_STRETCH, TOO_LONG, UNKNOWN
from lablib.unicode import well_formed

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

Kind = Literal["BPE", "WordPiece", "Unigram"]
TrainingProgress = tuple[int, int, str]
"""How far a training is: done, total (0 where nobody knows), and what is being done."""
R = TypeVar("R")

MOST_BYTES = 100_000_000
"""Longer texts are sampled: the vocabulary hardly changes, time and memory do."""
SLICE = 65_536
"""Characters of a stretch of text that a sample takes in one piece."""


@dataclass(frozen=True, eq=False)
class Trained:
    """A tokenizer and how it came to be. It unpacks into tokenizer and merges.

    Attributes:
        kind: "BPE", "WordPiece" or "Unigram".
        tokenizer: ready to use, here and in `transformers`.
        merges: the pairs that were merged in training, in order; none for a unigram. A WordPiece
            forgets them: it keeps only what they made.
        note: what is not as it was asked for, in sentences; else empty.
    """

    kind: Kind
    tokenizer: "PreTrainedTokenizerFast"
    merges: tuple[tuple[str, str], ...]
    note: str = ""

    def __iter__(self) -> Iterator[Any]:
        return iter((self.tokenizer, self.merges))

    @cached_property
    def entries(self) -> tuple[str, ...]:
        """The vocabulary in the order in which it grows.

        For BPE and WordPiece by id: the alphabet, then what each merge made. For a unigram the
        characters, without which words would be lost, then all others, the most probable first.
        """
        vocab = model_part(backend(self.tokenizer))["vocab"]
        if self.kind != "Unigram":
            return tuple(sorted(vocab, key=vocab.__getitem__))
        (unknown, _), *others = vocab
        ranked = sorted(others, key=lambda entry: (len(entry[0]) > 1, -entry[1]))
        return (unknown, *(token for token, _ in ranked))

    @cached_property
    def smallest(self) -> int:
        """The least size there is: the alphabet and a token for the unknown."""
        if self.kind == "Unigram":
            return 1 + sum(len(token) == 1 for token in self.entries)
        return len(self.entries) - len({self.made(pair) for pair in self.merges})

    def made(self, pair: tuple[str, str]) -> str:
        """What a merge of this tokenizer makes of two pieces."""
        left, right = pair
        return left + (right.removeprefix("##") if self.kind == "WordPiece" else right)

    def merges_at(self, size: int) -> tuple[tuple[str, str], ...]:
        """The merges that make the first `size` entries."""
        there = set(self.entries[:size])
        return tuple(takewhile(lambda pair: self.made(pair) in there, self.merges))

    def at(self, size: int) -> "PreTrainedTokenizerFast":
        """The tokenizer with its first `size` entries only.

        A BPE or WordPiece of that size, trained on the same text, would be the same. A unigram
        would not: training would have given the entries that stay other probabilities.

        Raises:
            ValueError: for a size it cannot have.
        """
        require_whole(size=size)
        if not self.smallest <= size <= len(self.entries):
            raise ValueError(
                f"This tokenizer has {self.smallest:,} to {len(self.entries):,} entries."
            )
        whole = json.loads(backend(self.tokenizer).to_str())
        whole["model"] |= self._cut(whole["model"]["vocab"], size)
        return _opened(json.dumps(whole), self.kind)

    def _cut(self, vocab: Any, size: int) -> dict[str, Any]:
        if self.kind == "Unigram":
            scores = dict(vocab)
            return {"vocab": [(token, scores[token]) for token in self.entries[:size]]}
        first = {"vocab": {token: id for id, token in enumerate(self.entries[:size])}}
        return first | ({"merges": self.merges_at(size)} if self.kind == "BPE" else {})


def train_bpe(texts: Sequence[str], vocab_size: int) -> Trained:
    """Train a byte-level BPE, as GPT-2 has one: from 256 bytes on, the most frequent pair merges.

    Args:
        texts: what to train on; one string counts as one text. Over 100 MB a sample is taken.
        vocab_size: how many entries it should have, the 256 bytes included.

    Returns:
        A `Trained`, which unpacks into the tokenizer and its list of merges.

    Raises:
        ValueError: if there is no text, or the size is not a whole number from 1 on.

    Example:
        >>> tokenizer, merges = train_bpe(["low lower lowest"], vocab_size=258)
        >>> merges
        (('l', 'o'), ('lo', 'w'))
        >>> tokenizer.tokenize("low")
        ['low']
    """
    return outcome(train("BPE", texts, vocab_size))


def train_wordpiece(texts: Sequence[str], vocab_size: int) -> Trained:
    """Train a WordPiece, as BERT has one, on lower-cased words; see `train_bpe`.

    Example:
        >>> from lablib import tokenization as tk
        >>> tk.train_wordpiece(["low lower lowest slow slower"] * 9, 40).kind
        'WordPiece'
    """
    return outcome(train("WordPiece", texts, vocab_size))


def train_unigram(texts: Sequence[str], vocab_size: int) -> Trained:
    """Train a unigram model, as T5 has one (Kudo 2018); see `train_bpe`.

    Example:
        >>> from lablib import tokenization as tk
        >>> tk.train_unigram(["low lower lowest slow slower"] * 9, 40).kind
        'Unigram'
    """
    return outcome(train("Unigram", texts, vocab_size))


def outcome(work: Generator[Any, None, R]) -> R:
    """What a generator returns in the end.

    >>> outcome(train("BPE", ["aaaa"], 257)).merges
    (('a', 'a'),)
    """
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def train(
    kind: Kind, texts: Sequence[str], vocab_size: int
) -> Generator[TrainingProgress, None, Trained]:
    """Train, yielding how far it is about ten times a second; closing the generator stops it.

    Raises:
        ValueError: see `train_bpe`; the sentence is for the reader.

    Example:
        >>> from lablib import tokenization as tk
        >>> for told in tk.train("BPE", ["low lower lowest"] * 9, 260):
        ...     pass  # how far it is
    """
    if kind not in ("BPE", "WordPiece", "Unigram"):
        raise ValueError(f"A tokenizer to train is a BPE, WordPiece or Unigram, not a {kind}.")
    if not isinstance(vocab_size, Integral) or vocab_size < 1:
        raise ValueError(
            f"A vocabulary has a whole number of entries, at least one, and {vocab_size!r} was "
            "asked for."
        )
    texts = [texts] if isinstance(texts, str) else texts
    if not any(text.strip() for text in texts):
        raise ValueError("There is no text to train on: give at least one word.")
    text = well_formed("\n".join(sample(texts)))
    yield 0, 0, "Reading the text"
    answer = yield from _in_a_process(kind, text, vocab_size)
    merges = tuple((left, right) for left, right in answer["merges"])
    tokenizer = _opened(answer["tokenizer"], kind)
    notes = [_sampled(texts), _cut_note(kind, text), _size_note(kind, vocab_size, len(tokenizer))]
    return Trained(kind, tokenizer, merges, " ".join(filter(None, notes)))


def sample(texts: Sequence[str], most: int = MOST_BYTES, stretch: int = SLICE) -> list[str]:
    """The texts, or where they are longer than `most` bytes, stretches from all over them.

    Args:
        texts: any texts.
        most: bytes of UTF-8.
        stretch: how many characters are taken in one piece.

    >>> sum(map(len, sample(["word " * 100_000, "more " * 100_000], most=400_000)))
    393216
    """
    total = size_of(texts)
    if total <= most:
        return list(texts)
    every = total / most
    slices = [text[a : a + stretch] for text in texts for a in range(0, len(text), stretch)]
    return [slices[int((i + 0.5) * every)] for i in range(int(len(slices) / every))]


def held_out(text: str, share: float = 0.1) -> tuple[str, str]:
    """A text in two: what to train on, and the end of it, kept to measure on.

    It is cut at the end of a line, else at a space; a text without either stays whole.

    >>> held_out("one two three four five six seven eight nine ten")
    ('one two three four five six seven eight', ' nine ten')
    """
    require_share("share", share)
    end = int(len(text) * (1 - share))
    line = text.rfind("\n", len(text) // 2, end) + 1
    cut = line or max(text.rfind(" ", 0, end), 0) or len(text)
    return text[:cut], text[cut:]


def size_of(texts: Sequence[str]) -> int:
    """How many bytes of UTF-8 the texts have."""
    return sum(len(text.encode("utf-8", "replace")) for text in texts)


def _sampled(texts: Sequence[str]) -> str:
    total = size_of(texts)
    if total <= MOST_BYTES:
        return ""
    return (
        f"The text has {total / 1e6:,.0f} MB: it was trained on a sample of "
        f"{MOST_BYTES / 1e6:,.0f} MB from all over it."
    )


def _cut_note(kind: Kind, text: str) -> str:
    """What was cut to be trained on in a time that one can wait for."""
    if kind == "Unigram" or not re.search(TOO_LONG, text):
        return ""
    return (
        f"Stretches of over {LONGEST_STRETCH:,} characters without a space were cut into such "
        "pieces for the training, and pairs across the cuts were not counted."
    )


def _size_note(kind: Kind, asked: int, got: int) -> str:
    """What came out, where it is not what was asked for.

    >>> _size_note("BPE", 100, 256)
    'You asked for 100 entries; the alphabet alone has 256.'
    """
    if got == asked:
        return ""
    if got > asked:
        alphabet = "the alphabet alone has" if kind == "BPE" else "the alphabet alone leads to"
        return f"You asked for {asked:,} entries; {alphabet} {got:,}."
    return (
        f"You asked for {asked:,} entries; this text gives {got:,}: a longer text would give more."
    )


def _opened(file: str, kind: Kind) -> "PreTrainedTokenizerFast":
    from transformers import PreTrainedTokenizerFast

    unknown = {"unk_token": UNKNOWN[kind]} if kind in UNKNOWN else {}
    return PreTrainedTokenizerFast(tokenizer_object=Tokenizer.from_str(file), **unknown)


def _in_a_process(
    kind: Kind, text: str, size: int
) -> Generator[TrainingProgress, None, dict[str, Any]]:
    """Have `trainer` do it; end it if nobody waits for the result any more."""
    process = children.start(
        "lablib.tokenization.compute.trainer",
        kind,
        str(size),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,  # the library tells there how far it is
    )
    with process:
        try:
            return (yield from _follow(process, text))
        finally:
            process.kill()


def _follow(
    process: "subprocess.Popen[str]", text: str
) -> Generator[TrainingProgress, None, dict[str, Any]]:
    assert process.stdin is not None and process.stdout is not None
    with suppress(BrokenPipeError):  # it died: below there is no result then
        process.stdin.write(text)
        process.stdin.close()
    told: TrainingProgress = (0, 0, "Training")
    for line in process.stdout:
        answer = _read(line)
        if "tokenizer" in answer:
            return answer
        if "error" in answer:
            raise ValueError(f"The library could not train on this: {answer['error']}.")
        if "stage" in answer:
            told = (answer["current"], answer["total"], answer["stage"])
        yield told
    raise ValueError("The training ended without a result: the machine may be short of memory.")


def _read(line: str) -> dict[str, Any]:
    """A line of JSON; anything else that a library prints says nothing."""
    try:
        answer = json.loads(line)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
