"""How fast the masked-word room answers: a pseudo-log-likelihood beside a loop that hides one
token at a time, and a text that was typed beside the bare forward pass of the stock model.

    python -m tests.benchmarks.bench_masking

BERT-base's shape with random weights, on the GPU if there is one, else on the CPU, where both sides
are bound by the same multiplications and a batch gains less. Each round measures both one after
another; the ratio of a row is the median of the rounds' ratios.
"""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import torch
from transformers import BertConfig, BertForPreTraining

from lablib import models
from lablib.masking import fill_panel, pseudo_log_likelihood
from lablib.models.loading import pick_device
from lablib.widgets import ModelChoice

ROUNDS = 3
TYPED = 10
SENTENCE = (
    "the old man walked down the road to the sea and his dog walked behind him, for the sun was "
    "low and the wind was cold, and when they came to the water they sat down on a stone and "
    "looked at the ships that went by far away under a grey sky, and neither of them said a single "
    "word until it was dark."
)
FASTER_THAN_LOOP, SHARE_OF_FORWARD, MILLISECONDS_MORE = 5, 1.2, 50


def rows(rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """One row per figure: name, ours and peer, their ratio, and the goal for it."""
    m = bert_base()
    return [likelihood_row(m, rounds), typing_row(m, rounds)]


def bert_base(config: BertConfig | None = None) -> models.LoadedModel:
    """BERT-base's shape, or another, with random weights and BERT's own tokenizer."""
    torch.manual_seed(0)
    model = BertForPreTraining(config or BertConfig()).eval().to(pick_device())
    card = models.ModelCard(
        "bert-base shape", "masked", "folder", model.num_parameters(), 0, "mit", ("en",), "Random."
    )
    tokenizer = models.load_tokenizer("bert-base-uncased")
    return models.LoadedModel(model, tokenizer, card, model.device, "A benchmark needs it.")


@torch.inference_mode()
def one_at_a_time(m: models.LoadedModel, text: str) -> list[float]:
    """The loop that people write: hide a token, run the model, look at the token's probability."""
    ids = m.tokenizer(text, return_tensors="pt")["input_ids"].to(m.device)
    chances = []
    for place in range(1, ids.shape[1] - 1):
        hidden = ids.clone()
        hidden[0, place] = m.tokenizer.mask_token_id
        scores = m.model(input_ids=hidden).prediction_logits[0, place]
        chances.append(float(scores.log_softmax(-1)[ids[0, place]]))
    return chances


def likelihood_row(m: models.LoadedModel, rounds: int) -> dict[str, Any]:
    """Seconds for a sentence of 64 tokens; more is better for the ratio, so it is loop / ours."""
    text = m.tokenizer.decode(m.tokenizer(SENTENCE, add_special_tokens=False)["input_ids"][:62])
    pairs = []
    for _ in range(rounds):
        seconds, score = timed(lambda: pseudo_log_likelihood(m, text))
        loop_seconds, chances = timed(lambda: one_at_a_time(m, text))
        assert max(abs(a - b) for a, b in zip(score.log_probabilities, chances, strict=True)) < 1e-3
        pairs.append((seconds, loop_seconds))
    return {
        "name": f"pseudo-log-likelihood of 64 tokens, {m.device.type}: batch / one at a time",
        "unit": "s",
        "ours": median(ours for ours, _ in pairs),
        "peer": median(loop for _, loop in pairs),
        "ratio": median(loop / ours for ours, loop in pairs),
        "goal": FASTER_THAN_LOOP,
    }


def typing_row(m: models.LoadedModel, rounds: int) -> dict[str, Any]:
    """Milliseconds from a change of the text to the guesses on the panel, the panel's wait for a
    pause in the typing left out; the goal is 1.2 forward passes and 50 ms.
    """
    choice = ModelChoice("bert-base shape", "masked")
    choice.loaded = m
    panel = fill_panel("The cat sat on the [MASK].", model=choice)
    assert panel.wait() and panel.state == "ready"
    times = []
    for number in range(rounds * TYPED):
        text = f"The cat number {number} sat on the [MASK]."
        panel.input.text.value = text
        assert panel.wait() and panel.state == "ready"
        ours = float(panel.foot.text.split()[1]) * (1 if panel.foot.text.endswith("ms") else 1000)
        encoded = m.tokenizer(text, return_tensors="pt").to(m.device)
        times.append((ours, 1000 * timed(lambda inputs=encoded: forward(m, inputs))[0]))
    bare = median(peer for _, peer in times)
    return {
        "name": "text changed → guesses on the panel / bare forward pass (goal: × 1.2 + 50 ms)",
        "unit": "ms",
        "ours": median(ours for ours, _ in times),
        "peer": bare,
        "ratio": median(ours / peer for ours, peer in times),
        "goal": SHARE_OF_FORWARD + MILLISECONDS_MORE / bare,
        "less_is_better": True,
    }


@torch.inference_mode()
def forward(m: models.LoadedModel, inputs: dict[str, torch.Tensor]) -> Any:
    """What the stock model takes for the same text."""
    return m.model(**inputs)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds, and what the work gave."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


if __name__ == "__main__":
    for row in rows():
        print(
            "{name}: {ours:.4g} against {peer:.4g} {unit}, × {ratio:.2f} ({goal:.2f})".format(**row)
        )
