"""The questions of the fine-tuning lab, held against transformers and torch; the bugs hurt."""

import copy
import math

import pytest
import torch
from transformers import DataCollatorForLanguageModeling, get_linear_schedule_with_warmup

from lablib import finetuning as ft
from lablib import models
from lablib.exercises import Bug, Exercise, Prediction, grade, lab, loader
from lablib.finetuning.exercises import harms, solutions
from lablib.finetuning.exercises.practice import batch, learner
from lablib.finetuning.figures.harms import harm_words

broken = loader.broken("finetuning")


def test_the_lab_asks_enough_for_its_story():
    def count(kind):
        return sum(isinstance(record, kind) for record in lab("finetuning").values())

    assert count(Prediction) >= 9
    assert count(Exercise) - count(Bug) >= 6
    assert count(Bug) >= 6


# The solutions against others' code.


def test_the_targets_are_what_the_model_takes_its_mean_over():
    mask = torch.tensor([[1] * 12, [1] * 5 + [0] * 7])
    labels = batch().masked_fill(mask == 0, -100)
    model = learner()
    logits = model(input_ids=batch()).logits[:, :-1].flatten(0, 1)
    total = torch.nn.functional.cross_entropy(logits, labels[:, 1:].flatten(), reduction="sum")
    mean = model(input_ids=batch(), labels=labels).loss
    assert (total / mean).item() == pytest.approx(solutions.count_targets(mask.tolist()), rel=1e-5)


def test_the_schedule_is_that_of_transformers():
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.5)
    schedule = get_linear_schedule_with_warmup(optimizer, num_warmup_steps=3, num_training_steps=12)
    for step in range(12):
        expected = schedule.get_last_lr()[0]
        assert solutions.learning_rate(step, 12, 0.5, 3) == pytest.approx(expected)
        optimizer.step()
        schedule.step()


def test_lora_and_the_last_blocks_are_those_of_the_lab():
    m = models.load("pocket-gpt2", device="cpu")
    task = ft.make_task(ft.Config(), m)

    def trained(**settings):
        model = ft.prepare(m, ft.Config(**settings), task)
        return {name: p.numel() for name, p in model.named_parameters() if p.requires_grad}

    names = ("c_attn", "c_proj", "c_fc")
    shapes = [
        tuple(part.weight.shape)
        for name, part in m.model.named_modules()
        if name.endswith(names) and hasattr(part, "weight")
    ]
    weights = solutions.lora_weights(shapes, 8)
    assert weights == sum(trained(method="lora", rank=8).values()) == 196_608
    share = lab("finetuning")["finetuning/lora-share"].answer.value
    assert 100 * weights / m.model.num_parameters() == pytest.approx(share, abs=0.05)
    last = solutions.train_last(ft.prepare(m, ft.Config(), task), 2)
    assert last == list(trained(method="last", last_blocks=2))


def test_the_memory_is_what_the_lab_estimates():
    memory = ft.memory_parts(ft.Config())
    weights = memory.weights // 4
    assert memory.weights + memory.gradients + memory.optimizer == solutions.training_bytes(
        weights, weights
    )


def test_the_first_loss_is_that_of_random_weights():
    state = ft.setup(ft.Config(text="lighthouse", method="scratch", steps=1, device="cpu"))
    first = next(ft.fit(state))
    guess = lab("finetuning")["finetuning/first-loss"].answer
    assert guess.value == pytest.approx(math.log(4096), abs=1e-3)
    assert first.heldout_loss == pytest.approx(guess.value, abs=guess.tolerance)


def test_the_mean_over_parts_is_that_of_the_whole_batch():
    ids = batch(rows=3)
    labels = ids.clone()
    labels[1, 4:] = -100
    parts = [(ids[i : i + 1], labels[i : i + 1]) for i in range(3)]
    whole, pieces = learner(), learner()
    loss = whole(input_ids=ids, labels=labels).loss
    loss.backward()
    assert solutions.accumulate(pieces, parts) == pytest.approx(float(loss), rel=1e-5)
    for one, other in zip(whole.parameters(), pieces.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad, rtol=1e-4, atol=1e-6)
    assert broken.accumulate(learner(), parts) != pytest.approx(float(loss), rel=1e-3)


# What each bug does, seen without our checks.


def test_the_collator_of_transformers_makes_the_mistake_of_pad_is_end():
    m = models.load("pocket-gpt2", device="cpu")
    end, rows = m.tokenizer.eos_token_id, [[5, 6, 7], [8]]
    rows = [[*row, end] for row in rows]
    tokenizer = copy.deepcopy(m.tokenizer)  # that of the model is everybody's
    tokenizer.pad_token = tokenizer.eos_token
    collate = DataCollatorForLanguageModeling(tokenizer, mlm=False)
    labels = collate([{"input_ids": row} for row in rows])["labels"]
    assert labels.tolist() == broken.labels_of(rows, end) != solutions.labels_of(rows, end)


def test_the_early_scheduler_leaves_a_single_step_without_effect():
    model = learner()
    before = [weight.clone() for weight in model.parameters()]
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.1)
    with pytest.warns(UserWarning, match="lr_scheduler.step"):
        assert broken.rates_used(model, optimizer, [batch()]) == [0.0]
    assert all(map(torch.equal, before, model.parameters()))


@pytest.fixture(scope="module")
def bug_runs():
    """Each bug beside the mended code, in a short live run."""
    return {id: harms.harm(id) for id in harms.menu()}


def test_every_bug_of_the_lab_can_be_seen_to_hurt():
    bugs = {id for id, record in lab("finetuning").items() if isinstance(record, Bug)}
    assert bugs == set(harms.menu())


@pytest.mark.parametrize(
    ("bug", "least"),
    [
        ("labels-shifted-twice", 1.0),
        ("padding-in-the-loss", 0.3),
        ("no-zero-grad", 0.3),
        ("stays-in-eval", 0.05),
    ],
)
def test_with_the_bug_the_loss_ends_higher(bug_runs, bug, least):
    run = bug_runs[f"finetuning/{bug}"]
    assert len(run.broken) == len(run.fixed) == len(run.steps)
    assert run.broken[-1] - run.fixed[-1] > least
    assert run.fixed[-1] < run.fixed[0]


def test_a_mean_of_means_turns_the_gradient(bug_runs):
    run = bug_runs["finetuning/mean-of-means"]
    assert run.steps[0] == 1 and run.broken[0] < 0.01
    assert max(run.fixed) < 0.01 and run.broken[-1] > 10


def test_a_run_of_one_step_learns_nothing_where_the_scheduler_comes_first(bug_runs):
    run = bug_runs["finetuning/scheduler-first"]
    assert run.steps[0] == 1 and run.broken[0] > run.fixed[0]
    assert run.broken[0] == pytest.approx(bug_runs["finetuning/labels-shifted-twice"].fixed[0])


def test_a_model_learns_to_stop_only_where_the_end_is_asked_for(bug_runs):
    run = bug_runs["finetuning/pad-is-end"]
    assert run.fixed[-1] > 50 and run.broken[-1] < 1


def test_the_old_optimizer_does_not_begin(bug_runs):
    run = bug_runs["finetuning/adamw-of-transformers"]
    assert run.broken == () and "AdamW" in run.error
    assert run.fixed[1] < run.fixed[0]
    assert "breaks off" in harm_words(run)


def test_there_is_no_run_of_another_bug():
    with pytest.raises(ValueError, match="choose one of finetuning/labels-shifted-twice"):
        harms.harm("finetuning/typo")


def test_the_missing_line_may_stand_before_the_lines_that_are_right_to_click_and_no_others():
    bug = lab("finetuning")["finetuning/no-zero-grad"]
    lines = bug.code.splitlines()
    clears = []
    for number, line in enumerate(lines[1:], 2):
        indent = line[: len(line) - len(line.lstrip())]
        mended = [*lines[: number - 1], f"{indent}optimizer.zero_grad()", *lines[number - 1 :]]
        names = {"torch": torch}
        exec("\n".join(mended), names)
        if grade(bug.id, names["learn"]).state == "right":
            clears.append(number)
    assert tuple(clears) == bug.line_numbers


def test_the_model_of_the_checks_is_as_its_config_says():
    model = learner(blocks=3)
    assert model.config.n_layer == len(model.transformer.h) == 3
    model.train()
    assert model(input_ids=batch()).logits.equal(model(input_ids=batch()).logits)


# Odd answers.


def test_answers_in_plain_words_when_the_kind_is_wrong():
    def said(id, answer):
        return grade(f"finetuning/{id}", answer).message

    assert "This should be a number" in said("count-targets", lambda mask: mask)
    assert "could not be called" in said("perplexity", lambda: 1.0)
    assert "ZeroDivisionError" in said("linear-schedule", lambda s, t, p, w: p * s / w)
