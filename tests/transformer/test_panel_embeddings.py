"""The embeddings panel without a browser: its three views, their words and their code."""

import pytest
import torch

from lablib import models
from lablib import transformer as tf
from lablib.numbers import percent
from lablib.transformer.panel.embeddings import CONTEXT, NEAREST, PLANE
from tests.attention.pictures import PAYLOADS
from tests.panels import run_code


@pytest.fixture(scope="module")
def pocket():
    return models.load("pocket-gpt2", device="cpu")


@pytest.fixture
def panel():
    panel = tf.embeddings_panel("king", model="pocket-gpt2")
    assert panel.wait() and panel.state == "ready", panel.foot.details
    return panel


def switch(panel, view):
    panel.choose.value = view
    assert panel.wait() and panel.state == "ready", panel.foot.details


def test_the_nearest_words_are_drawn_and_said(panel, pocket):
    wanted = tf.neighbours(pocket, "king")
    assert panel.result.texts == wanted.texts
    assert "␣queen" in panel.bars.value and f"{float(wanted.cosines[0]):.2f}" in panel.bars.value
    assert "is one token" in panel.words.value and "␣queen" in panel.words.value
    (texts, cosines), _ = run_code(panel)
    assert texts == wanted.texts and torch.allclose(cosines, wanted.cosines)


def test_a_word_of_several_tokens_is_said_to_be_one(panel):
    panel.word.value = "Monday"
    assert panel.wait() and "3 tokens: their mean" in panel.words.value


def test_the_plane_says_what_it_keeps_and_whom_it_misleads(panel, pocket):
    switch(panel, PLANE)
    words = [word.strip() for word in panel.several.value.split(",")]
    wanted = tf.plane(pocket, words)
    [trace] = panel.plot.data
    assert list(trace.text) == words and list(trace.x) == wanted.points[:, 0].tolist()
    sides = [side == "middle right" for side in trace.textposition]
    beside = wanted.points[list(wanted.nearest_in_plane), 0]
    assert sides == (wanted.points[:, 0] >= beside).tolist()
    assert f"keeps {percent(float(wanted.shares.sum()))}" in panel.words.value
    assert f"misleads about {len(wanted.misled)} of the 12" in panel.words.value
    (points, _), _ = run_code(panel)
    torch.testing.assert_close(points, wanted.points)


def test_a_word_in_two_sentences_is_two_lines(panel, pocket):
    panel.word.value = "bear"
    switch(panel, CONTEXT)
    wanted = tf.in_context(pocket, "bear", panel.one.value, panel.other.value)
    same, others = panel.context.children[0].data
    assert list(same.y) == wanted.same.tolist() and list(others.y) == wanted.others.tolist()
    assert f"{float(wanted.same[-1]):.2f} after the last" in panel.words.value
    (same, _), _ = run_code(panel)
    torch.testing.assert_close(same, wanted.same)


def test_what_is_missing_is_said_and_the_old_words_go(panel):
    panel.word.value = " "
    assert panel.wait() and panel.state == "failed"
    assert "Type a word" in panel.foot.message and panel.bars.value == panel.words.value == ""
    panel.word.value, panel.several.value = "wolf", "one, two"
    panel.choose.value = PLANE
    assert panel.wait() and "at least three" in panel.foot.message
    panel.choose.value = CONTEXT
    assert panel.wait() and "'wolf' should stand in both" in panel.foot.message
    switch(panel, NEAREST)


def test_only_the_controls_of_the_view_are_in_sight(panel):
    def seen():
        widgets = (panel.word, panel.several, panel.one, panel.other)
        return [widget.layout.display != "none" for widget in widgets]

    assert seen() == [True, False, False, False]
    switch(panel, PLANE)
    assert seen() == [False, True, False, False]


@pytest.mark.parametrize("word", PAYLOADS)
def test_any_word(panel, word):
    panel.word.value = word
    assert panel.wait() and panel.state == "ready", panel.foot.details
    assert "<img" not in panel.bars.value + panel.words.value
    assert "<script" not in panel.bars.value + panel.words.value
