"""The beam panel without a browser: its tree, its two texts, its code, bad input."""

import pytest

from lablib.sampling import Knobs, beam_search, generate
from lablib.sampling.figures.beams import beam_words, tree_nodes
from lablib.sampling.panel.beams import beam_panel
from tests.sampling.panels import opened, run_code


@pytest.fixture
def panel(m):
    panel = beam_panel("Once", beams=3, steps=4, model=opened(m))
    assert panel.wait()
    return panel


def same(tree, other):
    """Whether two searches kept and pruned the same texts (steps of greedy hold tensors)."""
    return (tree.steps, tree.finished, tree.text) == (other.steps, other.finished, other.text)


def strip_ids(line):
    return [token["id"] for token in line.strip.tokens]


def test_the_tree_and_both_texts_are_drawn(panel, m):
    assert panel.state == "ready", panel.foot.details
    tree = beam_search(m, "Once", 3, 4)
    assert same(panel.result, tree)
    assert panel.tree.nodes == tree_nodes(tree)
    assert strip_ids(panel.winner) == [node.id for node in tree.winner]
    greedy = list(generate(m, "Once", Knobs(temperature=0), max_new_tokens=4))
    assert strip_ids(panel.greedy) == [step.id for step in greedy]
    assert f"{abs(greedy[-1].cumulative):.3g}" in panel.greedy.words.value
    assert panel.words.value.replace("&#x27;", "'") == beam_words(tree)


def test_a_node_tells_its_path(panel):
    width = len(panel.result.steps[0])
    panel.tree.picked = 2 * width + 1
    path = panel.result.path(2, 1)
    assert strip_ids(panel.picked) == [node.id for node in path]
    assert f"{abs(path[-1].cumulative):.3g}" in panel.picked.words.value
    panel.tree.picked = None
    assert strip_ids(panel.picked) == []


def test_sliders_grow_another_tree(panel, m):
    panel.tree.picked = 1
    panel.beams.value, panel.steps.value = 2, 3
    assert panel.wait()
    assert same(panel.result, beam_search(m, "Once", 2, 3))
    assert panel.tree.picked is None and strip_ids(panel.picked) == []


def test_one_beam_is_greedy(m):
    panel = beam_panel("Once", 1, 3, opened(m))
    assert panel.wait()
    assert strip_ids(panel.winner) == strip_ids(panel.greedy)
    assert "the same text" in panel.words.value


def test_the_code_gives_what_is_drawn(panel, monkeypatch):
    (text, winner, greedy), names = run_code(panel, monkeypatch)
    assert same(names["tree"], panel.result)
    assert text == panel.result.text
    assert (winner, greedy) == (
        panel.result.winner[-1].cumulative,
        panel.result.greedy[-1].cumulative,
    )


def test_another_model_grows_another_tree(panel, tiny):
    before = panel.result
    panel.choice.loaded = opened(tiny(seed=5)).loaded
    assert panel.wait()
    assert not same(panel.result, before)


def test_stop(panel):
    panel.run(panel.draw, delay=5)
    panel.stop()
    assert panel.wait() and panel.state == "stale"


@pytest.mark.parametrize("prompt", ["", "   ", "\x00<script>$x$", "\ud800", "word " * 20_000])
def test_any_prompt(prompt, m):
    panel = beam_panel(prompt, 2, 3, opened(m))
    assert panel.wait()
    assert panel.state == "ready", panel.foot.details
    assert panel.tree.nodes
    assert ("left out" in panel.text.note) == (len(prompt) > 1000)
