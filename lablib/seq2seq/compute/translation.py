"""One text into another: what an encoder-decoder model writes, and where it looked.

The tokens are chosen by a beam search (one beam is greedy decoding). Then the model reads source
and target once more, all at once, and gives every step's distribution and its three attentions:
they are those of the steps that chose the tokens, because no token sees what comes after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from torch import Tensor

from lablib.attention.compute.heads import (
    EncoderDecoderMaps,
    encoder_decoder_maps,
    look_both,
    require_head,
    start_of_decoder,
)
from lablib.attention.compute.text import Reading, read
from lablib.models import LoadedModel
from lablib.models.text import context_length, token_text
from lablib.sampling.compute.beams import Search, require_size
from lablib.sampling.compute.generation import Alternative, top
from lablib.seq2seq.compute.reading import TargetReader, rules

MOST_TOKENS = 64
"""How many tokens are written at most, if nothing else is asked for."""
OFFERED = 10
"""How many possible tokens a step names."""


@dataclass(frozen=True, eq=False)
class TargetStep:
    """One token of the target, and what the model said and looked at there.

    Attributes:
        id: the token.
        text: the token decoded alone.
        probability: of the token, by the model.
        distribution: of the next token there, [vocab] float32.
        alternatives: the most probable tokens there, the best first.
        looked: where the token's cross-attention went in the source, [layers, heads, source].
    """

    id: int
    text: str
    probability: float
    distribution: Tensor
    alternatives: tuple[Alternative, ...]
    looked: Tensor


@dataclass(frozen=True, eq=False)
class Translation:
    """What a model wrote to a source text.

    Attributes:
        text: what it wrote, without the model's own marks.
        source: the tokens its encoder read.
        steps: each token it wrote, the mark that ends the text included.
        maps: the three attentions. Row i of `decoder` and of `cross` belongs to step i: it is that
            of the token before, from which the step's token was predicted.
        score: the log-probability of all its tokens, natural, divided by
            length ** length_penalty: what beams compete by.
        ended: whether the model ended the text itself.
        note: what was cut from the source, in a sentence; or empty.
    """

    text: str
    source: Reading
    steps: tuple[TargetStep, ...]
    maps: EncoderDecoderMaps
    score: float
    ended: bool
    note: str

    @property
    def ids(self) -> tuple[int, ...]:
        """The tokens written, [target]."""
        return tuple(step.id for step in self.steps)

    @property
    def tokens(self) -> tuple[str, ...]:
        """The text of each token written, [target]."""
        return tuple(step.text for step in self.steps)

    @cached_property
    def mean_alignment(self) -> Tensor:
        """Where each written token looked, mean over all layers and heads, [target, source]."""
        return self.maps.cross.weights.float().mean((0, 1))

    def alignment(self, layer: int, head: int) -> Tensor:
        """Where each written token looked with one head, [target, source]; rows sum to 1.

        Raises:
            ValueError: if there is no such head.
        """
        weights = self.maps.cross.weights
        layers, heads, *_ = weights.shape
        require_head((layer, head), layers, heads, "The decoder")
        return weights[layer, head].float()

    def table(self) -> list[dict[str, object]]:
        """One row per token: it, its probability, and the source token it looked at most."""
        most = self.mean_alignment.argmax(-1).tolist()
        return [
            {
                "token": step.text,
                "probability": step.probability,
                "looked at": self.source.tokens[place],
            }
            for step, place in zip(self.steps, most, strict=True)
        ]


def translate(
    m: LoadedModel,
    text: str,
    beams: int = 1,
    length_penalty: float = 1.0,
    most: int = MOST_TOKENS,
) -> Translation:
    """What the model writes to a text; a prefix that names the task is part of the text.

    The tokens are those of `model.generate(num_beams=beams, length_penalty=length_penalty,
    do_sample=False, max_new_tokens=most)`.

    Args:
        text: the source.
        beams: how many texts go on from each step; 1 takes the most probable token each time.
        length_penalty: ended texts compete by log-probability / length ** length_penalty.
        most: how many tokens are written at most.

    Raises:
        ValueError: if the model is no encoder-decoder model, the text cannot be read, or `beams` or
            `most` is below 1.

    Example:
        >>> from lablib import models, seq2seq as ss
        >>> m = models.load("pocket-t5", device="cpu")
        >>> found = ss.translate(m, "plural: the cat")
        >>> found.mean_alignment.shape == (len(found.steps), len(found.source))
        True
    """
    require_size(beams, most)
    source = read(m, text)
    ids, score, ended = search(m, source, [start_of_decoder(m)], beams, length_penalty, most)
    return written(m, source, ids, score, ended)


def search(
    m: LoadedModel,
    source: Reading,
    start: Sequence[int],
    beams: int,
    length_penalty: float,
    most: int,
) -> tuple[list[int], float, bool]:
    """The winner of a beam search after `start`: its ids, its score, and whether it ended.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-t5", device="cpu")
        >>> ids, _, _ = search(m, read(m, "plural: the cat"), [0], 1, 1.0, most=3)
        >>> len(ids) <= 3
        True
    """
    most = min(most, (context_length(m) or len(start) + most) - len(start))
    reader = TargetReader(m, source)
    early = m.model.generation_config.early_stopping is True
    limits = rules(m, most + len(start) - 1)
    found = Search(m, reader, start, beams, length_penalty, early, limits)
    while not found.done:
        found.advance(last=len(found.steps) + 1 == most)
    ids = [node.id for node in found.winner]
    ended = bool(ids) and ids[-1] in found.ends
    return ids, found.finished[0].score, ended


def written(
    m: LoadedModel, source: Reading, ids: Sequence[int], score: float, ended: bool
) -> Translation:
    """A source and a target as if the model had written it.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-t5", device="cpu")
        >>> found = written(m, read(m, "plural: the cat"), [5, 6, 1], 0.0, True)
        >>> found.ids, 0 <= found.steps[0].probability <= 1
        ((5, 6, 1), True)
    """
    maps, logits = look_both(m, source, ids[:-1])
    steps = tuple(
        TargetStep(
            id=id,
            text=token_text(m.tokenizer, id),
            probability=float(distribution[id]),
            distribution=distribution,
            alternatives=top(m, distribution, OFFERED),
            looked=maps.cross.weights[:, :, place],
        )
        for place, (id, distribution) in enumerate(zip(ids, logits.softmax(-1), strict=True))
    )
    text = str(m.tokenizer.decode(list(ids), skip_special_tokens=True))
    return Translation(text.strip(), source, steps, maps, score, ended, source.note)


def maps(m: LoadedModel, text: str, target: str = "") -> EncoderDecoderMaps:
    """All three attentions of a model that reads `text` and writes `target`: the encoder's, the
    decoder's, and the decoder's to the encoder (see `attention.encoder_decoder_maps`).

    Raises:
        ValueError: if the model is no encoder-decoder model, or a text cannot be read.

    Example:
        >>> from lablib import models, seq2seq as ss
        >>> m = models.load("pocket-t5", device="cpu")
        >>> found = ss.maps(m, "plural: the cat", "the cats")
        >>> found.cross.weights.shape[-2:] == (len(found.decoder.tokens), len(found.encoder.tokens))
        True
    """
    return encoder_decoder_maps(m, text, target)
