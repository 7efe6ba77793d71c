"""The panels of the rooms answer on a page what their Python does: one table, run through both."""

import html
import re

import numpy as np
import pytest

from lablib import attention as at
from lablib import masking as mk
from lablib import sampling as sp
from lablib import seq2seq as ss
from lablib import transformer as tf
from lablib.transformer.compute.ablation import PARTS
from lablib.widgets.page import page_state
from tests.pages.pictures import (
    NUMBER,
    PROBABILITY,
    floats,
    on_page,
    picture_of,
    same,
    same_display,
    same_foot,
    same_numbers,
    same_plot,
    same_table,
    same_view,
    same_words,
    traits,
)


def same_map(node, panel):
    found = traits(node, {"map": ["size", "opened", "values"]})["map"]
    assert (found["size"], found["opened"]) == (panel.map.size, panel.map.opened)
    np.testing.assert_allclose(
        found["values"].copy().view(np.float32),
        np.frombuffer(panel.map.values, np.float32),
        atol=PROBABILITY,
        equal_nan=True,
    )


def same_muting(node, panel):
    same_foot(node, panel)
    same_map(node, panel)
    same_view(node, panel)
    found = traits(node, {part: ["value"] for part in ("words", "table", "idle")})
    same_words(found["words"]["value"], panel.words.value)
    same_words(found["idle"]["value"], panel.idle.value)
    same_table(found["table"]["value"], panel.table.value)
    assert traits(node, {"text": ["note"]})["text"]["note"] == panel.text.note


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pocket-gpt2", "The good king and the good queen"),
        ("pocket-gpt2", ""),
        ("pocket-gpt2", "naïve 🙂 東京"),
        ("pocket-bert", "The old cat sat on the [MASK] and slept."),
        ("pocket-bert", "naïve 🙂"),
    ],
)
def test_muting(node, name, text):
    """A text is typed, two heads are muted, each head is muted in turn, and the idle one alone."""
    panel = at.ablation_panel("The cat", model=name)
    assert panel.wait()
    on_page(node, panel)
    set_text = 'm.after(live, (live) => live.set("text", { value: a[0] }))'
    panel.text.value = text
    assert panel.wait()
    node(set_text, text)
    same_muting(node, panel)
    panel.map.muted = [[0, 0], [2, 1]]
    assert panel.wait()
    node('m.after(live, (live) => live.set("map", { muted: [[2, 1], [0, 0]] }))')
    same_muting(node, panel)
    panel.sweep.click()
    assert panel.wait()
    node('m.after(live, (live) => live.parts.sweep.send({ event: "click" }))')
    same_muting(node, panel)
    same_display(node, panel, "idle_button")
    panel.idle_button.click()
    assert panel.wait()
    node('m.after(live, (live) => live.parts.idle_button.send({ event: "click" }))')
    same_muting(node, panel)


def test_muting_nothing_to_mask(node):
    panel = at.ablation_panel("The cat", model="pocket-bert")
    assert panel.wait()
    on_page(node, panel)
    panel.text.value = ""
    assert panel.wait()
    node('m.after(live, (live) => live.set("text", { value: "" }))')
    same_foot(node, panel)
    assert panel.state == "failed"


def test_another_model_mutes_its_own_heads(node):
    panel = at.ablation_panel("The cat sat", [(1, 2)], model="pocket-gpt2")
    assert panel.wait()
    on_page(node, panel)
    node('m.after(live, (live) => live.parts.head.send({ open: "pocket-bert" }))')
    panel.head._handle_custom_msg({"open": "pocket-bert"}, [])
    assert panel.wait()
    same_muting(node, panel)
    assert panel.map.muted == []
    assert traits(node, {"map": ["muted"]})["map"]["muted"] == []


def same_layers(node, panel):
    same_foot(node, panel)
    same_display(node, panel, "words", "table", "view")
    found = traits(node, {"words": ["value"], "table": ["value"], "about": ["value"]})
    assert found["about"]["value"] == html.unescape(panel.about.value)
    assert traits(node, {"text": ["note"]})["text"]["note"] == panel.text.note
    if panel.choose.value == "Logit lens":
        same_words(found["words"]["value"], panel.words.value)
        same_table(found["table"]["value"], panel.table.value)
    else:
        same_view(node, panel)


@pytest.mark.parametrize(
    "text", ["The king and the queen lived in a", "", "naïve 🙂 \n東京 " * 9, "the [MASK] sat"]
)
@pytest.mark.parametrize("name", ["pocket-gpt2", "pocket-bert"])
def test_layers(node, name, text):
    panel = at.layers_panel("Once", model=name)
    assert panel.wait()
    on_page(node, panel)
    panel.text.value = text
    assert panel.wait()
    node('m.after(live, (live) => live.set("text", { value: a[0] }))', text)
    same_layers(node, panel)
    panel.choose.value = "Attention rollout"
    assert panel.wait()
    node('m.after(live, (live) => live.set("choose", { index: 1 }))')
    same_layers(node, panel)
    panel.view.layer = 1
    node('m.after(live, (live) => live.set("view", { layer: 1 }))')
    same_foot(node, panel)


def same_steps(node, panel):
    same_foot(node, panel)
    named = ["shape", "query_tokens", "key_tokens", "causal", "use_mask"]
    found = traits(node, {"view": [*named, "q", "k", "v", "x", "bias", "scale"]})["view"]
    theirs = page_state(panel.view)
    assert {name: found[name] for name in named} == {name: theirs[name] for name in named}
    assert found["scale"] == pytest.approx(theirs["scale"])
    for name in ("q", "k", "v", "x", "bias"):
        np.testing.assert_allclose(floats(found, name), floats(theirs, name), atol=1e-3)
    sliders = ("place.layer_slider", "place.head_slider")
    assert traits(node, {name: ["value", "max"] for name in sliders}) == picture_of(
        panel, {name: ["value", "max"] for name in sliders}
    )
    assert traits(node, {"text": ["note"]})["text"]["note"] == panel.text.note


@pytest.mark.parametrize("text", ["The little dog ran to the", "", "naïve 🙂 " * 40])
@pytest.mark.parametrize("name", ["pocket-gpt2", "pocket-bert"])
def test_steps(node, name, text):
    """A text is typed, another head chosen, a switch moved."""
    panel = at.steps_panel("Once", layer=1, head=2, model=name)
    assert panel.wait()
    on_page(node, panel)
    panel.text.value = text
    assert panel.wait()
    node('m.after(live, (live) => live.set("text", { value: a[0] }))', text)
    same_steps(node, panel)
    panel.place.layer_slider.value = 3
    assert panel.wait()
    node('m.after(live, (live) => live.set("place.layer_slider", { value: 3 }))')
    same_steps(node, panel)
    panel.view.temperature, panel.view.use_scale = 0.5, False
    node('m.after(live, (live) => live.set("view", { temperature: 0.5, use_scale: false }))')
    same_foot(node, panel)


def test_another_model_shows_its_own_steps(node):
    """A layer that it lacks becomes its last, and it has no causal mask."""
    panel = at.steps_panel("The dog", layer=5, head=3, model="pocket-gpt2")
    assert panel.wait()
    on_page(node, panel)
    node('m.after(live, (live) => live.parts.head.send({ open: "pocket-bert" }))')
    other = at.steps_panel("The dog", layer=3, head=3, model="pocket-bert")
    assert other.wait()
    same_steps(node, other)


def same_whole(node, panel):
    same_foot(node, panel)
    named = ["boxes", "tokens", "blocks", "tour", "asked", "answered"]
    found = traits(node, {"view": [*named, "rows", "loss", "values"], "text": ["note"]})
    assert found["text"]["note"] == panel.text.note
    view, theirs = found["view"], page_state(panel.view)
    assert {name: view[name] for name in named} == {name: theirs[name] for name in named}
    same(view["rows"], theirs["rows"])
    same_words(view["loss"], theirs["loss"])
    np.testing.assert_allclose(floats(view, "values"), floats(theirs, "values"), atol=2e-3)


@pytest.mark.parametrize("text", ["The old cat [MASK].", "word", "naïve 🙂 \n東京 " * 3])
@pytest.mark.parametrize("name", ["pocket-gpt2", "pocket-bert"])
def test_the_whole_model(node, name, text):
    """A text is typed, each part left out alone, then two parts and two blocks."""
    panel = tf.whole_panel("Once upon a time", model=name)
    assert panel.wait()
    on_page(node, panel)
    panel.text.value = text
    assert panel.wait()
    node('m.after(live, (live) => live.set("text", { value: a[0] }))', text)
    same_whole(node, panel)
    for parts, blocks in (*(([part], []) for part in PARTS), ([*PARTS[:2]], [1, 3])):
        panel.view.off_parts, panel.view.off_blocks = parts, blocks
        assert panel.wait()
        code = 'm.after(live, (live) => live.set("view", { off_parts: a[0], off_blocks: a[1] }))'
        node(code, parts, blocks)
        same_whole(node, panel)


PRODUCT = [f"xaxis{i}.title.text" for i in ("", 2, 3)] + [
    f"yaxis{i}.{what}" for i in ("", 3) for what in ("tickvals", "ticktext")
]


def same_projection(node, panel):
    same_foot(node, panel)
    same_plot(node, "plot", panel.plot, ["z"], [*PRODUCT, "shapes"])
    words = traits(node, {"words": ["value"], "text": ["note"]})
    same_words(words["words"]["value"], panel.words.value)
    assert words["text"]["note"] == panel.text.note
    wanted = {"strip": ["tokens", "selected"], "number": ["max", "value"]}
    same(traits(node, wanted), picture_of(panel, wanted))


@pytest.mark.parametrize("name", ["pocket-gpt2", "pocket-bert"])
def test_projections(node, name):
    """A token and a number are chosen, then keys, another head and another text."""
    panel = tf.projections_panel("The little dog ran to the", layer=1, head=1, model=name)
    assert panel.wait()
    on_page(node, panel)
    node("m.after(live, (live) => live.begin())")
    same_projection(node, panel)
    panel.strip.selected, panel.number.value = [2], 40
    node('m.after(live, (live) => live.set("strip", { selected: [2] }))')
    node('m.after(live, (live) => live.set("number", { value: 40 }))')
    same_projection(node, panel)
    panel.which.index = 1
    panel.one_head.head_slider.value = 3
    assert panel.wait()
    node('m.after(live, (live) => live.set("which", { index: 1 }))')
    node('m.after(live, (live) => live.set("one_head.head_slider", { value: 3 }))')
    same_projection(node, panel)
    panel.text.value = "naïve 🙂"
    assert panel.wait()
    node('m.after(live, (live) => live.set("text", { value: "naïve 🙂" }))')
    same_projection(node, panel)


UNIT_AXES = [f"{axis}.{what}" for axis in ("xaxis", "yaxis") for what in ("tickvals", "ticktext")]


@pytest.mark.parametrize(
    ("view", "numbers", "layout"),
    [
        ("Who adds to the score", ["x", "y"], []),
        ("Length of the vectors", ["x", "y"], []),
        ("Feed-forward units", ["z"], UNIT_AXES),
    ],
)
def test_the_residual_stream(node, view, numbers, layout):
    panel = tf.residual_panel("The cat sat on the", view, model="pocket-gpt2")
    assert panel.wait()
    on_page(node, panel)
    for text in ("The king and the queen", "naïve 🙂 \n東京 " * 12):
        panel.text.value = text
        assert panel.wait()
        node('m.after(live, (live) => live.set("text", { value: a[0] }))', text)
        same_foot(node, panel)
        same_plot(node, f"plots.{view}", panel.plots[view], numbers, layout)
        found = traits(node, {"words": ["value"], "text": ["note"]})
        same_words(found["words"]["value"], panel.words.value)
        assert found["text"]["note"] == panel.text.note


BAR = r"<bdi[^>]*>(.*?)</bdi>.*?width: (\d+)%.*?</div>([\d.−-]+)</div>"


@pytest.mark.parametrize("name", ["pocket-gpt2", "pocket-bert"])
def test_the_nearest_words(node, name):
    panel = tf.embeddings_panel("king", model=name)
    assert panel.wait()
    on_page(node, panel)
    for word in ("dog", " naïveté ", "🙂"):
        panel.word.value = word
        assert panel.wait()
        node('m.after(live, (live) => live.set("word", { value: a[0] }))', word)
        same_foot(node, panel)
        found = traits(node, {"bars": ["value"], "words": ["value"]})
        same_words(found["words"]["value"], panel.words.value)
        bars = found["bars"]["value"]["bars"]
        assert bars["label"] == html.unescape(re.search('aria-label="(.*?)"', panel.bars.value)[1])
        ours = [(bar["text"], round(70 * bar["share"]), bar["number"]) for bar in bars["rows"]]
        theirs = re.findall(BAR, panel.bars.value, re.DOTALL)
        assert ours == [(html.unescape(text), int(wide), given) for text, wide, given in theirs]
    panel.word.value = " "
    assert panel.wait()
    node('m.after(live, (live) => live.set("word", { value: " " }))')
    same_foot(node, panel)
    assert traits(node, {"bars": ["value"]}) == {"bars": {"value": ""}}


@pytest.mark.parametrize("name", ["pocket-gpt2", "pocket-bert"])
def test_one_word_in_two_sentences(node, name):
    panel = tf.embeddings_panel("bear", "One word, two sentences", model=name)
    assert panel.wait()
    on_page(node, panel)
    for one in ("🙂 A bear saw a Bear; it ran.", "He saw a beard"):
        panel.one.value = one
        assert panel.wait()
        node('m.after(live, (live) => live.set("one", { value: a[0] }))', one)
        same_foot(node, panel)
        same_plot(node, "context_plot", panel.context_plot, ["x", "y"], [])
        same_words(traits(node, {"words": ["value"]})["words"]["value"], panel.words.value)
    panel.other.value = "It was more than he could carry"
    assert panel.wait()
    node("m.after(live, (live) => live.set('other', { value: a[0] }))", panel.other.value)
    same_foot(node, panel)


def same_comparison(node, panel):
    same_foot(node, panel)
    strips = {f"settings.{i}.strip": ["tokens", "label"] for i in range(len(panel.settings))}
    names = {f"settings.{i}.name": ["description", "value"] for i in range(len(panel.settings))}
    wanted = {**strips, **names, "text": ["note"]}
    same(traits(node, wanted), picture_of(panel, wanted))
    words = traits(node, {"words": ["value"]})["words"]["value"]
    assert words == html.unescape(panel.words.value)


def test_comparison(node):
    """Another prompt, another seed, a knob that is turned, a setting whose knobs are opened."""
    settings = [sp.Knobs(temperature=0), sp.Knobs(temperature=0.7, top_p=0.9), sp.Knobs()]
    panel = sp.comparison_panel("Once", settings, model="pocket-gpt2")
    panel.length.value = 12
    assert panel.wait()
    on_page(node, panel)
    panel.text.value = "naïve 🙂 the king"
    assert panel.wait()
    node('m.after(live, (live) => live.set("text", { value: "naïve 🙂 the king" }))')
    same_comparison(node, panel)
    panel.seed.value = 7
    panel.settings[2].sliders.sliders["top_k"].value = 3
    assert panel.wait()
    node('m.after(live, (live) => live.set("seed", { value: 7 }))')
    node('m.after(live, (live) => live.set("settings.2.sliders.sliders.top_k", { value: 3 }))')
    same_comparison(node, panel)
    panel.settings[1].sliders.moving["target"].value = 2.5
    assert panel.wait()
    node('m.after(live, (live) => live.set("settings.1.sliders.moving.target", { value: 2.5 }))')
    same_comparison(node, panel)
    panel.settings[1].sliders.sliders["max_surprisal"].value = 4.0  # unused, and not in the name
    assert panel.wait()
    limit = "settings.1.sliders.sliders.max_surprisal"
    node("m.after(live, (live) => live.set(a[0], { value: 4 }))", limit)
    same_comparison(node, panel)
    node('m.after(live, (live) => live.set("settings.1.name", { value: true }))')
    sliders = traits(node, {"settings.1.sliders": ["display"]})["settings.1.sliders"]
    assert sliders["display"] == ""


def same_beams(node, panel):
    same_foot(node, panel)
    lines = ("picked", "winner", "greedy")
    wanted = {f"{line}.strip": ["tokens", "selected"] for line in lines} | {"text": ["note"]}
    same(traits(node, wanted), picture_of(panel, wanted))
    same(traits(node, {"tree": ["nodes"]}), picture_of(panel, {"tree": ["nodes"]}))
    for line in lines:
        found = traits(node, {f"{line}.words": ["value"]})[f"{line}.words"]["value"]
        same_words(found, getattr(panel, line).words.value)
    same_words(traits(node, {"words": ["value"]})["words"]["value"], panel.words.value)


def test_beams(node):
    """One beam, more of them, a token of the tree; a prompt with which the context is soon full."""
    panel = sp.beam_panel("Once upon a", beams=1, steps=3, model="pocket-gpt2")
    assert panel.wait()
    on_page(node, panel)
    node("m.after(live, (live) => live.begin())")
    same_beams(node, panel)
    panel.beams.value, panel.steps.value = 3, 5
    assert panel.wait()
    node('m.after(live, (live) => live.set("beams", { value: 3 }))')
    node('m.after(live, (live) => live.set("steps", { value: 5 }))')
    same_beams(node, panel)
    panel.tree.picked = 9
    node('m.after(live, (live) => live.set("tree", { picked: 9 }))')
    same_beams(node, panel)
    panel.text.value = "word " * 300
    assert panel.wait()
    node('m.after(live, (live) => live.set("text", { value: "word ".repeat(300) }))')
    same_beams(node, panel)


def test_a_search_ends_where_texts_end(node):
    """Of texts that end early the best are kept, as `transformers` keeps them."""
    panel = sp.beam_panel("The end", beams=4, steps=12, model="pocket-gpt2")
    assert panel.wait()
    on_page(node, panel)
    node("m.after(live, (live) => live.begin())")
    same_beams(node, panel)


SEARCHES = {
    "text": ["note"],
    "strips.0": ["tokens", "selected"],
    "strips.1": ["tokens", "selected"],
}


def same_searches(node, panel):
    """Both texts with their penalties, where they part, and what was weighed at a token."""
    same_foot(node, panel)
    ours, theirs = traits(node, SEARCHES), picture_of(panel, SEARCHES)
    for found in (ours, theirs):  # numbers in words, which rounding may change in the last figure
        for strip in ("strips.0", "strips.1"):
            for chip in found[strip]["tokens"]:
                del chip["number"]
    same(ours, theirs)
    found = traits(node, {"words": ["value"], "weighed": ["value"]})
    same_words(found["words"]["value"], panel.words.value)
    same_table(found["weighed"]["value"], panel.weighed.value)


def test_contrastive_search(node):
    """As the page opens, another alpha and other candidates, a token of each text, greedy search
    alone; a prompt with which the context is soon full.
    """
    panel = sp.contrastive_panel("Once upon a time", model="pocket-gpt2")
    panel.length.value = 24
    assert panel.wait()
    on_page(node, panel)
    node("m.after(live, (live) => live.begin())")
    same_searches(node, panel)
    for strip, place in ((0, 7), (1, 2)):
        panel.strips[strip].selected = [place]
        code = "m.after(live, (live) => live.set(a[0], { selected: [a[1]] }))"
        node(code, f"strips.{strip}", place)
        same_searches(node, panel)
    settings = [(0.85, 8, "naïve 🙂 the king"), (0.0, 1, ""), (1.0, 3, "word " * 300)]
    for alpha, k, text in settings:
        panel.alpha.value, panel.k.value, panel.text.value = alpha, k, text
        assert panel.wait()
        code = """m.after(live, (live) => {
            live.set("alpha", { value: a[0] });
            live.set("k", { value: a[1] });
            live.set("text", { value: a[2] });
        })"""
        node(code, alpha, k, text)
        same_searches(node, panel)


def same_masked(node, panel):
    """The text with its masks, and the sentence and the table of its picture."""
    same_foot(node, panel)
    wanted = {"input.text": ["note", "value"], "input.strip": ["tokens", "selected"]}
    same(traits(node, wanted), picture_of(panel, wanted))
    found = traits(node, {"words": ["value"], "table": ["value"]})
    same_numbers(found["words"]["value"], panel.words.value)
    if panel.table.value:
        same_table(found["table"]["value"], panel.table.value)
    else:
        assert found["table"]["value"] == ""


def same_joint(node, panel):
    same_masked(node, panel)
    ours = traits(node, {"view": ["columns"]})["view"]["columns"]
    theirs = picture_of(panel, {"view": ["columns"]})["view"]["columns"]
    for columns in (ours, theirs):
        for column in columns:
            for row in column["rows"]:
                del row["number"]
    same(ours, theirs)


@pytest.mark.parametrize(
    "text",
    ["The [MASK] [MASK] was very old.", "The cat [mask].", "No gap here", "🙂 [MASK], [MASK]!"],
)
def test_several_gaps(node, text):
    panel = mk.joint_panel("The [MASK] ran.", k=3, model="pocket-bert")
    assert panel.wait()
    on_page(node, panel)
    panel.input.text.value = text
    assert panel.wait()
    node('m.after(live, (live) => live.set("input.text", { value: a[0] }))', text)
    same_joint(node, panel)
    if panel.result:
        panel.view.pick(3, 1)
        assert panel.wait()
        node("m.after(live, (live) => live.parts.view.send({ pick: [3, 1] }))")
        same_joint(node, panel)


EVIDENCE = {
    "changes": ["tokens", "scale"],
    "attention": ["tokens", "scale"],
    "mask": ["max", "value"],
}


def same_evidence(node, panel):
    same_masked(node, panel)
    ours, theirs = traits(node, EVIDENCE), picture_of(panel, EVIDENCE)
    for found in (ours, theirs):  # numbers in words, which rounding may change in the last figure
        for strip in ("changes", "attention"):
            for chip in found[strip]["tokens"]:
                chip.pop("number", None)
                chip["note"] = re.sub(NUMBER, "#", chip.get("note", ""))
    for strip in ("changes", "attention"):
        ends = [found[strip]["scale"].pop("ends") for found in (ours, theirs)]
        for one, other in zip(*ends, strict=True):
            same_words(one, other)
    same(ours, theirs)


@pytest.mark.parametrize(
    ("text", "answer", "how"),
    [
        ("The [MASK] cat sat on the [MASK].", "", "mask"),
        ("The unbelievable cat sat on the [MASK].", "mat", "replace"),
        ("She ate a [MASK] apple", "rhinoceros", "mask"),
        ("[MASK]", "", "mask"),
        ("The [MASK] ran", "東", "mask"),
    ],
)
def test_evidence(node, text, answer, how):
    panel = mk.evidence_panel("The [MASK] [MASK] ran.", model="pocket-bert")
    panel.mask.value = 2
    assert panel.wait()
    on_page(node, panel)
    panel.answer.value, panel.how.value = answer, how
    panel.input.text.value = text
    assert panel.wait()
    code = """m.after(live, (live) => {
        live.set("answer", { value: a[1] });
        live.set("how", { index: a[2] });
        live.set("input.text", { value: a[0] });
    })"""
    node(code, text, answer, ("mask", "replace").index(how))
    same_evidence(node, panel)


def same_sentences(node, panel):
    same_foot(node, panel)
    for name, one in (("first", panel.first), ("second", panel.second)):
        found = traits(node, {f"{name}.text": ["note"], f"{name}.words": ["value"]})
        assert found[f"{name}.text"]["note"] == one.text.note
        same_words(found[f"{name}.words"]["value"], one.words.value)
        strip = {f"{name}.strip": ["tokens", "scale"]}
        ours, theirs = (
            each[f"{name}.strip"] for each in (traits(node, strip), picture_of(panel, strip))
        )
        for each in (ours, theirs):  # numbers in words
            for chip in each["tokens"]:
                chip["number"], chip["note"] = "#", re.sub(NUMBER, "#", chip["note"])
        for end, other in zip(ours["scale"].pop("ends"), theirs["scale"].pop("ends"), strict=True):
            same_words(end, other)
        same(ours, theirs)
    found = traits(node, {"words": ["value"], "table": ["value"], "place": ["display"]})
    same_words(found["words"]["value"], panel.words.value)
    assert (found["place"]["display"] == "none") is (panel.place.children == ())
    if panel.table.value:
        same_table(found["table"]["value"], panel.table.value)
        axis = ["yaxis.tickvals", "yaxis.ticktext", "yaxis.range"]
        same_plot(node, "plot", panel.plot, [], axis)
        same_points(node, panel.plot)
    else:
        assert found["table"]["value"] == ""


def same_points(node, plot):
    """The same rows of the chart, and the same words over its points."""
    ours = traits(node, {"plot": ["_widget_data"]})["plot"]["_widget_data"]
    for trace, theirs in zip(ours, plot.data, strict=True):
        same([list(trace[axis]) for axis in "xy"], [list(theirs[axis] or ()) for axis in "xy"])
        if theirs.hovertext is not None:
            for one, other in zip(trace["hovertext"], theirs.hovertext, strict=True):
                same_words(html.unescape(one), other)


LONG_SENTENCE = "One by one the " + "old and new and very quiet " * 4 + "men went home ."


@pytest.mark.parametrize(
    ("first", "second", "whole"),
    [
        ("The boys is here.", "The boys are here.", False),
        ("The unbelievable cats sat on <b>&'it'</b>.", "the CATS sat & <i>on 'it'", True),
        ('ΣΊΣΥΦΟΣ "ran" 🙂 to the straße', "σίσυφος ran, to the STRASSE [MASK]", False),
        ("The rhinoceroses slept.", "", True),
        ("The same.", "The same.", False),
        (LONG_SENTENCE, LONG_SENTENCE.replace("and", "or").replace("men", "women"), False),
        ("", "The boys are here.", False),
    ],
)
def test_sentences(node, first, second, whole):
    panel = mk.sentence_panel("The cat sat.", "The cat sits.", model="pocket-bert")
    assert panel.wait()
    on_page(node, panel)
    panel.first.text.value, panel.second.text.value, panel.whole.value = first, second, whole
    assert panel.wait()
    code = """m.after(live, (live) => {
        live.set("first.text", { value: a[0] });
        live.set("second.text", { value: a[1] });
        live.set("whole", { value: a[2] });
    })"""
    node(code, first, second, whole)
    same_sentences(node, panel)


def test_a_page_made_with_one_sentence_has_no_chart(node):
    """A variant is told by words and a table there."""
    panel = mk.sentence_panel("The cat sat.", "", model="pocket-bert")
    assert panel.wait()
    on_page(node, panel)
    node('m.after(live, (live) => live.set("second.text", { value: "The cat sits." }))')
    panel.second.text.value = "The cat sits."
    assert panel.wait()
    same_foot(node, panel)
    found = traits(node, {"words": ["value"], "table": ["value"], "place": ["display"]})
    same_words(found["words"]["value"], panel.words.value)
    same_table(found["table"]["value"], panel.table.value)
    assert found["place"]["display"] == "none"


TRANSLATION = {"text": ["note"], "target": ["tokens", "selected"], "source": ["tokens"]}
SIDES = [f"{axis}.{what}" for axis in ("xaxis", "yaxis") for what in ("tickvals", "ticktext")]


def same_translation(node, panel):
    """What is written and read, where a token looked, and what could have stood in its place."""
    same_foot(node, panel)
    ours, theirs = (
        each | {"view": view["view"]}
        for each, view in (
            (traits(node, TRANSLATION), traits(node, {"view": ["columns"]})),
            (picture_of(panel, TRANSLATION), picture_of(panel, {"view": ["columns"]})),
        )
    )
    for found in (ours, theirs):  # numbers in words, which rounding may change in the last figure
        for chip in [*found["target"]["tokens"], *found["source"]["tokens"]]:
            del chip["number"]
        for row in found["view"]["columns"][0]["rows"]:
            del row["number"]
    same(ours, theirs)
    words = traits(node, {"words": ["value"], "looked": ["value"]})
    same_words(words["words"]["value"], panel.words.value)
    same_words(words["looked"]["value"], panel.looked.value)
    same_plot(node, "plot", panel.plot, ["z"], [*SIDES, "shapes"])


@pytest.mark.parametrize(
    "text",
    [
        "translate English to French: The old dog sleeps in the house.",
        "translate English to Chinese: I am cold.",
        "plural: the <b>naïve</b> 🙂 child",
        "",
        "reverse: " + "one two three four five six seven " * 30,
    ],
)
def test_translating(node, text):
    """A text is typed, a token and a head are chosen, more beams go on, and length counts less."""
    panel = ss.translate_panel("number: twelve", model="pocket-t5")
    assert panel.wait()
    on_page(node, panel)
    node("m.after(live, (live) => live.begin())")
    same_translation(node, panel)
    panel.text.value = text
    assert panel.wait()
    node('m.after(live, (live) => live.set("text", { value: a[0] }))', text)
    same_translation(node, panel)
    last = len(panel.target.tokens) - 1
    panel.target.selected, panel.by_head.index = [last], 7
    node('m.after(live, (live) => live.set("target", { selected: [a[0]] }))', last)
    node('m.after(live, (live) => live.set("by_head", { index: 7 }))')
    same_translation(node, panel)
    panel.beams.value, panel.penalty.value = 4, 0.5
    assert panel.wait()
    node('m.after(live, (live) => live.set("beams", { value: 4 }))')
    node('m.after(live, (live) => live.set("penalty", { value: 0.5 }))')
    same_translation(node, panel)


def same_tasks(node, panel):
    same_foot(node, panel)
    same_table(traits(node, {"table": ["value"]})["table"]["value"], panel.table.value)


def test_tasks(node):
    """Another text, another prefix, and one that the model knows."""
    panel = ss.tasks_panel("the old dog", model="pocket-t5")
    assert panel.wait()
    on_page(node, panel)
    for text, own in (("12 naïve <b>cats</b> 🙂", "sing: "), ("", "")):
        panel.text.value, panel.own.value = text, own
        assert panel.wait()
        code = """m.after(live, (live) => {
            live.set("text", { value: a[0] });
            live.set("own", { value: a[1] });
        })"""
        node(code, text, own)
        same_tasks(node, panel)
    panel.own.value = "plural: "
    assert panel.wait()
    node('m.after(live, (live) => live.set("own", { value: "plural: " }))')
    same_tasks(node, panel)


def same_forcing(node, panel):
    """The losses of each token both ways, and what follows the wrong one."""
    same_foot(node, panel)
    found = traits(node, {part: ["value"] for part in ("words", "table", "slipped")})
    same_words(found["words"]["value"], panel.words.value)
    same_words(found["slipped"]["value"], panel.slipped.value)
    same_table(found["table"]["value"], panel.table.value)
    same_plot(node, "plot", panel.plot, ["x", "y"], ["xaxis.tickvals", "xaxis.ticktext"])
    assert traits(node, {"text": ["note"]})["text"]["note"] == panel.text.note


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("plural: the old dog", "the old dogs"),
        ("translate English to French: I am cold.", "J'ai froid."),
        ("translate English to Chinese: I am cold.", "我很冷。"),
        ("number: twelve", "<b>naïve</b> 🙂 " * 9),
        ("", ""),
        ("date: " + "on the second of May " * 30, "05-02"),
    ],
)
def test_forcing(node, text, target):
    """A right answer that is shorter than the model's own, as long, and longer; any wrong token."""
    panel = ss.forcing_panel(model="pocket-t5")
    assert panel.wait()
    on_page(node, panel)
    panel.text.value, panel.target.value = text, target
    assert panel.wait()
    node('m.after(live, (live) => live.set("text", { value: a[0] }))', text)
    node('m.after(live, (live) => live.set("target", { value: a[0] }))', target)
    same_forcing(node, panel)
    for place in (1, 8):
        panel.wrong.value = place
        assert panel.wait()
        node('m.after(live, (live) => live.set("wrong", { value: a[0] }))', place)
        same_forcing(node, panel)


def test_a_right_answer_that_is_long_is_refused(node):
    panel = ss.forcing_panel(model="pocket-t5")
    assert panel.wait()
    on_page(node, panel)
    panel.target.value = "one two three " * 100
    assert panel.wait() and panel.state == "failed"
    code = 'm.after(live, (live) => live.set("target", { value: a[0] }))'
    node(code, panel.target.value)
    same_foot(node, panel)
    assert traits(node, {"table": ["value"]}) == {"table": {"value": ""}}


@pytest.mark.parametrize(
    "text",
    [
        "translate English to French: The old dog sleeps in the house.",
        "plural: the <b>naïve</b> 🙂 child",
        "",
    ],
)
def test_three_attentions(node, text):
    """Each of them is looked at; a head is opened, some are muted, then all."""
    panel = ss.heads_panel(model="pocket-t5")
    assert panel.wait()
    on_page(node, panel)
    panel.text.value = text
    assert panel.wait()
    node('m.after(live, (live) => live.set("text", { value: a[0] }))', text)
    same_cross_heads(node, panel)
    for index in (1, 2):
        panel.which.index = index
        assert panel.wait()
        node('m.after(live, (live) => live.set("which", { index: a[0] }))', index)
        same_cross_heads(node, panel)
    panel.map.opened = [1, 2]
    node('m.after(live, (live) => live.set("map", { opened: [1, 2] }))')
    same_view(node, panel)
    every = [[layer, head] for layer in range(3) for head in range(4)]
    for muted in ([[2, 1], [0, 3]], [[1, 1]], every):
        panel.map.muted = muted
        assert panel.wait()
        node('m.after(live, (live) => live.set("map", { muted: a[0] }))', muted)
        same_cross_heads(node, panel)


def same_cross_heads(node, panel):
    same_foot(node, panel)
    same_map(node, panel)
    same_view(node, panel)
    same_table(traits(node, {"table": ["value"]})["table"]["value"], panel.table.value)
    assert traits(node, {"text": ["note"]})["text"]["note"] == panel.text.note


def test_scores(node):
    """The pairs of a task, with one beam and with two."""
    panel = ss.score_panel("date", model="pocket-t5")
    assert panel.wait()
    on_page(node, panel)
    for part, trait, value in (("task", "index", 0), ("beams", "value", 2), ("task", "index", 3)):
        setattr(getattr(panel, part), trait, value)
        assert panel.wait(120)
        code = "m.after(live, (live) => live.set(a[0], { [a[1]]: a[2] }))"
        node(code, part, trait, value)
        same_foot(node, panel)
        same_words(traits(node, {"words": ["value"]})["words"]["value"], panel.words.value)
        same_table(traits(node, {"table": ["value"]})["table"]["value"], panel.table.value)
