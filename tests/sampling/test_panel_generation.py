"""The generation panel without a browser: text, branches, their code, and everything in its way."""

import threading

import pytest

from lablib.sampling import Knobs, Mirostat, choose, generate
from lablib.sampling.compute.branches import Branches
from lablib.sampling.figures.generation import story_words
from lablib.sampling.panel.controls import UNUSED_LIMIT, KnobSliders
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


def test_a_simple_panel_has_one_knob_in_sight_and_each_once(m):
    first, fold = KnobSliders(simple=True).children
    usual = KnobSliders()
    assert [slider.description for slider in first.children] == ["Temperature"]
    assert len(fold.children[1].children) == len({**usual.sliders, **usual.moving}) - 1
    panel = generation_panel("Once", opened(m), max_new_tokens=2, simple=True)
    assert len(panel.sliders.children[0].children) == 1


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


def limits(steps):
    return [step.knobs.max_surprisal for step in steps]


def test_mirostat_is_switched_on_and_its_limit_is_seen_to_move(panel, m, monkeypatch):
    before = panel.strip.tokens[4]["note"]
    assert "limit" not in before
    panel.sliders.moving["target"].value, panel.sliders.moving["rate"].value = 2.0, 0.5
    panel.button.click()
    assert panel.wait()
    steps = list(generate(m, "Once", KNOBS, 3, 8, mirostat=Mirostat(2.0, 0.5)))
    assert ids(panel.steps) == ids(steps)
    assert limits(panel.steps) == pytest.approx(limits(steps), abs=1e-4)
    assert len(set(limits(steps))) > 1
    for chip, step in zip(panel.strip.tokens[4:], steps, strict=True):
        limit, cut = step.knobs.max_surprisal, 100 * step.limit_mass
        words = (
            f"limit {limit:.1f} bits, surprisal {step.surprisal:.1f} bits, {cut:.1f}\xa0% excluded"
        )
        assert words in chip["note"]
    assert f"moved from 4.0 to {limits(steps)[-1]:.1f} bits" in panel.words.value
    run_code(panel, monkeypatch)
    assert "mirostat=sp.Mirostat(target=2.0, rate=0.5)" in panel.foot.code


def test_a_branch_goes_on_with_mirostats_limit(m, monkeypatch):
    how = {"knobs": KNOBS, "seed": 3, "max_new_tokens": 8, "mirostat": Mirostat(2.0, 0.5)}
    panel = generation_panel("Once", opened(m), **how)
    assert panel.wait()
    first = panel.steps
    other = branch(panel, 3)
    path = [*first[:3], choose(m, first[3], other)]
    mu = 4.0 - 0.5 * sum(step.surprisal - 2.0 for step in path)
    assert panel.steps[4].knobs.max_surprisal == pytest.approx(mu, abs=1e-4)
    assert limits(panel.steps)[:4] == limits(first)[:4]
    _, names = run_code(panel, monkeypatch)
    assert ids(names["steps"]) == ids(panel.steps)
    assert limits(names["steps"]) == pytest.approx(limits(panel.steps), abs=1e-4)


def test_of_a_fixed_limit_and_mirostat_it_is_said_which_wins(panel):
    panel.sliders.sliders["max_surprisal"].value = 4.0
    assert panel.sliders.words.value == ""
    panel.sliders.moving["target"].value = 2.0
    assert panel.sliders.words.value == UNUSED_LIMIT
    panel.sliders.moving["target"].value = 0.0
    assert panel.sliders.words.value == ""


def test_tokens_that_are_written_anew_are_shown_as_they_were_drawn_now(panel):
    old = panel.steps
    panel.sliders.sliders["max_surprisal"].value = 20.0
    panel.button.click()
    assert panel.wait()
    assert ids(panel.steps) == ids(old)
    assert limits(panel.steps) == [20.0] * 8


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
