"""The n-gram panel without a browser, with the pocket model."""

import numpy as np
import pytest

from lablib import data
from lablib.foundations.panel.ngrams import NEVER_SEEN, OWN, ngram_panel
from tests.panels import run_code


@pytest.fixture(scope="module")
def panel():
    return ready(ngram_panel(model="pocket-gpt2"))


def ready(panel):
    assert panel.wait()
    assert panel.state == "ready", panel.foot.details
    return panel


def texts(strip):
    return "".join(token["text"] for token in strip.tokens)


def set_to(panel, **values):
    for name, value in values.items():
        getattr(panel, name).value = value
    return ready(panel)


START = {"source": "almanac", "n": 3, "smoothing": "kneser-ney", "seed": 0,
         "prompt": "So it is written, and the ink is"}  # fmt: skip


@pytest.mark.parametrize("smoothing", ["none", "add-k", "backoff", "witten-bell", "kneser-ney"])
def test_the_columns_are_what_the_code_computes(panel, smoothing):
    set_to(panel, **{**START, "smoothing": smoothing})
    (counted, computed, neural), names = run_code(panel)
    for column, best in zip(panel.guesses.columns, (counted, computed), strict=True):
        assert column["rows"][0]["note"] == f"token {int(best)}"
    assert neural == panel.neural
    expected = np.sort(names["counted"])[::-1]
    shown = [row["value"] for row in panel.guesses.columns[0]["rows"]]
    np.testing.assert_allclose(shown, expected[: len(shown)])
    assert len(panel.costs) == (0 if smoothing == "backoff" else 6)
    assert ("Scores, no probabilities" in panel.guesses.columns[0]["note"]) == (
        smoothing == "backoff"
    )


def test_a_context_never_seen(panel):
    set_to(panel, **{**START, "smoothing": "none"})
    assert "10 times" in panel.words.value
    panel.unseen.click()
    ready(panel)
    assert panel.prompt.value == NEVER_SEEN
    assert "never saw the last 2 tokens, so it has nothing to say" in panel.words.value
    silent, answering = panel.guesses.columns
    assert silent["title"].endswith("no smoothing")
    assert silent["rows"] == [] and "no answer" in silent["note"]
    assert len(answering["rows"]) == 8
    assert texts(panel.counted) == "" and len(panel.computed.tokens) > 0
    assert "nothing ever followed" in panel.names[0].value


def test_longer_n_grams_know_the_counted_text_better_and_the_other_hardly(panel):
    """The shipped almanac: what the lab says about the curve."""
    set_to(panel, **START)
    known, heldout = (
        [getattr(cost, part) for cost in panel.costs] for part in ("known", "heldout")
    )
    assert known == sorted(known, reverse=True)
    assert heldout[0] > heldout[1] > panel.neural
    assert abs(heldout[5] - heldout[2]) < 0.05 < known[1] - known[5]
    drawn = panel.plot.data
    assert list(drawn[0].y) == heldout and list(drawn[1].y) == known
    assert list(drawn[2].y) == [panel.neural] * 2


def test_counting_wins_on_a_tale_that_repeats_itself(panel):
    set_to(panel, **{**START, "source": "lighthouse"})
    assert panel.costs[2].heldout < panel.neural


def test_a_clicked_token_joins_the_prompt(panel):
    set_to(panel, **START)
    panel.guesses.pick(0, 0)
    assert ready(panel).prompt.value == START["prompt"] + " dry"


def test_the_seed_decides_what_is_written(panel):
    set_to(panel, **START)
    first = texts(panel.counted), texts(panel.computed)
    set_to(panel, seed=1)
    assert texts(panel.counted) != first[0] and texts(panel.computed) != first[1]
    set_to(panel, seed=0)
    assert (texts(panel.counted), texts(panel.computed)) == first


def test_a_text_of_ones_own(panel):
    set_to(panel, **{**START, "source": OWN, "own": "the cat sat. the dog sat. " * 20})
    assert panel.own.layout.display is None
    assert run_code(panel)[0][2] == panel.neural
    panel.own.value = "hm"
    assert panel.wait() and panel.state == "failed"
    assert "too short to keep a part back" in panel.foot.message
    set_to(panel, own=data.text("lighthouse"))


@pytest.mark.parametrize("prompt", ["", "\ud800\x00", "<img src=x onerror=alert(1)>", "a " * 900])
def test_any_prompt(panel, prompt):
    set_to(panel, **{**START, "prompt": prompt})
    assert "<img" not in panel.lookup.value + panel.words.value


@pytest.mark.parametrize("arguments", [{"n": 0}, {"n": 7}, {"smoothing": "laplace"}])
def test_what_it_cannot_be_opened_with(arguments):
    with pytest.raises(ValueError, match="n is 1 to 6"):
        ngram_panel(**arguments)
