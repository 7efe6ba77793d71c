import json
from dataclasses import asdict, replace

import pytest
import torch
from torch.utils.data import SequentialSampler
from transformers import (
    AutoModelForCausalLM,
    Trainer,
    TrainingArguments,
)

from lablib import models
from lablib.training.config import Config
from lablib.training.corruption import IGNORE_INDEX
from lablib.training.engine import fit, setup, validate
from lablib.training.tasks import classification_task, inputs, make_task, open_model
from tests.training.tiny_folder import save_tiny

TEXT = "The lamp is lit at dusk, and put out at dawn. The keeper sleeps by day.\n" * 30


def config(model, **changes):
    settings = {"text": TEXT, "length": 32, "steps": 6, "batch": 8, "learning_rate": 1e-3,
                "precision": "fp32", "device": "cpu"}  # fmt: skip
    return Config(model, **{**settings, **changes})


def losses(records):
    return [record.loss for record in records if record.step]


def run(model, folder=None, **changes):
    state = setup(config(model, **changes), folder)
    return state, list(fit(state))


# --- the same as others, and as itself --------------------------------------------------------


def _as_trainer_counts(row):
    """Trainer divides by all labels, also by the first of a row, which is asked for nowhere: with
    rows of 32 tokens its loss is 3 % too low. A label that says so makes it count right.
    """
    labels = row["labels"].clone()
    labels[0] = IGNORE_INDEX
    return {**row, "labels": labels}


@pytest.mark.training
def test_the_loss_curve_is_trainers(gpt2, tmp_path):
    state = setup(config(gpt2, steps=30, heldout=0.0))
    rows = [
        _as_trainer_counts(state.task.row(i, "train")) for n in range(30) for i in state.rows(n + 1)
    ]
    model = AutoModelForCausalLM.from_pretrained(gpt2)
    theirs = []

    class InOrder(Trainer):
        def _get_train_sampler(self, *_, **__):
            return SequentialSampler(self.train_dataset)

        def training_step(self, *args, **settings):
            loss = super().training_step(*args, **settings)
            theirs.append(loss.item())
            return loss

    arguments = TrainingArguments(
        tmp_path, max_steps=30, per_device_train_batch_size=8, learning_rate=1e-3,
        weight_decay=0.01, report_to="none", save_strategy="no", disable_tqdm=True, use_cpu=True,
    )  # fmt: skip
    InOrder(model, arguments, train_dataset=rows).train()
    ours = losses(fit(state))
    assert len(ours) == 30 and ours[-1] < ours[0] - 1
    assert ours == pytest.approx(theirs, rel=1e-4)
    # Adam makes whole steps of gradients that are rounding errors (those of the keys' biases are
    # zero by right), so weights are compared as what they have moved, all together.
    start = dict(AutoModelForCausalLM.from_pretrained(gpt2).named_parameters())
    apart = moved = 0.0
    for name, weight in state.model.named_parameters():
        if not name.endswith("c_attn.bias"):
            weight = weight.detach()
            apart += float((weight - model.get_parameter(name).detach()).square().sum())
            moved += float((weight - start[name].detach()).square().sum())
    assert apart < 1e-4 * moved


def test_micro_batches_change_nothing(gpt2):
    runs = [losses(run(gpt2, micro_batch=rows, packed=False)[1]) for rows in (1, 2, 4, 8)]
    for other in runs[1:]:
        assert other == pytest.approx(runs[0], rel=1e-5)


def test_a_task_that_is_given_takes_the_place_of_the_text(gpt2, tmp_path):
    own = config(gpt2)
    given = setup(replace(own, text="lighthouse"), tmp_path, task=make_task(own, open_model(own)))
    assert losses(fit(given)) == losses(run(gpt2)[1])
    assert (tmp_path / "config.toml").is_file()
    assert (tmp_path / "text.txt").read_text() == TEXT  # of the task, so that the run can go on


def test_a_task_without_a_text_leaves_none_behind(gpt2, tmp_path):
    own = config(gpt2, task="classification", text="lighthouse")
    pairs = [("the old hat", "no"), ("the new hat", "yes")]
    setup(own, tmp_path, task=classification_task(own, open_model(own), pairs, []))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.toml"]


def test_a_run_of_a_given_task_goes_on_bit_for_bit(gpt2, tmp_path):
    own = config(gpt2, save_every=3, dropout=0.2)
    task = make_task(own, open_model(own))
    whole = {record.step: record.loss for record in fit(setup(own, task=task))}
    for record in fit(setup(own, tmp_path, task=task)):
        if record.step == 4:
            break
    rest = {record.step: record.loss for record in fit(setup(own, tmp_path, task=task))}
    assert rest == {step: whole[step] for step in (4, 5, 6)}


def test_the_rate_of_each_step_may_be_given(gpt2):
    rates = [1e-3, 2e-4, 5e-4, 0.0, 1e-5, 3e-3]
    records = list(fit(setup(config(gpt2), lr=rates.__getitem__)))
    assert [record.learning_rate for record in records] == [rates[0], *rates]
    _, flat = run(gpt2, schedule="constant", warmup=0)
    same = list(fit(setup(config(gpt2), lr=lambda step: config(gpt2).learning_rate)))
    assert losses(same) == losses(flat)


@pytest.mark.parametrize("method", ["full", "lora"])
def test_a_run_that_goes_on_is_the_unbroken_one_bit_for_bit_with_dropout(gpt2, tmp_path, method):
    changes = {"dropout": 0.2, "method": method, "save_every": 3, "micro_batch": 4}
    whole, records = run(gpt2, tmp_path / "whole", **changes)
    for record in fit(setup(config(gpt2, **changes), tmp_path / "broken")):
        if record.step == 5:  # two steps after the checkpoint
            break
    torch.rand(11)  # what else the process draws does not matter
    again, rest = run(gpt2, tmp_path / "broken", **changes)
    assert [record.step for record in rest] == [4, 5, 6]
    assert losses(records)[3:] == losses(rest)
    for name, weight in whole.model.named_parameters():
        assert torch.equal(weight, again.model.get_parameter(name)), name
    lines = (tmp_path / "broken" / "history.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == list(range(7))


def test_dropout_is_on_while_learning_and_off_while_measuring(gpt2):
    (_, without), (state, dropped) = run(gpt2), run(gpt2, dropout=0.5)
    assert losses(without)[0] != losses(dropped)[0]
    assert without[0].heldout_loss == dropped[0].heldout_loss
    assert validate(state).loss == validate(state).loss


# --- each task learns -------------------------------------------------------------------------


@pytest.mark.training
def test_a_causal_model_learns_a_text(gpt2):
    state, records = run(gpt2, steps=40, learning_rate=3e-3, evaluate_every=0)
    assert records[-1].heldout_loss < 0.75 * records[0].heldout_loss
    assert records[-1].measures["perplexity"] < records[0].measures["perplexity"] / 2
    assert validate(state).measures == records[-1].measures


@pytest.mark.training
def test_a_masked_model_learns_a_text():
    _, records = run("pocket-bert", task="masked", text="lighthouse", steps=15, evaluate_every=0)
    assert records[-1].heldout_loss < records[0].heldout_loss - 0.3


def test_classes_are_told_apart(gpt2):
    table = "text,label\n" + "".join(
        f"{'good' if i % 2 else 'bad'} day {i},{'plus' if i % 2 else 'minus'}\n" for i in range(40)
    )
    state, records = run(
        gpt2, task="classification", text=table, steps=25, learning_rate=3e-3, heldout=0.25
    )
    assert records[-1].measures["accuracy"] == 1.0
    assert set(records[-1].measures) == {"loss", "accuracy"}
    assert state.task.labels == ("minus", "plus")


@pytest.mark.training
def test_one_text_becomes_another(t5):
    table = "source,target\n" + "yes,no\nwarm,cold\nup,down\n" * 8
    state, records = run(
        t5, task="sequence", text=table, steps=40, learning_rate=1e-2, evaluate_every=0
    )
    assert records[-1].heldout_loss < records[0].heldout_loss / 3
    batch = state.task.batch([0, 1, 2])
    nats, targets = state.task.loss(state.model, batch)
    theirs = state.model(**inputs(batch), labels=batch["labels"]).loss
    assert nats.item() / targets.item() == pytest.approx(theirs.item(), rel=1e-4)


# --- what a run says and leaves ---------------------------------------------------------------


def test_records_say_what_was_done(gpt2):
    state, records = run(gpt2, sample_every=3, evaluate_every=4, prompt="The", sample_tokens=5)
    assert [record.step for record in records] == list(range(7))
    assert [r.step for r in records if r.heldout_loss is not None] == [0, 4, 6]
    assert [r.step for r in records if r.sample] == [0, 3, 6]
    assert all(record.sample.startswith("The") for record in records if record.sample)
    assert records[-1].tokens == 6 * 8 * 31 == state.tokens
    assert records[1].learning_rate == 1e-3 > records[-1].learning_rate > 0
    assert all(r.tokens_per_second > 0 and r.grad_norm > 0 and r.memory > 0 for r in records[1:])
    assert [r.seconds for r in records] == sorted(r.seconds for r in records)


def test_numbers_are_read_only_where_they_are_logged(gpt2):
    _, records = run(gpt2, log_every=3, evaluate_every=0)
    assert [r.step for r in records if r.loss is not None] == [1, 3, 6]
    assert records[-1].tokens == 6 * 8 * 31


def test_a_run_without_a_held_out_part_measures_nothing(gpt2):
    state, records = run(gpt2, heldout=0.0, steps=1)
    assert all(record.heldout_loss is None for record in records)
    with pytest.raises(ValueError, match="Nothing is held out"):
        validate(state)


def test_steps_come_from_epochs(gpt2):
    state = setup(config(gpt2, steps=None, epochs=2.0))
    assert state.total == -(-2 * state.task.train_rows // 8)


def test_the_folder_holds_all_of_it_and_the_result_opens_everywhere(gpt2, tmp_path):
    state, records = run(gpt2, tmp_path, method="lora", rank=2, steps=2)
    assert {path.name for path in tmp_path.iterdir()} >= {
        "config.toml", "text.txt", "history.jsonl", "checkpoints", "model"
    }  # fmt: skip
    lines = (tmp_path / "history.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [asdict(record) for record in records]
    m = models.load(tmp_path / "model", device="cpu")
    assert m.model.config.use_cache
    ids = torch.arange(20)[None]
    with torch.no_grad():
        expected = state.model.eval()(ids).logits
        torch.testing.assert_close(m.model(ids).logits, expected, rtol=1e-3, atol=1e-3)


def test_a_run_keeps_its_own_copy_of_the_text(gpt2, tmp_path):
    source = tmp_path / "source.txt"
    source.write_text(TEXT)
    first = setup(config(gpt2, text=str(source)), tmp_path / "run")
    source.write_text("Something else. " * 100)
    again = setup(config(gpt2, text=str(source)), tmp_path / "run")
    assert torch.equal(first.task.batch([0])["input_ids"], again.task.batch([0])["input_ids"])


def test_a_word_stops_the_run_and_it_goes_on_from_there(gpt2, tmp_path):
    records = []
    for record in fit(setup(config(gpt2), tmp_path)):
        records.append(record)
        if record.step == 2:
            (tmp_path / "control").write_text("stop")
    assert [record.step for record in records] == [0, 1, 2]
    assert (tmp_path / "checkpoints" / "step-000002").is_dir() and (tmp_path / "model").is_dir()
    (tmp_path / "control").write_text("run")
    assert [record.step for record in fit(setup(config(gpt2), tmp_path))] == [3, 4, 5, 6]


def test_a_damaged_checkpoint_is_told_of(gpt2, tmp_path):
    run(gpt2, tmp_path, save_every=2, steps=4)
    (tmp_path / "checkpoints" / "step-000004" / "model.safetensors").write_bytes(b"")
    records = list(fit(setup(config(gpt2, save_every=2, steps=4), tmp_path)))
    assert [record.step for record in records] == [3, 4]
    assert "step 4 is damaged" in records[0].note


@pytest.mark.parametrize("changes", [{"checkpointing": True}, {"attention": "sdpa"}])
def test_how_it_is_computed_is_not_what_is_learned(gpt2, changes):
    assert losses(run(gpt2, **changes)[1]) == pytest.approx(losses(run(gpt2)[1]), rel=1e-4)


def test_bf16_learns_almost_the_same(gpt2):
    full, half = (losses(run(gpt2, precision=p)[1]) for p in ("fp32", "bf16"))
    assert half == pytest.approx(full, rel=0.02)
    assert half != full


def test_two_settings_of_precision_live_in_one_process(tiny, gpt2, tmp_path):
    first = fit(setup(config(gpt2, precision="bf16", heldout=0.0)))
    second = fit(setup(config(save_tiny(tiny, tmp_path), heldout=0.0)))
    assert [next(first).step, next(second).step, next(first).step, next(second).step] == [
        0,
        0,
        1,
        1,
    ]


def test_settings_are_checked_first(gpt2):
    with pytest.raises(ValueError, match="nothing is learned"):
        setup(replace(config(gpt2), learning_rate=0.0))
