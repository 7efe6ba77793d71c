"""The cache panel without a browser. How long anything takes is not tested."""

import pytest

from lablib.sampling.figures.cache import timing_words
from lablib.sampling.panel.cache import cache_panel
from tests.sampling.panels import opened, run_code

LENGTHS = [8, 16, 24, 32, 39, 47, 55, 63]


@pytest.fixture
def panel(m):
    panel = cache_panel("Once", opened(m))
    assert panel.wait()
    return panel


def test_the_plot_holds_every_length(panel):
    assert panel.state == "ready", panel.foot.details
    off, on = panel.plot.data
    assert list(off.x) == list(on.x) == LENGTHS == [timing.length for timing in panel.timings]
    assert list(off.y) == [1000 * timing.uncached for timing in panel.timings]
    assert list(on.y) == [1000 * timing.cached for timing in panel.timings]
    assert panel.words.value == timing_words(panel.timings)
    assert panel.table.value.count("<tr>") == 9


def test_the_scale_changes_the_axis_and_measures_nothing(panel):
    timings = list(panel.timings)
    panel.scale.value = "log"
    assert panel.plot.layout.yaxis.type == "log"
    assert panel.timings == timings and not panel.slot.busy


def test_measuring_again_uses_the_same_plot(panel):
    plot, timings = panel.plot, list(panel.timings)
    panel.button.click()
    assert panel.wait() and panel.plot is plot
    assert panel.timings != timings


def test_the_code_measures_the_same_lengths(panel, monkeypatch):
    ratio, names = run_code(panel, monkeypatch)
    assert [timing.length for timing in names["timings"]] == LENGTHS
    assert ratio == names["timings"][-1].uncached / names["timings"][-1].cached


def test_another_model_is_measured_to_its_own_length(panel, tiny):
    panel.choice.loaded = opened(tiny(seed=5, context=16)).loaded
    assert panel.wait()
    assert panel.timings[-1].length == 15


def test_stop_leaves_what_was_measured(panel):
    panel.run(panel.draw, delay=5)
    panel.stop()
    assert panel.wait() and panel.state == "stale" and len(panel.timings) == 8


@pytest.mark.parametrize("prompt", ["", "\ud800\x00", "word " * 20_000])
def test_any_prompt(prompt, m):
    panel = cache_panel(prompt, opened(m))
    assert panel.wait()
    assert panel.state == "ready", panel.foot.details
    assert ("left out" in panel.text.note) == (len(prompt) > 1000)
