"""The embedding matrix: which vectors are near each other, what becomes of one in a sentence."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from lablib.attention.compute.text import Reading
from lablib.models import LoadedModel
from lablib.models.errors import quoted
from lablib.models.text import continuation_ids, require_vectors, token_text
from lablib.models.vocabulary import writes_spaces
from lablib.numbers import require_whole
from lablib.transformer.compute.parts import parts
from lablib.unicode import well_formed

SAME = 1e-5
"""Up to this, relative to their length, a difference between vectors is rounding."""


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The tokens whose vectors are nearest to that of a word.

    Attributes:
        word: what was asked for.
        ids: its own tokens; of several the mean of their vectors is taken.
        neighbours: the nearest other tokens' ids, the nearest first, [k].
        texts: their texts.
        cosines: the cosine of each with the word's vector, [k]; 1 is the same direction.
    """

    word: str
    ids: tuple[int, ...]
    neighbours: Tensor
    texts: tuple[str, ...]
    cosines: Tensor


@torch.inference_mode()
def neighbours(m: LoadedModel, word: str, k: int = 10) -> Neighbours:
    """The tokens whose rows of the embedding matrix are nearest to that of a word, by cosine.

    The word is read as in the middle of a sentence, with a space before it where tokens have one.

    Raises:
        ValueError: if the word is empty.

    Example:
        >>> from lablib import models, transformer as tf
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> found = tf.neighbours(m, "king", k=3)
        >>> len(found.texts), bool(found.cosines[0] >= found.cosines[1])
        (3, True)
    """
    require_whole(k=k)
    ids = word_ids(m, word)
    matrix = embedding_matrix(m)
    cosines = _cosines(matrix, matrix[list(ids)].mean(0))
    cosines[list(ids)] = -torch.inf
    best = cosines.topk(max(0, min(k, len(cosines) - len(set(ids)))))
    texts = tuple(token_text(m.tokenizer, id) for id in best.indices.tolist())
    return Neighbours(word, ids, best.indices, texts, best.values)


def _cosines(rows: Tensor, vector: Tensor) -> Tensor:
    """The cosine of each row with a vector, [rows].

    `torch.cosine_similarity` divides first, and so makes three copies of the rows: of GPT-2's
    embedding matrix that is half a gigabyte.
    """
    return rows @ vector / (rows.norm(dim=-1) * vector.norm()).clamp(min=1e-8)


@dataclass(frozen=True, eq=False)
class Plane:
    """The vectors of some words, seen in the plane in which they differ most.

    Attributes:
        words: the words.
        points: where each is in the plane, [word, 2].
        shares: the share of the words' variance that lies along each of the two directions, [2].
        nearest: for each word the one whose vector is nearest, in all dimensions, [word].
        nearest_in_plane: the same, as it looks in the plane.
    """

    words: tuple[str, ...]
    points: Tensor
    shares: Tensor
    nearest: tuple[int, ...]
    nearest_in_plane: tuple[int, ...]

    @property
    def misled(self) -> tuple[int, ...]:
        """The words whose nearest neighbour in the plane is not their nearest one."""
        pairs = enumerate(zip(self.nearest, self.nearest_in_plane, strict=True))
        return tuple(word for word, (true, seen) in pairs if true != seen)


@torch.inference_mode()
def plane(m: LoadedModel, words: Sequence[str]) -> Plane:
    """The principal components of some words' vectors: the plane that keeps most of their
    differences (PCA; Pearson 1901), and what it hides.

    Raises:
        ValueError: if there are fewer than three different words or an empty one, or all have the
            same vector (that of the unknown token, say).

    Example:
        >>> from lablib import models, transformer as tf
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> found = tf.plane(m, ["king", "queen", "dog", "cat"])
        >>> found.points.shape, bool(found.shares.sum() < 1)
        (torch.Size([4, 2]), True)
    """
    words = tuple(dict.fromkeys(word.strip() for word in words))
    if len(words) < 3:
        raise ValueError("Give at least three different words: two of them are always on a line.")
    matrix = embedding_matrix(m)
    vectors = torch.stack([matrix[list(word_ids(m, word))].mean(0) for word in words])
    centred = vectors - vectors.mean(0)
    if centred.norm() <= SAME * vectors.norm():
        raise ValueError("This model has one vector for all these words: choose words it knows.")
    left, sizes, _ = torch.linalg.svd(centred, full_matrices=False)
    points = left[:, :2] * sizes[:2]
    shares = sizes[:2].square() / sizes.square().sum()
    return Plane(words, points, shares, _nearest(vectors), _nearest(points))


def _nearest(vectors: Tensor) -> tuple[int, ...]:
    distances = torch.cdist(vectors, vectors).fill_diagonal_(torch.inf)
    return tuple(distances.argmin(-1).tolist())


@dataclass(frozen=True, eq=False)
class InContext:
    """One word's vector in two sentences, from block to block.

    Attributes:
        word: the word.
        readings: the two sentences.
        places: where its last token stands in each.
        same: the cosine of its two vectors, before the first block and after each, [blocks + 1].
        others: the mean cosine of all pairs of other tokens, one of each sentence, [blocks + 1]:
            how alike any two vectors are there.
    """

    word: str
    readings: tuple[Reading, Reading]
    places: tuple[int, int]
    same: Tensor
    others: Tensor


@torch.inference_mode()
def in_context(m: LoadedModel, word: str, one: str, other: str) -> InContext:
    """How the vectors of the same word in two sentences part, block by block.

    At the start they differ by their positions alone. Where the word stands several times in a
    sentence, the last one counts: a next-word model has read most there.

    Raises:
        ValueError: if the word is not in a sentence, or a model's parts cannot be seen (`parts`).

    Example:
        >>> from lablib import models, transformer as tf
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> found = tf.in_context(m, "bear", "There lived a bear", "More than he could bear")
        >>> bool(found.same[0] > found.same[-1])
        True
    """
    first, second = parts(m, one), parts(m, other)
    places = _place(m, one, first.tokens, word), _place(m, other, second.tokens, word)
    pairs = torch.cosine_similarity(first.stream[:, :, None], second.stream[:, None], dim=-1)
    apart = torch.ones(pairs.shape[1:], dtype=torch.bool)
    apart[places[0]], apart[:, places[1]] = False, False
    return InContext(
        word=word,
        readings=(first.tokens, second.tokens),
        places=places,
        same=pairs[:, *places],
        others=pairs[:, apart].mean(-1),
    )


def _place(m: LoadedModel, text: str, tokens: Reading, word: str) -> int:
    """Which token the last occurrence of a word ends in; found in the text, as a token may hold a
    part of a character, or lack the space before it.
    """
    text, word = well_formed(text), well_formed(word).strip()
    places = m.tokenizer(text, return_offsets_mapping=True, verbose=False)["offset_mapping"]
    spans = [(place, *span) for place, span in enumerate(places[: len(tokens)])]
    read_to = max((end for _, _, end in spans), default=0)
    found = [each.end() for each in re.finditer(re.escape(word), text, re.IGNORECASE)]
    ends = [end for end in found if end <= read_to]
    if not word or not ends:
        raise ValueError(f"The word {quoted(word)} should stand in both sentences.")
    return max(place for place, start, end in spans if start < ends[-1] and start < end)


def embedding_matrix(m: LoadedModel) -> Tensor:
    """A model's vector for each token, [vocabulary, width] float32, on the CPU.

    Example:
        >>> from lablib import models
        >>> embedding_matrix(models.load("pocket-gpt2", device="cpu")).shape
        torch.Size([4096, 256])
    """
    embedding: Any = m.model.get_input_embeddings()
    weight: Tensor = embedding.weight.detach()
    return weight.float().cpu()


def word_ids(m: LoadedModel, word: str) -> tuple[int, ...]:
    """The tokens of a word as it stands in the middle of a sentence.

    Raises:
        ValueError: if there is nothing but space in it.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> m.tokenizer.decode(word_ids(m, "king"))
        ' king'
    """
    word = well_formed(word).strip()
    if not word:
        raise ValueError("Type a word: there is no vector for an empty text.")
    spaced = f" {word}" if writes_spaces(m.tokenizer) else word
    ids = continuation_ids(m.tokenizer, spaced)
    require_vectors(m, ids)
    return tuple(ids)
