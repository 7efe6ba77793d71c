"""Pictures of a run from its records."""

from dataclasses import replace
from math import exp, log
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lablib.finetuning.compute.estimate import Memory
from lablib.finetuning.figures import run as run_figures
from lablib.finetuning.figures import runs as runs_figures
from lablib.finetuning.figures import shared
from lablib.finetuning.figures import training as training_figures
from lablib.training.config import Config
from lablib.training.records import Record
from lablib.training.run import RunInfo

PAYLOAD = "<img src=x onerror=alert(1)>"
MEMORY = Memory(4_000_000, 4_000_000, 8_000_000, 3_000_000, 1_000_000, 1_000_000)


def record(step, loss=None, **more):
    return replace(Record(step, loss, 1e-3, 1.0, 8 * step, 100.0, 5_000_000, 2.0 * step), **more)


RECORDS = [
    record(0, tokens_per_second=None, grad_norm=None, heldout_loss=4.0),
    record(1, 3.0), record(2, 2.0, sample=PAYLOAD, note="micro-batch halved"),
    record(3, 1.0, heldout_loss=2.0, sample="later"),
]  # fmt: skip
INFO = RunInfo(Path("runs/a"), Config(text=PAYLOAD), "done", "", 3, 3, 4.0, 2.0, 100.0, 6.0, 3)


@given(st.lists(st.integers(), max_size=60), st.integers(2, 20))
def test_thin_keeps_the_ends_and_the_order(points, most):
    thinned = shared.thin(points, most)
    assert len(thinned) <= most + 1
    if points:
        assert thinned[0] == points[0] and thinned[-1] == points[-1]
    if len(points) <= most:
        assert thinned == points


def test_losses_and_perplexity_on_one_scale():
    plot = run_figures.loss_plot()
    run_figures.draw_losses(plot, RECORDS)
    each, mean, heldout, lowest = plot.data
    assert list(each.x) == [1, 2, 3] and list(each.y) == [3.0, 2.0, 1.0]
    assert list(mean.y) == [3.0, 2.5, 2.0]
    assert list(heldout.x) == [0, 3] and list(heldout.customdata) == [exp(4.0), exp(2.0)]
    assert list(lowest.x) == [3] and list(lowest.y) == [2.0] and lowest.marker.symbol == "star"
    axis = plot.layout.yaxis2
    assert axis.matches == "y" and axis.tickvals[axis.ticktext.index("10")] == log(10)
    run_figures.draw_losses(plot, [*RECORDS, record(4, 0.5, heldout_loss=2.5)])
    assert list(plot.data[2].x) == [0, 3, 4] and list(plot.data[3].x) == [3]
    run_figures.draw_losses(plot, [])
    assert list(plot.data[0].x) == list(plot.data[3].x) == []


def test_learning_rate_and_gradient_norm():
    plot = run_figures.lr_and_grad_norm_plot()
    run_figures.draw_lr_and_grad_norm(plot, RECORDS)
    assert list(plot.data[0].y) == [1e-3] * 3 and list(plot.data[1].x) == [1, 2, 3]


def test_readouts():
    shown = run_figures.readouts(RECORDS, 10, flops=1e6, peak=4e8)
    for words in ("3 of 10", "7.4", ">100<", "25\xa0%", "5.0 MB", "14 s"):
        assert words in shown
    assert "–" in run_figures.readouts([], 0, 0.0, 0.0)


def test_time_left_is_by_the_last_steps():
    records = [record(n) for n in range(50)]
    assert run_figures.seconds_left(records, 60) == pytest.approx(22.0)
    assert run_figures.seconds_left(records[:1], 60) is None
    assert run_figures.seconds_left([], 60) is None


def test_samples_are_escaped_and_the_newest_is_first():
    shown = shared.samples(RECORDS)
    assert PAYLOAD not in shown and "&lt;img" in shown
    assert shown.index("step 3") < shown.index("step 2")
    assert shared.samples([]) == ""
    assert run_figures.notes(RECORDS) == "Step 2: micro-batch halved"


def test_the_bar_of_the_memory():
    fitting, tight = (
        training_figures.memory_bar(MEMORY, 40_000_000),
        training_figures.memory_bar(MEMORY, 10_000_000),
    )
    assert "dashed" not in fitting and "left: 50.00%" in tight
    assert "width: 10.00%" in fitting and "optimizer 8.0 MB" in fitting
    assert 'role="img"' in fitting and "40.0 MB free" in fitting


def test_the_table_of_runs_is_escaped():
    shown = runs_figures.runs_table([INFO, replace(INFO, before=None, after=None, state="failed")])
    assert PAYLOAD[:10] not in shown and "4.000" in shown and "–" in shown and "failed" in shown


def test_outcomes_in_words():
    assert "fell from 54.6 to 7.4" in shared.outcome_words(INFO)
    best = replace(INFO, config=replace(INFO.config, patience=2), result=2)
    assert shared.outcome_words(best).endswith("to 7.4. The model of step 2 was kept.")
    assert "rose" in shared.outcome_words(replace(INFO, after=5.0))
    assert shared.outcome_words(replace(INFO, after=None)) == "3 of 3 steps in 6 s."


def test_curves_of_several_runs():
    plot = runs_figures.overlay_plot([("a", RECORDS), ("b", RECORDS[:2])])
    names = [trace.name for trace in plot.data if trace.showlegend is not False]
    assert names == ["a", "b"]
    assert plot.data[1].marker.symbol != plot.data[3].marker.symbol
