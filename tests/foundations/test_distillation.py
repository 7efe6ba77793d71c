"""Distillation: its loss and its first step computed another way, and a teacher that helps."""

import copy
import math

import numpy as np
import pytest
import torch
from torch import nn

from lablib import data
from lablib import foundations as fo
from lablib.foundations.compute import distillation
from lablib.foundations.compute.distillation import BATCH, rows_of
from lablib.models import LoadedModel
from tests.sampling.conftest import tiny  # noqa: F401
from tests.sampling.panels import CARD, opened
from tests.sampling.panels import run_code as run_code_with

TEXT, HELD_OUT = data.text("tale")[:1500], data.text("lighthouse")[:300]


@pytest.fixture(scope="module")
def teacher(tiny):  # noqa: F811
    return loaded(tiny(layers=6))  # with dropout, as GPT-2 has


@pytest.fixture(scope="module")
def steady(tiny):  # noqa: F811
    """A teacher whose students draw nothing while they learn."""
    return loaded(tiny(layers=6, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0))


def loaded(made):
    return LoadedModel(made.model, made.tokenizer, CARD, made.device, "A test needs it.")


def losses(m, settings):
    return [(one.taught, one.alone) for one in fo.distill(m, TEXT, HELD_OUT, settings)]


@pytest.mark.parametrize("temperature", [0.5, 1.0, 4.0])
def test_the_soft_loss_is_the_sum_over_the_vocabulary(temperature):
    student, teacher = np.random.default_rng(0).normal(size=(2, 2, 3, 7))

    def softened(logits):
        shares = np.exp(logits / temperature)
        return shares / shares.sum(-1, keepdims=True)

    p, q = softened(teacher), softened(student)
    expected = temperature**2 * (p * np.log(p / q)).sum(-1).mean()
    found = fo.soft_loss(torch.tensor(student), torch.tensor(teacher), temperature)
    assert float(found) == pytest.approx(expected, rel=1e-5)


def test_at_a_high_temperature_logits_are_compared():
    """Hinton et al. 2015, section 2.1: then the gradient is that of half the squared distance."""
    student, teacher = torch.randn(2, 1, 9, generator=torch.Generator().manual_seed(0))
    centred = (student - student.mean()) - (teacher - teacher.mean())
    found = fo.soft_loss(student, teacher, 100.0)
    assert float(found) == pytest.approx(float((centred**2).mean() / 2), rel=0.05)


def test_a_student_is_the_teacher_with_layers_left_out(teacher):
    expected = copy.deepcopy(teacher.model)
    expected.transformer.h = nn.ModuleList(expected.transformer.h[i] for i in (0, 2, 4))
    ids = rows_of(teacher, TEXT)[:2]
    with torch.inference_mode():
        found = fo.small_student(teacher, 3).eval()(ids).logits
        assert torch.allclose(found, expected.eval()(ids, use_cache=False).logits, atol=1e-5)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_the_first_step_is_that_of_torch(steady, share):
    settings = fo.Distillation(temperature=3.0, share=share, steps=1, learning_rate=0.01)
    *_, last = fo.distill(steady, TEXT, HELD_OUT, settings)
    rows, held = rows_of(steady, TEXT), rows_of(steady, HELD_OUT)
    drawn = torch.randint(len(rows), (BATCH,), generator=torch.Generator().manual_seed(0))
    student, batch = fo.small_student(steady, 3).train(), rows[drawn]
    optimizer = torch.optim.AdamW(student.parameters(), lr=0.01)
    said = student(batch, labels=batch)
    with torch.no_grad():
        wanted = (steady.model.eval()(batch).logits[:, :-1] / 3).softmax(-1)
    logs = (said.logits[:, :-1] / 3).log_softmax(-1)
    soft = 9 * (wanted * (wanted.log() - logs)).sum(-1).mean()
    (share * soft + (1 - share) * said.loss).backward()
    optimizer.step()
    with torch.no_grad():
        expected = float(student.eval()(held, labels=held).loss)
    assert last.taught == pytest.approx(expected, rel=1e-4)


def test_the_teacher_stays_as_it_is_and_its_loss_is_that_of_transformers(teacher):
    before = copy.deepcopy(teacher.model.state_dict())
    first, *_ = fo.distill(teacher, TEXT, HELD_OUT, fo.Distillation(steps=2))
    assert all(torch.equal(before[name], t) for name, t in teacher.model.state_dict().items())
    held = rows_of(teacher, HELD_OUT)
    with torch.no_grad():
        expected = teacher.model.eval()(held, labels=held).loss
    assert first.teacher == pytest.approx(float(expected), rel=1e-5)
    assert first.taught == first.alone and (first.step, first.total) == (0, 2)


def test_with_no_share_of_the_teacher_both_learn_the_same(teacher):
    for taught, alone in losses(teacher, fo.Distillation(share=0.0, steps=3)):
        assert taught == alone


def test_the_same_seed_is_the_same_whoever_draws_between(teacher):
    settings = fo.Distillation(steps=4, seed=5)
    first, second = losses(teacher, settings), []
    with torch.inference_mode():  # as on the worker of the panels
        for one in fo.distill(teacher, TEXT, HELD_OUT, settings):
            torch.rand(3)
            second.append((one.taught, one.alone))
    assert first == second
    assert first != losses(teacher, fo.Distillation(steps=4, seed=6))


def test_losses_are_measured_now_and_then(teacher, monkeypatch):
    monkeypatch.setattr(distillation, "EVERY", 2)
    found = [taught is not None for taught, _ in losses(teacher, fo.Distillation(steps=5))]
    assert found == [True, False, True, False, True, True]


def test_a_student_learns_what_the_teacher_says(teacher):
    """On random weights nothing can be said well, but the teacher can be followed."""
    (first, _), *_, (last, alone) = losses(teacher, fo.Distillation(steps=30, learning_rate=0.003))
    assert math.isfinite(alone) and last < first


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"temperature": 0.0}, "temperature is from"),
        ({"share": 1.5}, "share is from"),
        ({"steps": 0}, "above 0"),
        ({"learning_rate": 0.0}, "above 0"),
    ],
)
def test_what_is_no_setting_is_refused(change, said):
    with pytest.raises(ValueError, match=said):
        fo.Distillation(**change)


def test_what_cannot_be_a_teacher_or_a_text_is_refused(teacher, tiny):  # noqa: F811
    with pytest.raises(ValueError, match="no smaller"):
        fo.small_student(teacher, 6)
    with pytest.raises(ValueError, match="give one of at least 63"):
        next(fo.distill(teacher, "Too short.", HELD_OUT))
    from lablib import models

    with pytest.raises(ValueError, match="choose a model that does"):
        fo.small_student(models.load("pocket-bert", device="cpu"))


@pytest.mark.live
def test_the_panel_draws_both_on_one_axis(teacher, monkeypatch):
    monkeypatch.setattr(distillation, "EVERY", 5)
    panel = fo.distillation_panel(model=opened(teacher))
    assert panel.wait(600) and panel.plot is None
    panel.count.value = 10
    panel.button.click()
    assert panel.wait(600) and panel.state == "ready", panel.foot.details
    alone, taught, floor = panel.plot.data
    measured = [step for step in panel.steps if step.taught is not None]
    assert list(alone.x) == list(taught.x) == [5, 10]
    assert list(taught.y) == [one.taught for one in measured[1:]]
    assert list(floor.y) == [measured[0].teacher] * 2
    assert "After 10 steps" in panel.words.value
    found, _ = run_code_with(panel, monkeypatch)
    assert found == (measured[-1].taught, measured[-1].alone, measured[-1].teacher)


def test_one_distribution_is_compared_as_a_row_of_one_is():
    student, teacher = torch.randn(2, 5, generator=torch.Generator().manual_seed(0))
    alone = fo.soft_loss(student, teacher, 2.0)
    torch.testing.assert_close(alone, fo.soft_loss(student[None], teacher[None], 2.0))


@pytest.mark.parametrize("temperature", [0.0, -1.0, math.nan, 1e308])
def test_a_temperature_that_softens_nothing_is_refused(temperature):
    with pytest.raises(ValueError, match="temperature must be above 0, at most 1e6, and it was"):
        fo.soft_loss(torch.zeros(3), torch.zeros(3), temperature)


def test_a_student_without_layers_is_refused(teacher):
    with pytest.raises(ValueError, match="layers must be 1 or above, and it was 0"):
        fo.small_student(teacher, layers=0)
