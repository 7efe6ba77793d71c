"""Attention maps: where every head of every layer looks, for a text.

A fast attention function never makes the weights, and asked for them it gives an empty tuple
without a word. So the maps are taken from a twin of the model that computes attention the plain
way (see `watching`): the model everybody shares stays as it was loaded.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import isqrt, prod
from typing import Any, Literal

import torch
from torch import Tensor

from lablib.attention.compute.text import MAX_TOKENS, Reading, read, reading
from lablib.models import LoadedModel
from lablib.models.text import context_length, require_vectors, target_ids
from lablib.models.watching import run_watched, watchable
from lablib.numbers import percent, require_count

CAP = 96 * 2**20
"""The most bytes the maps of one text take: 512 tokens of a 12 × 12 model are 72 MiB in float16."""

ROUNDING = 0.01
"""By how much less than 1 a row's sum may be from rounding alone, in 16 bits."""
NO_TOKEN = "(none)"
"""What the share that goes to no token is called where it is drawn."""

Kind = Literal["causal", "encoder", "decoder", "cross"]
Head = tuple[int, int]
"""A layer and a head of it, both from 0."""


@dataclass(frozen=True, eq=False)
class AttentionMaps:
    """Every head's attention for one text.

    Attributes:
        weights: [layers, heads, query, key] on the CPU, float32, or float16 if the maps would take
            more than `CAP` bytes. Each row sums to 1, but for models that give a part of it to no
            token (see `missing`). A weight that is not a number stays so.
        queries: the tokens that look.
        keys: the tokens that are looked at; the same as `queries` but for cross-attention.
        kind: "causal" if no token looks ahead, "encoder" if tokens look both ways; of an
            encoder-decoder model "encoder", "decoder" or "cross" (from the decoder to the encoder).
        note: what the reader should know: what was cut, which heads are broken; or empty.
    """

    weights: Tensor
    queries: Reading
    keys: Reading
    kind: Kind
    note: str

    @property
    def tokens(self) -> tuple[str, ...]:
        """The text of each token that looks, [query]."""
        return self.queries.tokens

    @property
    def key_tokens(self) -> tuple[str, ...]:
        """The text of each token that is looked at, [key]."""
        return self.keys.tokens

    @property
    def token_types(self) -> tuple[int, ...]:
        """0 for a token of the first text, 1 for one of the second, [query]."""
        return self.queries.token_types

    @property
    def layers(self) -> int:
        """How many layers of attention there are."""
        return self.weights.shape[0]

    @property
    def heads(self) -> int:
        """How many heads a layer has."""
        return self.weights.shape[1]

    @property
    def sinks(self) -> Tensor:
        """The keys many heads rest on: the first token and special ones, [key] (see `hide`)."""
        return torch.tensor([i == 0 or mark for i, mark in enumerate(self.keys.special)])

    @cached_property
    def missing(self) -> Tensor:
        """Which share of its attention each query gives to no token, [layers, heads, query] float32
        from 0 to 1: what a row lacks to 1, beyond rounding.

        Models such as gpt-oss have a learned score in each head that stands for no token and takes
        part in the softmax (a sink; OpenAI 2025, "gpt-oss-120b & gpt-oss-20b Model Card").
        """
        lacking = torch.stack([1 - layer.float().sum(-1) for layer in self.weights])
        return lacking.nan_to_num(0).clamp(0, 1) * (lacking > ROUNDING)

    @cached_property
    def broken(self) -> Tensor:
        """Which heads have a weight that is not a number, [layers, heads] of bool."""
        return self.weights.isnan().any(-1).any(-1)


@dataclass(frozen=True, eq=False)
class EncoderDecoderMaps:
    """The three attentions of an encoder-decoder model; their depths may differ.

    Attributes:
        encoder: the source's tokens look at each other.
        decoder: the target's tokens look back.
        cross: the target's tokens look at the source's.
    """

    encoder: AttentionMaps
    decoder: AttentionMaps
    cross: AttentionMaps


def with_missing(maps: AttentionMaps) -> AttentionMaps:
    """The maps to draw: where a part of the attention goes to no token, with a key of its own for
    it, the last one; elsewhere the maps themselves.

    Example: a head that gives half of its attention to no token.
        >>> token = Reading((5,), ("a",), (False,), (0,))
        >>> maps = AttentionMaps(torch.full((1, 1, 1, 1), 0.5), token, token, "causal", "")
        >>> with_missing(maps).key_tokens, with_missing(maps).weights.flatten().tolist()
        (('a', '(none)'), [0.5, 0.5])
    """
    if not maps.missing.any():
        return maps
    column = maps.missing[..., None].to(maps.weights.dtype)
    return replace(
        maps, weights=torch.cat([maps.weights, column], -1), keys=and_no_token(maps.keys)
    )


def and_no_token(keys: Reading) -> Reading:
    """The tokens and one more, which stands for none of them.

    >>> and_no_token(Reading((5,), ("a",), (False,), (0,))).tokens
    ('a', '(none)')
    """
    return replace(
        keys,
        ids=(*keys.ids, -1),
        tokens=(*keys.tokens, NO_TOKEN),
        special=(*keys.special, True),
        token_types=(*keys.token_types, keys.token_types[-1]),
    )


@torch.inference_mode()
def maps(
    m: LoadedModel,
    text: str | Reading,
    pair: str | None = None,
    limit: int = MAX_TOKENS,
) -> AttentionMaps:
    """Where every head looks, whatever attention the model was loaded with.

    Args:
        text: a text, or what `read` made of it. An encoder-decoder model reads it with its encoder
            (see `encoder_decoder_maps` for all three of its attentions).
        pair: a second text, for models that read sentence pairs.
        limit: the most tokens to read; fewer, if the context or `CAP` is reached before.

    Raises:
        ValueError: if the model has no attention, or the text cannot be read.

    Example:
        >>> from lablib import attention as at, models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> found = at.maps(m, "The cat sat")
        >>> found.kind, bool(found.weights.sum(-1).allclose(found.weights.new_ones(())))
        ('causal', True)
    """
    return look(m, watchable(body(m)), read(m, text, pair, _most_tokens(m, limit)))


def look(m: LoadedModel, model: Any, tokens: Reading, **more: Tensor) -> AttentionMaps:
    """The maps a watchable model gives for some tokens, called with more inputs than these."""
    output = _run(model, tokens.inputs(m) | more, _precision(m, len(tokens)))
    return _maps(m, output.get("attentions"), tokens, tokens)


def look_at_all(m: LoadedModel, model: Any, rows: Sequence[Reading]) -> list[AttentionMaps]:
    """The same for several texts of as many tokens each, read as one batch."""
    each = [row.inputs(m) for row in rows]
    inputs = {name: torch.cat([one[name] for one in each]) for name in each[0]}
    given = _run(model, inputs, _precision(m, len(rows[0]))).get("attentions") or ()
    layers = [layer for layer in given if layer is not None]
    return [_maps(m, [one[i : i + 1] for one in layers], row, row) for i, row in enumerate(rows)]


@torch.inference_mode()
def encoder_decoder_maps(
    m: LoadedModel, source: str, target: str = "", limit: int = MAX_TOKENS
) -> EncoderDecoderMaps:
    """All three attentions of an encoder-decoder model that reads `source` and writes `target`.

    The decoder reads its start token and then the target, as it would while writing it.

    Raises:
        ValueError: if the model is no encoder-decoder model, or a text cannot be read.

    Example:
        >>> from lablib import attention as at, models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> at.encoder_decoder_maps(m, "The cat")
        Traceback (most recent call last):
        ValueError: ...
    """
    require_encoder_decoder(m)
    ids = target_ids(m.tokenizer, target)
    marks = {id for id in ids if id in m.tokenizer.all_special_ids}
    return look_both(m, source, [id for id in ids if id not in marks], limit)[0]


@torch.inference_mode()
def look_both(
    m: LoadedModel, source: str | Reading, ids: Sequence[int], limit: int = MAX_TOKENS
) -> tuple[EncoderDecoderMaps, Tensor]:
    """The three attentions of a model that reads a source and writes these ids, and its scores
    after the start token and after each of them, [1 + ids, vocab] float32 on the CPU.

    Raises:
        ValueError: see `encoder_decoder_maps`.
    """
    require_encoder_decoder(m)
    most = _most_tokens(m, limit)
    room = min(most, context_length(m) or most) - 1
    encoder = read(m, source, limit=most)
    decoder = reading(
        m.tokenizer, [start_of_decoder(m), *ids[:room]], cut=max(0, len(ids) - room), limit=most
    )
    require_vectors(m, decoder.ids)
    inputs = {
        "input_ids": encoder.inputs(m)["input_ids"],
        "decoder_input_ids": decoder.inputs(m)["input_ids"],
    }
    output = _run(watchable(m.model), inputs, _precision(m, max(len(encoder), len(decoder))))
    found = EncoderDecoderMaps(
        encoder=_maps(m, output.get("encoder_attentions"), encoder, encoder, "encoder"),
        decoder=_maps(m, output.get("decoder_attentions"), decoder, decoder, "decoder"),
        cross=_maps(m, output.get("cross_attentions"), decoder, encoder, "cross"),
    )
    return found, output.logits[0].to("cpu", torch.float32)


def require_encoder_decoder(m: LoadedModel) -> None:
    """Refuse a model that has not both stacks and scores for what it writes.

    Raises:
        ValueError: a sentence that says which model to choose.
    """
    if not m.model.config.is_encoder_decoder:
        raise ValueError("Only an encoder-decoder model, as T5 or BART, has cross-attention.")
    if m.model.get_output_embeddings() is None:
        raise ValueError(
            f"{type(m.model).__name__} has no scores over a vocabulary: open it as 'seq2seq'."
        )


def start_of_decoder(m: LoadedModel) -> int:
    """The token a decoder begins with; the padding token where a model names none, as T5 has it.

    Raises:
        ValueError: for a model without a decoder of its own.
    """
    require_encoder_decoder(m)
    generation: Any = m.model.generation_config
    start = generation.decoder_start_token_id
    return int(m.model.config.pad_token_id if start is None else start)


def body(m: LoadedModel) -> Any:
    """The model without its scores over the vocabulary, or an encoder-decoder model's encoder."""
    model: Any = m.model.base_model
    return model.get_encoder() if model.config.is_encoder_decoder else model


def _run(model: Any, inputs: dict[str, Tensor], dtype: torch.dtype) -> Any:
    """A watchable model's output, with its attention weights stored as `dtype` at once."""
    return run_watched(model, inputs, lambda weights: weights.to(dtype))


def _maps(
    m: LoadedModel,
    attentions: Sequence[Tensor | None] | None,
    queries: Reading,
    keys: Reading,
    kind: Kind | None = None,
) -> AttentionMaps:
    """Check what the model gave, and put it together."""
    given = [layer for layer in attentions or () if layer is not None]
    shape = (len(queries), len(keys))
    if not given or any(layer.shape[-2:] != shape for layer in given):
        raise ValueError(
            f"{type(m.model).__name__} gives no attention weights from token to token: choose a "
            "model with attention, such as GPT-2 or BERT."
        )
    weights = torch.cat(given).cpu()
    looks_ahead = any(bool((layer.triu(1) > 0).any()) for layer in weights)
    kind = kind or ("encoder" if looks_ahead else "causal")
    found = AttentionMaps(weights, queries, keys, kind, "")
    notes = (
        queries.note,
        "" if keys is queries else keys.note,
        _other_layers(m, found),
        to_no_token(found),
        _broken(found),
    )
    return replace(found, note=" ".join(filter(None, notes)))


def to_no_token(found: AttentionMaps) -> str:
    """A sentence for rows that do not sum to 1; "" where all do.

    >>> token = Reading((5,), ("a",), (False,), (0,))
    >>> to_no_token(AttentionMaps(torch.ones(1, 1, 1, 1), token, token, "causal", ""))
    ''
    """
    heads = int(found.missing.any(-1).sum())
    if not heads:
        return ""
    return (
        f"In {heads} of {found.broken.numel()} heads a part of the attention goes to no token, up "
        f"to {percent(float(found.missing.max()), 2)} of it: their weights do not sum to 1. Where "
        f"weights are drawn, that part is a column of its own, {NO_TOKEN}."
    )


def require_head(head: Head, layers: int, heads: int, whose: str = "This model") -> None:
    """Refuse a head that is not there.

    >>> require_head((6, 0), layers=6, heads=4)
    Traceback (most recent call last):
    ...
    ValueError: This model has layers 0 to 5 with heads 0 to 3; (6, 0) is not one of them.
    """
    if not (0 <= head[0] < layers and 0 <= head[1] < heads):
        raise ValueError(
            f"{whose} has layers 0 to {layers - 1} with heads 0 to {heads - 1}; "
            f"({head[0]}, {head[1]}) is not one of them."
        )


def _other_layers(m: LoadedModel, found: AttentionMaps) -> str:
    """A sentence for a model in which only some layers are attention."""
    layers = getattr(m.model.config.get_text_config(), "num_hidden_layers", found.layers)
    if m.model.config.is_encoder_decoder or found.layers >= layers:
        return ""
    return f"Only {found.layers} of this model's {layers} layers are attention."


def _broken(found: AttentionMaps) -> str:
    """A sentence for weights that are not numbers."""
    heads = found.broken.nonzero().tolist()
    if not heads:
        return ""
    first = "layer {}, head {}".format(*heads[0])
    return (
        f"{len(heads)} of {found.broken.numel()} heads have weights that are not numbers, "
        f"the first of them {first}: check the model's weights and the precision it runs in."
    )


def _most_tokens(m: LoadedModel, limit: int) -> int:
    """How many tokens can be read such that float16 maps stay within `CAP`."""
    require_count("limit", limit)
    return min(limit, isqrt(CAP // (2 * _heads(m))))


def _precision(m: LoadedModel, tokens: int) -> torch.dtype:
    """float32 if the maps of so many tokens stay within `CAP`, else float16."""
    return torch.float32 if 4 * _heads(m) * tokens**2 <= CAP else torch.float16


def _heads(m: LoadedModel) -> int:
    """How many heads the model has in all its layers, as its configuration says."""
    config = m.model.config.get_text_config()
    sizes = (getattr(config, name, 1) for name in ("num_hidden_layers", "num_attention_heads"))
    return prod(sizes)
