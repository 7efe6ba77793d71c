"""Looking back at a run: each checkpoint is the model that a shorter run would have left."""

from dataclasses import replace

import pytest
import torch

from lablib import attention as at
from lablib import finetuning as ft
from lablib import models
from lablib.finetuning.panel.over_time import over_time_panel
from lablib.widgets.html import escape
from tests.panels import run_code
from tests.training.fox import TEXT as FOX

TEXT = "The quick brown"


def config_of(gpt2, **changes):
    """Settings whose first steps do not depend on how many there are."""
    config = ft.Config(
        model=str(gpt2), text=FOX, steps=9, batch=2, length=16, schedule="constant",
        learning_rate=0.02, evaluate_every=0, save_every=3, keep=3, device="cpu",
    )  # fmt: skip
    return replace(config, **changes)


def trained(config, folder):
    for _ in ft.fit(ft.setup(config, folder)):
        pass
    return folder


@pytest.fixture(scope="module")
def run(gpt2, tmp_path_factory):
    return trained(config_of(gpt2), tmp_path_factory.mktemp("runs") / "long")


@pytest.fixture(scope="module")
def found(run):
    *_, last = ft.over_time(run, TEXT)
    return last


@pytest.mark.parametrize("method", ["full", "lora", "last", "scratch"])
def test_a_checkpoint_is_what_a_shorter_run_leaves(gpt2, tmp_path, method):
    changes = {"method": method, "last_blocks": 1, "rank": 2}
    run = trained(config_of(gpt2, steps=6, keep=2, **changes), tmp_path / "long")
    *_, found = ft.over_time(run, TEXT)
    assert found.steps == (0, 3, 6) and found.total == 3
    for steps, lens in zip(found.steps[1:], found.lenses[1:], strict=True):
        short = trained(config_of(gpt2, steps=steps, **changes), tmp_path / f"short-{steps}")
        with torch.inference_mode():
            m = models.load(short / "model", device="cpu")
            expected = at.logit_lens(m, TEXT)
        torch.testing.assert_close(lens.probabilities, expected.probabilities, rtol=0, atol=1e-5)
    if method != "scratch":
        base = at.logit_lens(models.load(gpt2, device="cpu"), TEXT)
        torch.testing.assert_close(found.lenses[0].probabilities, base.probabilities)


def test_the_token_is_that_of_the_end_and_has_its_probability_at_each(found, gpt2, run):
    assert found.steps == (0, 3, 6, 9)
    last = found.lenses[-1]
    assert found.token == int(last.ids[-1, -1, 0])
    torch.testing.assert_close(found.probabilities[-1, -1], last.probabilities[-1, -1, 0])
    m = models.load(gpt2, device="cpu")
    ids = torch.tensor([last.tokens.ids])
    with torch.inference_mode():
        before = m.model(ids).logits[0, -1].softmax(-1)[found.token]
    torch.testing.assert_close(found.probabilities[0, -1], before)
    assert run.joinpath("model").is_dir() and not torch.equal(
        m.model.lm_head.weight, models.load(run / "model", device="cpu").model.lm_head.weight
    )


def test_checkpoints_come_one_by_one_from_the_newest(run, found):
    steps = [each.steps for each in ft.over_time(run, TEXT)]
    assert steps == [(9,), (6, 9), (3, 6, 9), (0, 3, 6, 9)]


def test_a_damaged_checkpoint_is_left_out(gpt2, tmp_path):
    run = trained(config_of(gpt2, steps=6), tmp_path / "run")
    (run / "checkpoints" / "step-000003" / "model.safetensors").write_bytes(b"")
    *_, found = ft.over_time(run, TEXT)
    assert found.steps == (0, 6)


def test_what_cannot_be_looked_back_at_is_said(gpt2, tmp_path):
    with pytest.raises(ValueError, match="no run in"):
        next(ft.over_time(tmp_path, TEXT))
    new = ft.Run(config_of(gpt2), tmp_path / "new")
    with pytest.raises(ValueError, match="no run in"):
        next(ft.over_time(new.folder, TEXT))
    ft.write_config(config_of(gpt2), tmp_path / "config.toml")
    with pytest.raises(ValueError, match="no checkpoint yet"):
        next(ft.over_time(tmp_path, TEXT))
    ft.write_config(config_of(gpt2, task="masked"), tmp_path / "config.toml")
    with pytest.raises(ValueError, match="did not learn to continue"):
        next(ft.over_time(tmp_path, TEXT))


def ready(panel):
    return panel.wait() and panel.state == "ready"


@pytest.mark.live
def test_the_slider_scrubs_without_opening_anything(run, found):
    panel = over_time_panel(TEXT, run)
    assert ready(panel), panel.foot.details
    assert panel.at.max == panel.at.value == 3 and list(panel.plot.data[0].x) == [0, 3, 6, 9]
    assert list(panel.plot.data[0].y) == pytest.approx(
        found.probabilities[:, -1].tolist(), abs=1e-6
    )
    assert "which it says in the end" not in panel.words.value
    known = panel.found
    panel.at.value = 0
    assert panel.found is known and panel.state == "ready"
    assert "Before it learned" in panel.words.value
    assert list(panel.plot.data[2].x) == [0]
    assert escape("one checkpoint only") not in panel.words.value
    (steps, texts, probabilities), _ = run_code(panel)
    assert steps == found.steps and texts == known.lenses[0].texts
    torch.testing.assert_close(probabilities, known.probabilities)


@pytest.mark.live
def test_a_single_checkpoint_is_said(gpt2, tmp_path):
    run = trained(config_of(gpt2, steps=2, save_every=0), tmp_path / "run")
    panel = over_time_panel(TEXT, str(run))
    assert ready(panel), panel.foot.details
    assert panel.at.max == 1 and "one checkpoint only" in panel.words.value
    panel.text.value = "<script>\ud800"
    assert ready(panel) and "<script" not in panel.table.value + panel.words.value
    panel.run_name.value = "nowhere"
    assert panel.wait() and panel.state == "failed" and "no run" in panel.foot.message
    panel.run_name.value = ""
    assert panel.wait() and panel.state == "failed" and "no run yet" in panel.foot.message
