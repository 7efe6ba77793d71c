"""The scoring panel: figures of some pairs, the worst first."""

import pytest

from lablib import seq2seq as ss
from lablib.seq2seq.compute.scoring import ScoredPair, together
from lablib.seq2seq.figures.scoring import score_words
from lablib.seq2seq.panel import scoring
from tests.seq2seq.panels import opened, ready, run_code


@pytest.fixture(autouse=True)
def few_pairs(monkeypatch):
    monkeypatch.setattr(scoring, "PAIRS", 3)


def test_the_figures_and_the_worst_pairs(tiny, monkeypatch):
    m = tiny("t5", seed=2)
    panel = ready(ss.score_panel("reverse", beams=2, model=opened(m)))
    wanted = ss.score(m, ss.heldout_pairs("reverse", 3), beams=2)
    assert panel.result == wanted
    assert f"BLEU {wanted.bleu:.1f}, chrF {wanted.chrf:.1f}" in panel.words.value
    assert panel.table.value.count("<tr>") == 4
    found, _ = run_code(panel, monkeypatch)
    assert found == (wanted.bleu, wanted.chrf, wanted.exact, wanted.rows[0])


@pytest.mark.parametrize(("text", "explained"), [("the dogs", True), ("he had a dog", False)])
def test_a_bleu_of_zero_for_right_answers_is_explained(text, explained):
    found = together([ScoredPair("a source", text, text, 100.0)])
    assert (found.bleu == 0) == explained and found.exact == 1
    assert ("no right answer has four words" in score_words(found)) == explained


def test_another_task_and_penalty(tiny):
    m = tiny("t5", seed=2)
    panel = ready(ss.score_panel("plural", model=opened(m)))
    panel.task.value, panel.beams.value, panel.penalty.value = "past", 2, 0.0
    ready(panel)
    wanted = ss.score(m, ss.heldout_pairs("past", 3), 2, 0.0)
    assert panel.result == wanted
