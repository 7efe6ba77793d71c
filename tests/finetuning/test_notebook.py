"""What the notebooks say of their short runs, in the runs as they left them."""

import re

import pytest

from lablib import finetuning as ft
from lablib import models
from tests.executed import CORE, FURTHER

LINE = "Wind SE 4, fair. The cook has made a soup of it."


def left(executed, paths):
    """The notebook of this room among `paths` after it ran, and the run that it left."""
    (path,) = (path for path in paths if path.stem == "05_fine_tuning")
    book, _, folder = executed(path)
    (run,) = map(ft.Run.open, (folder / "runs").iterdir())
    assert run.state == "done"
    return book, run


def test_the_run_of_the_notebook_lowers_held_out_perplexity(executed):
    book, _ = left(executed, CORE)
    (cell,) = (cell for cell in book.cells if "run.start()" in cell.source)
    (printed,) = (output.text for output in cell.outputs)
    before, after = map(int, re.findall(r"\d+", printed.splitlines()[0]))
    assert after < 0.5 * before
    assert "Step 10: Once upon a time" in printed


def test_it_forgets_about_a_quarter(executed):
    _, run = left(executed, CORE)
    text = ft.general_text("cookbook")
    then, now = (ft.measure_text(m, text) for m in (models.load("pocket-gpt2"), run.load()))
    assert now.perplexity / then.perplexity == pytest.approx(1.27, abs=0.1)


def test_short_lines_come_first_and_numbered_steps_later(executed):
    _, run = left(executed, CORE)
    samples = {record.step: record.sample for record in run.history if record.sample}
    assert re.search(r"^ ?Serve ", samples[10], re.M) and "bread" in samples[10]
    assert not re.search(r"^ ?\d\. ", samples[10], re.M)
    assert re.search(r"^ ?\d\. ", samples[30], re.M)


def test_the_run_is_too_short_for_its_held_out_loss_to_turn(executed):
    _, run = left(executed, CORE)
    losses = [record.heldout_loss for record in run.history if record.heldout_loss]
    assert losses[-1] < min(losses[:-1]) + 0.02


def test_the_model_learns_what_comes_after_the_wind(executed):
    _, run = left(executed, FURTHER)
    *_, found = ft.over_time(run.folder, "Wind SE 4,")
    assert found.text == " fair"
    assert found.probabilities[0, -1] < 0.01 and found.probabilities[-1, -1] > 0.4
    change = ft.loss_change(models.load("pocket-gpt2"), run.load(), LINE)
    assert change.top(1)[0][0] == " fair" and change.top(1)[0][1] < -7


def test_the_heads_of_the_first_layer_hardly_change(executed):
    _, run = left(executed, FURTHER)
    moved = ft.head_change(models.load("pocket-gpt2"), run.load(), LINE).moved
    assert moved[0].max() < 0.1 and moved.max() > 0.3
