"""Why a token was written, asked by pointing at it: in both panels that write."""

import pytest

from lablib.attention.panel.writing import writing_panel
from lablib.sampling.compute.attribution import WAYS, attribution
from lablib.sampling.figures.attribution import attribution_scale, attribution_words
from lablib.sampling.panel.attribution import CLOSED
from lablib.sampling.panel.generation import generation_panel
from lablib.widgets import WORKER
from lablib.widgets.html import escape
from tests.sampling.panels import opened


@pytest.fixture(params=[generation_panel, writing_panel])
def panel(request, m):
    names = {"max_new_tokens": 8} if request.param is generation_panel else {"tokens": 8}
    panel = request.param("Once", model=opened(m), **names)
    assert panel.wait() and panel.state == "ready", panel.foot.details
    return panel


def pointed(panel, place):
    panel.strip.hovered = place
    return panel.wait() and panel.state == "ready"


def values(panel):
    return [chip["value"] for chip in panel.why.strip.tokens]


def test_what_pushed_a_token_is_shown_while_one_points_at_it(panel, m):
    assert pointed(panel, 6) and panel.why.found is None  # the fold is closed
    assert panel.why.words.value == CLOSED
    panel.why.line.is_open, panel.strip.hovered = True, None
    assert pointed(panel, 6), panel.foot.details
    ids = [chip["id"] for chip in panel.strip.tokens]
    expected = attribution(m, ids, 6)
    *before, asked = panel.why.strip.tokens
    assert [chip["id"] for chip in before] == ids[:6] and asked["id"] == ids[6]
    assert asked["mark"] == "this token" and asked["value"] is None
    assert values(panel)[:6] == pytest.approx(expected.gradient.tolist())
    texts = [chip["text"] for chip in before]
    assert panel.why.words.value == escape(attribution_words(expected, texts, asked["text"]))
    for one, other in (("occlusion", "gradient"), ("gradient", "rollout")):
        assert f"{expected.agreement(one, other):.2f}".lstrip("-") in panel.why.words.value
    assert pointed(panel, 0) and len(panel.why.strip.tokens) == 7  # nothing before it
    assert pointed(panel, 9) and len(panel.why.strip.tokens) == 10


def test_the_way_that_is_chosen_stays(panel, m):
    panel.why.line.is_open = True
    for way in WAYS:
        panel.why.way.value = way
        for place in (6, 7):
            assert pointed(panel, place)
            found = panel.why.found
            assert values(panel)[:-1] == pytest.approx(getattr(found, way).tolist())
            assert panel.why.strip.scale["max"] == attribution_scale(found, way)["max"]
    panel.why.way.value = "gradient"  # drawn with nothing asked again
    assert panel.why.found is found
    assert values(panel)[:-1] == pytest.approx(found.gradient.tolist())


def test_a_pointer_stands_in_the_way_of_nothing(panel):
    panel.why.line.is_open = True
    panel.text.value = "Twice"
    panel.strip.hovered = 5
    assert panel.wait() and panel.why.found is None
    if panel.state == "stale":
        panel.button.click()
        panel.strip.hovered = 6
        assert panel.wait() and panel.why.found is None
    assert panel.state == "ready" and len(panel.strip.tokens) == len("Twice") + 8


def test_the_latest_wins_while_tokens_are_left_out(panel, monkeypatch):
    """Another token is pointed at, or other work asked for, between two readings."""
    from lablib.sampling.compute import attribution as compute

    monkeypatch.setattr(compute, "SCORE_BYTES", 1)
    panel.why.line.is_open = True
    read, asked = compute.last_scores, []

    def reading(m, rows):
        asked.append(rows)
        if len(asked) == 4:
            panel.strip.hovered = 5
        return read(m, rows)

    monkeypatch.setattr(compute, "last_scores", reading)
    assert pointed(panel, 9) and WORKER.join()
    assert len(panel.why.found.ids) == 5 and panel.why.found.to_come == 0
    assert [len(rows[0]) for rows in asked] == [9, 8, 8, 8, 5, 4, 4, 4, 4, 4]
