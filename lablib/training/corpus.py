"""From a folder of text files to a tokenizer and to batches of token ids."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import BertTokenizer, GPT2Tokenizer, PreTrainedTokenizerBase, T5Tokenizer

from lablib.models import load_tokenizer
from lablib.training.recipe import Kind

END_OF_TEXT = "<|endoftext|>"
BERT_SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
T5_SPECIALS = ["<pad>", "</s>", "<unk>"]


def read_texts(folder: Path) -> list[str]:
    """The `.txt` files of a folder as strings, in order of their names.

    Raises:
        FileNotFoundError: if the folder holds no `.txt` file.
    """
    files = sorted(folder.glob("*.txt"))
    if not files:
        raise FileNotFoundError(f"No .txt file in {folder}: give a folder of plain-text files.")
    return [file.read_text(encoding="utf-8") for file in files]


def train_tokenizer(kind: Kind, texts: list[str], vocab_size: int) -> PreTrainedTokenizerBase:
    """A byte-level BPE as GPT-2 has it, a lower-casing WordPiece as BERT has it, or a unigram model
    as T5 has it; MiniLM has its own already.
    """
    if kind == "minilm":
        return load_tokenizer("minilm")
    train = {"gpt2": _byte_level_bpe, "bert": _wordpiece, "t5": _unigram}[kind]
    return train(texts, vocab_size)


def _byte_level_bpe(texts: list[str], vocab_size: int) -> PreTrainedTokenizerBase:
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=[END_OF_TEXT],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator(_lines(texts), trainer)
    trained = _model_part(bpe)
    merges: Any = [tuple(pair) for pair in trained["merges"]]
    return GPT2Tokenizer(vocab=trained["vocab"], merges=merges)


def _wordpiece(texts: list[str], vocab_size: int) -> PreTrainedTokenizerBase:
    wordpiece = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    wordpiece.normalizer = normalizers.BertNormalizer(lowercase=True)
    wordpiece.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    # The library numbers inner letters in another order each time, and numbers decide between
    # pairs of equal count: named beforehand, they give the same vocabulary each time.
    trainer = trainers.WordPieceTrainer(
        vocab_size=vocab_size,
        special_tokens=[*BERT_SPECIALS, *_inner_letters(wordpiece, texts)],
        show_progress=False,
    )
    wordpiece.train_from_iterator(_lines(texts), trainer)
    return BertTokenizer(vocab=_model_part(wordpiece)["vocab"], do_lower_case=True)


def _inner_letters(tokenizer: Tokenizer, texts: list[str]) -> list[str]:
    """The letters that stand inside words, as a WordPiece writes them."""
    chunks = {chunk for line in _lines(texts) for chunk in line.split()}
    read = (tokenizer.normalizer.normalize_str(chunk) for chunk in chunks)
    words = {word for chunk in read for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(chunk)}
    return sorted({f"##{letter}" for word in words for letter in word[1:]})


def _unigram(texts: list[str], vocab_size: int) -> PreTrainedTokenizerBase:
    """Digits stand alone, so that a number or a date is always cut in the same way."""
    unigram = Tokenizer(models.Unigram())
    unigram.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.WhitespaceSplit(),
            pre_tokenizers.Metaspace(),
            pre_tokenizers.Digits(individual_digits=True),
        ]
    )
    trainer = trainers.UnigramTrainer(
        vocab_size=vocab_size,
        special_tokens=T5_SPECIALS,
        unk_token=T5_SPECIALS[-1],
        show_progress=False,
    )
    unigram.train_from_iterator(_lines(texts), trainer)
    vocab: Any = [(token, score) for token, score in _model_part(unigram)["vocab"]]
    return T5Tokenizer(vocab=vocab, extra_ids=0)


def _lines(texts: list[str]) -> Iterator[str]:
    return (line for text in texts for line in text.splitlines(keepends=True))


def _model_part(tokenizer: Tokenizer) -> dict[str, Any]:
    return json.loads(tokenizer.to_str())["model"]


def token_stream(texts: list[str], tokenizer: PreTrainedTokenizerBase) -> np.ndarray:
    """All texts as one array of ids [tokens], uint16, each text ended by the end-of-text token
    (GPT-2) or a separator (BERT).
    """
    end_id = (
        tokenizer.eos_token_id if tokenizer.eos_token_id is not None else tokenizer.sep_token_id
    )
    ids: list[int] = []
    for text in texts:
        for line in text.splitlines(keepends=True):
            ids += tokenizer.encode(line, add_special_tokens=False)
        ids.append(end_id)
    return np.array(ids, dtype=np.uint16)


def log_shares(stream: np.ndarray, vocab_size: int) -> torch.Tensor:
    """The log of each entry's share of the ids [tokens], half a token added to each: [vocabulary].

    >>> log_shares(np.array([0, 0, 1], dtype=np.uint16), 2).exp()
    tensor([0.6250, 0.3750])
    """
    counts = torch.from_numpy(np.bincount(stream, minlength=vocab_size)) + 0.5
    return (counts / counts.sum()).log().float()


def batch(stream: np.ndarray, step: int, size: int, length: int, seed: int) -> torch.Tensor:
    """The `step`-th batch of windows, ids [size, length]: a pure function of its arguments.

    Every epoch cuts the stream into windows at a new offset and visits each once, in a new order,
    so a resumed run sees exactly what an unbroken one would have seen.
    """
    windows = len(stream) // length - 1
    per_epoch = windows // size
    epoch, place = divmod(step, per_epoch)
    rng = np.random.default_rng((seed, epoch))
    offset = rng.integers(length)
    chosen = rng.permutation(windows)[place * size : (place + 1) * size]
    rows = [stream[offset + w * length : offset + (w + 1) * length] for w in chosen]
    return torch.from_numpy(np.stack(rows).astype(np.int64))
