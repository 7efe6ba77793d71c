"""The short run of the notebook: the held-out perplexity falls, visibly, and is printed."""

import re

from lablib import finetuning as ft
from lablib import models
from tests.executed import CORE


def test_the_run_of_the_notebook_lowers_held_out_perplexity(executed):
    (path,) = (path for path in CORE if path.stem == "05_fine_tuning")
    book, _, folder = executed(path)
    (cell,) = (cell for cell in book.cells if "run.start()" in cell.source)
    (printed,) = (output.text for output in cell.outputs)
    before, after = map(int, re.findall(r"\d+", printed))
    assert after < 0.5 * before
    (run,) = map(ft.Run.open, (folder / "runs").iterdir())
    assert run.state == "done"
    then, now = (
        ft.measure_text(m, ft.general_text()) for m in (models.load("pocket-gpt2"), run.load())
    )
    assert now.perplexity > 1.1 * then.perplexity  # the prediction about forgetting
