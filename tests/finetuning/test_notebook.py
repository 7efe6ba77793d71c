"""The short run of the notebook: the held-out perplexity falls, visibly, and is printed."""

import re

import nbformat
import pytest

from lablib import finetuning as ft
from lablib import models
from tests.conftest import ROOT


def run_cell():
    """The cell of the notebook that trains, as it stands there."""
    book = nbformat.read(ROOT / "labs" / "04_fine_tuning.ipynb", as_version=4)
    (cell,) = [cell.source for cell in book.cells if "run.start()" in cell.source]
    return cell


@pytest.mark.slow
def test_the_run_of_the_notebook_lowers_held_out_perplexity(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = {"ft": ft}
    exec(run_cell(), names)
    before, after = map(int, re.findall(r"\d+", capsys.readouterr().out))
    assert after < 0.5 * before
    assert names["run"].state == "done"
    then, now = (
        ft.measure_text(m, ft.general_text())
        for m in (models.load("pocket-gpt2"), names["run"].load())
    )
    assert now.perplexity > 1.1 * then.perplexity  # the prediction about forgetting
