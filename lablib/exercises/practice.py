"""What checks practise on: small tensors, and a model small enough to run inside a check."""

import functools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import GPT2LMHeadModel, PreTrainedTokenizerFast

CHARACTERS = 95
"""The printable ones of ASCII, from the space to `~`; any other is read as `?`."""


def tensor(*values: Any) -> "Tensor":
    """The values as a tensor. (torch is imported by the first check, not with this module.)

    >>> tensor([1.0, 2.0], [3.0, 4.0]).shape
    torch.Size([2, 2])
    """
    import torch

    return torch.tensor(values)


def matrix(rows: int, columns: int, seed: int) -> "Tensor":
    """Numbers without a pattern, the same every time, from −2 to 2, float32 [rows, columns].

    >>> matrix(1, 2, seed=0)
    tensor([[ 1.9833, -0.5111]])
    """
    import torch

    return torch.sin(torch.arange(1.0, rows * columns + 1) * (1.7 + seed)).view(rows, columns) * 2


@functools.cache
def practice_model(blocks: int = 1) -> "tuple[GPT2LMHeadModel, PreTrainedTokenizerFast]":
    """A small GPT-2 over characters, with random weights, the same every time; its tokenizer.

    It writes nonsense, but `generate` and its settings work on it as on any model, in milliseconds.
    Characters it does not know make one token as long as they stand side by side.

    >>> model, tokenizer = practice_model()
    >>> tokenizer.decode(tokenizer("Once upon").input_ids)
    'Once upon'
    """
    from transformers import GPT2Config, GPT2LMHeadModel

    from lablib.randomness import seeded

    config = GPT2Config(
        vocab_size=CHARACTERS, n_positions=256, n_embd=32, n_layer=blocks, n_head=2,
        # Large weights, so that some tokens are much likelier than others.
        initializer_range=0.3, bos_token_id=None, eos_token_id=None, pad_token_id=None,
    )  # fmt: skip
    with seeded(0):
        return GPT2LMHeadModel(config).eval(), _character_tokenizer()


def _character_tokenizer() -> "PreTrainedTokenizerFast":
    from tokenizers import Tokenizer, decoders, models
    from transformers import PreTrainedTokenizerFast

    vocabulary = {chr(32 + number): number for number in range(CHARACTERS)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="?", fuse_unk=True))
    tokenizer.decoder = decoders.Fuse()
    names = ["input_ids", "attention_mask"]
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_input_names=names)
