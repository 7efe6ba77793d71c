"""The panels without a browser: what they draw, their code, bad input, another model."""

import threading

import pytest

from lablib import masking as mk
from lablib.masking.panel.masked_input import NOTHING_HIDDEN
from lablib.widgets import WORKER
from tests.masking.tokenizers import TOKENIZERS, model_of
from tests.panels import failed, ready
from tests.sampling import panels
from tests.sampling.panels import run_code

TEXT = "the old cat sat on the [MASK]."
BAD = ["", "   ", "no mask here", "\x00<script>$x$"]
ODD = ["[MASK]", "[MASK] " * 50, "\ud800 [MASK] 😀", "مرحبا [MASK]", "cat " * 999 + "[MASK]"]


def opened(m):
    return panels.opened(m, "masked")


def click(panel, word):
    """Click a piece of a word of the masked input."""
    place = next(w.places[-1] for w in panel.input.read.words if w.text == word)
    panel.input.strip.selected = [place]
    assert panel.wait()


def ids(guesses):
    return [guess.id for guess in guesses]


# Filling


def test_words_are_hidden_and_brought_back_by_clicks(m):
    panel = failed(mk.fill_panel("the old zebra sat.", model=opened(m)), "click a word to hide it")
    click(panel, "zebra")
    assert panel.input.text.value == "the old [MASK] sat." and panel.state == "ready"
    assert panel.input.hidden == ["zebra"]
    assert "It hides “zebra”" in panel.view.columns[0]["note"]
    assert "as 5 pieces" in panel.view.columns[0]["note"]
    click(panel, "the")
    assert panel.input.text.value == "[MASK] old [MASK] sat."
    assert panel.input.hidden == ["the", "zebra"] and len(panel.view.columns) == 2
    assert panel.input.strip.tokens[3]["note"] == "mask 2, hides “zebra”"
    panel.input.strip.selected = [3]
    assert panel.wait() and panel.input.text.value == "[MASK] old zebra sat."
    panel.input.strip.selected = [1]
    assert panel.wait() and panel.input.text.value == "the old zebra sat."
    assert panel.state == "failed" and panel.view.columns == []


def test_special_tokens_and_typed_masks_do_not_answer_a_click(m):
    panel = ready(mk.fill_panel(TEXT, model=opened(m)))
    panel.input.strip.selected = [0]
    assert panel.input.text.value == TEXT and panel.input.strip.selected == []
    click(panel, "[MASK]")
    assert panel.input.text.value == TEXT and panel.input.text.note == NOTHING_HIDDEN


def test_a_guess_without_its_space_joins_the_word_before_it():
    m = model_of(TOKENIZERS["RoBERTa"]())
    panel = ready(mk.fill_panel("the light [MASK] was on", k=len(m.tokenizer), model=opened(m)))
    for guess, expected in (
        ("house", "the lighthouse was on"), (" house", "the light house was on"),
    ):  # fmt: skip
        panel.input.text.value = "the light [MASK] was on"
        ready(panel)
        texts = [each.text for each in panel.result.top()]
        panel.view.pick(0, texts.index(guess))
        assert panel.wait() and panel.input.text.value == expected
    click(panel, "light")
    assert panel.input.text.value == "the [MASK] house was on"
    marked = [row["text"] for row in panel.view.columns[0]["rows"] if row["mark"]]
    assert marked == ["␣light"]


def test_guesses_are_those_of_fill_and_a_click_puts_one_in(m, monkeypatch):
    panel = ready(mk.fill_panel(TEXT, k=5, model=opened(m)))
    expected = mk.fill(m, TEXT, 5)
    assert panel.result.guesses == expected.guesses
    rows = panel.view.columns[0]["rows"]
    assert [row["value"] for row in rows] == [g.probability for g in expected.top()]
    guesses, _ = run_code(panel, monkeypatch)
    assert [ids(each) for each in guesses] == [ids(expected.top())]
    panel.view._received({"pick": [0, 1]})
    panel.wait()
    assert panel.input.text.value == mk.put(TEXT, 0, expected.top()[1].text)
    panel.view._received({"pick": [0, 99]})
    panel.view._received({"pick": "nonsense"})


def test_any_word_can_be_asked_for(m, monkeypatch):
    panel = ready(mk.fill_panel("the [MASK] sat on [MASK].", "keys", model=opened(m)))
    expected = [mk.score_word(m, "the [MASK] sat on [MASK].", "keys", i) for i in (0, 1)]
    assert panel.asked == expected
    assert "key · ##s" in panel.words.value and "at mask 2" in panel.words.value
    chances, _ = run_code(panel, monkeypatch)
    assert chances == pytest.approx([score.probability for score in expected])
    panel.word.value = "😀"
    failed(panel, "not in this model's vocabulary")
    panel.word.value = ""
    assert ready(panel).asked == [] and panel.words.value == ""


@pytest.mark.parametrize("text", ODD)
def test_odd_texts_are_filled(m, text):
    panel = ready(mk.fill_panel(text, model=opened(m)))
    assert len(panel.view.columns) == len(panel.result.read.masks) >= 1
    assert bool(panel.input.text.note) == (len(text) > 300)


@pytest.mark.parametrize("text", BAD)
def test_a_text_without_a_mask_offers_to_click_one(m, text):
    failed(mk.fill_panel(text, model=opened(m)), "click a word to hide it")


def test_a_causal_model_is_refused_in_words(gpt):
    failed(mk.fill_panel(TEXT, model=opened(gpt)), "Choose a masked-word model")


def test_another_model_guesses_anew(m, tiny):
    panel = ready(mk.fill_panel(TEXT, model=opened(m)))
    other = tiny(5)
    panel.choice.loaded = opened(other).loaded
    assert ids(ready(panel).result.top()) == ids(mk.fill(other, TEXT).top())


def test_masks_before_the_cut_keep_their_numbers(m):
    text = "[MASK] " + "cat " * 60 + "[MASK] sat"
    panel = ready(mk.fill_panel(text, model=opened(m)))
    assert len(panel.result.read.masks) == 1 and panel.input.text.note
    panel.view.pick(0, 0)
    guess = panel.result.top()[0].text
    assert panel.input.text.value == mk.put(text, 0, guess)


# Several masks


def test_the_joint_panel_shows_all_ways(m, monkeypatch):
    panel = ready(mk.joint_panel("the [MASK] sat on [MASK].", k=3, model=opened(m)))
    orders, joint = mk.compare_orders(m, "the [MASK] sat on [MASK].", 3)
    assert len(panel.view.columns) == 4 and len(panel.view.columns[3]["rows"]) == 3
    assert panel.result.fillings == joint.fillings and panel.orders == orders
    (alone, best), _ = run_code(panel, monkeypatch)
    assert alone == {order: filling.pieces for order, filling in orders.items()}
    assert [pieces for pieces, _ in best] == [filling.pieces for filling in joint.fillings]
    panel.view.pick(3, 1)
    expected = "the [MASK] sat on [MASK]."
    for mask in (1, 0):
        expected = mk.put(expected, mask, joint.fillings[1].pieces[mask])
    assert panel.input.text.value == expected
    panel.wait()


@pytest.mark.parametrize("text", ODD[:2])
def test_the_joint_panel_takes_odd_texts(m, text):
    ready(mk.joint_panel(text, k=2, model=opened(m)))


def test_the_joint_panel_without_masks(m):
    panel = failed(mk.joint_panel("the cat", model=opened(m)), "no mask")
    assert panel.view.columns == []


# Evidence


def test_the_evidence_panel(m, monkeypatch):
    pytest.importorskip("lablib.attention")
    panel = ready(mk.evidence_panel(TEXT, "mat", model=opened(m)))
    found = mk.evidence(m, TEXT, "mat")
    assert panel.result.changes == pytest.approx(found.changes, abs=1e-4)
    shown = [chip["value"] for chip in panel.changes.tokens if "value" in chip]
    assert shown == pytest.approx(found.changes, abs=1e-4)
    assert [chip["text"] for chip in panel.attention.tokens][-2:] == ["[MASK]", "."]
    (changes, looks), _ = run_code(panel, monkeypatch)
    assert changes == pytest.approx(found.changes, abs=1e-4)
    assert looks.tolist() == pytest.approx(panel.looks, abs=1e-5)
    panel.how.value = "replace"
    assert ready(panel).result.replacements != found.replacements
    panel.input.text.value = "[MASK]"
    failed(panel, "no other word")
    assert panel.changes.tokens == []


# Sentences


def test_two_sentences(m, monkeypatch):
    first, second = "The key is old.", "The keys are very old."
    panel = ready(mk.sentence_panel(first, second, model=opened(m)))
    pair = mk.compare_sentences(m, first, second)
    assert panel.result.difference == pytest.approx(pair.difference, abs=1e-4)
    assert len(panel.first.strip.tokens) == 5 and len(panel.second.strip.tokens) == 6
    lines, firsts, seconds = panel.plot.data
    assert len(firsts.x) == 5 and len(seconds.x) == 6 and None in lines.x
    (difference, table), _ = run_code(panel, monkeypatch)
    assert difference == pytest.approx(pair.difference, abs=1e-4) and len(table) == len(pair.pairs)
    panel.second.text.value = " "
    ready(panel)
    assert panel.place.children == () and panel.second.strip.tokens == []
    (total, _), _ = run_code(panel, monkeypatch)
    assert total == pytest.approx(pair.first.total, abs=1e-4)
    panel.whole.value = True
    (total, _), _ = run_code(ready(panel), monkeypatch)
    assert total == pytest.approx(mk.pseudo_log_likelihood(m, first, True).total, abs=1e-4)


@pytest.mark.parametrize("text", ["cat " * 99, "😀", "\x00 <b>a</b>"])
def test_odd_sentences(m, text):
    panel = ready(mk.sentence_panel(text, text + " old", model=opened(m)))
    assert "<b>" not in panel.table.value


def test_no_sentence(m):
    failed(mk.sentence_panel("", "", model=opened(m)), "type a sentence")


# Learning


def test_the_learning_panel(m, monkeypatch):
    panel = ready(mk.learning_panel("The old man sat on the mat, she was a nurse.", opened(m)))
    for _ in range(3):
        panel.again.click()
    panel.shares.sliders["rate"].value = 0.5
    panel.whole.value = True
    done = ready(panel).result
    assert done == mk.exercise(m, panel.text.value, 3, 0.5, whole_words=True)
    assert [chip["value"] for chip in panel.original.tokens] == list(done.losses)
    assert [chip["id"] for chip in panel.seen.tokens] == list(done.seen)
    (seen, loss), _ = run_code(panel, monkeypatch)
    assert (seen, loss) == (done.seen, done.loss)
    panel.shares.sliders["rate"].value = 0.0
    assert "raise the rate" in ready(panel).words.value


def test_the_shares_make_room_for_each_other(m):
    panel = ready(mk.learning_panel(model=opened(m)))
    mask, random = (panel.shares.sliders[name] for name in ("mask", "random"))
    random.value = 0.6
    assert mask.value == pytest.approx(0.4) and panel.shares.kept.value.endswith("0\xa0%")
    mask.value = 1.0
    assert random.value == 0.0
    ready(panel)


def test_the_pretraining_panel(m, monkeypatch):
    panel = ready(mk.pretraining_panel("The cat sat.", "It was old.", opened(m)))
    panel.again.click()
    panel.alpha.value, panel.beta.value = 0.5, 2.0
    ready(panel)
    assert "0.5 × " in panel.total.value
    (follows, total), _ = run_code(panel, monkeypatch)
    assert follows == panel.probability == mk.next_sentence(m, "The cat sat.", "It was old.")
    assert total == pytest.approx(panel.batch.total(0.5, 2.0))


def test_a_model_without_a_sentence_head(m, words_only):
    panel = mk.pretraining_panel(model=opened(words_only(m)))
    failed(panel, "has no next-sentence head")


@pytest.mark.training
def test_the_training_panel_trains_and_stops():
    panel = mk.training_panel("a [MASK]", steps=20)
    assert panel.state == "ready" and panel.steps == []
    panel.button.click()
    ready(panel)
    assert [step.step for step in panel.steps] == [0, 10, 20]
    assert list(panel.plot.data[0].x) == [0, 10, 20]
    assert panel.view.columns[0]["title"].startswith("After 20 steps")
    panel.count.value = 5000
    panel.button.click()
    while len(panel.steps) != 1:
        threading.Event().wait(0.01)
    panel.stop()
    assert WORKER.join() and panel.state == "stale" and len(panel.steps) < 400


def test_the_training_panel_asks_for_a_mask():
    panel = mk.training_panel("no mask", steps=20)
    panel.button.click()
    failed(panel, "no mask")


def test_the_curves_panel_shows_what_was_measured(monkeypatch):
    panel = ready(mk.curves_panel())
    plot, curve = panel.place.children[0], mk.learning_curves()[0]
    assert list(plot.data[0].y) == [point.accuracy for point in curve.points]
    assert "After " in panel.words.value and curve.model in panel.table.value
    rows, _ = run_code(panel, monkeypatch)
    assert [row["minutes"] for row in rows][:2] == [point.minutes for point in curve.points[:2]]


# Bias


def test_the_bias_panel(m, monkeypatch):
    templates = ["[X] was a [MASK].", "the old [X] is a [MASK]"]
    panel = ready(mk.bias_panel(templates, words=["nurse", "keys"], model=opened(m)))
    found = mk.probe(m, templates, ("he", "she"), ("nurse", "keys"))
    single, mean = panel.plots[1].data
    assert list(mean.x) == pytest.approx([row["mean"] for row in found.table()], abs=1e-4)
    assert len(single.x) == 4
    table, _ = run_code(panel, monkeypatch)
    assert [row["word"] for row in table] == ["nurse", "keys"]
    assert [row["mean"] for row in table] == pytest.approx(list(mean.x), abs=1e-4)
    panel.templates.value = "he was a [MASK]"
    failed(panel, "Each template needs [X]")
    assert panel.means.children == panel.differences.children == () and panel.table.value == ""
    panel.templates.value, panel.words.value = "[X] <b>is</b> a [MASK]", ""
    failed(panel, "at least one word")
    with pytest.raises(ValueError, match="two subjects"):
        mk.bias_panel(subjects=("he",))


# Causal against masked, and two models


def test_the_causal_panel(m, gpt, monkeypatch):
    writer = panels.opened(gpt)
    writer.name = "tiny-gpt"
    panel = ready(mk.causal_panel(TEXT, opened(m), writer))
    expected = mk.fill_from_left(gpt, TEXT, 8)
    assert panel.left == expected and ids(panel.both.top()) == ids(mk.fill(m, TEXT, 8).top())
    assert [len(column["rows"]) for column in panel.view.columns] == [8, 8, 8]
    monkeypatch.setattr(
        "tests.sampling.panels.models.load",
        lambda name, kind="causal": panel.choice.loaded if kind == "masked" else writer.loaded,
    )
    names = {}
    exec(panel.foot.code.rsplit("\n", 1)[0], names)
    assert names["left"] == expected and ids(names["both"].top()) == ids(panel.both.top())
    panel.view.pick(2, 0)
    assert panel.input.text.value == mk.put(TEXT, 0, panel.both.top()[0].text)
    failed(panel, "no mask")


def test_two_models_side_by_side(m, tiny):
    choices = iter([opened(m), opened(tiny(5))])
    pair = mk.side_by_side(
        lambda text, model: mk.fill_panel(text, model=next(choices)), TEXT, models=("a", "b")
    )
    first, second = map(ready, pair.panels)
    assert ids(first.result.top()) != ids(second.result.top())
    click(first, "cat")
    ready(second)
    assert second.input.text.value == "the old [MASK] sat on the [MASK]."
    assert second.input.hidden == ["cat", None]
    with pytest.raises(ValueError, match="two models"):
        mk.side_by_side(mk.fill_panel, models=("a",))


@pytest.mark.parametrize(
    "make",
    [
        lambda choice: mk.fill_panel("the [MASK] cat sat on the [MASK].", "old", model=choice),
        lambda choice: mk.evidence_panel(TEXT, "mat", choice),
        lambda choice: mk.evidence_panel(TEXT, model=choice),
        lambda choice: mk.joint_panel("the [MASK] [MASK] sat.", model=choice),
    ],
)
def test_a_text_is_read_once_for_a_picture(make, m, monkeypatch):
    """Whoever needs the text's tokens takes them from the first reading."""
    panel = ready(make(opened(m)))
    read = []
    monkeypatch.setattr(
        "lablib.masking.compute.text.clean", lambda text, _: read.append(text) or text
    )
    panel.redraw()
    ready(panel)
    assert read == [panel.input.text.value]


def test_two_hundred_changes(m):
    panel = ready(mk.fill_panel(TEXT, model=opened(m)))
    for number in range(200):
        panel.input.text.value = f"the [MASK] {'old ' * (number % 7)}"
    assert ready(panel).result.read.text == panel.input.text.value
