"""Sentences, tables, tree nodes and plots from results."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lablib.sampling import Diversity, Knobs, Timing, beam_search, first_divergence, generate
from lablib.sampling.figures import beams as beams_figures
from lablib.sampling.figures import cache as cache_figures
from lablib.sampling.figures import comparison as comparison_figures
from lablib.sampling.figures import generation as generation_figures
from lablib.sampling.figures import seeds as seeds_figures
from lablib.widgets.html import table

TEXTS = st.lists(st.lists(st.integers(0, 2), max_size=5), max_size=5)


@given(TEXTS)
def test_the_first_parting_is_the_first_divergence(texts):
    divergence_positions = comparison_figures.divergence_positions(texts)
    assert len(divergence_positions) == len(texts)
    places = [place for place in divergence_positions if place is not None]
    assert min(places, default=None) == first_divergence(texts)


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ([], ""),
        ([[1]], ""),
        ([[1], [1]], "Every setting writes the same text."),
        ([[1], [2]], "The texts part at the very first token."),
        ([[1, 1], [1]], "The first token is the same under every setting; then the texts part."),
    ],
)
def test_divergence_words(texts, words):
    assert comparison_figures.divergence_words(texts) == words


def test_how_probable_a_whole_text_is(m):
    steps = list(generate(m, "Once", Knobs(temperature=1.2), 3, 40))
    exponent = sum(math.log10(step.model_probability) for step in steps)
    signs = str(round(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    assert exponent < -3
    assert generation_figures.story_words(steps) == (
        f"The model gives these 40 tokens together a probability of about 10{signs}."
    )
    likely = [replace(steps[0], cumulative=math.log(0.25))]
    assert (
        generation_figures.story_words(likely)
        == "The model gives this token a probability of 25 %."
    )
    assert generation_figures.story_words([]) == ""


@given(st.text())
def test_a_table_escapes_everything(text):
    html, empty = (table(t, [(t, t)], [[t, t]]) for t in (text, ""))
    assert [html.count(mark) for mark in '<>"'] == [empty.count(mark) for mark in '<>"']


def test_no_tag_of_a_text_reaches_table_or_plot(m):
    payload = "<img src=x onerror=alert(1)>"
    figure = Diversity(0.1, 0.2, 0.3, 0.4, 0.5)
    assert "<img" not in seeds_figures.diversity_table([payload], [figure])
    (step,) = generate(m, "a", max_new_tokens=1)
    run = [replace(step, text=payload)]
    assert "<img" not in seeds_figures.seed_words(0, run)
    plot = seeds_figures.seeds_plot()
    seeds_figures.draw_seeds(plot, [payload], [[run]])
    assert "<img" not in str(plot.to_dict())


def test_the_diversity_table_has_the_numbers():
    html = seeds_figures.diversity_table(["greedy"], [Diversity(0.11, 0.22, 0.33, 0.44, 0.5)])
    assert all(number in html for number in ("0.11", "0.22", "0.33", "44\xa0%", "0.50 bits"))


def test_tree_nodes(m):
    tree = beam_search(m, "Once", beams=3, steps=4)
    nodes = beams_figures.tree_nodes(tree)
    assert len(nodes) == sum(map(len, tree.steps))
    for node in nodes:
        step, place = divmod(node["id"], len(tree.steps[0]))
        mine = tree.steps[step][place]
        assert (node["step"], node["cumulative"]) == (step, mine.cumulative)
        path = tree.path(step, place)
        parent = node["parent"]
        assert (parent is None) == (len(path) == 1)
        if parent is not None:
            assert tree.steps[step - 1][parent % len(tree.steps[0])] is path[-2]
    winner = [node["cumulative"] for node in nodes if node["state"] == "winner"]
    assert winner == [node.cumulative for node in tree.winner]
    assert {node["state"] for node in nodes} <= {"winner", "finished", "kept", "pruned"}


def test_beam_words(m):
    tree = beam_search(m, "Once", beams=1, steps=3)
    assert beams_figures.beam_words(tree) == "Beam search and greedy decoding write the same text."
    better, worse = tree.greedy[-1].cumulative + 1, tree.greedy[-1].cumulative - 1
    assert "2.7 times as likely as greedy's" in beams_figures.beam_words(_other(tree, better))
    assert beams_figures.beam_words(_other(tree, worse)).startswith(
        "Greedy's is 2.7 times as likely"
    )
    shorter = replace(tree, greedy=tree.greedy[:1])
    assert beams_figures.beam_words(shorter).startswith("The texts differ in length")


def _other(tree, cumulative):
    """The tree with a last winning token of another id and this cumulative log-probability."""
    node = replace(tree.winner[-1], id=-1, cumulative=cumulative)
    return replace(tree, steps=(*tree.steps[:-1], (node,)))


def test_log_probability_words(m):
    steps = list(generate(m, "a", Knobs(temperature=0), max_new_tokens=2))
    words = beams_figures.log_probability_words("Greedy", steps)
    assert words.startswith("Greedy: log-probability −") and words.endswith("per token")
    assert beams_figures.log_probability_words("Greedy", []) == "Greedy"


@given(st.one_of(st.none(), st.integers(2, 10_000)))
def test_timing_lengths_can_be_read(context):
    lengths = cache_figures.timing_lengths(context)
    assert lengths == sorted(set(lengths)) and lengths[0] >= 1 and len(lengths) <= 8
    assert lengths[-1] == min(context or 1024, 1024) - 1


def test_timings_in_words_table_and_plot():
    timings = [Timing(10, 0.001, 0.002), Timing(1000, 0.001, 0.025)]
    assert cache_figures.timing_words([]) == ""
    words = cache_figures.timing_words(timings)
    assert words.startswith("After 1,000 tokens, one more takes 1 ms with the cache and 25 ms ")
    assert words.endswith("without: 25 times as long.")
    assert "25 ms" in cache_figures.timing_table(timings)
    plot = cache_figures.timing_plot()
    cache_figures.draw_timings(plot, timings, "log")
    assert [list(trace.y) for trace in plot.data] == [[2.0, 25.0], [1.0, 1.0]]
    assert plot.layout.yaxis.type == "log" and plot.layout.height == 320
