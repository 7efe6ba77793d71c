"""The training panel without a browser: what it trains, counts and shows, its code, stopping."""

import time

import pytest

from lablib import data
from lablib.tokenization.compute.sizes import growth
from lablib.tokenization.compute.training import held_out, train_bpe
from lablib.tokenization.panel.training import OWN, training_panel
from tests.panels import run_code


@pytest.fixture
def panel():
    panel = training_panel(size=400)
    assert panel.wait()
    return panel


def test_it_trains_at_once_and_shows_every_size(panel):
    assert panel.state == "ready", panel.foot.details
    training, heldout = held_out(data.text("almanac"))
    expected = train_bpe([training], 400)
    assert panel.trained.merges == expected.merges
    assert panel.view.size == 400 and panel.view.smallest == 256
    labels = [curve["label"] for curve in panel.view.curves]
    assert labels == ["training text", "held-out text", "second text, almanach"]
    assert (
        panel.growths["held-out text"].tokens.tolist() == growth(expected, heldout).tokens.tolist()
    )
    assert "".join(panel.view.words).startswith("TheĠlamplighter")


def test_another_text_under_the_slider_trains_nothing(panel):
    trained = panel.trained
    panel.sentence.value = "To be"
    assert panel.wait() and panel.view.words == ["To", "Ġbe"] and panel.view.text_bytes == 5
    assert panel.trained is trained


def test_a_change_waits_for_the_button(panel):
    panel.kind.value, panel.size.value = "WordPiece", 200
    assert panel.wait() and panel.state == "stale" and panel.trained.kind == "BPE"
    panel.button.click()
    assert panel.wait() and panel.state == "ready"
    assert panel.view.kind == "WordPiece" and panel.view.size == 200


def test_the_learners_own_text(panel):
    panel.source.value = OWN
    assert panel.own.layout.display is None
    panel.own.value = "one fish two fish red fish blue fish " * 20
    panel.button.click()
    assert panel.wait() and panel.state == "ready"
    assert "longer text" in panel.note.value
    assert panel.trained.tokenizer.tokenize(" fish") == ["Ġfish"]


@pytest.mark.parametrize("kind", ["BPE", "WordPiece", "Unigram"])
def test_the_code_gives_what_is_counted(kind):
    panel = training_panel(kind=kind, size=300)
    assert panel.wait()
    length, _ = run_code(panel)
    assert length == pytest.approx(panel.growths["held-out text"].bytes_per_token[-1])


def test_stop(panel):
    trained = panel.trained
    panel.kind.value = "Unigram"
    panel.source.value, panel.own.value = OWN, data.text("almanac") * 40
    panel.button.click()
    while panel.foot.text == "":
        time.sleep(0.02)
    panel.stop()
    assert panel.wait() and panel.state == "stale" and panel.trained is trained


@pytest.mark.parametrize(("text", "word"), [("", "no text"), (" \n ", "no text")])
def test_no_text_is_said(text, word):
    panel = training_panel(text)
    assert panel.wait() and panel.state == "failed" and word in panel.foot.message


@pytest.mark.parametrize("text", ["a", "one line", "\x00\ud800<script>", "中" * 3000])
def test_any_text(text):
    panel = training_panel(text, size=300)
    assert panel.wait() and panel.state == "ready", panel.foot.details
    assert panel.view.entries
