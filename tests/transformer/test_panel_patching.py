"""The patching panel without a browser: parts, heads at a place, answers, its code, any prompt."""

import re

import pytest
import torch

from lablib import transformer as tf
from lablib.numbers import percent
from lablib.transformer.figures import patching as figures
from lablib.transformer.panel.patching import patching_panel
from tests.sampling.panels import opened, run_code

CLEAN, CORRUPTED = "The cat sat", "The dog sat"


@pytest.fixture
def panel(gpt2):
    panel = patching_panel(CLEAN, CORRUPTED, model=opened(gpt2))
    assert panel.wait() and panel.state == "ready", panel.foot.details
    return panel


def ready(panel):
    return panel.wait() and panel.state == "ready"


@pytest.mark.parametrize("part", tf.PATCHED)
def test_the_heatmap_shows_what_returns(panel, gpt2, part):
    panel.part.value = part
    assert ready(panel), panel.foot.details
    *_, found = tf.patch(gpt2, CLEAN, CORRUPTED, part)
    [cells] = panel.plot.data
    torch.testing.assert_close(torch.tensor(cells.z), found.returned)
    assert (cells.zmin, cells.zmid, cells.zmax) == (-1, 0, 1)
    assert len(cells.x) == found.returned.shape[1]
    assert part == "heads" or (cells.x[0], cells.x[4]) == ("0 T", "4 c → d")
    *_, share = found.top(1)[0]
    assert percent(share) in panel.words.value and percent(share, 1) in panel.table.value


def brightness(colour):
    """The relative luminance of a colour of three numbers to 255 (WCAG 2)."""
    shares = [part / 255 for part in colour]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return sum(weight * s for weight, s in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize(("paper", "ink"), [(0xFF, 0x21), (0x11, 0xE0), (0x21, 0xE0)])
def test_the_numbers_in_the_cells_can_be_read_in_both_themes(paper, ink):
    for _, colour in figures.SHARES:
        *shade, opacity = map(float, re.findall(r"[\d.]+", colour))
        cell = [opacity * part + (1 - opacity) * paper for part in shade]
        dark, light = sorted((brightness(cell), brightness([ink] * 3)))
        assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_heads_at_one_place(panel, gpt2):
    assert panel.at.layout.display == "none"
    panel.part.value = "heads"
    assert ready(panel) and panel.at.layout.display is None
    assert panel.at.label == "all places"
    panel.at.value = 5
    assert ready(panel), panel.foot.details
    *_, found = tf.patch(gpt2, CLEAN, CORRUPTED, "heads", place=5)
    torch.testing.assert_close(torch.tensor(panel.plot.data[0].z), found.returned)
    panel.clean.value, panel.corrupted.value = "ab", "cb"
    assert ready(panel), "a place these prompts lack is no longer chosen"
    assert panel.at.label == "all places" and len(panel.at.options) == 3


def test_answers_of_ones_own(panel, gpt2):
    for field, word in zip(panel.answers, "xy", strict=True):
        field.value = word
    assert ready(panel) and panel.found.texts == ("x", "y")
    *_, found = tf.patch(gpt2, CLEAN, CORRUPTED, answers=("x", "y"))
    assert panel.found.differences == found.differences
    panel.answers[0].value = ""
    assert panel.wait() and panel.state == "failed" and "for each" in panel.foot.message
    assert panel.place.layout.display == "none" and panel.words.value == ""


@pytest.mark.parametrize("part", ["feed-forward", "heads"])
def test_the_code_gives_what_is_drawn(panel, monkeypatch, part):
    panel.part.value = part
    assert ready(panel)
    if part == "heads":
        panel.at.value = 2
        panel.answers[0].value, panel.answers[1].value = "x", "y"
    assert ready(panel)
    (texts, returned), _ = run_code(panel, monkeypatch)
    assert texts == panel.found.texts
    torch.testing.assert_close(returned, panel.found.returned)


def test_prompts_with_other_numbers_of_tokens_get_a_sentence_and_nothing_is_lost(panel):
    panel.corrupted.value = "The kitten sat"
    assert panel.wait() and panel.state == "failed"
    assert "as many tokens" in panel.foot.message and panel.place.layout.display == "none"
    panel.corrupted.value = "The pig sat"
    assert ready(panel) and panel.place.layout.display is None


@pytest.mark.parametrize("text", ["\x00<b>$x$", "\ud800abcd", "word " * 2_000])
def test_any_text(panel, text):
    panel.clean.value, panel.corrupted.value = text, text[:2] + "z" + text[3:]
    assert panel.wait() and panel.state == "ready", panel.foot.details
    assert "<b>" not in panel.words.value + panel.table.value
