"""Through the layers: which tokens reach where (rollout), what the model would say (the lens)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from lablib.attention.compute.heads import AttentionMaps
from lablib.attention.compute.steps import entropy
from lablib.attention.compute.text import Reading, read
from lablib.models import LoadedModel
from lablib.models.heads import word_scores
from lablib.models.rollout import rolled_out
from lablib.models.text import token_text
from lablib.models.watching import shared_weight_copy
from lablib.numbers import require_count, require_within

SCORE_BYTES = 128 * 2**20
"""The most bytes of scores the lens computes: of a longer text it looks at the last tokens only."""


def rollout(maps: AttentionMaps, residual: float = 0.5) -> Tensor:
    """How much of each token of the text has reached each place, layer by layer: attention rollout
    (Abnar and Zuidema 2020, "Quantifying Attention Flow in Transformers", section 3).

    A layer passes on a mix of what its heads gather, all alike, and of what was there already (the
    residual connection); layers are multiplied. It is an estimate that knows the weights alone:
    what values, output matrices and feed-forward layers do with them is left out.

    Args:
        residual: which part comes past the heads; the paper takes a half.

    Returns:
        [layers, query, key]: after each layer, the shares of the text's tokens at a place. Each row
        sums to 1, or to less where heads give a part of their attention to no token (see
        `AttentionMaps.missing`): that part brings nothing.

    Raises:
        ValueError: for cross-attention, or a residual that is no share.

    Example:
        >>> from lablib import attention as at, models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> maps = at.maps(m, "The cat sat")
        >>> at.rollout(maps).shape == (maps.layers, 3, 3)
        True
    """
    if maps.kind == "cross":
        raise ValueError("Rollout follows tokens through one text; cross-attention has two.")
    says = f"residual is a share from 0 to 1, and it was {residual!r}."
    require_within("residual", residual, says=says)
    return rolled_out((layer.float().mean(0) for layer in maps.weights), residual)


@dataclass(frozen=True, eq=False)
class Lens:
    """What a model would say after each of its layers.

    Row 0 is what it would say without any layer, from the token vectors alone; the last row is what
    it does say.

    Attributes:
        tokens: what the model read.
        start: the first place looked at; 0 unless the text is long.
        ids: the k most probable tokens, the best first, [layers + 1, place, k].
        texts: their texts, the same shape, as tuples.
        probabilities: their probabilities, the same shape.
        entropy: how undecided the model is, in bits, [layers + 1, place].
        note: what the reader should know, or empty.
    """

    tokens: Reading
    start: int
    ids: Tensor
    texts: tuple[tuple[tuple[str, ...], ...], ...]
    probabilities: Tensor
    entropy: Tensor
    note: str


@torch.inference_mode()
def logit_lens(m: LoadedModel, text: str | Reading, pair: str | None = None, k: int = 5) -> Lens:
    """Ask the model after each layer what it would say: the token vectors there go straight to the
    last norm and the output matrix (nostalgebraist 2020, "interpreting GPT: the logit lens").

    A next-word model says at each place what comes after it; a masked-word model says what stands
    there, so only the masked places are a guess. The lens reads early layers as if they were the
    last, in whose terms they need not be written.

    Raises:
        ValueError: if the model does not say tokens (an encoder, an encoder-decoder model), or k is
            below 0.

    Example:
        >>> from lablib import attention as at, models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> lens = at.logit_lens(m, "The cat sat", k=2)
        >>> lens.ids.shape[0] == m.model.config.n_layer + 1, lens.ids.shape[2]
        (True, 2)
    """
    model: Any = m.model
    if model.config.is_encoder_decoder or model.get_output_embeddings() is None:
        raise ValueError(
            f"{type(model).__name__} has no layer-by-layer guess of a token; choose a next-word "
            "model, as GPT-2, or a masked-word model, as BERT."
        )
    require_count("k", k, 0)
    tokens = read(m, text, pair)
    entries = model.get_output_embeddings().weight.shape[0]
    places = SCORE_BYTES // (4 * entries * (1 + model.config.get_text_config().num_hidden_layers))
    start = max(0, len(tokens) - max(1, places))
    vectors = torch.cat(stream(model, tokens.inputs(m)))[:, start:]
    probabilities = say(model, vectors).softmax(-1).cpu()
    best = probabilities.topk(min(k, probabilities.shape[-1]))
    known = {id: token_text(m.tokenizer, id) for id in set(best.indices.flatten().tolist())}
    texts = tuple(
        tuple(tuple(known[id] for id in place) for place in layer)
        for layer in best.indices.tolist()
    )
    note = f"Only the last {len(tokens) - start} tokens are looked at." if start else ""
    return Lens(
        tokens=tokens,
        start=start,
        ids=best.indices,
        texts=texts,
        probabilities=best.values,
        entropy=entropy(probabilities),
        note=" ".join(filter(None, (tokens.note, note))),
    )


def stream(model: Any, given: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
    """The token vectors before the first layer and after each, before the last norm.

    Args:
        model: a model of `transformers` that says tokens.
        given: what it is called with.

    Returns:
        layers + 1 tensors, [text, token, width] each.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> vectors = stream(m.model, {"input_ids": torch.tensor([[5, 6, 7]])})
        >>> len(vectors), vectors[0].shape
        (7, torch.Size([1, 3, 256]))
    """
    own: Any = shared_weight_copy(model)
    last: list[Tensor] = []
    # What `transformers` gives as the last of all vectors has been through the norm.
    _last_norm(own.base_model).register_forward_pre_hook(lambda _, given: last.append(given[0]))
    states = own.base_model(**given, output_hidden_states=True).hidden_states
    return (*states[:-1], last[-1] if last else states[-1])


def say(model: Any, vectors: Tensor) -> Tensor:
    """The scores from token vectors: the last norm, then the model's own head, whatever it is made
    of. [n, place, width] → [n, place, vocab] float32.

    The model reads one token. As its body ends, the vectors take the place of its result.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> ids = torch.tensor([[5, 6, 7]])
        >>> with torch.inference_mode():
        ...     said = say(m.model, stream(m.model, {"input_ids": ids})[-1])
        ...     torch.allclose(said, m.model(ids).logits, atol=1e-4)
        True
    """
    own: Any = shared_weight_copy(model)
    norm = _last_norm(own.base_model)

    def exchange(_: nn.Module, __: Any, output: Any) -> Any:
        output["last_hidden_state"] = norm(vectors)
        return output

    body = getattr(own.base_model, "decoder", own.base_model)  # OPT calls its decoder alone
    body.register_forward_hook(exchange)
    output = own(input_ids=torch.zeros(1, 1, dtype=torch.long, device=vectors.device))
    return word_scores(output).float()


def _last_norm(body: nn.Module) -> nn.Module:
    """The norm after the last layer; models that norm at the end of each layer have none."""
    norms = [
        module
        for name, module in body.named_modules()
        if "norm" in type(module).__name__.lower()
        and "embed" not in name
        and not any(part.isdecimal() for part in name.split("."))
    ]
    return norms[-1] if norms else nn.Identity()
