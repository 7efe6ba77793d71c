"""Spot the bug: code that people really write, and why it is wrong.

The first three stand in the material that these labs grew from. What each costs is seen in a live
run: `lablib.finetuning.harms`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lablib.exercises.checking import FunctionCheck, Mistake
from lablib.exercises.records import Bug, source
from lablib.finetuning.exercises import broken, solutions, watching
from lablib.finetuning.exercises.practice import batch, learner

if TYPE_CHECKING:
    from torch import Tensor

SECONDS = 20.0
"""A check that trains a model may take longer than one that adds numbers."""


def _copying_loss(model: Any, batch: "Tensor") -> Any:
    import torch

    logits = model(input_ids=batch).logits
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1), batch.flatten())


SHIFTED_TWICE = Bug(
    id="finetuning/labels-shifted-twice",
    title="Shifted, and shifted again",
    minutes=3,
    difficulty=1,
    question=(
        "This should give the loss of saying each token from those before it, with a model of "
        "`transformers`. A model trained with it writes every second word. Which line is the "
        "reason?"
    ),
    code=source(broken.batch_loss),
    line="labels = batch[:, 1:]",
    why=(
        "The models of `transformers` shift the labels themselves: what they say at place i is "
        "held against label i + 1. Shifted before, it is held against the token after the next, "
        "so that is what the model learns to say. Hand over the same ids twice."
    ),
    innocent={
        "input_ids = ": "Leaving out the last token does little harm. What is asked at each place?",
        "model(": "This hands over inputs and labels, and the model makes the loss of them.",
    },
    check=FunctionCheck(
        solutions.batch_loss,
        cases=lambda: [(learner(), batch()), (learner(), batch(5, rows=3, length=8))],
        mistakes=(
            Mistake(
                broken.batch_loss,
                "The loss is still that of the token after the next one.",
            ),
            Mistake(
                lambda model, batch: model(input_ids=batch[:, :-1], labels=batch[:, :-1]).loss,
                "The shift is right now, but the last token of each row is never asked for. Hand "
                "over the whole batch, twice.",
            ),
            Mistake(
                _copying_loss,
                "Now nothing is shifted: the model is asked to say the token that it just read.",
            ),
        ),
        seconds=SECONDS,
    ),
    hints=(
        "Who shifts the labels, you or the model? Look into the help of `GPT2LMHeadModel`.",
        "`labels` may simply be the batch itself.",
    ),
    solution=source(solutions.batch_loss),
    lesson=(
        "With `labels=` the model shifts. If you compute the cross-entropy yourself, you shift. "
        "Never both."
    ),
)


def _padded() -> "tuple[Tensor, Tensor]":
    """Ids and mask of three rows of different lengths, filled up with 0."""
    import torch

    ids = batch(rows=3, length=10)
    mask = (torch.arange(10) < torch.tensor([[10], [4], [6]])).long()
    return ids * mask, mask


PADDING_IN_THE_LOSS = Bug(
    id="finetuning/padding-in-the-loss",
    title="A loss that is too good",
    minutes=3,
    difficulty=1,
    question=(
        "This should give the mean loss of the tokens of a padded batch. In training it soon looks "
        "wonderful, and the model writes no better. Which line is the reason?"
    ),
    code=source(broken.padded_loss),
    line="labels = ids.clone()",
    why=(
        "The padding is a label here, like everything else. It is easy to say (after padding comes "
        "padding), and in a batch of short texts it is most of what is asked. Where the mask is 0, "
        "the label must be −100."
    ),
    innocent={
        "attention_mask": (
            "The mask keeps tokens from looking at padding. It does not keep padding out of the "
            "loss: that is up to the labels."
        ),
    },
    check=FunctionCheck(
        solutions.padded_loss,
        cases=lambda: [(learner(), *_padded()), (learner(), batch(), _full())],
        mistakes=(
            Mistake(
                broken.padded_loss,
                "The padding is still asked for.",
            ),
            Mistake(
                lambda model, ids, mask: (
                    model(
                        input_ids=ids, attention_mask=mask, labels=ids.masked_fill(mask == 1, -100)
                    ).loss
                ),
                "You leave out the tokens and ask for the padding: the condition is the wrong way "
                "round.",
            ),
            Mistake(
                lambda model, ids, mask: (
                    model(
                        input_ids=ids, attention_mask=mask, labels=ids.masked_fill(mask == 0, 1)
                    ).loss
                ),
                "Any id from 0 on is a token to be said. What the loss leaves out is −100.",
            ),
        ),
        seconds=SECONDS,
    ),
    hints=(
        "How many labels are there, and how many tokens?",
        "`ids.masked_fill(mask == 0, -100)` keeps the ids where the mask is 1.",
    ),
    solution=source(solutions.padded_loss),
    lesson=(
        "Compare losses only if they are means over the same tokens. Or pack: rows cut from one "
        "long stream have no padding at all."
    ),
)


def _full() -> "Tensor":
    return batch().new_ones(batch().shape)


def _step_with(name: str) -> Any:
    """One step with another optimizer of torch."""

    def step(model: Any, batch: "Tensor", learning_rate: float) -> list[float]:
        import torch

        optimizer = getattr(torch.optim, name)(model.parameters(), lr=learning_rate)
        before = model(input_ids=batch, labels=batch).loss
        before.backward()
        optimizer.step()
        return [before.item(), model(input_ids=batch, labels=batch).loss.item()]

    return step


def _no_step(model: Any, batch: "Tensor", learning_rate: float) -> list[float]:
    return [model(input_ids=batch, labels=batch).loss.item() for _ in range(2)]


ADAMW = Bug(
    id="finetuning/adamw-of-transformers",
    title="It used to work",
    minutes=2,
    difficulty=1,
    question=(
        "This is in many tutorials. With a `transformers` of today it does not even begin. Which "
        "line is the reason?"
    ),
    code=source(broken.one_step),
    line="from transformers import AdamW",
    why=(
        "`transformers` had an AdamW of its own, said for years that it would go, and removed it. "
        "Take `torch.optim.AdamW`. Beware of one difference: the old one had no weight decay "
        "unless told, torch's has 0.01."
    ),
    innocent={
        "AdamW(model": "Weights and a learning rate: that is what an AdamW needs. Whose is it?",
        "before.backward": "This computes the gradients. That is right.",
        "optimizer.step": "This moves the weights. That is right.",
        "after = ": "The loss again, with the new weights. That is right.",
    },
    check=FunctionCheck(
        solutions.one_step,
        cases=lambda: [(learner(), batch(), 0.01), (learner(), batch(5), 0.05)],
        # Enough for AdamW with its own settings, or with those of the old one (no weight decay).
        tolerance=5e-3,
        watch=watching.optimizers,
        mistakes=(
            Mistake(
                broken.one_step,
                "There is no AdamW in `transformers` any more.",
            ),
            Mistake(
                _step_with("SGD"),
                "This is plain gradient descent, another optimizer. Torch has an AdamW as well.",
            ),
            Mistake(
                _step_with("Adam"),
                "This is Adam, without the W. Torch has an AdamW as well.",
            ),
            Mistake(
                _step_with("Adagrad"),
                "This is another optimizer. Torch has an AdamW as well.",
            ),
            Mistake(
                _no_step,
                "Nothing is learned now: the optimizer has to make a step.",
            ),
        ),
        seconds=SECONDS,
    ),
    hints=("Which other library that is imported here has optimizers?",),
    solution=source(solutions.one_step),
    lesson="Optimizers are torch's, schedules and models are those of `transformers`.",
)

PAD_IS_END = Bug(
    id="finetuning/pad-is-end",
    title="It never stops",
    minutes=4,
    difficulty=2,
    question=(
        "Each text ends with the token `end`. GPT-2 has no padding token, so `end` fills up the "
        "short rows too, and the padding gets −100. A model trained with these labels writes and "
        "writes. Which line is the reason?"
    ),
    code=source(broken.labels_of),
    line="-100 if id == end",
    why=(
        "The line cannot tell the padding from the one `end` that closes each text: they are the "
        "same id. So the true ends are not asked for either, and the model never learns when to "
        "stop. Tell padding by its place, not by its id."
    ),
    innocent={
        "length = ": "As long as the longest row. That is right.",
        "padded = ": (
            "Filling up with `end` is a custom, and harmless in itself: padding is neither looked "
            "at nor asked for."
        ),
    },
    check=FunctionCheck(
        solutions.labels_of,
        cases=lambda: [
            ([[5, 6, 7, 0], [8, 0]], 0),
            ([[3, 9], [4, 5, 9], [6, 7, 8, 1, 9]], 9),
        ],
        mistakes=(
            Mistake(
                broken.labels_of,
                "The `end` of each text still has −100.",
            ),
            Mistake(
                lambda rows, end: [
                    row + [end] * (max(map(len, rows)) - len(row)) for row in rows
                ],
                "The ends are asked for now, and so is all the padding.",
            ),
            Mistake(
                lambda rows, end: rows,
                "The rows should have one length: fill them up, with −100.",
            ),
            Mistake(
                lambda rows, end: [
                    [-100] * (max(map(len, rows)) - len(row)) + row for row in rows
                ],
                "The padding of these rows is on the right, so −100 must be there.",
            ),
        ),
    ),
    hints=(
        "In `[8, 0]` with `end = 0`, which tokens should the model be asked for?",
        "You know how long each row was: fill it up with −100 instead of `end`.",
    ),
    solution=source(solutions.labels_of),
    lesson=(
        "The collator of `transformers` for language models masks by id: with pad = eos it makes "
        "just this mistake. Give the tokenizer a padding token of its own, or make the labels "
        "yourself."
    ),
)  # fmt: skip


def _three() -> "list[Tensor]":
    return [batch(start) for start in (0, 5, 11)]


def _with_optimizer(peak: float) -> tuple[Any, Any]:
    """A tiny model with its optimizer."""
    import torch

    model = learner()
    return model, torch.optim.AdamW(model.parameters(), lr=peak)


def _learned_at(rate: Callable[[int, int], float], noted: Callable[[int, int], float]) -> Any:
    """Code that learns at one rate (of step i of n, as a share of the first) and notes another."""

    def rates_used(model: Any, optimizer: Any, batches: Any) -> list[float]:
        peak, n = optimizer.param_groups[0]["lr"], len(batches)
        for i, ids in enumerate(batches):
            optimizer.param_groups[0]["lr"] = peak * rate(i, n)
            optimizer.zero_grad()
            model(input_ids=ids, labels=ids).loss.backward()
            optimizer.step()
        return [peak * noted(i, n) for i in range(n)]

    return rates_used


def _constant(i: int, n: int) -> float:
    return 1.0


def _falling(i: int, n: int) -> float:
    return 1 - i / n


def _too_fast(i: int, n: int) -> float:
    return 1 - i / (n - 1)


def _one_ahead(i: int, n: int) -> float:
    return 1 - (i + 1) / n


SCHEDULER_FIRST = Bug(
    id="finetuning/scheduler-first",
    title="The first and the last step",
    minutes=3,
    difficulty=2,
    question=(
        "The learning rate should begin with that of the optimizer and fall towards 0. Here the "
        "first step is shorter than that, and the last one does nothing. (Torch gives a warning, "
        "among many others.) Which line is the reason?"
    ),
    code=source(broken.rates_used),
    line="scheduler.step()",
    why=(
        "The scheduler goes on to the next rate before the optimizer has used this one. So the "
        "first rate is skipped and the last step has rate 0. First `optimizer.step()`, then "
        "`scheduler.step()`."
    ),
    innocent={
        "LinearLR": "From 1 times the rate down to 0, in as many steps as there are batches.",
        "zero_grad": "The gradients of the batch before are cleared. That is right.",
        "optimizer.step": "This uses the rate of the moment. Which one is that?",
        "param_groups": "This only reads the rate.",
    },
    check=FunctionCheck(
        solutions.rates_used,
        cases=lambda: [
            (*_with_optimizer(0.01), _three()),
            (*_with_optimizer(0.02), _three()[:2]),
        ],
        mistakes=(
            Mistake(
                broken.rates_used,
                "The first rate is still not the optimizer's own.",
            ),
            Mistake(
                _learned_at(_one_ahead, noted=_falling),
                "The rates that you return are right, but the optimizer uses others: the scheduler "
                "still makes its step before it.",
            ),
            Mistake(
                _learned_at(_falling, noted=_one_ahead),
                "The order is right now. But you note the rate after the scheduler's step: it is "
                "that of the next step.",
            ),
            Mistake(
                _learned_at(_constant, noted=_constant),
                "Now the rate never falls: the scheduler has to make its step too.",
            ),
            Mistake(
                _learned_at(_too_fast, noted=_too_fast),
                "The rate falls too fast: with n batches it goes down by an nth at each.",
            ),
        ),
        watch=watching.rates_and_what_was_learned,
        seconds=SECONDS,
    ),
    hints=("What is the rate when `optimizer.step()` is called for the first time?",),
    solution=source(solutions.rates_used),
    lesson=(
        "In a run of a thousand steps this is a trifle. In a run of one step nothing is learned "
        "at all, and with a warm-up counted in epochs the damage is large."
    ),
)


def _parts(lengths: tuple[int, ...]) -> "list[tuple[Tensor, Tensor]]":
    rows = [batch(start, rows=1, length=length) for start, length in enumerate(lengths)]
    return [(row, row) for row in rows]


def _padded_parts() -> "list[tuple[Tensor, Tensor]]":
    ids, mask = _padded()
    labels = ids.masked_fill(mask == 0, -100)
    return [(ids[:1], labels[:1]), (ids[1:], labels[1:])]


def _targets(labels: "Tensor") -> int:
    return int((labels[:, 1:] != -100).sum())


def _weighted(count: Callable[["Tensor"], float], whole: bool = True) -> Any:
    """Code that weights each part by a count of its labels, and divides by that of the `whole`."""

    def accumulate(model: Any, parts: Any) -> float:
        total = 0.0
        counts = sum(count(labels) for _, labels in parts) if whole else 1.0
        for ids, labels in parts:
            loss = model(input_ids=ids, labels=labels).loss * count(labels) / counts
            loss.backward()
            total += loss.item()
        return total

    return accumulate


def _without_gradients(model: Any, parts: Any) -> float:
    total = solutions.accumulate(model, parts)
    model.zero_grad()
    return float(total)


def _weighted_too_late(model: Any, parts: Any) -> float:
    total = solutions.accumulate(model, parts)
    model.zero_grad()
    _weighted(lambda labels: 1.0, whole=False)(model, parts)
    return float(total)


MEAN_OF_MEANS = Bug(
    id="finetuning/mean-of-means",
    title="It depends on the pieces",
    minutes=4,
    difficulty=3,
    question=(
        "The batch is too large, so it comes in parts, and the gradients add up. Loss and "
        "gradients should be those of the whole batch. They are not, where the parts have "
        "different numbers of tokens. Which line is the reason?"
    ),
    code=source(broken.accumulate),
    line="/ len(parts)",
    why=(
        "Each `.loss` is a mean over its own part. The mean of these means is not the mean of all: "
        "a token in a short part counts for more. Weight each part by its share of the targets."
    ),
    innocent={
        "loss.backward": "This adds to the gradients that are there. That is what we want here.",
        "total += ": "The parts add up to the loss of the batch, if each has its right weight.",
    },
    check=FunctionCheck(
        solutions.accumulate,
        cases=lambda: [
            (learner(), _parts((20, 3, 4))),
            (learner(), _parts((2, 30))),
            (learner(), _padded_parts()),
        ],
        watch=watching.gradients,
        mistakes=(
            Mistake(
                broken.accumulate,
                "Still a mean of means: a token of a short part counts for more.",
            ),
            Mistake(
                _weighted(lambda labels: 1.0, whole=False),
                "Now the losses of the parts are added up: more parts, more loss, longer steps.",
            ),
            Mistake(
                _without_gradients,
                "The loss is right, but there are no gradients: each part needs its `backward`, "
                "and nothing may clear them.",
            ),
            Mistake(
                _weighted_too_late,
                "The loss is right, but the gradients are those of the unweighted losses: give the "
                "weight before `backward`.",
            ),
            Mistake(
                _weighted(lambda labels: labels[:, 1:].numel()),
                "Nearly: you count places that are not asked for. Count the targets, `labels[:, "
                "1:] != -100`.",
            ),
            Mistake(
                _weighted(lambda labels: labels.numel()),
                "Nearly: you weight by tokens. The first token of a row is not asked for, so count "
                "the targets, `labels[:, 1:] != -100`.",
            ),
        ),
        seconds=SECONDS,
    ),
    hints=(
        "A part of 3 tokens has 2 targets, one of 20 has 19. What should be the weight of each?",
        "Count all targets before the loop; `(labels[:, 1:] != -100).sum()` are those of a part.",
    ),
    solution=source(solutions.accumulate),
    lesson=(
        "`transformers` had this bug until autumn 2024. It goes unnoticed, because the loss still "
        "falls. Test: does the size of the micro-batch change the loss?"
    ),
)


def _nothing_learned(model: Any, batches: Any, learning_rate: float) -> list[float]:
    """No step, or gradients that are cleared between computing and using them."""
    return [model(input_ids=batch, labels=batch).loss.item() for batch in batches]


def _fresh_optimizers(model: Any, batches: Any, learning_rate: float) -> list[float]:
    return [solutions.learn(model, [batch], learning_rate)[0] for batch in batches]


NO_ZERO_GRAD = Bug(
    id="finetuning/no-zero-grad",
    title="Something is missing",
    minutes=3,
    difficulty=1,
    question=(
        "This learns a little, and then no more. No line is wrong in itself, but one is missing. "
        "Before which line?"
    ),
    code=source(broken.learn),
    line=("loss = ", "loss.backward()", "losses.append"),
    why=(
        "`backward` adds to the gradients that are there. Nobody clears them, so each step still "
        "goes where all the batches before pointed, and goes on overshooting. Write "
        "`optimizer.zero_grad()` anywhere after the step of the batch before and before "
        "`backward`: the first line of the loop is the usual place."
    ),
    innocent={
        "optimizer.step": (
            "The step uses the gradients: cleared just before it, there are none to use. Where "
            "can they be cleared?"
        ),
        "for batch": "Cleared once, before the loop, they pile up from the second batch on.",
        "losses = ": "Before the loop there is nothing to clear yet.",
    },
    check=FunctionCheck(
        solutions.learn,
        cases=lambda: [(learner(), _three(), 0.02), (learner(), _three()[::-1], 0.01)],
        watch=watching.what_was_learned,
        mistakes=(
            Mistake(
                broken.learn,
                "The gradients of the earlier batches are still in there.",
            ),
            Mistake(
                _nothing_learned,
                "Nothing is learned: `backward`, then `step`, and the gradients must not be "
                "cleared between the two.",
            ),
            Mistake(
                _fresh_optimizers,
                "A new optimizer for each batch forgets AdamW's averages. Clear the gradients "
                "instead.",
            ),
        ),
        seconds=SECONDS,
    ),
    hints=(
        "What does `loss.backward()` do with the gradients of the batch before?",
        "`optimizer.zero_grad()`, once for each batch.",
    ),
    solution=source(solutions.learn),
    lesson=(
        "Torch adds gradients up on purpose: that is how a batch can come in parts. So clearing "
        "them is up to you."
    ),
)


def _loss_elsewhere(model: Any) -> float:
    """The loss on a batch that is not learned from."""
    import torch

    with torch.no_grad():
        return float(model(input_ids=batch(20), labels=batch(20)).loss)


def _in_modes(learning: bool, measuring: bool) -> Any:
    """Code that learns and measures with dropout or without."""

    def learn_and_look(model: Any, optimizer: Any, batches: Any, measure: Any) -> list[float]:
        losses = []
        for ids in batches:
            model.train(learning)
            optimizer.zero_grad()
            model(input_ids=ids, labels=ids).loss.backward()
            optimizer.step()
            model.train(measuring)
            losses.append(measure(model))
        return losses

    return learn_and_look


STAYS_IN_EVAL = Bug(
    id="finetuning/stays-in-eval",
    title="Dropout that drops out",
    minutes=3,
    difficulty=2,
    question=(
        "This should learn with dropout, and measure without. It uses dropout for the first batch "
        "only, so later it learns the text by heart sooner than it should. Which line stands in "
        "the wrong place?"
    ),
    code=source(broken.learn_and_look),
    line="model.train()",
    why=(
        "`model.eval()` switches dropout off for the measurement, and nothing switches it on "
        "again: `model.train()` stands before the loop. It has to be in it, before each batch."
    ),
    innocent={
        "model.eval": "For measuring, dropout must be off. That is right, here.",
        "measure(model)": "What is measured is right. In which mode is the model after it?",
        "zero_grad": "The gradients are cleared for each batch. That is right.",
    },
    check=FunctionCheck(
        solutions.learn_and_look,
        cases=lambda: [(*_with_optimizer(0.02), _three(), _loss_elsewhere)],
        watch=watching.modes,
        mistakes=(
            Mistake(
                broken.learn_and_look,
                "From the second batch on there is still no dropout.",
            ),
            Mistake(
                _in_modes(learning=True, measuring=True),
                "Now it is measured with dropout as well: keep `model.eval()` before measuring.",
            ),
            Mistake(
                _in_modes(learning=False, measuring=False),
                "Now there is no dropout at all.",
            ),
            Mistake(
                _in_modes(learning=False, measuring=True),
                "You have the two the wrong way round: it should learn with dropout.",
            ),
        ),
        seconds=SECONDS,
    ),
    hints=("In which mode is the model when the second batch comes?",),
    solution=source(solutions.learn_and_look),
    lesson=(
        "`eval()` and `no_grad()` are two things: the first switches dropout off, the second "
        "switches gradients off. And what was switched must be switched back."
    ),
)
