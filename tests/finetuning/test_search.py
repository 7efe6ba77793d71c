"""The range test ends where it diverges and finds a descent; a search keeps to its budget."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lablib import data
from lablib.finetuning.compute import search as sr
from lablib.finetuning.figures import search as fg
from lablib.training.config import Config
from tests.training.tiny_folder import save_tiny

PAYLOAD = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def config(tiny, tmp_path_factory):
    folder = save_tiny(tiny, tmp_path_factory.mktemp("tiny"))
    return Config(
        model=folder, text=data.text("lighthouse")[:3000], length=16, batch=4, steps=2,
        device="cpu",
    )  # fmt: skip


def test_a_range_test_falls_then_ends_by_itself(config):
    *_, last = sr.range_test(config, 1e-4, 100.0, steps=25)
    assert last.ended and len(last.rates) < 25
    assert 1e-4 < last.suggestion < last.rates[-1]
    ratios = [b / a for a, b in zip(last.rates, last.rates[1:], strict=False)]
    assert ratios == pytest.approx([ratios[0]] * len(ratios))
    assert "fell most steeply" in fg.range_words(last) and last.ended in fg.range_words(last)
    plot = fg.range_plot()
    fg.draw_range(plot, last)
    assert list(plot.data[2].x) == [last.suggestion]
    with pytest.raises(ValueError, match="to a higher one"):
        next(sr.range_test(config, 1.0, 0.1))


def test_the_suggestion_is_the_steepest_descent():
    rates = tuple(10.0**power for power in range(-6, 4))
    losses = (5.0, 5.0, 5.0, 5.0, 4.0, 1.0, 1.0, 1.0, 9.0, 9.0)
    found = sr.RangeTest(rates, losses, 10)
    assert found.suggestion in (rates[4], rates[5])
    assert sr.RangeTest(rates[:6], (1.0, 2.0, 3.0, 4.0, 5.0, 6.0), 6).suggestion is None
    assert "nothing to suggest" in fg.range_words(sr.RangeTest())


def test_a_batch_that_is_easy_by_chance_suggests_no_rate():
    rates = tuple(10.0 ** (power / 2) for power in range(-12, 0))
    losses = (9.0, 1.0, 5.0, 5.0, 5.0, 5.0, 4.5, 3.0, 1.0, 1.0, 9.0, 9.0)
    assert sr.RangeTest(rates, losses, 12).suggestion in rates[6:9]
    assert sr.RangeTest(rates[:6], losses[:6], 36).suggestion is None


@pytest.mark.parametrize("how", ["grid", "random", "bayesian"])
def test_a_search_keeps_to_its_budget_and_its_seed(config, how):
    space = {"learning_rate": sr.Range(1e-4, 1e-2, log=True), "batch": sr.Range(2, 3)}
    runs = [
        [trial for trial in sr.search_settings(config, space, how, 3, seed=3) if trial.done]
        for _ in range(2)
    ]
    assert [trial.settings for trial in runs[0]] == [trial.settings for trial in runs[1]]
    assert len(runs[0]) == 3 and all(math.isfinite(trial.loss) for trial in runs[0])
    for trial in runs[0]:
        assert 1e-4 <= trial.settings["learning_rate"] <= 1e-2
        assert trial.settings["batch"] in (2, 3)
    chosen = sr.best_trial(runs[0])
    assert chosen.loss == min(trial.loss for trial in runs[0])
    assert chosen.applied(config).batch == chosen.settings["batch"]


def test_a_failed_trial_is_shown_and_not_lost(config):
    found = [
        trial
        for trial in sr.search_settings(config, {"length": [16, 100_000]}, "grid")
        if trial.done
    ]
    assert not found[0].failure and "100000" in found[1].failure.replace(",", "")
    assert sr.best_trial(found) is found[0]
    html = fg.trials_table([found[1], found[0]])
    assert html.index("16") < html.index("100000") and "1 of 2 trials failed" in fg.search_words(
        found
    )
    space = {"length": [16, 100_000]}
    plot = fg.search_plot(space)
    fg.draw_search(plot, found, space)
    assert list(plot.data[2].x) == [100_000] and list(plot.data[1].x) == [16]


def test_bad_searches_get_a_sentence(config):
    for bad, words in (
        (({}, "grid"), "at least one setting"),
        (({"batch": [1]}, "magic"), "grid, random or bayesian"),
    ):
        with pytest.raises(ValueError, match=words):
            next(sr.search_settings(config, *bad))
    with pytest.raises(ValueError, match="held-out"):
        next(sr.search_settings(replace(config, heldout=0.0), {"batch": [1]}, "grid"))


@given(st.integers(1, 50), st.integers(0, 49), st.integers(1, 20))
def test_a_spread_stays_between_its_ends(low, more, count):
    values = sr.Range(low, low + more, log=True).spread(count)
    assert values == sorted(set(values)) and low <= values[0] and values[-1] <= low + more


def test_nobodys_tags_reach_the_page():
    trial = sr.Trial(0, {"text": PAYLOAD}, 1, 1, None, PAYLOAD)
    plot = fg.search_plot({"text": [PAYLOAD]})
    fg.draw_search(plot, [trial], {"text": [PAYLOAD]})
    assert "<img" not in fg.trials_table([trial])
    assert "<img" not in str(plot.data[2].hovertext)
