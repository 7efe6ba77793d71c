"""How fast is it? Loops side by side, the ladder, and sentences in a batch."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from tests.benchmarks.gpu.running import Part
from tests.benchmarks.gpu.sizes import Size

Found = Iterator[tuple[str, Any]]


def loop(size: Size, model: Path, *, who: str, sizes: slice = slice(None)) -> Found:
    """Tokens per second, memory and MFU of a loop, for more and more rows while they fit."""
    import torch

    from tests.benchmarks import loops

    if "compiled" in who:
        from lablib.finetuning.compute.ladder import can_compile

        if not can_compile():
            raise ValueError("torch.compile needs a C++ compiler, and there is none")
    trains = loops.loops(loops.precision_here())[who]
    for rows in size.batches[sizes]:
        if "compiled" in who:  # or the second size would be compiled for any size: slower code
            torch.compiler.reset()
        load = loops.Load(str(model), rows, size.long, warm=3, steps=size.timed)
        try:
            found = loops.measure(trains, load)
        except loops.TooLarge:
            return
        share = loops.utilisation(found["tokens_per_second"], str(model), size.long)
        yield str(rows), {**found, "mfu": share}


def loop_part(who: str, sizes: slice = slice(None)) -> Part:
    """The part that measures one loop."""
    return partial(loop, who=who, sizes=sizes)


def ladder(size: Size, model: Path) -> Found:
    """Each stage of the ladder of lab 05 on the model's own shape."""
    import torch

    from lablib import models
    from lablib.finetuning import benchmark_stages, read_text, stages
    from lablib.finetuning.compute.ladder import can_compile

    has_gpu = torch.cuda.is_available()
    chosen = stages("cuda" if has_gpu else "cpu", compiled=has_gpu and can_compile())
    measured = benchmark_stages(
        models.load(model), read_text("logbook"), batch=size.batches[0], length=size.long,
        seconds=size.stage_seconds, chosen=chosen[: size.stages],
    )  # fmt: skip
    for one in filter(None, measured):
        yield (
            one.stage.name,
            {
                "tokens_per_second": one.tokens_per_second,
                "memory": (one.memory or 0) / 1e6,
                "failure": one.failure,
            },
        )


def sentences(size: Size, model: Path) -> Found:
    """The score of a sentence of 64 tokens, its hidden places in a batch and one at a time."""
    from transformers import BertConfig

    from tests.benchmarks.bench_masking import bert_base, likelihood_row

    heads = max(size.bert_width // 64, 1)
    config = BertConfig(
        hidden_size=size.bert_width, intermediate_size=4 * size.bert_width,
        num_hidden_layers=size.bert_layers, num_attention_heads=heads,
    )  # fmt: skip
    m = bert_base(config)
    likelihood_row(m, rounds=1)  # the first call of a GPU prepares its kernels
    yield "row", likelihood_row(m, rounds=3)
