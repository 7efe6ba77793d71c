"""The knob view on a page: the same numbers as Python, the keyboard, and text that stays text."""

import itertools
from dataclasses import asdict

import numpy as np
import pytest
import torch
from traitlets import TraitError

from lablib.sampling import ALL_STAGES, STAGES, Knobs, stages
from lablib.sampling.compute.knobs import CONTROLS, OFF, whole_order
from lablib.sampling.views.knobs import KnobView
from lablib.widgets.page import static_page
from tests.looking import ran
from tests.scripts import script

WORDS = [
    "the",
    " king",
    "\n",
    "<img src=x onerror=window.broken=1>",
    "</script><script>window.broken=1",
]
STAGES_IN_SCRIPT = """
(([logits, knobs, previous, order]) => {
    const model = m.rank(logits);
    const last = m.stages(model, { ...m.NEUTRAL, ...knobs }, previous, order);
    return last.map(({ name, after, removedMass, kept, entropy, choices }) => ({
        name, removedMass, kept, entropy, choices,
        probabilities: m.probabilities(after, logits.length),
    }));
})(a)
"""


@pytest.fixture
def show(page):
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: message.type == "error" and errors.append(message.text))

    def show(logits, previous=(), words=WORDS, **traits):
        view = KnobView(**traits)
        view.use_vocabulary(words)
        view.show(logits, previous, "Once upon")
        page.set_content(static_page(view))
        page.evaluate("window.shown")
        return page

    yield show
    assert errors == []


@pytest.fixture(scope="module")
def call():
    with script("lablib/sampling/views/knobs_math.js") as call:
        yield call


def assert_same(call, logits, knobs, previous=(), order=ALL_STAGES):
    """Every stage of the page equals that of Python, to the 1e-5 that was promised."""
    ours = call(STAGES_IN_SCRIPT, logits.numpy(), knobs, list(previous), list(order))
    theirs = {stage.name: stage for stage in stages(logits, Knobs(**knobs), previous, order)}
    assert ["model", *(one["name"] for one in ours)] == list(theirs)
    for one in ours:
        stage = theirs[one["name"]]
        np.testing.assert_allclose(one["probabilities"], stage.probabilities, atol=1e-5, rtol=0)
        assert one["removedMass"] == pytest.approx(stage.removed_mass, abs=1e-4)
    last, expected = ours[-1], stage
    assert last["entropy"] == pytest.approx(expected.entropy, abs=1e-4)
    assert last["kept"] == expected.kept


def random_logits(seed, size=500):
    return torch.randn(size, generator=torch.Generator().manual_seed(seed)) * 3


ALL_SIX = {"temperature": 1.3, "top_k": 90, "top_p": 0.8, "min_p": 0.02, "typical_p": 0.9,
           "repetition_penalty": 1.2}  # fmt: skip
SETTINGS = [
    {},
    {"temperature": 0.7, "top_p": 0.95},
    {"temperature": 0},
    {"temperature": 1.7, "top_k": 40, "repetition_penalty": 1.3},
    {"min_p": 0.1},
    {"temperature": 1e-40},
    {"temperature": 1e-46, "repetition_penalty": 1e-44},
    {"typical_p": 0.6},
    {"repetition_penalty": 0.5, "top_p": 0.5},
    ALL_SIX,
    {"no_repeat_ngram": 2},
    {"no_repeat_ngram": 1, "dry": 0.8},
    {"dry": 2.0, "top_n_sigma": 1.5},
    {"top_h": 0.4, "temperature": 1.2},
    {"epsilon_cutoff": 0.01},
    {"eta_cutoff": 0.01, "top_k": 100},
    {"max_surprisal": 5.5},
    {"xtc": 1.0},
    {"xtc": 0.3, "temperature": 0.6, "top_p": 0.95},
]  # fmt: skip


@pytest.mark.parametrize("knobs", SETTINGS, ids=str)
def test_the_pages_numbers_are_pythons(call, knobs):
    for seed in range(5):
        assert_same(call, random_logits(seed), knobs, previous=[3, 7, 7, 11, 3, 7])


@pytest.mark.large
def test_the_real_gpt2(call, shared):
    for path in sorted((shared / "gpt2_reference").glob("*.npz")):
        reference = np.load(path)
        logits = torch.from_numpy(reference["logits"])
        for knobs in SETTINGS:
            assert_same(call, logits, knobs, reference["ids"].tolist())


EDGES = {
    "all equal": torch.zeros(20),
    "ties": torch.tensor([1.0, 3.0, 3.0, 3.0, 2.0, 2.0, -1.0]),
    "minus infinity": torch.tensor([1.0, -torch.inf, 2.0, -torch.inf, 0.5]),
    "one left": torch.tensor([-torch.inf, 0.0, -torch.inf]),
    "far apart": torch.tensor([1000.0, 0.0, -1000.0]),
}
ENDS = [{"top_k": 1}, {"top_k": 10_000}, {"top_p": 0.0}, {"min_p": 1.0}, {"typical_p": 0.01},
        {"temperature": 0.01}, {"temperature": 0}, {"no_repeat_ngram": 1}, {"dry": 1e30},
        {"top_n_sigma": 0.001}, {"top_h": 1.0}, {"epsilon_cutoff": 0.9}, {"eta_cutoff": 0.9},
        {"max_surprisal": 0.01}, {"xtc": 1.0}, {"xtc": 0.5}]  # fmt: skip


@pytest.mark.parametrize("name", EDGES)
def test_the_edges(call, name):
    for knobs in ENDS:
        assert_same(call, EDGES[name], knobs, previous=[0])


def test_every_kind_of_order(call):
    for order in itertools.islice(itertools.permutations(STAGES), 0, 720, 37):
        assert_same(call, random_logits(1, 200), ALL_SIX, [5, 6], whole_order(order))


def test_the_page_knows_the_table_of_python(call):
    assert call("m.NEUTRAL") == asdict(OFF)
    assert call("m.TRANSFORMERS_ORDER") == list(ALL_STAGES)
    with script("lablib/sampling/views/knobs_words.js") as words:
        labels = words("m.LABELS")
    further = {one.name: one.label for one in CONTROLS if one.name not in STAGES}
    assert {name: labels[name] for name in further} == further


def state(page, name):
    return page.evaluate(f"window.shown.then((s) => s[0].model.get('{name}'))")


def wait_for(page, condition):
    """Until something is true of the view's model, which it calls `model`."""
    page.evaluate("window.shown.then((s) => void (window.knobsModel = s[0].model))")
    page.wait_for_function(f"((model) => {condition})(window.knobsModel)")


def test_the_keyboard_moves_a_knob_and_python_is_told(show):
    page = show(random_logits(0))
    page.locator("[type=range][data-knob=temperature]").focus()
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    told = "model.get('summary').knobs?.temperature"
    wait_for(page, f"{told} < 1 && {told} === model.get('knobs').temperature")
    temperature = state(page, "knobs")["temperature"]
    assert temperature < 1
    assert state(page, "summary")["knobs"]["temperature"] == temperature
    expected = stages(random_logits(0), Knobs(temperature=temperature))[-1]
    assert state(page, "summary")["entropy"] == pytest.approx(expected.entropy, abs=1e-4)


def test_the_simple_view_needs_no_name_of_a_knob_and_no_mark(show):
    """There is one knob in it: what it takes has 0 %, and no penalty asks what the prompt has."""
    cold = {**asdict(OFF), "temperature": 0.0}
    shown = {
        simple: show(torch.tensor([0.7, 0.3]).log(), [1], ["a", "b"], simple=simple, knobs=cold)
        .locator(".knobs-bars [data-id='1']")
        .text_content()
        for simple in (True, False)
    }
    assert "cut: temperature" in shown[False] and "b ↺" in shown[False]
    assert shown[True].endswith("0\u00a0%") and "↺" not in shown[True]


def test_more_knobs_come_in_the_place_of_the_six_and_show_what_they_take(show):
    page = show(torch.tensor([0.6, 0.3, 0.06, 0.04]).log(), words=["a", "b", "c", "d"])
    assert not page.locator("[type=range][data-knob=xtc]").is_visible()
    page.get_by_role("button", name="More knobs").click()
    assert not page.locator("[type=range][data-knob=top_k]").is_visible()
    page.locator("[type=number][data-knob=xtc]").focus()
    assert "Elsewhere: xtc_probability" in page.locator(".knobs-board .knobs-hint").text_content()
    page.locator("[type=number][data-knob=xtc]").fill("1")
    page.locator(".knobs-bars [data-id='0'] .knobs-after").get_by_text("cut: xtc").wait_for()
    page.get_by_text("Stages and their order").click()
    card = page.locator(".knobs-card", has_text="XTC")
    assert "60.0" in card.text_content()
    page.get_by_role("button", name="Move xtc earlier").click()
    wait_for(page, "model.get('order').at(-1) !== 'xtc'")
    order = [name for name in state(page, "order") if name in (*STAGES, "xtc")]
    assert order[-2:] == ["xtc", "typical_p"]
    page.get_by_role("button", name="The first six").click()
    assert page.get_by_role("button", name="More knobs (1 on)").is_visible()
    page.locator("[type=number][data-knob=top_k]").fill("2.5")
    assert page.locator("[type=number][data-knob=top_k]").get_attribute("aria-invalid") == "true"
    assert state(page, "knobs")["top_k"] == 0


def test_two_hundred_moves_end_with_the_last(show):
    page = show(random_logits(0))
    page.evaluate(
        """async () => {
            const slider = document.querySelector("[type=range][data-knob=top_k]");
            for (let i = 0; i < 200; i++) {
                slider.value = i % slider.max;
                slider.dispatchEvent(new Event("input", { bubbles: true }));
                await new Promise((done) => setTimeout(done, 5));
            }
        }"""
    )
    wait_for(page, "model.get('summary').kept === model.get('knobs').top_k")
    top_k = state(page, "knobs")["top_k"]
    assert state(page, "summary")["kept"] == top_k
    assert f"{top_k} of 500 tokens kept" in page.locator(".knobs-summary").text_content()


def test_a_number_beyond_the_knobs_end_is_refused_in_words(show):
    page = show(random_logits(0))
    page.locator("[type=number][data-knob=top_p]").fill("7")
    assert page.locator("[type=number][data-knob=top_p]").get_attribute("aria-invalid") == "true"
    assert state(page, "knobs")["top_p"] == 1


def test_token_texts_are_never_read_as_html(show):
    page = show([1.0, 2.0, 3.0, 4.0, 5.0], previous=[3])
    page.wait_for_timeout(100)
    assert not ran(page)
    assert "onerror=window.broken" in page.locator("body").inner_text()


def test_scores_that_are_no_numbers_are_said(show):
    page = show([1.0, float("nan")])
    assert "not finite numbers" in page.locator(".knobs-empty").text_content()


def test_a_clicked_bar_is_told(show):
    page = show([1.0, 2.0, 9.0], pickable=True, words=["a", "b", "c"])
    page.get_by_role("button", name="Add it to the prompt").first.click()
    assert state(page, "picked") == 2


def test_impossible_knobs_and_orders_are_refused():
    with pytest.raises(TraitError, match="temperature"):
        KnobView(knobs={"temperature": -1})
    with pytest.raises(TraitError, match="must name each of these stages once"):
        KnobView(order=["top_k"])
