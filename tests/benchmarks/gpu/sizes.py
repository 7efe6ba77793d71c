"""How large everything is: the real thing, or small enough for a processor and a test."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Size:
    """The sizes of one round.

    Attributes:
        layers, width, heads, context: of the GPT-2 that is trained.
        tokenizer: of the catalogue, that it gets.
        steps: in which two devices have to stay together.
        rows, length: of the batches of the checks.
        batches: rows of a step, for the speeds: the first is every loop's, the rest until one does
            not fit.
        long: tokens of a row there.
        timed: steps that are timed.
        stage_seconds: how long each stage of the ladder is measured.
        stages: how many of them; None for all.
        bert_layers, bert_width: of the encoder whose sentence scores are timed.
        real_steps: of the run on a real text, for pocket-gpt2 and for the GPT-2.
        kinds: of pocket models that are pretrained; MiniLM has one size, which is large.
    """

    layers: int = 12
    width: int = 768
    heads: int = 12
    context: int = 1024
    tokenizer: str = "gpt2"
    steps: int = 30
    rows: int = 8
    length: int = 64
    batches: tuple[int, ...] = (8, 16, 32, 64, 128, 256)
    long: int = 1024
    timed: int = 10
    stage_seconds: float = 1.5
    stages: int | None = None
    bert_layers: int = 12
    bert_width: int = 768
    real_steps: tuple[int, int] = (300, 150)
    kinds: tuple[str, ...] = ("gpt2", "bert", "t5", "minilm")


FULL = Size()
SMALL = Size(
    layers=2, width=32, heads=2, context=64, tokenizer="pocket-gpt2", steps=4, rows=4, length=16,
    batches=(2, 4), long=32, timed=2, stage_seconds=0.0, stages=2, bert_layers=1, bert_width=24,
    real_steps=(2, 4), kinds=("gpt2", "bert", "t5"),
)  # fmt: skip


def make_model(size: Size, folder: Path) -> None:
    """Save a GPT-2 of this size, its weights random from a seed, with a tokenizer."""
    from transformers import GPT2Config, GPT2LMHeadModel

    from lablib import models
    from lablib.randomness import seeded

    tokenizer = models.load_tokenizer(size.tokenizer)
    config = GPT2Config(
        vocab_size=len(tokenizer), n_layer=size.layers, n_embd=size.width, n_head=size.heads,
        n_positions=size.context, bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )  # fmt: skip
    with seeded(0):
        GPT2LMHeadModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
