"""Every setting of a training from nothing, in one frozen record, and the models it stands for."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import torch
from transformers import (
    BertConfig,
    BertForPreTraining,
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedTokenizerBase,
    T5Config,
    T5ForConditionalGeneration,
)

# How much more than its neighbours a head begins by looking at the word it is meant for.
_SHARPNESS = 1.5
# The spread of new word vectors, in GPT-2 and BERT alike (`initializer_range`).
_WORDS = 0.02

Kind = Literal["gpt2", "bert", "minilm", "t5"]
Model = GPT2LMHeadModel | BertForPreTraining | T5ForConditionalGeneration


@dataclass(frozen=True)
class Recipe:
    """The settings of one run. Lengths are in tokens, `steps` in optimizer steps; `rank` is that of
    the LoRA factors. MiniLM brings its own vocabulary and sizes. `repeated_share` of GPT-2's rows
    are random tokens said again and again (`objective.causal_rows`), and `attention_price` is what
    its attention costs (`attention_spent` and `missed_before` there); `masked_share` of BERT's
    tokens are masked; `made_up_share` of T5's rows are of made-up tasks (`training.made_up`), and a
    row of its batch is a pair of texts, of at most `context` tokens each. Of a training that goes
    on from another model, `start_share` of the weights kept at the end are those it began with
    (`training.mix`).

    The learning rate warms up, stays level, and falls to zero over the last `decay` share of the
    steps. Until that fall begins the run does not depend on `steps`, so it can be made longer or
    shorter from any checkpoint (Hägele et al. 2024, "Scaling laws and compute-optimal training
    beyond fixed training durations").
    """

    kind: Kind = "gpt2"
    vocab_size: int = 4096
    layers: int = 6
    width: int = 256
    heads: int = 4
    context: int = 256
    batch: int = 16
    steps: int = 3400
    warmup: int = 100
    decay: float = 0.4
    matrix_lr: float = 4e-3
    other_lr: float = 3e-3
    weight_decay: float = 0.1
    masked_share: float = 0.2
    repeated_share: float = 0.04
    attention_price: float = 0.0
    start_share: float = 0.0
    made_up_share: float = 0.3
    rank: int = 24
    seed: int = 0

    @property
    def window(self) -> int:
        """Tokens of text in one row: the context for GPT-2 (the end-of-text token comes on top, and
        the last token is a target only), three fewer for BERT ([CLS] and two [SEP] come on top).

        >>> Recipe(kind="gpt2", context=64).window, Recipe(kind="bert", context=64).window
        (64, 61)
        """
        return self.context if self.kind == "gpt2" else self.context - 3

    def learning_rate_factor(self, step: int) -> float:
        """The share of the full learning rate used at `step` (0-based).

        >>> r = Recipe(steps=1000, warmup=100, decay=0.4)
        >>> [r.learning_rate_factor(s) for s in (0, 99, 500, 800, 1000)]
        [0.01, 1.0, 1.0, 0.5, 0.0]
        """
        rising = (step + 1) / max(self.warmup, 1)
        falling = (self.steps - step) / max(self.decay * self.steps, 1)
        return min(1.0, rising, max(falling, 0.0))


RECIPES: dict[Kind, Recipe] = {
    "gpt2": Recipe(kind="gpt2"),
    # The masked-word task sits on a plateau (guessing by word frequency) until attention forms:
    # short rows with many masks get past it, and heads that begin by looking around.
    "bert": Recipe(
        kind="bert",
        layers=4,
        context=64,
        batch=32,
        steps=2100,
        warmup=150,
        decay=0.5,
        masked_share=0.3,
        matrix_lr=3e-3,
        other_lr=2e-3,
        weight_decay=0.02,
    ),
    "minilm": Recipe(
        kind="minilm",
        vocab_size=30_522,
        width=384,
        heads=12,
        context=64,
        batch=32,
        steps=1000,
        warmup=50,
        decay=0.7,
        matrix_lr=1e-3,
        weight_decay=0.0,
    ),
    # Narrow, so that one core gets through every pair several times; a batch is large because
    # Muon's work for a step does not depend on it.
    "t5": Recipe(
        kind="t5",
        vocab_size=6000,
        layers=3,
        width=192,
        context=64,
        batch=128,
        steps=4000,
        warmup=100,
        decay=0.5,
        other_lr=1e-2,
        weight_decay=0.02,
    ),
}
"""What the pocket models in this package were trained with, but for what the command line says."""


def tiny(kind: Kind, steps: int, **settings: Any) -> Recipe:
    """The recipe of a model so small that it learns from nothing while one watches: two layers, a
    minute on any machine.

    >>> tiny("gpt2", 10, batch=4).warmup, tiny("gpt2", 300, batch=4).warmup
    (10, 20)
    """
    sizes: dict[str, Any] = {"layers": 2, "width": 64, "heads": 4}
    rates: dict[str, Any] = {"warmup": min(20, steps), "matrix_lr": 1e-2, "other_lr": 5e-3}
    return Recipe(kind, steps=steps, **sizes, **rates, **settings)


def new_model(recipe: Recipe, tokenizer: PreTrainedTokenizerBase) -> Model:
    """A stock `transformers` model with random weights, as the recipe describes it, or MiniLM with
    new heads.

    Dropout is off: a pocket model sees its text only a few times and underfits it.
    """
    if recipe.kind == "minilm":
        from lablib.training.adaptation import adapted_minilm  # `peft` only where it is needed

        return adapted_minilm(recipe.rank)
    makers: dict[str, Callable[..., Model]] = {
        "gpt2": _local_gpt2, "bert": _local_bert, "t5": _random_t5,
    }  # fmt: skip
    return makers[recipe.kind](recipe, tokenizer)


def _local_gpt2(recipe: Recipe, tokenizer: PreTrainedTokenizerBase) -> GPT2LMHeadModel:
    """A GPT-2 whose heads look back a little from the beginning."""
    model = random_gpt2(recipe, tokenizer)
    look_back(model)
    return model


def _local_bert(recipe: Recipe, tokenizer: PreTrainedTokenizerBase) -> BertForPreTraining:
    """A BERT whose heads look at their neighbours from the beginning."""
    model = BertForPreTraining(
        BertConfig(
            vocab_size=len(tokenizer),
            max_position_embeddings=recipe.context,
            hidden_size=recipe.width,
            num_hidden_layers=recipe.layers,
            num_attention_heads=recipe.heads,
            intermediate_size=4 * recipe.width,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            pad_token_id=tokenizer.pad_token_id,
        )
    )
    look_at_neighbours(model)
    return model


def _random_t5(recipe: Recipe, tokenizer: PreTrainedTokenizerBase) -> T5ForConditionalGeneration:
    """A T5 that begins to write after its padding token, as T5 does."""
    config: Any = T5Config(
        vocab_size=len(tokenizer),
        d_model=recipe.width,
        d_kv=recipe.width // recipe.heads,
        d_ff=4 * recipe.width,
        num_layers=recipe.layers,
        num_heads=recipe.heads,
        dropout_rate=0.0,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    config.decoder_start_token_id = tokenizer.pad_token_id
    return T5ForConditionalGeneration(config)


def random_gpt2(recipe: Recipe, tokenizer: PreTrainedTokenizerBase) -> GPT2LMHeadModel:
    """A GPT-2 of the recipe's size in which every weight is as `transformers` draws it."""
    return GPT2LMHeadModel(
        GPT2Config(
            vocab_size=len(tokenizer),
            n_positions=recipe.context,
            n_embd=recipe.width,
            n_layer=recipe.layers,
            n_head=recipe.heads,
            # The same function as GPT-2's "gelu_new", as one kernel instead of eight.
            activation_function="gelu_pytorch_tanh",
            resid_pdrop=0.0,
            embd_pdrop=0.0,
            attn_pdrop=0.0,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
        )
    )


def look_at_neighbours(model: BertForPreTraining) -> None:
    """Let the heads of a new BERT's first layer begin by looking at the words around: the first one
    at the word before, the second at the word after, the third two words back, and so on.

    A masked word is guessed from its neighbours, but BERT has to find out first what a neighbour
    is, and guesses by frequency until then: a long plateau for a small machine. Here each position
    starts as sines and cosines of evenly spread frequencies, which are orthogonal for different
    positions; turning them by an angle is moving along the text (Vaswani et al. 2017, section 3.5).
    Keys start as they are, queries turned. All of it goes on learning.
    """
    heads = model.config.num_attention_heads
    frequencies = _start_as_waves(model.bert.embeddings.position_embeddings.weight, heads)
    steps = [(head // 2 + 1) * (-1, 1)[head % 2] for head in range(heads)]
    first: Any = model.bert.encoder.layer[0]
    query, key = first.attention.self.query.weight, first.attention.self.key.weight
    with torch.no_grad():
        torch.nn.init.eye_(key)
        query.copy_(_SHARPNESS * _turns(steps, frequencies))


def look_back(model: GPT2LMHeadModel) -> None:
    """Let the first two heads of a new GPT-2 begin by looking one and two tokens back.

    It finds out by itself what stood before, but late; and a head that repeats what followed last
    time stands on one that looks at the token before (Elhage et al. 2021, "A mathematical framework
    for transformer circuits"). Positions start as for BERT, see `look_at_neighbours`.
    """
    heads, width = model.config.n_head, model.config.n_embd
    frequencies = _start_as_waves(model.transformer.wpe.weight, heads)
    turns = _turns([-1, -2], frequencies)
    looking = len(turns)
    # Queries and keys stand side by side in one map, whose weight is [input, output].
    first: Any = model.transformer.h[0]
    weight = first.attn.c_attn.weight
    with torch.no_grad():
        weight[:, :looking] = weight[:, width : width + looking] = 0
        weight[:looking, :looking] = _SHARPNESS * turns.T
        weight[:looking, width : width + looking] = torch.eye(looking)


def _start_as_waves(positions: torch.Tensor, heads: int) -> torch.Tensor:
    """Fill the table of positions [positions, width] with sines and cosines, the same for each
    head; their frequencies.
    """
    count, width = positions.shape
    size = width // heads
    frequencies = math.pi * (torch.arange(size // 2) + 0.5) / (size // 2)
    angles = torch.arange(count)[:, None] * frequencies
    waves = torch.cat([angles.sin(), angles.cos()], dim=1).repeat(1, heads)
    with torch.no_grad():
        positions.copy_(math.sqrt(2) * _WORDS * waves)  # as large as the words they are added to
    return frequencies


def _turns(steps: list[int], frequencies: torch.Tensor) -> torch.Tensor:
    """The map under which each head's part of a position is the one `steps` further on."""
    return torch.block_diag(*(_turn(step * frequencies) for step in steps))


def _turn(angles: torch.Tensor) -> torch.Tensor:
    """The matrix that adds the angles [n] to those of n sines and n cosines, [2n, 2n]."""
    cos, sin = angles.cos().diag(), angles.sin().diag()
    return torch.cat([torch.cat([cos, sin], dim=1), torch.cat([-sin, cos], dim=1)])
