"""The generation panel without a browser: text, branches, their code, and everything in its way."""

import threading

import pytest

from lablib.sampling import Knobs, choose, generate
from lablib.sampling.compute.branches import Branches
from lablib.sampling.figures.generation import story_words
from lablib.sampling.panel.generation import generation_panel
from lablib.widgets import WORKER
from tests.sampling.panels import opened, run_code

KNOBS = Knobs(temperature=1.2, top_k=40)


@pytest.fixture
def panel(m):
    panel = generation_panel("Once", opened(m), KNOBS, seed=3, max_new_tokens=8)
    assert panel.wait()
    return panel


def chips(panel):
    return [token["id"] for token in panel.strip.tokens]


def ids(steps):
    return [step.id for step in steps]


def test_the_strip_holds_prompt_and_text(panel, m):
    assert panel.state == "ready", panel.foot.details
    steps = list(generate(m, "Once", KNOBS, 3, 8))
    assert chips(panel) == m.tokenizer("Once")["input_ids"] + ids(steps)
    assert [t.get("mark") for t in panel.strip.tokens] == ["prompt"] * 4 + [None] * 8
    assert panel.strip.tokens[4]["value"] == pytest.approx(steps[0].model_probability)
    assert [node["text"] for node in panel.tree.nodes][:1] != [""]


def test_colour_by_surprisal(panel, m):
    panel.colour.value = "surprisal"
    first = next(generate(m, "Once", KNOBS, 3, 8))
    assert panel.strip.tokens[4]["value"] == pytest.approx(first.surprisal)


def test_a_selected_token_shows_what_else_was_likely(panel):
    panel.strip.selected = [4 + 2]
    assert panel.alternatives.shown == panel.steps[2].alternatives
    taken = [
        b.disabled
        for b, a in zip(panel.alternatives.buttons, panel.alternatives.shown, strict=False)
    ]
    assert taken == [a.id == panel.steps[2].id for a in panel.alternatives.shown]
    panel.strip.selected = [1]
    assert panel.alternatives.shown == ()


def branch(panel, place):
    """Press the first button at a place that is not the token standing there."""
    panel.strip.selected = [4 + place]
    other = next(a for a in panel.alternatives.shown if a.id != panel.steps[place].id)
    panel.alternatives.buttons[panel.alternatives.shown.index(other)].click()
    assert panel.wait()
    return other.id


def test_another_token_branches_and_the_tree_keeps_both(panel, m):
    first = panel.steps
    other = branch(panel, 2)
    path = [*first[:2], choose(m, first[2], other)]
    expected = [*path, *generate(m, "Once", KNOBS, 3, 5, after=path)]
    assert ids(panel.steps) == ids(expected)
    assert panel.steps[-1].cumulative == pytest.approx(expected[-1].cumulative, abs=1e-4)
    assert panel.words.value == story_words(panel.steps) != story_words(first)
    assert len(panel.tree.nodes) == 8 + 6
    assert [n["parent"] for n in panel.tree.nodes if n["step"] == 2] == [1, 1]
    panel.tree.picked = 7
    assert ids(panel.steps) == ids(first)
    assert [n["id"] for n in panel.tree.nodes if n["state"] == "path"] == list(range(8))


def test_the_code_gives_what_is_drawn_branches_included(panel, monkeypatch):
    for place in (None, 3, 1):
        if place is not None:
            branch(panel, place)
        text, names = run_code(panel, monkeypatch)
        assert ids(names["steps"]) == ids(panel.steps)
        assert text == "".join(step.text for step in panel.steps)


def test_a_new_prompt_outdates_the_picture_until_it_is_written(panel):
    panel.text.value = "Twice"
    assert panel.state == "stale"
    panel.button.click()
    assert panel.wait() and panel.state == "ready"
    assert len(panel.tree.nodes) == 8


def test_stop_in_the_middle_keeps_what_is_written(tiny):
    panel = generation_panel("Once", opened(tiny(context=4000)), KNOBS, max_new_tokens=999)
    while len(panel.shown) < 5:
        threading.Event().wait(0.01)
    panel.stop()
    assert WORKER.join() and panel.state == "stale"
    written = len(panel.shown)
    assert 5 <= written < 999
    assert len(panel.tree.nodes) == written == len(panel.strip.tokens) - 4


def test_a_change_of_model_while_it_writes(tiny):
    panel = generation_panel("Once", opened(tiny(context=4000)), KNOBS, max_new_tokens=300)
    while len(panel.shown) < 3:
        threading.Event().wait(0.01)
    other = tiny(seed=9)
    panel.length.value = 6
    panel.choice.loaded = opened(other).loaded
    assert panel.wait() and panel.state == "ready", panel.foot.details
    assert ids(panel.steps) == ids(generate(other, "Once", KNOBS, 0, 6))
    assert len(panel.tree.nodes) == 6


def test_two_hundred_clicks(panel):
    for seed in range(200):
        panel.seed.value = seed
        panel.button.click()
    assert panel.wait() and panel.state == "ready"
    assert len(panel.steps) == 8


@pytest.mark.parametrize(
    "prompt", ["", "   ", "\x00<script>$x$", "\ud800", "مرحبا 👋🏽", "word " * 20_000]
)
def test_any_prompt(prompt, m):
    panel = generation_panel(prompt, opened(m), max_new_tokens=4)
    assert panel.wait()
    assert panel.state == "ready", panel.foot.details
    assert len(panel.steps) == 4
    assert ("left out" in panel.text.note) == (len(prompt) > 1000)


def test_branches_share_their_beginnings(m):
    steps = list(generate(m, "Once", KNOBS, 3, 4))
    tree = Branches()
    assert tree.add_path(steps) == [0, 1, 2, 3]
    assert tree.add_path([*steps[:2], steps[3]]) == [0, 1, 4]
    assert tree.path(4) == [0, 1, 4]
    assert tree.line_through(0) == [0, 1, 2, 3]
    assert tree.line_through(4) == [0, 1, 4]
