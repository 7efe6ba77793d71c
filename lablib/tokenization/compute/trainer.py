"""`python -m lablib.tokenization.compute.trainer KIND SIZE < TEXT`: it trains a tokenizer.

The `tokenizers` library trains in one call that nothing can interrupt; a process can be ended. It
prints lines of JSON: how far it is (`stage`, `current`, `total`), ten times a second at least, and
at last the tokenizer, or `error`, one sentence. It ends by itself when nobody reads them.
"""

import json
import os
import re
import sys
from threading import Event, Thread

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

LONGEST_STRETCH = 1000
"""Characters without a space (or of space alone) that training takes as one word: the library's
time grows with the square of a word's length.
"""
TOO_LONG = rf"\S{{{LONGEST_STRETCH}}}|\s{{{LONGEST_STRETCH}}}"
"""A stretch that is cut."""

UNKNOWN = {"WordPiece": "[UNK]", "Unigram": "<unk>"}
HEARTBEAT_SECONDS = 0.1


def untrained(kind: str) -> Tokenizer:
    """A tokenizer with an empty vocabulary: as GPT-2, BERT and T5 have theirs.

    The BPE works on bytes, the WordPiece on lower-cased characters without accents, the unigram on
    characters with ▁ for a space. A WordPiece is trained by merges as a BPE is, but used otherwise.
    """
    if kind == "Unigram":
        tokenizer = Tokenizer(models.Unigram())
        tokenizer.normalizer = normalizers.NFKC()
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        tokenizer.decoder = decoders.Metaspace()
    elif kind == "WordPiece":
        tokenizer = Tokenizer(models.BPE(unk_token="[UNK]", continuing_subword_prefix="##"))
        tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        tokenizer.decoder = decoders.WordPiece()
    else:
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def train(kind: str, text: str, size: int) -> tuple[Tokenizer, list[list[str]]]:
    """A tokenizer of at most `size` entries, and the merges it was made by (none for a unigram).

    >>> train("BPE", "aaaa", 258)[1]
    [['a', 'a'], ['aa', 'aa']]
    """
    tokenizer = untrained(kind)
    lines = (line[0] for line in re.finditer("[^\n]*\n|[^\n]+", text))  # no copy of the text
    if kind == "Unigram":
        # With fewer entries than these the library would go round for ever.
        size = max(size, len(_letters(tokenizer, text)) + 1)
        tokenizer.train_from_iterator(lines, _unigram_trainer(size))
        return tokenizer, []
    trainer = _wordpiece_trainer(size, text) if kind == "WordPiece" else _bpe_trainer(size)
    whole = tokenizer.pre_tokenizer
    too_long = pre_tokenizers.Split(Regex(TOO_LONG), "isolated")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([too_long, whole])
    tokenizer.train_from_iterator(lines, trainer)
    tokenizer.pre_tokenizer = whole
    found = json.loads(tokenizer.to_str())["model"]
    if kind == "WordPiece":
        tokenizer = _as_wordpiece(found["vocab"])
    return tokenizer, found["merges"]


def _as_wordpiece(vocab: dict[str, int]) -> Tokenizer:
    tokenizer = untrained("WordPiece")
    tokenizer.model = models.WordPiece(vocab, unk_token=UNKNOWN["WordPiece"])
    tokenizer.add_special_tokens([UNKNOWN["WordPiece"]])
    return tokenizer


def _bpe_trainer(size: int) -> trainers.BpeTrainer:
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    return trainers.BpeTrainer(vocab_size=size, initial_alphabet=alphabet, progress_format="json")


def _wordpiece_trainer(size: int, text: str) -> trainers.BpeTrainer:
    """What `WordPieceTrainer` of the library does, and it tells how far it is.

    The library numbers the inner letters in another order each time, and numbers decide between
    pairs of equal count; named beforehand, they give the same vocabulary each time.
    """
    inner = sorted({letter for word in _words(text) for letter in word[1:]})
    return trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=[UNKNOWN["WordPiece"], *(f"##{letter}" for letter in inner)],
        continuing_subword_prefix="##",
        progress_format="json",
    )


def _unigram_trainer(size: int) -> trainers.UnigramTrainer:
    unknown = UNKNOWN["Unigram"]
    return trainers.UnigramTrainer(
        vocab_size=size, special_tokens=[unknown], unk_token=unknown, show_progress=False
    )


def _words(text: str) -> set[str]:
    """The different words of a text as a WordPiece sees them."""
    tokenizer = untrained("WordPiece")
    chunks = set(tokenizer.normalizer.normalize_str(text).split())
    cut = tokenizer.pre_tokenizer.pre_tokenize_str
    return {word for chunk in chunks for word, _ in cut(chunk)}


def _letters(tokenizer: Tokenizer, text: str) -> set[str]:
    """The characters of a text as a unigram sees them: with ▁ for a space."""
    return {"▁", *tokenizer.normalizer.normalize_str(text)} - {" "}


def _beat(ended: Event) -> None:
    """Say now and then that the work goes on, so that whoever waits can stop waiting."""
    try:
        while not ended.wait(HEARTBEAT_SECONDS):
            print("{}\n", end="", flush=True)  # one write a line: the library prints too
    except OSError:
        os._exit(1)  # nobody reads any more


def main(kind: str, size: int) -> int:
    """Train on the text of the standard input; returns the exit status."""
    text = sys.stdin.buffer.read().decode()
    ended = Event()
    beat = Thread(target=_beat, args=[ended], daemon=True)
    beat.start()
    try:
        tokenizer, merges = train(kind, text, size)
        answer = {"tokenizer": tokenizer.to_str(), "merges": merges}
    except Exception as error:
        answer = {"error": str(error)}
    ended.set()
    beat.join()
    print(json.dumps(answer), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
