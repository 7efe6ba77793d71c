"""The bertviz panel without a browser: both views follow the text, and old pages are let go."""

import pytest

from lablib.attention.panel.bertviz import bertviz_panel
from tests.sampling.panels import opened, run_code


def page(box):
    return box.children[-1].value


@pytest.mark.parametrize("view", ["head", "model"])
def test_the_code_gives_what_is_drawn(gpt2, monkeypatch, view):
    panel = bertviz_panel("Once upon", view, opened(gpt2))
    assert panel.wait() and panel.state == "ready", panel.foot.details
    box, _ = run_code(panel, monkeypatch)
    assert "sandbox" in page(box) and len(page(box)) == len(page(panel.picture))


def test_it_follows_the_text_and_closes_the_page_before(gpt2):
    panel = bertviz_panel("Once", model=opened(gpt2))
    assert panel.wait()
    before = panel.picture.children[-1]
    panel.text.value = "She"
    assert panel.wait() and page(panel.picture) != ""
    assert before.comm is None and panel.stage.children == (panel.picture,)
    panel.choose.value = "model"
    assert panel.wait() and panel.foot.code.endswith("at.model_view(maps)")


def test_there_are_two_views():
    with pytest.raises(ValueError, match="head, model"):
        bertviz_panel("Once", "neuron")


@pytest.mark.parametrize("text", ["", "</script><script>alert(1)</script>", "\ud800"])
def test_any_text(gpt2, text):
    panel = bertviz_panel(text, model=opened(gpt2))
    assert panel.wait() and panel.state == "ready", panel.foot.details
