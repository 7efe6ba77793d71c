"""The constraint panel without a browser: both texts, what was taken away, its code, bad input."""

import json

import pytest

from lablib import models
from lablib.sampling import Knobs, generate
from lablib.sampling.panel.constraint import FORMS, constraint_panel
from tests.sampling.panels import opened, run_code


@pytest.fixture(scope="module")
def pocket():
    return models.load("pocket-gpt2", device="cpu")


@pytest.fixture
def panel(pocket):
    panel = constraint_panel(model=opened(pocket))
    assert panel.wait()
    return panel


def text_of(steps):
    return "".join(step.text for step in steps)


def test_both_texts_stand_there_with_what_was_taken_away(panel, pocket):
    assert panel.state == "ready", panel.foot.details
    free = generate(pocket, panel.text.value, Knobs(), 0, 60)
    assert [step.id for step in free] == [t["id"] for t in panel.strips[0].tokens]
    assert text_of(panel.held[:-1]) in (" a king", " a queen", " a poor old woman")
    assert panel.held[-1].end == "end of text"
    values = [token["value"] for token in panel.strips[1].tokens]
    assert values == pytest.approx([step.banned_mass for step in panel.held])
    assert "The text has the form." in panel.said.value
    assert "takes away" in panel.said.value and "bits per token" in panel.said.value
    assert panel.steps.value.count("<tr>") == len(panel.held) + 1


@pytest.mark.parametrize("kind", FORMS)
def test_its_code_gives_what_it_shows(panel, monkeypatch, kind):
    panel.kind.value = kind
    assert panel.wait()
    assert panel.form.value == FORMS[kind]
    found, names = run_code(panel, monkeypatch)
    assert [text for text, _ in found] == [step.text for step in panel.held]
    assert [step.id for step in names["free"]] == [step.id for step in panel.free]


def test_what_was_typed_for_a_form_comes_back(panel):
    panel.kind.value = "JSON"
    panel.form.value = "size: small|large"
    panel.kind.value = "pattern"
    panel.kind.value = "JSON"
    assert panel.wait()
    assert panel.form.value == "size: small|large"
    assert json.loads(text_of(panel.held[:-1]))["size"] in ("small", "large")


def test_a_text_that_is_cut_off_is_said(panel):
    panel.length.value = 1
    assert panel.wait()
    assert "cut off after 1 token" in panel.said.value


def test_bad_input_is_a_sentence_and_nothing_is_lost(panel):
    tokens = panel.strips[1].tokens
    for kind, form, words in [
        ("one of", " , ", "at least one text"),
        ("pattern", "(", "no regular expression"),
        ("JSON", "name", "name: kind"),
    ]:
        panel.kind.value = kind
        panel.form.value = form
        assert panel.wait()
        assert panel.state == "failed" and words in panel.foot.message
        assert panel.strips[1].tokens == tokens
    panel.kind.value = "one of"
    panel.form.value = "<img src=x>"
    assert panel.wait()
    assert panel.state == "ready"
    assert "<img" not in panel.said.value + panel.steps.value
