"""The lenses panel without a browser: errors, the path, its code, stop, any text."""

import pytest
import torch

from lablib import attention as at
from lablib.attention.panel.lenses import lenses_panel
from tests.attention.test_lenses import TEXT
from tests.sampling.panels import opened, run_code


@pytest.fixture
def panel(gpt2):
    panel = lenses_panel("Once upon", corpus=TEXT, model=opened(gpt2))
    assert ready(panel), panel.foot.details
    return panel


def ready(panel):
    return panel.wait() and panel.state == "ready"


def drawn(plot):
    """What each line shows, by its name."""
    return {line.name: torch.tensor(line.y) for line in plot.data}


def test_errors_and_the_path_are_drawn(panel, gpt2):
    *_, found = at.fit_lenses(gpt2, TEXT)
    path = at.lens_path(gpt2, found, "Once upon")
    names = {"logit": "logit lens", "jacobian": "Jacobian lens", "tuned": "tuned lens"}
    errors, paths = drawn(panel._error_plot), drawn(panel.plot)
    for lens, name in names.items():
        torch.testing.assert_close(errors[name], found.divergence[lens], rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(paths[name], path.probabilities[lens], rtol=1e-4, atol=1e-5)
    assert list(panel._error_plot.data[0].x) == ["none", "0"]
    assert list(panel.plot.data[0].x) == ["none", "0", "1"]
    assert panel.table.value.count("<tr>") == 1 + 3
    panel.measure.value = "agreement"
    assert ready(panel)
    errors = drawn(panel._error_plot)
    torch.testing.assert_close(errors["tuned lens"], found.agreement["tuned"], rtol=1e-4, atol=1e-5)


def test_another_text_or_token_takes_the_same_lenses(panel):
    found = panel.found
    panel.text.value, panel.token.value = "Another text", "z"
    assert ready(panel) and panel.found is found and panel.path.text == "z"
    assert "‘z’" in panel.plot.layout.yaxis.title.text
    panel.token.value = "zz"
    assert panel.wait() and panel.state == "failed" and "one is followed" in panel.foot.message
    panel.token.value = ""
    assert ready(panel) and panel.found is found


def test_a_corpus_that_is_too_short_is_said_and_another_one_fitted(panel):
    panel.corpus.value = "Too short."
    assert panel.wait() and panel.state == "failed" and "too short" in panel.foot.message
    panel.corpus.value = TEXT
    assert ready(panel) and panel.found.known("jacobian")


def test_what_is_fitted_before_a_stop_stays_and_fitting_does_not_go_on(panel, gpt2):
    states = at.fit_lenses(gpt2, TEXT)
    panel.found, panel._fitting = next(each for each in states if each.known("tuned")), states
    panel.stop()
    panel.text.value = "Once"
    assert ready(panel) and not panel.found.known("jacobian")
    lines = {line.name: list(line.y) for line in panel.plot.data}
    assert lines["Jacobian lens"] == [None] * 3 and None not in lines["tuned lens"]
    assert "Jacobian" not in panel.table.value


def test_the_code_gives_what_is_drawn(panel, monkeypatch):
    panel.token.value = "z"
    assert ready(panel)
    (errors, probabilities), _ = run_code(panel, monkeypatch)
    for lens in at.LENSES:
        torch.testing.assert_close(errors[lens], panel.found.divergence[lens])
        torch.testing.assert_close(probabilities[lens], panel.path.probabilities[lens])


@pytest.mark.parametrize("text", ["", "\x00<script>$x$", "\ud800", "word " * 20_000])
def test_any_text(panel, text):
    panel.text.value = text
    assert ready(panel), panel.foot.details
    assert "<script" not in panel.table.value + panel.words.value
