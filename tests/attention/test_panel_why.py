"""The why panel without a browser: what is written, the chosen token, its code, any prompt."""

import pytest
import torch

from lablib import attention as at
from lablib.attention.panel.why import why_panel
from tests.sampling.panels import opened, run_code


@pytest.fixture
def panel(gpt2):
    panel = why_panel("Once upon", 4, model=opened(gpt2))
    assert panel.wait() and panel.state == "ready", panel.foot.details
    return panel


def values(strip):
    return torch.tensor([chip["value"] for chip in strip.tokens])


def test_the_first_written_token_is_asked_about(panel, gpt2):
    ids = [chip["id"] for chip in panel.strip.tokens]
    assert len(ids) == 9 + 4 and [chip.get("mark") for chip in panel.strip.tokens][8:10] == [
        "prompt",
        None,
    ]
    found = at.why(gpt2, "Once upon", token=ids[9])
    for way in at.WAYS:
        torch.testing.assert_close(values(panel.strips[way]), getattr(found, way))
    assert panel.strips["occlusion"].scale["palette"] == "signed"
    assert f"{found.agreement('occlusion', 'rollout'):.2f}" in panel.words.value


def test_another_token_is_chosen_and_nothing_is_written_again(panel):
    written = panel._reading
    panel.strip.selected = [11]
    assert panel.wait() and panel.state == "ready", panel.foot.details
    assert panel._reading is written
    assert len(panel.found.tokens) == 11 and panel.found.token == written.ids[11]
    panel.strip.selected = [0]
    assert panel.wait() and panel.state == "ready" and len(panel.found.tokens) == 1


def test_the_code_gives_what_is_drawn(panel, monkeypatch):
    panel.strip.selected = [10]
    assert panel.wait()
    found, _ = run_code(panel, monkeypatch)
    for way, expected in zip(at.WAYS, found, strict=True):
        torch.testing.assert_close(values(panel.strips[way]), expected)


@pytest.mark.parametrize("text", ["", "a", "\x00<script>$x$", "\ud800", "word " * 2_000])
def test_any_prompt(panel, text):
    panel.text.value = text
    assert panel.wait() and panel.state == "ready", panel.foot.details
    assert "<script" not in panel.words.value
