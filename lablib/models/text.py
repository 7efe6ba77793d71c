"""Between texts and token ids, one rule for all rooms: which marks a tokenizer puts where, how many
tokens a model reads, and which tokens it has vectors for.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from lablib.models.card import LoadedModel
from lablib.models.errors import quoted
from lablib.numbers import require_whole
from lablib.unicode import well_formed

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

LARGEST_ID = 2**31
"""No vocabulary reaches so far, and libraries read no larger number as an id."""
_ANCHORS = ("a", "=", "\n")
"""What may stand before a second part while it is encoded: one of them stays a token of its own."""


class Encoded(NamedTuple):
    """A text's ids in three parts: marks a tokenizer puts before it ([CLS], a start-of-text token),
    the text itself, and marks put after it ([SEP], an end-of-text token).
    """

    before: list[int]
    inside: list[int]
    after: list[int]


def encode(tokenizer: PreTrainedTokenizerBase, text: str) -> Encoded:
    """A text's ids, apart from the tokenizer's own marks.

    A control token typed into the text counts as text. A lone surrogate becomes U+FFFD; NUL and all
    other characters stay as they are.

    Example:
        >>> from lablib import models
        >>> tokenizer = models.load_tokenizer("pocket-bert")
        >>> [tokenizer.convert_ids_to_tokens(part) for part in encode(tokenizer, "the")]
        [['[CLS]'], ['the'], ['[SEP]']]
    """
    encoding: Any = tokenizer(well_formed(text), verbose=False)
    ids = list(encoding["input_ids"])
    if encoding.is_fast:
        own = [part is not None for part in encoding.sequence_ids()]
    else:
        own = [not mark for mark in tokenizer.get_special_tokens_mask(text_ids(tokenizer, text))]
    if True not in own:  # nothing says which marks stand on which side
        sides = encode(tokenizer, _some_word(tokenizer)) if ids else Encoded([], [], [])
        return sides._replace(inside=[])
    start, end = own.index(True), len(own) - own[::-1].index(True)
    return Encoded(ids[:start], ids[start:end], ids[end:])


def _some_word(tokenizer: PreTrainedTokenizerBase) -> str:
    """An entry of the vocabulary that is encoded to something when it is read as a text."""
    special = set(tokenizer.all_special_tokens)
    words = (word for word in tokenizer.get_vocab() if word not in special)
    return next(word for word in words if text_ids(tokenizer, word))


def text_ids(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    """A text's ids without any marks; that it is longer than the context is no matter.

    Example:
        >>> from lablib import models
        >>> text_ids(models.load_tokenizer("gpt2"), "Hello world")
        [15496, 995]
    """
    return list(tokenizer(well_formed(text), add_special_tokens=False, verbose=False)["input_ids"])


def target_ids(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    """The ids of a text that an encoder-decoder model is to write, with the marks it learned to
    write around it. Some tokenizers (Marian's) have a vocabulary of their own for it.

    Example:
        >>> from lablib import models
        >>> tokenizer = models.load_tokenizer("pocket-bert")
        >>> tokenizer.convert_ids_to_tokens(target_ids(tokenizer, "the"))
        ['[CLS]', 'the', '[SEP]']
    """
    return list(tokenizer(text_target=well_formed(text), verbose=False)["input_ids"])


def continuation_ids(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    """The ids of a text that goes on after another one: no marks, and no space that a tokenizer
    (SentencePiece, RoBERTa's) puts before the first word of a text.

    Example:
        >>> from lablib import models
        >>> continuation_ids(models.load_tokenizer("gpt2"), " world.")
        [995, 13]
    """
    for anchor in _ANCHORS:
        first, both = text_ids(tokenizer, anchor), text_ids(tokenizer, anchor + text)
        if first and both[: len(first)] == first:
            return both[len(first) :]
    return text_ids(tokenizer, text)


def require_writer(m: LoadedModel) -> None:
    """Refuse a model that does not continue texts.

    Raises:
        ValueError: with a sentence that says what to do.

    Example:
        >>> from lablib import models
        >>> require_writer(models.load("pocket-gpt2", device="cpu"))
    """
    if not m.model.can_generate() or m.model.config.is_encoder_decoder:
        raise ValueError(
            f"{m.card.name} does not continue a text from left to right: choose a model that does, "
            "such as pocket-gpt2."
        )


def cut_note(read: int, cut: int) -> str:
    """What of a text's end was not read, in a sentence; empty if nothing was cut.

    >>> cut_note(512, 1488)
    'The text has 2,000 tokens and 512 are read here: 1,488 were left out.'
    """
    if not cut:
        return ""
    return f"The text has {read + cut:,} tokens and {read:,} are read here: {cut:,} were left out."


def start_of_text(m: LoadedModel) -> list[int]:
    """What stands before the first token of a text: the tokenizer's own marks, else the token a
    model has for the start (or the end) of a text.

    Raises:
        ValueError: if there is none.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> start_of_text(m) == [m.tokenizer.bos_token_id]
        True
    """
    if marks := encode(m.tokenizer, "").before:
        return marks
    own = getattr(m.model.config, "bos_token_id", None)
    for start in (m.tokenizer.bos_token_id, m.tokenizer.eos_token_id, own):
        if start is not None:
            return [start]
    raise ValueError("The prompt is empty and this model has no start-of-text token; type a word.")


def end_of_text_ids(m: LoadedModel) -> frozenset[int]:
    """The tokens that end a text: those `model.generate` stops at, else the tokenizer's own.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> end_of_text_ids(m) == {m.tokenizer.eos_token_id}
        True
    """
    ids: Any = cast(Any, m.model.generation_config).eos_token_id
    if ids is None:
        ids = m.tokenizer.eos_token_id
    return frozenset() if ids is None else frozenset([ids] if isinstance(ids, int) else ids)


def token_text(tokenizer: PreTrainedTokenizerBase, id: int) -> str:
    """One token decoded alone.

    Raises:
        ValueError: for a number that no vocabulary reaches.

    Example:
        >>> from lablib import models
        >>> token_text(models.load_tokenizer("gpt2"), 995)
        ' world'
    """
    require_whole(id=id)
    if not 0 <= id < LARGEST_ID:
        raise ValueError(f"There is no token {id}: this vocabulary has {len(tokenizer):,} entries.")
    return str(tokenizer.decode([id], clean_up_tokenization_spaces=False))


def context_length(m: LoadedModel) -> int | None:
    """How many tokens the model can read at once, None if there is no limit.

    RoBERTa's family keeps the first rows of its table of positions, up to that of padding, free: of
    66 positions 64 can be used.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> context_length(m) == m.model.config.n_positions
        True
    """
    return positions(m.model)


def positions(model: PreTrainedModel) -> int | None:
    """How many positions a model can tell apart (see `context_length`).

    Example:
        >>> from lablib import models
        >>> model = models.load("pocket-gpt2", device="cpu").model
        >>> positions(model) == model.config.n_positions
        True
    """
    most = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    if not most or most < 0:  # XLNet says -1
        return None
    for name, part in model.named_modules():
        padding = getattr(part, "padding_idx", None)
        if padding is not None and name.endswith("position_embeddings"):
            return int(most - padding - 1)
    return int(most)


def vectors(model: PreTrainedModel) -> int:
    """How many tokens a model has vectors for.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> vectors(m.model) == m.model.config.vocab_size
        True
    """
    # One of 8 bits has its weight behind a method; the number stands beside it in both.
    return cast("torch.nn.Embedding", model.get_input_embeddings()).num_embeddings


def require_vectors(m: LoadedModel, ids: Collection[int]) -> None:
    """Refuse tokens a model has no vector for: some tokenizers have entries their model does not
    know (Gemma 3's for pictures, Code Llama's for gaps).

    Raises:
        ValueError: a sentence that names the first such token.

    Example:
        >>> from lablib import models
        >>> require_vectors(models.load("pocket-gpt2", device="cpu"), [5, 10**6])
        Traceback (most recent call last):
        ...
        ValueError: The model has no vector for the token 1000000: leave it out of the text.
    """
    known = vectors(m.model)
    if unknown := next((id for id in ids if id >= known), None):
        known_by_name = unknown < len(m.tokenizer)
        name = quoted(token_text(m.tokenizer, unknown)) if known_by_name else unknown
        raise ValueError(f"The model has no vector for the token {name}: leave it out of the text.")


def padding_id(m: LoadedModel) -> int:
    """What shorter rows are filled up with: it is masked, so any token with a vector will do where
    the tokenizer has none for it.

    Example:
        >>> from lablib import models
        >>> padding_id(models.load("pocket-bert", kind="masked", device="cpu"))
        0
    """
    own = m.tokenizer.pad_token_id
    return 0 if own is None or own >= vectors(m.model) else int(own)


def kept_ids(
    before: Sequence[int], inside: Sequence[int], most: int | None
) -> tuple[tuple[int, ...], int]:
    """The ids of a text and the marks before it, cut to `most`: the marks stay, and the text loses
    its beginning. Also how many tokens were cut.

    Example:
        >>> kept_ids([0], [5, 6, 7, 8], most=3)
        ((0, 7, 8), 2)
    """
    cut = 0 if most is None else max(0, len(before) + len(inside) - most)
    return (*before, *inside[cut:]), cut
