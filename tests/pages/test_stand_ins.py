"""A panel of a page answers what its Python answers: one table of cases, run through both."""

import html
import re
import unicodedata

import numpy as np
import pytest

from lablib import attention as at
from lablib import masking as mk
from lablib import sampling as sp
from lablib import tokenization as tk
from lablib.pages.scripts import about_carried
from lablib.sampling import uniforms
from lablib.widgets.page import page_state
from lablib.widgets.strip import to_browser
from lablib.widgets.tokens import number, shapeless_names, spoken, visible
from tests.pages.pictures import NUMBER, PROBABILITY, VIEW, on_page, picture_of, same, traits


def probabilities(logits):
    scores = np.frombuffer(bytes(logits), np.float32).astype(float)
    weights = np.exp(scores - scores.max())
    return weights / weights.sum()


TEXTS = [
    "The king and the queen lived in a",
    "",
    "She said \"it's 5 o'clock\" — naïve 東京 🙂\n\t",
    "<|endoftext|>",
    "word " * 300,
]


@pytest.mark.parametrize("text", TEXTS)
def test_knobs(node, text):
    panel = sp.knob_panel("Once upon a time", model="pocket-gpt2", knobs=sp.Knobs(top_p=0.5))
    assert panel.wait()
    on_page(node, panel)
    panel.text.value = text
    assert panel.wait()
    node('m.after(live, (live) => live.set("text", { value: a[0] }))', text)
    ours = traits(
        node,
        {
            "text": ["note"],
            "view": ["previous", "prompt_text", "logits"],
            "foot": ["code", "state"],
        },
    )
    assert ours["foot"]["state"] == "ready"
    assert ours["foot"]["code"] == panel.foot.code
    assert ours["text"]["note"] == panel.text.note
    assert ours["view"]["previous"] == panel.view.previous
    assert ours["view"]["prompt_text"] == panel.view.prompt_text
    np.testing.assert_allclose(
        probabilities(ours["view"]["logits"].tobytes()),
        probabilities(panel.view.logits),
        atol=PROBABILITY,
    )


def test_a_bar_that_is_clicked_goes_on_with_the_prompt(node):
    panel = sp.knob_panel("Once upon a", model="pocket-gpt2")
    assert panel.wait()
    on_page(node, panel)
    token = panel.model().tokenizer.encode(" time")[0]
    panel.view.picked = token
    assert panel.wait() and panel.text.value == "Once upon a time"
    node('m.after(live, (live) => live.set("view", { picked: a[0] }))', token)
    ours = traits(node, {"text": ["value"], "view": ["prompt_text", "picked"]})
    assert ours == {
        "text": {"value": "Once upon a time"},
        "view": {"prompt_text": "Once upon a time", "picked": None},
    }


WRITING = {
    "text": ["note"],
    "strip": ["tokens", "scale", "value_label", "selected"],
    "words": ["value"],
    "tree": ["nodes"],
    "foot": ["state", "code"],
}


@pytest.mark.parametrize(
    ("text", "knobs", "seed"),
    [
        ("Once upon a time", sp.Knobs(), 0),
        ("", sp.Knobs(temperature=0.7, top_p=0.9), 3),
        ("naïve 🙂 —", sp.Knobs(temperature=1.6, repetition_penalty=1.3), 2**31 - 1),
        ("word " * 300, sp.Knobs(temperature=0.0), 1),
        ("Once upon a time", sp.Knobs(max_surprisal=4.0), 5),
    ],
)
def test_writing(node, text, knobs, seed):
    """The same seed writes the same text, whose every chip says the same."""
    panel = sp.generation_panel(text, "pocket-gpt2", knobs, seed, max_new_tokens=24)
    assert panel.wait()
    on_page(node, panel)
    node("m.after(live, (live) => live.begin())")
    same(traits(node, WRITING), picture_of(panel, WRITING))


def test_the_text_that_stands_there_is_not_taken_away(node):
    """It is written once more, and put into the strip whole: its beginning stays in sight."""
    panel = sp.generation_panel("Once upon a time", "pocket-gpt2", max_new_tokens=24)
    assert panel.wait()
    on_page(node, panel)
    count = len(panel.strip.tokens)
    note = """m.after(live, (live) => {
        live.counts = [];
        const note = () => live.counts.push(live.get("strip", "tokens").length);
        for (const event of ["change:tokens", "msg:custom"]) live.on("strip", event, note);
    })"""
    node(note)
    node('m.after(live, (live) => { live.begin(); live.set("strip", { selected: [7] }); })')
    assert set(node("live.counts")) == {count}
    assert traits(node, {"strip": ["selected"]}) == {"strip": {"selected": [7]}}
    words = traits(node, {"alternatives.words": ["value"]})["alternatives.words"]["value"]
    assert "go on from it" in words
    node('m.after(live, (live) => live.parts.button.send({ event: "click" }))')
    assert len(set(node("live.counts"))) > 20


def test_branching(node):
    """A token is looked into, another is put in its place, and the tree leads back."""
    panel = sp.generation_panel("Once upon a time", "pocket-gpt2", seed=1, max_new_tokens=12)
    assert panel.wait()
    on_page(node, panel)
    node("m.after(live, (live) => live.begin())")
    place = len(panel._prompt.ids) + 4
    buttons = {f"alternatives.buttons.{i}": ["description", "disabled"] for i in range(8)}

    panel.strip.selected = [place]
    node('m.after(live, (live) => live.set("strip", { selected: [a[0]] }))', place)
    theirs = {
        f"alternatives.buttons.{i}": {"description": b.description, "disabled": b.disabled}
        for i, b in enumerate(panel.alternatives.buttons)
    }
    assert traits(node, buttons) == theirs

    pressed = next(i for i, b in enumerate(panel.alternatives.buttons) if not b.disabled)
    panel.alternatives.buttons[pressed].click()
    assert panel.wait()
    name = f"alternatives.buttons.{pressed}"
    node("m.after(live, (live) => live.parts[a[0]].send({ event: 'click' }))", name)
    same(traits(node, WRITING), picture_of(panel, WRITING))

    panel.tree.picked = 2
    node('m.after(live, (live) => live.set("tree", { picked: 2 }))')
    same(traits(node, WRITING), picture_of(panel, WRITING))

    panel.colour.value = "surprisal"
    node('m.after(live, (live) => live.set("colour", { index: 1 }))')
    same(traits(node, WRITING), picture_of(panel, WRITING))


def test_mirostat(node):
    """It is switched on, a text is written, and another token put into its middle; beside a fixed
    limit it is said which of them is used."""
    panel = sp.generation_panel("Once upon a time", "pocket-gpt2", seed=1, max_new_tokens=12)
    assert panel.wait()
    on_page(node, panel)
    node("m.after(live, (live) => live.begin())")
    for name, value in {"target": 2.5, "rate": 0.4}.items():
        panel.sliders.moving[name].value = value
        node(
            f'm.after(live, (live) => live.set("sliders.moving.{name}", {{ value: a[0] }}))', value
        )
    panel.button.click()
    assert panel.wait() and "moved from 5.0" in panel.words.value
    node("m.after(live, (live) => live.parts.button.send({ event: 'click' }))")
    same(traits(node, WRITING), picture_of(panel, WRITING))
    place = len(panel._prompt.ids) + 5
    panel.strip.selected = [place]
    node('m.after(live, (live) => live.set("strip", { selected: [a[0]] }))', place)
    pressed = next(i for i, b in enumerate(panel.alternatives.buttons) if not b.disabled)
    panel.alternatives.buttons[pressed].click()
    assert panel.wait()
    name = f"alternatives.buttons.{pressed}"
    node("m.after(live, (live) => live.parts[a[0]].send({ event: 'click' }))", name)
    same(traits(node, WRITING), picture_of(panel, WRITING))
    panel.sliders.sliders["max_surprisal"].value = 4.0
    node('m.after(live, (live) => live.set("sliders.sliders.max_surprisal", { value: 4 }))')
    said = traits(node, {"sliders.words": ["value"]})["sliders.words"]["value"]
    assert said == panel.sliders.words.value != ""


def test_what_is_stopped_is_told_and_a_new_prompt_makes_the_picture_stale(node):
    panel = sp.generation_panel("Once upon a time", "pocket-gpt2", max_new_tokens=40)
    assert panel.wait()
    on_page(node, panel)
    code = "m.after(live, (live) => { live.begin(); live.parts.foot.send({ stop: true }); })"
    node(code)
    assert traits(node, {"foot": ["state"]}) == {"foot": {"state": "stale"}}
    node('m.after(live, (live) => live.set("text", { value: "The" }))')
    foot = traits(node, {"foot": ["state", "text"]})["foot"]
    assert foot == {"state": "stale", "text": "the picture may be older than the controls"}


def test_the_speed_is_told(node):
    panel = sp.generation_panel("Once upon a time", "pocket-gpt2", max_new_tokens=10)
    assert panel.wait()
    on_page(node, panel)
    node("m.after(live, (live) => live.begin())")
    assert traits(node, {"foot": ["text"]})["foot"]["text"].endswith("tokens/s")


@pytest.mark.parametrize("seed", [0, 1, 7, 12345, 2**31 - 1, 2**40 + 3])
def test_a_seed_gives_numpys_numbers(node, seed):
    assert node("m.uniforms(a[0], a[1])", seed, 50) == uniforms(seed, 50).tolist()


def test_what_cannot_be_seen_has_the_marks_it_has_in_python(node):
    """Of every character that this Python and this Node know."""
    every = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    known = [c for c in every if unicodedata.category(c) != "Cn"]
    code = "a[0].map((c) => [m.visible(c), m.spoken(c, a[1]), /\\p{Cn}/u.test(c)])"
    ours = node(code, known, shapeless_names())
    for c, (shown, said, newer) in zip(known, ours, strict=True):
        if not newer:
            assert shown == visible(c), hex(ord(c))
            assert said == spoken(c), hex(ord(c))
    texts = [" a\n", "\0\u0301", "e\u0301", "\u200d\u0301", "\n\n x", ""]
    assert node("a[0].map(m.visible)", texts) == [visible(t) for t in texts]


def test_texts_and_numbers_stand_in_code_as_python_writes_them(node):
    texts = ["a", "it's", 'say "it\'s"', "\n\t\\", "\0\x7f\xa0\u200d🙂", "\U000e0001"]
    assert node("a[0].map(m.repr)", texts) == [repr(text) for text in texts]
    numbers = [0.0, 0.12345, 1e-7, 123456.0, 12.0, 999.6, -0.5, 0.0001234]
    assert node("a[0].map((x) => m.general(x, 3))", numbers) == [f"{x:.3g}" for x in numbers]
    numbers += [999.4, 1234.0, -4321.0, 164_992_272.0, 9.99e14, 9.996e14, 1e30]
    assert node("a[0].map(m.figure)", numbers) == [number(x) for x in numbers]


TOKENS = {
    "text": ["marked"],
    "strip": ["tokens", "total", "selected"],
    "words": ["value"],
    "foot": ["state", "code"],
}
TOKENIZED = [
    "Tokenization is unbelievably useful",
    "👨‍👩‍👧‍👦 = ?",
    "",
    "Ça va? naïve e\u0301 東京 नमस्ते\0 🇫🇷 a\n\n  b",
    "<|endoftext|> [MASK] [CLS]x",
    "one two three\n" * 900,
]


@pytest.mark.parametrize("control", [True, False])
@pytest.mark.parametrize("text", TOKENIZED)
@pytest.mark.parametrize("name", [*about_carried()])
def test_tokens(node, name, text, control):
    panel = tk.token_panel("a", name)
    assert panel.wait()
    on_page(node, panel)
    panel.control.value = control
    panel.text.value = text
    assert panel.wait()
    code = """m.after(live, (live) => {
        live.set("control", { value: a[1] });
        live.set("text", { value: a[0] });
    })"""
    node(code, text, control)
    theirs = picture_of(panel, TOKENS)
    theirs["words"]["value"] = html.unescape(theirs["words"]["value"])
    same(traits(node, TOKENS), theirs)
    same_ladder(node, panel)

    if len(panel.encoding) > 2:
        panel.strip.selected = [1, 2]
        node('m.after(live, (live) => live.set("strip", { selected: [1, 2] }))')
        assert traits(node, {"text": ["marked"]})["text"]["marked"] == panel.text.marked
        same_ladder(node, panel)
        panel.text.selection = [1, 3]
        node('m.after(live, (live) => live.set("text", { selection: [1, 3] }))')
        assert traits(node, {"strip": ["selected"]})["strip"]["selected"] == panel.strip.selected


def told(whole, name, span, text):
    """A cell of Python's table: a row's name, what stands there, or a gap."""
    if name:
        return html.unescape(name), None
    return (html.unescape(text) if "<bdi>" in whole else None), int(span)


def same_ladder(node, panel):
    """The cells of the table say what those of Python's say, but for the names of code points."""
    drawn = traits(node, {"ladder": ["value"]})["ladder"]["value"]
    ours = [
        [(row["name"], None)] + [(cell["text"], cell["span"]) for cell in row["cells"]]
        for row in (drawn["table"]["rows"] if drawn else [])
    ]
    rows = re.findall(r"<tr>(.*?)</tr>", panel.ladder.value, re.DOTALL)
    cells = r'<th[^>]*>(.*?)</th>|<td colspan="(\d+)"[^>]*>(?:<bdi>(.*?)</bdi>)?</td>'
    theirs = [[told(*found) for found in re.findall(f"({cells})", row, re.DOTALL)] for row in rows]
    assert ours == theirs


def test_another_tokenizer_is_chosen_in_the_head(node):
    panel = tk.token_panel("unbelievably", "gpt2")
    assert panel.wait()
    on_page(node, panel)
    ask = "m.after(live, (live) => live.parts.head.send({ open: a[0] }))"
    node(ask, "pocket-bert")
    other = tk.token_panel("unbelievably", "pocket-bert")
    assert other.wait()
    same(traits(node, TOKENS), picture_of(other, TOKENS))
    head = traits(node, {"head": ["model_name", "why", "choices"]})["head"]
    assert (head["model_name"], head["why"]) == (other.head.model_name, other.head.why)
    assert (
        {"gpt2", "pocket-bert"}
        <= {choice["name"] for choice in head["choices"]}
        <= {*about_carried()}
    )
    node(ask, "t5-small")
    foot = traits(node, {"foot": ["state", "message"]})["foot"]
    assert foot["state"] == "failed" and "open the lab in JupyterLab" in foot["message"]


def test_a_long_text_gives_its_later_tokens_when_they_come_into_sight(node):
    panel = tk.token_panel("one two three\n" * 900, "pocket-gpt2")
    assert panel.wait()
    on_page(node, panel)
    node("m.after(live, (live) => live.begin())")
    assert traits(node, {"strip": ["total"]})["strip"]["total"] == panel.strip.total > 2048
    node("m.after(live, (live) => live.parts.strip.send({ want: [3000, 3002] }))")
    later = node('[3000, 3001].map((i) => live.get("strip", "tokens").later.get(i))')
    chips = [to_browser(token) for token in panel.strip._make(3000, 3002)]
    assert later == chips


@pytest.mark.parametrize("text", ["The king and the queen and the", "", "the", "naïve 🙂 " * 90])
@pytest.mark.parametrize("name", ["pocket-gpt2", "pocket-bert"])
def test_heads(node, name, text):
    panel = at.heads_panel("Once upon a time", "first_token", name)
    assert panel.wait()
    on_page(node, panel)
    panel.text.value = text
    assert panel.wait()
    node('m.after(live, (live) => live.set("text", { value: a[0] }))', text)
    same_heads(node, panel)
    panel.map.opened = [1, 2]
    node('m.after(live, (live) => live.set("map", { opened: [1, 2] }))')
    same_heads(node, panel)


def same_heads(node, panel):
    of_map = ["size", "opened", "metrics", "values"]
    found = traits(node, {"view": [*VIEW, "weights", "sent"], "map": of_map})
    theirs = page_state(panel.view)
    for trait in [*VIEW, "sent"]:
        assert found["view"][trait] == theirs[trait], trait
    away = found["view"]["weights"].astype(int) - np.frombuffer(theirs["weights"], np.uint8)
    assert abs(away).max() <= 1  # of 254: a weight on the border between two codes
    assert found["map"]["size"] == panel.map.size
    assert found["map"]["opened"] == panel.map.opened
    names = [metric["name"] for metric in panel.map.metrics]
    values = np.frombuffer(panel.map.values, np.float32).reshape(len(names), -1)
    ours = found["map"]["values"].copy().view(np.float32).reshape(len(found["map"]["metrics"]), -1)
    assert [metric["name"] for metric in found["map"]["metrics"]] == [*at.METRICS]
    for metric, row in zip(found["map"]["metrics"], ours, strict=True):
        expected = values[names.index(metric["name"])]
        np.testing.assert_allclose(row, expected, atol=PROBABILITY, equal_nan=True)
    foot = traits(node, {"foot": ["state", "code"], "text": ["note"]})
    assert foot == {
        "foot": {"state": "ready", "code": panel.foot.code},
        "text": {"note": panel.text.note},
    }


def test_another_model_is_chosen_and_what_was_measured_of_the_first_is_kept(node):
    panel = at.heads_panel("The king and the queen", "random_induction", "pocket-gpt2")
    assert panel.wait()
    on_page(node, panel)
    names = [metric["name"] for metric in traits(node, {"map": ["metrics"]})["map"]["metrics"]]
    assert names == [*at.METRICS, "random_induction"]
    node("m.after(live, (live) => live.draw())")
    kept = traits(node, {"map": ["values"]})["map"]["values"].copy().view(np.float32)
    expected = panel._of_model["random_induction"].flatten()
    np.testing.assert_allclose(kept.reshape(len(names), -1)[-1], expected, atol=1e-6)
    node('m.after(live, (live) => live.parts.head.send({ open: "pocket-bert" }))')
    other = traits(node, {"map": ["values"], "head": ["model_name", "choices"]})
    assert np.isnan(
        other["map"]["values"].copy().view(np.float32).reshape(len(names), -1)[-1]
    ).all()
    assert other["head"]["model_name"] == "pocket-bert in this page"
    assert {one["name"] for one in other["head"]["choices"]} == {"pocket-gpt2", "pocket-bert"}


FILL = {
    "input.text": ["note", "value"],
    "input.strip": ["tokens", "selected"],
    "view": ["columns"],
    "words": ["value"],
    "foot": ["state", "message", "code"],
}


def same_fill(node, panel):
    theirs = picture_of(panel, FILL)
    theirs["words"]["value"] = html.unescape(theirs["words"]["value"])
    ours = traits(node, FILL)
    for found in (ours, theirs):  # numbers in words, which rounding may change in the last figure
        for column in found["view"]["columns"]:
            column["note"] = re.sub(NUMBER, "#", column["note"])
            for row in column["rows"]:
                del row["number"]
        found["words"]["value"] = re.sub(NUMBER, "#", found["words"]["value"])
    same(ours, theirs)


@pytest.mark.parametrize("word", ["", "rhinoceros", "mat", "東"])
@pytest.mark.parametrize(
    "text",
    [
        "The cat sat on the [mask].",
        "The [MASK] [MASK] was very old.",
        "No gap here",
        "",
        "(house[MASK]s) and Café [MASK]",
        f"{'word ' * 80}[MASK]{' word' * 80}",
        f"[MASK] {'word ' * 80}[MASK]",
    ],
)
def test_gaps(node, text, word):
    panel = mk.fill_panel("The dog [MASK] home.", model="pocket-bert")
    assert panel.wait()
    on_page(node, panel)
    panel.word.value = word
    panel.input.text.value = text
    assert panel.wait()
    code = """m.after(live, (live) => {
        live.set("word", { value: a[1] });
        live.set("input.text", { value: a[0] });
    })"""
    node(code, text, word)
    same_fill(node, panel)


def test_words_are_hidden_by_a_click_and_come_back(node):
    panel = mk.fill_panel("The old unbelievable cats sat on the [MASK].", model="pocket-bert")
    assert panel.wait()
    on_page(node, panel)
    click = 'm.after(live, (live) => live.set("input.strip", { selected: [a[0]] }))'
    masks = [i for i, token in enumerate(panel.input.strip.tokens) if token["text"] == "[MASK]"]
    for place in (2, 3, 2, 3, masks[0]):  # hide two, bring them back; the last hides nothing
        panel.input.strip.selected = [place]
        assert panel.wait()
        node(click, place)
        same_fill(node, panel)
    panel.view.pick(0, 1)
    assert panel.wait()
    node("m.after(live, (live) => live.parts.view.send({ pick: [0, 1] }))")
    same_fill(node, panel)


def test_what_the_labs_model_said_stands_until_something_is_changed(node):
    """The questions above a panel tell of the lab's model, which is too large for a page."""
    panel = mk.fill_panel("The cat sat on the [MASK].", model="minilm-masked")
    assert panel.wait()
    on_page(node, panel)
    node("m.after(live, (live) => live.begin())")
    theirs = picture_of(panel, FILL)
    assert traits(node, FILL) == theirs
    head = traits(node, {"head": ["model_name", "why"]})["head"]
    assert head["model_name"] == "minilm-masked" and "by pocket-bert" in head["why"]
    assert "what minilm-masked answered" in node("live.greyed")

    guess = theirs["view"]["columns"][0]["rows"][2]["text"]
    node("m.after(live, (live) => live.parts.view.send({ pick: [0, 2] }))")
    assert traits(node, FILL)["input.text"]["value"] == f"The cat sat on the {guess}."
    found = traits(node, {"head": ["model_name", "why"], "view": ["columns"]})
    assert found["head"]["model_name"] == "pocket-bert in this page"
    assert found["view"]["columns"] == [] and "pocket-bert" not in found["head"]["why"]


def test_two_models_side_by_side_keep_what_each_said(node):
    text = "The cat sat on the [MASK]."
    pair = mk.side_by_side(mk.fill_panel, text, models=("minilm-masked", "pocket-bert"))
    best = []
    for panel in pair.panels:
        assert panel.wait()
        on_page(node, panel)
        node("m.after(live, (live) => live.begin())")
        assert traits(node, FILL) == picture_of(panel, FILL)
        best.append(panel.view.columns[0]["rows"][0]["text"])
    assert best == ["floor", "table"]
    node("""m.after(live, (live) => live.set("input.text", { value: "A [MASK]." }))""")
    assert traits(node, FILL)["view"]["columns"][0]["rows"][0]["text"] != best[1]


def test_of_several_gaps_too_what_the_labs_model_said_is_put_in(node):
    panel = mk.joint_panel("The [MASK] [MASK] was very old.", model="minilm-masked")
    assert panel.wait()
    on_page(node, panel)
    node("m.after(live, (live) => live.parts.view.send({ pick: [3, 1] }))")
    first, second = panel.result.fillings[1].pieces
    text = traits(node, {"input.text": ["value"]})["input.text"]["value"]
    assert text == f"The {first} {second} was very old."
