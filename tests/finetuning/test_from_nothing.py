"""A GPT that learns from nothing: it begins at chance, passes what counting knows, and can stop."""

import math
import threading
from collections import Counter

import pytest
import torch

from lablib import data
from lablib import finetuning as ft
from lablib.finetuning.figures import from_nothing as figures
from lablib.finetuning.figures.shared import samples
from lablib.training.texts import split
from lablib.widgets import WORKER
from tests import panels

KNOWN, HELD_OUT = split(data.text("lighthouse"), 0.15)


@pytest.fixture(scope="module")
def learned():
    with torch.inference_mode():  # as in a panel's worker
        return list(ft.learn_from_nothing(steps=40))


def test_it_begins_at_chance_and_gets_below_what_counting_knows(learned):
    first, last = learned[0], learned[-1]
    assert first.loss is None and [step.step for step in learned] == list(range(41))
    assert first.heldout_loss == pytest.approx(math.log(257), abs=0.15)
    assert last.heldout_loss < last.frequency_loss < first.heldout_loss
    assert last.loss < learned[1].loss


def test_the_dotted_line_is_the_loss_of_only_counting(learned):
    counts = Counter(KNOWN.encode())
    total = len(KNOWN.encode()) + 1 + 257 / 2  # the end-of-text token; half a token for each
    read = HELD_OUT.encode()[: len(HELD_OUT.encode()) // 128 * 128]
    asked = [byte for place, byte in enumerate(read) if place % 128]
    loss = sum(-math.log((counts[byte] + 0.5) / total) for byte in asked) / len(asked)
    assert learned[0].frequency_loss == pytest.approx(loss, abs=1e-4)


def test_it_is_measured_and_writes_at_chosen_steps(learned):
    assert [s.step for s in learned if s.sample is not None] == [0, 10, 20, 40]
    assert [s.step for s in learned if s.heldout_loss is not None] == [0, 10, 20, 30, 40]
    wrote = [s.sample for s in learned if s.sample is not None]
    assert all(sample.startswith("The ") for sample in wrote)
    letters = [sum(c in KNOWN for c in sample[4:]) / len(sample[4:]) for sample in wrote]
    assert letters[0] < 0.6 < 0.95 < letters[-1]  # noise, then the letters of the tale
    assert learned[-1].m.card.name == "tiny-gpt"


def test_a_seed_gives_the_same_run():
    one, other, third = (
        [step.loss for step in ft.learn_from_nothing(steps=2, seed=seed)] for seed in (1, 1, 2)
    )
    assert one[1:] == pytest.approx(other[1:], abs=1e-4) and one[1] != third[1]


def test_what_cannot_be_learned_from_gets_a_sentence():
    with pytest.raises(ValueError, match="at least 1,000 characters"):
        next(ft.learn_from_nothing("The cat sat on the mat. " * 10))
    with pytest.raises(ValueError, match="steps must be 1 or above"):
        next(ft.learn_from_nothing(steps=0))


def test_a_sample_is_text_whatever_bytes_it_has(learned):
    noise = ft.WritingStep(0, 1, None, 5.5, 2.9, "<b>\x03 one\ntwo", learned[0].m)
    shown = samples([noise])
    assert "&lt;b&gt;␃ one\ntwo" in shown and "<b>" not in shown
    assert samples([]) == ""


def test_the_words_say_how_far_it_is(learned):
    words = [figures.from_nothing_words(learned[:count]) for count in (0, 1, 41)]
    assert words[0] == "" and "not even learned yet" in words[1]
    assert f"{learned[-1].heldout_loss:.2f} nats per byte" in words[2]
    assert words[2].endswith("It uses the letters before.")


@pytest.mark.training
def test_the_panel_trains_and_stops():
    panel = ft.from_nothing_panel(steps=20, prompt="A <i>")
    assert panel.state == "ready" and panel.steps == []
    panel.button.click()
    assert panel.wait(300) and panel.state == "ready", panel.foot.message
    wrote = [(s.step, s.heldout_loss, s.sample) for s in panel.steps if s.sample is not None]
    assert list(panel.plot.data[1].x) == [0, 10, 20] and "step 20" in panel.samples.value
    assert "A &lt;i&gt;" in panel.samples.value
    again, _ = panels.run_code(panel)
    assert [(step, sample[:5]) for step, _, sample in again] == [(s, w[:5]) for s, _, w in wrote]
    assert again[-1][1] == pytest.approx(wrote[-1][1], abs=1e-3)
    panel.count.value = 5000
    panel.button.click()
    while len(panel.steps) != 1:
        threading.Event().wait(0.01)
    panel.stop()
    assert WORKER.join() and panel.state == "stale" and len(panel.steps) < 4000


@pytest.mark.live
def test_a_text_that_is_too_short_is_said_on_the_panel():
    panel = ft.from_nothing_panel("Once upon a time.")
    panel.button.click()
    assert panel.wait(300) and panel.state == "failed"
    assert "at least 1,000 characters" in panel.foot.message
