"""What a look at the heads over a corpus costs: every metric of pocket-gpt2's 24 heads in 100 kB of
text, and the test of the name a head gets that way (see `attention.scan` and `muting_cost`).

    python -m tests.benchmarks.bench_corpus

The texts that ship with the labs, one after another. Seconds by the clock, and processor seconds
beside those of a plain loop with `transformers`: each passage by itself with `output_attentions`
and three patterns of TransformerLens; each passage and each head with a hook on the output
projection. The loops take some of the passages, and their seconds are scaled up to all. On a
machine that has other work, threads wait for each other: `OMP_NUM_THREADS=1` is quicker there.
"""

import copy
import time
from collections.abc import Iterator
from typing import Any

import torch

from lablib import attention as at
from lablib import data, models

BYTES = 100_000
MOST_SECONDS = 60
OTHERS = 10
LOOPED = 24
"""How many passages the plain loops take."""


def rows() -> Iterator[dict[str, Any]]:
    """How many seconds the scan takes, and muting a head and others drawn by lot after it."""
    m = models.load("pocket-gpt2", device="cpu")
    text = corpus()
    seconds, processor, found = timed(at.scan(m, text))
    layers, heads = found.size
    assert layers * heads == 24 and len(found.passages) == found.total
    name = f"{layers * heads} heads × {BYTES // 1000} kB: every metric"
    goal = {"goal": MOST_SECONDS, "less_is_better": True}
    yield {"name": name, "ours": seconds, "unit": "s", **goal}
    yield beside(name, processor, looped(plain_metrics(m, found), found))
    seconds, processor, cost = timed(at.muting_cost(m, found, inductive_head(found), OTHERS))
    name = f"muting a head and {OTHERS} others there"
    yield {"name": name, "ours": seconds, "unit": "s"}
    yield beside(name, processor, looped(plain_costs(m, found, cost.heads), found))


def beside(name: str, ours: float, peer: float) -> dict[str, Any]:
    """Our processor seconds and a plain loop's, and how many times as many those are."""
    return {"name": name, "ours": ours, "peer": peer, "unit": "processor s", "ratio": peer / ours}


def corpus() -> str:
    """So many bytes of text."""
    whole = "\n".join(data.text(name) for name in data.names()).encode()
    assert len(whole) >= BYTES
    return whole[:BYTES].decode(errors="ignore")


def inductive_head(found: at.Scan) -> tuple[int, int]:
    """The head that does most induction."""
    mean = found.mean("induction")
    layer, head = divmod(int(mean.argmax()), mean.shape[1])
    return layer, head


def timed(work: Iterator[Any]) -> tuple[float, float, Any]:
    """How many seconds something takes to its end, how many of processors, and the last of what it
    yields.
    """
    start, processor = time.perf_counter(), time.process_time()
    *_, last = work
    return time.perf_counter() - start, time.process_time() - processor, last


def looped(work: Iterator[Any], found: at.Scan) -> float:
    """The processor seconds of a loop over some passages, as they would be for all."""
    return timed(work)[1] * found.total / min(LOOPED, found.total)


@torch.inference_mode()
def plain_metrics(m: models.LoadedModel, found: at.Scan) -> Iterator[torch.Tensor]:
    """Three scores of each head in each of some passages, read one by one: the token before, the
    same token, induction.
    """
    model: Any = copy.deepcopy(m.model).base_model
    model.set_attn_implementation("eager")
    for passage in found.passages[:LOOPED]:
        ids = torch.tensor([passage.ids])
        same = (ids[0][:, None] == ids[0]).float().tril(-1)
        wanted = [torch.eye(len(ids[0])).roll(1, 0).tril(-1), same, same.roll(1, 1).tril(-1)]
        for layer in model(ids, output_attentions=True).attentions:
            for pattern in wanted:
                yield (layer[0] * pattern).sum((-2, -1)) / layer[0].sum((-2, -1))


@torch.inference_mode()
def plain_costs(
    m: models.LoadedModel, found: at.Scan, heads: tuple[tuple[int, int], ...]
) -> Iterator[torch.Tensor]:
    """The loss of some passages with all heads and without each of some, one after another."""
    model: Any = m.model
    size = model.config.n_embd // model.config.n_head
    for passage in found.passages[:LOOPED]:
        ids = torch.tensor([passage.ids])
        yield model(ids, labels=ids).loss
        for layer, head in heads:
            mute = silence(slice(head * size, (head + 1) * size))
            hook = model.transformer.h[layer].attn.c_proj.register_forward_pre_hook(mute)
            yield model(ids, labels=ids).loss
            hook.remove()


def silence(where: slice) -> Any:
    """A hook that sets a part of what goes into a layer to zero."""

    def mute(_: Any, given: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
        given[0][..., where] = 0
        return given

    return mute


if __name__ == "__main__":
    from tests.benchmarks.__main__ import main

    main(["corpus"])
