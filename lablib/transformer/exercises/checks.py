"""The checks: cases, right answers, and typical mistakes.

What is said to each mistake stands in `questions.md`, under the name that the mistake has here.
"""

import math
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import gelu

from lablib.exercises.checking import FunctionCheck
from lablib.exercises.practice import matrix, tensor
from lablib.exercises.records import Check
from lablib.transformer.exercises import solutions

CHECKS: dict[str, Check] = {}
"""By the ids of the questions."""

TEXTS = ("Once upon a time", "The whale swam away, and the sea was calm.", "She said: no!")
"""What a forward pass is tried on."""


# --- the learner's own forward pass ---------------------------------------------------------


class StateDict:
    """A model's weights by name, as a dictionary has them; a message shows its name alone.

    A dictionary of millions of numbers would be written out.

    >>> weights = StateDict({"a": 1})
    >>> weights["a"], "b" in weights, list(weights), len(weights)
    (1, False, ['a'], 1)
    """

    def __init__(self, weights: dict[str, Any]):
        self._weights = weights
        self.get, self.items = weights.get, weights.items
        self.keys, self.values = weights.keys, weights.values

    def __getitem__(self, name: str) -> Any:
        return self._weights[name]

    def __contains__(self, name: str) -> bool:
        return name in self._weights

    def __iter__(self) -> Iterator[str]:
        return iter(self._weights)

    def __len__(self) -> int:
        return len(self._weights)


def _tables() -> dict[str, Tensor]:
    return {
        "transformer.wte.weight": matrix(5, 3, 0),
        "transformer.wpe.weight": matrix(6, 3, 1),
    }


def _embed_by(add: Any) -> Any:
    def embed(weights: Any, ids: Any) -> Any:
        tokens, places = weights["transformer.wte.weight"], weights["transformer.wpe.weight"]
        return add(tokens, places, ids)

    return embed


CHECKS["transformer/embed"] = FunctionCheck(
    solutions.embed,
    cases=lambda: [(_tables(), [2, 0, 2]), (_tables(), [4]), (_tables(), [1, 3, 0, 3])],
    mistakes={
        "no places": _embed_by(lambda tokens, _, ids: tokens[ids]),
        "places by id": _embed_by(lambda tokens, places, ids: tokens[ids] + places[ids]),
        "places from 1": _embed_by(
            lambda tokens, places, ids: tokens[ids] + places[1 : len(ids) + 1]
        ),
        "tokens by place": _embed_by(
            lambda tokens, places, ids: tokens[: len(ids)] + places[: len(ids)]
        ),
    },
)


def _norm_cases() -> list[tuple[Any, ...]]:
    gain, shift = tensor(1.0, 2.0, 0.5, 1.0), tensor(0.0, 1.0, 0.0, -1.0)
    return [
        (matrix(3, 4, 0), gain, shift),
        (matrix(2, 4, 1) * 5, gain, shift),
        (matrix(4, 4, 2), gain.flip(0), shift),
    ]


def _norm(x: Tensor, axis: int, unbiased: bool = False, power: float = 0.5) -> Tensor:
    variance = x.var(axis, unbiased=unbiased, keepdim=True)
    return (x - x.mean(axis, keepdim=True)) / (variance + 1e-5) ** power


def _not_centred(x: Tensor, gain: Tensor, shift: Tensor) -> Tensor:
    return torch.nn.functional.rms_norm(x, x.shape[-1:], gain, 1e-5) + shift


CHECKS["transformer/layer-norm"] = FunctionCheck(
    solutions.layer_norm,
    cases=_norm_cases,
    mistakes={
        "over the tokens": lambda x, gain, shift: _norm(x, 0) * gain + shift,
        "n minus 1": lambda x, gain, shift: _norm(x, -1, unbiased=True) * gain + shift,
        "not centred": _not_centred,
        "not scaled": lambda x, gain, shift: _norm(x, -1),
        "variance": lambda x, gain, shift: _norm(x, -1, power=1) * gain + shift,
    },
)


def _qkv() -> tuple[Tensor, Tensor, Tensor]:
    return matrix(4, 3, 0), matrix(4, 3, 1), matrix(4, 3, 2)


def _head(q: Tensor, k: Tensor, v: Tensor, scale: float, hide: int = 1) -> Tensor:
    scores = q @ k.T / scale
    future = torch.ones_like(scores).triu(hide).bool()
    return scores.masked_fill(future, -math.inf).softmax(-1).nan_to_num() @ v


CHECKS["transformer/one-head"] = FunctionCheck(
    solutions.one_head,
    cases=lambda: [_qkv(), (matrix(5, 2, 3), matrix(5, 2, 4), matrix(5, 2, 5))],
    mistakes={
        "no mask": lambda q, k, v: _head(q, k, v, math.sqrt(q.shape[-1]), hide=99),
        "unscaled": lambda q, k, v: _head(q, k, v, 1.0),
        "hides itself": lambda q, k, v: _head(q, k, v, math.sqrt(q.shape[-1]), hide=0),
        "keys for queries": lambda q, k, v: _head(k, q, v, math.sqrt(q.shape[-1])),
    },
)


def _three_heads() -> tuple[list[Tensor], Tensor, Tensor]:
    return [matrix(4, 2, seed) for seed in range(3)], matrix(6, 6, 4), tensor(*range(6)) / 10


def _two_heads() -> tuple[list[Tensor], Tensor, Tensor]:
    return [matrix(3, 3, seed) for seed in range(2)], matrix(6, 6, 5), tensor(*range(6)) / 10


def _merged(heads: Any, matrix: Any, bias: Any) -> Any:
    return torch.cat(heads, dim=-1) @ matrix + bias


def _interleaved(heads: Any, matrix: Any, bias: Any) -> Any:
    return torch.stack(list(heads), dim=-1).flatten(1) @ matrix + bias


CHECKS["transformer/merge"] = FunctionCheck(
    solutions.merge,
    cases=lambda: [_three_heads(), _two_heads()],
    mistakes={
        "no bias": lambda heads, matrix, bias: _merged(heads, matrix, 0),
        "matrix turned": lambda heads, matrix, bias: _merged(heads, matrix.T, bias),
        "number by number": _interleaved,
        "last head first": lambda heads, matrix, bias: _merged(heads[::-1], matrix, bias),
    },
)


def _network() -> tuple[Tensor, ...]:
    return (
        matrix(3, 2, 0), matrix(2, 5, 1), matrix(1, 5, 2)[0], matrix(5, 2, 3), tensor(0.5, -1.0)
    )  # fmt: skip


def _network_by(act: Any, x: Any, w1: Any, b1: Any, w2: Any, b2: Any) -> Any:
    return act(x @ w1 + b1) @ w2 + b2


_tanh = partial(gelu, approximate="tanh")


CHECKS["transformer/feed-forward"] = FunctionCheck(
    solutions.feed_forward,
    cases=lambda: [_network(), (matrix(4, 2, 6), *_network()[1:])],
    mistakes={
        "relu": partial(_network_by, lambda x: x.relu()),
        "no nonlinearity": partial(_network_by, lambda x: x),
        "exact": partial(_network_by, gelu),
        "no first bias": lambda x, w1, b1, w2, b2: _network_by(_tanh, x, w1, 0, w2, b2),
    },
)


@cache
def _pocket_model() -> tuple[dict[str, Tensor], list[list[int]]]:
    """The pocket model's weights, and the ids of the texts."""
    from lablib import models

    m = models.load("pocket-gpt2", device="cpu")
    return m.model.state_dict(), [m.tokenizer(text).input_ids for text in TEXTS]


def _cases_with_the_pocket_model() -> list[tuple[Any, ...]]:
    """Weights of their own, because the code under test might change them."""
    weights, texts = _pocket_model()
    return [
        (StateDict({name: part.clone() for name, part in weights.items()}), list(ids))
        for ids in texts
    ]


def _forward(
    weights: Any, ids: Any, *, places: bool = True, mask: bool = True, residual: bool = True,
    norm_first: bool = True, last_norm: bool = True, act: Any = _tanh,
) -> Any:  # fmt: skip
    """A forward pass with something wrong in it."""
    w = {name.removeprefix("transformer."): part for name, part in weights.items()}

    def linear(name: str, x: Any) -> Any:
        return x @ w[name + ".weight"] + w[name + ".bias"]

    def norm(name: str, x: Any) -> Any:
        gain, shift = w[name + ".weight"], w[name + ".bias"]
        return torch.nn.functional.layer_norm(x, x.shape[-1:], gain, shift)

    def attention(name: str, x: Any) -> Any:
        q, k, v = (
            part.unflatten(-1, (-1, 64)).transpose(0, 1)
            for part in linear(name + ".c_attn", x).chunk(3, -1)
        )
        heads = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=mask)
        return linear(name + ".c_proj", heads.transpose(0, 1).flatten(1))

    def feed_forward(name: str, x: Any) -> Any:
        return linear(name + ".c_proj", act(linear(name + ".c_fc", x)))

    def part(kind: Any, name: str, norm_name: str, x: Any) -> Any:
        if not norm_first:
            return norm(norm_name, x + kind(name, x))
        return kind(name, norm(norm_name, x)) + (x if residual else 0)

    x = w["wte.weight"][ids] + (w["wpe.weight"][: len(ids)] if places else 0)
    for n in range(sum(name.endswith("ln_1.weight") for name in w)):
        x = part(attention, f"h.{n}.attn", f"h.{n}.ln_1", x)
        x = part(feed_forward, f"h.{n}.mlp", f"h.{n}.ln_2", x)
    return (norm("ln_f", x) if last_norm else x) @ w["wte.weight"].T


CHECKS["transformer/forward"] = FunctionCheck(
    solutions.forward,
    cases=_cases_with_the_pocket_model,
    mistakes={
        "no places": partial(_forward, places=False),
        "no mask": partial(_forward, mask=False),
        "no residual": partial(_forward, residual=False),
        "norm last": partial(_forward, norm_first=False),
        "no last norm": partial(_forward, last_norm=False),
        "exact": partial(_forward, act=gelu),
    },
    seconds=20.0,
)

# --- bugs -----------------------------------------------------------------------------------


def _halve(x: Any) -> Any:
    return x / 2


def _square(x: Any) -> Any:
    return x * x


def _mean_before(x: Any) -> Any:
    return x.mean(-1, keepdim=True) - x


def _add_one(x: Any) -> Any:
    return x + 1


def _block_cases() -> list[tuple[Any, ...]]:
    return [
        (matrix(2, 3, 0), _halve, _square, _mean_before, _add_one),
        (matrix(3, 2, 1), _mean_before, _add_one, _halve, _square),
    ]


def _added_to_the_norm(x: Any, norm_1: Any, attention: Any, norm_2: Any, feed_forward: Any) -> Any:
    x = norm_1(x) + attention(norm_1(x))
    return norm_2(x) + feed_forward(norm_2(x))


def _second_reads_the_first(
    x: Any, norm_1: Any, attention: Any, norm_2: Any, feed_forward: Any
) -> Any:
    return x + attention(norm_1(x)) + feed_forward(norm_2(x))


def _post_norm(x: Any, norm_1: Any, attention: Any, norm_2: Any, feed_forward: Any) -> Any:
    x = norm_1(x + attention(x))
    return norm_2(x + feed_forward(x))


def _no_norm(x: Any, norm_1: Any, attention: Any, norm_2: Any, feed_forward: Any) -> Any:
    x = x + attention(x)
    return x + feed_forward(x)


CHECKS["transformer/residual-forgotten"] = FunctionCheck(
    solutions.block,
    cases=_block_cases,
    mistakes={
        "added to the norm": _added_to_the_norm,
        "side by side": _second_reads_the_first,
        "post-norm": _post_norm,
    },
)

CHECKS["transformer/post-for-pre"] = FunctionCheck(
    solutions.gpt2_block,
    cases=_block_cases,
    mistakes={
        "added to the norm": _added_to_the_norm,
        "no norm": _no_norm,
    },
)

CHECKS["transformer/wrong-axis"] = FunctionCheck(
    solutions.normalise,
    cases=lambda: [(matrix(3, 4, 0),), (matrix(2, 3, 1) * 4,)],
    mistakes={
        "all at once": lambda x: (x - x.mean()) / x.std(unbiased=False),
        "spread over the tokens": lambda x: (
            (x - x.mean(-1, keepdim=True)) / x.std(0, unbiased=False, keepdim=True)
        ),
        "mean over the tokens": lambda x: (
            (x - x.mean(0, keepdim=True)) / x.std(-1, unbiased=False, keepdim=True)
        ),
    },
)

CHECKS["transformer/relu-for-gelu"] = FunctionCheck(
    solutions.gpt2_units,
    cases=lambda: [
        (matrix(3, 2, 0), matrix(2, 5, 1), matrix(1, 5, 2)[0]),
        (matrix(2, 2, 3), matrix(2, 4, 4), matrix(1, 4, 5)[0]),
    ],
    mistakes={
        "exact": lambda x, matrix, bias: gelu(x @ matrix + bias),
        "nothing": lambda x, matrix, bias: x @ matrix + bias,
    },
)


def _file_with_its_own_head() -> dict[str, Tensor]:
    return {"transformer.wte.weight": matrix(4, 3, 0), "lm_head.weight": matrix(4, 3, 1)}


CHECKS["transformer/tied-head"] = FunctionCheck(
    solutions.head_matrix,
    cases=lambda: [
        ({"transformer.wte.weight": matrix(4, 3, 0)},),
        (_file_with_its_own_head(),),
    ],
    mistakes={
        "always tied": lambda weights: weights["transformer.wte.weight"],
        "never tied": lambda weights: weights["lm_head.weight"],
    },
)


def _attend(query: Any, x: Any) -> Any:
    return (x @ query).softmax(0) @ x


def _of_the_past(x: Any, attend: Any) -> Any:
    return torch.stack([attend(query, x[: i + 1]) for i, query in enumerate(x)])


def _of_itself(x: Any, attend: Any) -> Any:
    return torch.stack([attend(query, query[None]) for query in x])


CHECKS["transformer/an-rnn"] = FunctionCheck(
    solutions.encode,
    cases=lambda: [(matrix(4, 3, 0) / 2, _attend), (matrix(3, 2, 1) / 2, _attend)],
    mistakes={
        "only the past": _of_the_past,
        "only itself": _of_itself,
    },
)


# --- patching -------------------------------------------------------------------------------

CHECKS["transformer/returned"] = FunctionCheck(
    solutions.returned,
    cases=lambda: [(1.0, 3.0, -1.0), (-1.5, 2.5, -2.0), (4.0, 3.0, 0.5)],
    mistakes={
        "from the clean run": lambda p, clean, corrupted: (p - clean) / (corrupted - clean),
        "part of clean": lambda p, clean, corrupted: p / clean,
        "not divided": lambda p, clean, corrupted: p - corrupted,
        "way of the wrong sign": lambda p, clean, corrupted: (p - corrupted) / (corrupted - clean),
    },
)


def _put(stream: Tensor, where: Any, what: Tensor) -> Tensor:
    stream = stream.clone()
    stream[where] = what
    return stream


CHECKS["transformer/put-in"] = FunctionCheck(
    solutions.put_in,
    cases=lambda: [
        (matrix(9, 2, 0).view(3, 3, 2), matrix(3, 2, 1), 1),
        (matrix(8, 3, 2).view(2, 4, 3), matrix(4, 3, 3), 0),
    ],
    mistakes={
        "text of the batch": lambda x, clean, place: _put(x, place, clean[place]),
        "all places": lambda x, clean, place: clean.expand_as(x),
        "first text only": lambda x, clean, place: _put(x, (0, place), clean[place]),
        "added": lambda x, clean, place: _put(x, (slice(None), place), x[:, place] + clean[place]),
    },
)


def _mixing(number: int) -> Callable[[Tensor], Tensor]:
    """A block that mixes each token's vector with another one's."""

    def block(x: Tensor) -> Tensor:
        return x + 0.5 * x.roll(number + 1, 0)

    return block


def _two_runs() -> tuple[Any, ...]:
    """Three blocks, the stream of one text, and that of another one before each block."""
    blocks = [_mixing(number) for number in range(3)]
    clean = [matrix(4, 2, 1)]
    for block in blocks[:-1]:
        clean.append(block(clean[-1]))
    return blocks, matrix(4, 2, 0), clean


def _patched_after(blocks: Any, x: Tensor, clean: list[Tensor], layer: int, place: int) -> Tensor:
    for number, block in enumerate(blocks):
        x = block(x)
        x = _put(x, place, clean[number][place]) if number == layer else x
    return x


def _patched_whole(blocks: Any, x: Tensor, clean: list[Tensor], layer: int, place: int) -> Tensor:
    for number, block in enumerate(blocks):
        x = block(clean[number] if number == layer else x)
    return x


CHECKS["transformer/patched-too-often"] = FunctionCheck(
    solutions.patched_run,
    cases=lambda: [(*_two_runs(), 0, 1), (*_two_runs(), 1, 3)],
    mistakes={
        "after the block": _patched_after,
        "all places": _patched_whole,
    },
)
