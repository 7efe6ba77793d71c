"""Every setting of a pretraining run, in one frozen record, and the models it stands for."""

from dataclasses import dataclass
from typing import Literal

from transformers import (
    BertConfig,
    BertForPreTraining,
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedTokenizerBase,
)

Kind = Literal["gpt2", "bert", "minilm"]
Model = GPT2LMHeadModel | BertForPreTraining


@dataclass(frozen=True)
class Recipe:
    """The settings of one run. Lengths are in tokens, `steps` in optimizer steps; `rank` is that of
    the LoRA factors. MiniLM brings its own vocabulary and sizes.

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
    rank: int = 24
    seed: int = 0

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
    # a long warm-up, short rows and more of them get past it.
    "bert": Recipe(kind="bert", context=128, batch=64, steps=12000, warmup=1000),
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
}
"""What the pocket models in this package were trained with, but for what the command line says."""


def new_model(recipe: Recipe, tokenizer: PreTrainedTokenizerBase) -> Model:
    """A stock `transformers` model with random weights, as the recipe describes it, or MiniLM with
    new heads.

    Dropout is off: a pocket model sees its text only a few times and underfits it.
    """
    if recipe.kind == "minilm":
        from lablib.pretraining.adaptation import adapted_minilm  # `peft` only where it is needed

        return adapted_minilm(recipe.rank)
    if recipe.kind == "gpt2":
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
    return BertForPreTraining(
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
