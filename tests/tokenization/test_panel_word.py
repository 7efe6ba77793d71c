"""The word panel without a browser: its slider, its code, bad input."""

import pytest

from lablib.models import load_tokenizer
from lablib.tokenization.compute.word import bpe_steps
from lablib.tokenization.panel.choice import TokenizerChoice
from lablib.tokenization.panel.word import LIMIT, word_panel
from tests.panels import run_code


@pytest.fixture
def panel():
    panel = word_panel("untranslatable")
    assert panel.wait()
    return panel


def strip_texts(panel):
    return [token["text"] for token in panel.strip.tokens]


def test_the_slider_goes_through_the_steps(panel):
    assert panel.state == "ready", panel.foot.details
    built = bpe_steps("untranslatable", "gpt2")
    assert panel.slider.max == len(built)
    for place, step in enumerate(built):
        panel.slider.value = place
        assert strip_texts(panel) == list(step.before)
        marked = [token["text"] for token in panel.strip.tokens if token["mark"]]
        assert tuple(marked) == step.pair
        assert f"{step.rank + 1:,}" in panel.words.value
    panel.slider.value = len(built)
    assert strip_texts(panel) == ["un", "trans", "latable"] and panel.table.value == ""


def test_another_word_and_another_tokenizer(panel):
    panel.slider.value = panel.slider.max
    panel.text.value = "cat"
    assert panel.wait() and panel.slider.max == len(bpe_steps("cat", "gpt2"))
    assert strip_texts(panel) == ["cat"]
    panel.choice.open(panel.slot, "bert-base-uncased")
    assert panel.wait() and panel.slider.max == 1
    assert "longest entry" in panel.frames[0].words


@pytest.mark.parametrize("name", ["gpt2", "bert-base-uncased"])
def test_the_code_gives_what_is_shown(name, capsys):
    panel = word_panel("Unbelievably", name)
    assert panel.wait()
    tokens, _ = run_code(panel)
    assert tokens == panel.built.tokens
    assert len(capsys.readouterr().out.splitlines()) == len(panel.built)


def test_panels_share_a_choice():
    choice = TokenizerChoice("gpt2")
    one, other = word_panel("a", choice), word_panel("b", choice)
    assert one.wait() and other.wait() and one.choice is other.choice


def test_a_tokenizer_without_steps_is_said():
    panel = word_panel("word", "words")
    assert panel.wait() and panel.state == "failed" and "WordLevel" in panel.foot.message


def test_a_tokenizer_itself():
    panel = word_panel("word", load_tokenizer("bert-base-uncased"))
    assert panel.wait() and panel.state == "ready", panel.foot.message


@pytest.mark.parametrize("word", ["", "\ud800", "\x00<script>$x$", "x" * 5000])
def test_any_word(word):
    panel = word_panel(word)
    assert panel.wait() and panel.state == "ready", panel.foot.details
    assert len(panel.text.value) <= LIMIT


def test_another_number_of_steps_gets_another_slider_that_keeps_its_place(panel):
    """A slider in the page remembers its first end: "End" would lead there, not to the new one."""
    panel.slider.value, first = 2, panel.slider
    panel.text.value = "untranslatably"
    assert panel.wait()
    assert panel.slider is not first and panel.place.children == (panel.slider,)
    assert panel.slider.value == 2
    panel.slider.value = 0
    assert strip_texts(panel)[0] == "u"
