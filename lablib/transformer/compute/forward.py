"""GPT-2's forward pass, whole, in plain lines: nothing is hidden in a module."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import gelu

HEAD_SIZE = 64
"""How many numbers a head of any GPT-2 has: they differ in how many heads there are."""


@torch.inference_mode()
def forward(
    weights: Mapping[str, Tensor], ids: Sequence[int], head_size: int = HEAD_SIZE
) -> Tensor:
    """A GPT-2's scores for what comes after each token, from its weights alone (Radford et al.
    2019, "Language Models are Unsupervised Multitask Learners").

    Args:
        weights: what `model.state_dict()` gives, by name.
        ids: the text's token ids.
        head_size: how many numbers a head has, 64 in every GPT-2.

    Returns:
        [token, vocabulary].

    Raises:
        ValueError: if these are no weights of a GPT-2, or they have no vector for an id or a place.

    Example:
        >>> from lablib import models, transformer as tf
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> ids = m.tokenizer("The cat sat").input_ids
        >>> logits = tf.forward(m.model.state_dict(), ids)
        >>> with torch.inference_mode():
        ...     torch.allclose(logits, m.model(torch.tensor([ids])).logits[0], atol=1e-5)
        True
    """
    w = {name.removeprefix("transformer."): part for name, part in weights.items()}
    ids = torch.as_tensor(ids).tolist()
    _require_readable(w, ids, head_size)

    def linear(name: str, x: Tensor) -> Tensor:
        return x @ w[f"{name}.weight"] + w[f"{name}.bias"]

    def norm(name: str, x: Tensor) -> Tensor:
        centred = x - x.mean(-1, keepdim=True)
        spread = (centred.square().mean(-1, keepdim=True) + 1e-5).sqrt()
        return centred / spread * w[f"{name}.weight"] + w[f"{name}.bias"]

    def split(x: Tensor) -> Tensor:  # [token, width] to [head, token, head_size]
        return x.unflatten(-1, (-1, head_size)).transpose(0, 1)

    def attention(name: str, x: Tensor) -> Tensor:
        q, k, v = (split(part) for part in linear(f"{name}.c_attn", x).chunk(3, -1))
        scores = q @ k.transpose(1, 2) / math.sqrt(head_size) + future
        heads = scores.softmax(-1) @ v
        return linear(f"{name}.c_proj", heads.transpose(0, 1).flatten(1))

    def feed_forward(name: str, x: Tensor) -> Tensor:
        return linear(f"{name}.c_proj", gelu(linear(f"{name}.c_fc", x), approximate="tanh"))

    future = torch.full((len(ids), len(ids)), -math.inf).triu(1).to(w["wte.weight"])
    x = w["wte.weight"][ids] + w["wpe.weight"][: len(ids)]
    for n in range(sum(name.endswith("ln_1.weight") for name in w)):
        x = x + attention(f"h.{n}.attn", norm(f"h.{n}.ln_1", x))
        x = x + feed_forward(f"h.{n}.mlp", norm(f"h.{n}.ln_2", x))
    return norm("ln_f", x) @ w.get("lm_head.weight", w["wte.weight"]).T


def _require_readable(w: Mapping[str, Tensor], ids: list[Any], head_size: int) -> None:
    if not {"wte.weight", "wpe.weight", "ln_f.weight"} <= w.keys():
        raise ValueError("These are no weights of a GPT-2: give the `state_dict()` of one.")
    (known, width), most = w["wte.weight"].shape, len(w["wpe.weight"])
    wrong = next((id for id in ids if type(id) is not int or not 0 <= id < known), None)
    if wrong is not None:
        raise ValueError(f"ids are whole numbers from 0 to {known - 1}, and one is {wrong}.")
    if len(ids) > most:
        raise ValueError(f"These weights know {most} places, and there are {len(ids)} ids.")
    if width % head_size:
        raise ValueError(f"Vectors of {width} do not make whole heads of {head_size}: see config.")
