"""The steps view: every stage as Python computes it, the switches, the keyboard."""

import numpy as np
import pytest
import torch
from traitlets import TraitError

from lablib.attention import steps
from lablib.attention.views.steps import StepsView
from tests.attention.pictures import PAYLOADS, get, open_view, put, watch
from tests.looking import ran
from tests.scripts import script

STAGES = ["scores", "scaled", "masked", "weights", "output"]
IN_SCRIPT = """
(([q, k, v, bias, shape, scale, causal, temperature]) => {
    const scores = m.dotProducts(q, k, shape);
    return m.attentionSteps({ scores, v, bias, shape, scale, causal, temperature });
})(a)
"""


@pytest.fixture
def show(page):
    errors = watch(page)

    def show(q, k, v, tokens, **given):
        view = StepsView()
        view.show(q, k, v, tokens, **given)
        return open_view(page, view)

    yield show
    assert errors == []


def vectors(queries=5, keys=5, size=8, value_size=8, seed=0):
    torch.manual_seed(seed)
    return torch.randn(queries, size) * 2, torch.randn(keys, size), torch.randn(keys, value_size)


@pytest.fixture(scope="module")
def call():
    with script("lablib/attention/views/steps_math.js") as call:
        yield call


SETTINGS = [
    {},
    {"scale": False},
    {"causal": False},
    {"temperature": 0.2},
    {"temperature": 5.0, "scale": 0.3},
    {"causal": False, "bias": True},
]


@pytest.mark.parametrize("sizes", [{}, {"queries": 2, "value_size": 3}, {"size": 64, "seed": 1}])
def test_every_stage_is_pythons(call, sizes):
    q, k, v = vectors(**sizes)
    shape = {"queries": len(q), "keys": len(k), "size": q.shape[1], "valueSize": v.shape[1]}
    for setting in SETTINGS:
        bias = torch.randn(len(q), len(k)) if setting.get("bias") else None
        theirs = steps(q, k, v, **(setting | {"bias": bias}))
        given = (q, k, v, torch.zeros(0) if bias is None else bias)
        flat = [part.ravel().numpy() for part in given]
        rest = [setting.get("causal", True), setting.get("temperature", 1.0)]
        ours = call(IN_SCRIPT, *flat, shape, theirs.scale, *rest)
        for name in STAGES:
            expected = getattr(theirs, name).ravel()
            np.testing.assert_allclose(ours[name], expected, atol=1e-5, err_msg=name)


def lines(page):
    names = page.locator(".steps-lines dt").all_text_contents()
    return dict(zip(names, page.locator(".steps-lines dd").all_text_contents(), strict=True))


Q = [[2.0, 0.0], [0.0, 2.0]]
V = [[1.0], [0.0]]


def test_the_numbers_of_a_link_are_put_into_the_formula(show):
    page = show(Q, Q, V, ["a", " b"])
    put(page, "pointed", {"query": 1, "key": 1, "dimension": 0})
    assert lines(page) == {
        "score": "q(‘␣b’) · k(‘␣b’) = 4",
        "scaled": "4 ÷ √2 = 2.83",
        "masked": "‘␣b’ may be seen: 2.83 stays",
        "weight": "e^(2.83 − 2.83) ÷ 1.06 = 0.944, "
        "with the row’s largest score taken off above and below",
        "output": "dimension 0: 0.944 × 0 = 0, of 0.0558 in all",
    }
    assert page.locator(".steps-formula").text_content() == "softmax(mask(QKᵀ ÷ √2)) V"


def test_vectors_are_named_as_the_products_they_are(show):
    page = show(Q, Q, V, ["a", " b"])
    made = page.locator(".steps-stage figcaption").all_text_contents()
    for letter, name in (("Q", "query"), ("K", "key"), ("V", "value")):
        assert any(f"{letter}{name}, x · W_{letter}" in caption for caption in made)


def test_what_the_layer_reads_stands_before_the_products(show):
    page = show(Q, Q, V, ["a", " b"], x=[[1.0, -3.0, 0.0], [0.5, 2.0, 0.0]])
    first = page.locator(".steps-stage").first
    assert first.locator("figcaption").text_content() == "xwhat the layer reads± 3"
    first.locator("canvas").hover(position={"x": 120, "y": 4})
    assert get(page, "pointed") == {"query": 0, "key": 0, "dimension": None}
    assert page.locator(".steps-stage").count() == 9


def test_vectors_of_other_tokens_are_refused():
    with pytest.raises(ValueError, match="a row for each of 2 tokens, not 1"):
        StepsView().show(Q, Q, V, ["a", " b"], x=[[1.0]])


def test_the_keys_lead_from_link_to_link(show):
    page = show(Q, Q, V, ["a", " b"])
    page.locator(".steps-grid").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    assert get(page, "pointed") == {"query": 0, "key": 1, "dimension": None}
    assert "comes after" in lines(page)["masked"]
    said = page.locator("[role=status]").text_content()
    assert said == "‘a’ (0) looks at ‘space b’ (1) with weight 0"


def test_the_switches_answer_without_a_kernel(show):
    page = show(Q, Q, V, ["a", " b"])
    page.get_by_label("scale: ÷ √2").uncheck()
    page.get_by_label("causal mask").uncheck()
    slider = page.get_by_label("Temperature")
    slider.focus()
    page.keyboard.press("End")
    assert page.locator(".steps-formula").text_content() == "softmax((QKᵀ) ÷ 10) V"
    assert (get(page, "use_scale"), get(page, "use_mask"), get(page, "temperature")) == (
        False,
        False,
        10,
    )
    weights = steps(torch.tensor(Q), torch.tensor(Q), torch.tensor(V), False, False, 10.0)
    assert (
        f"{float(weights.entropy.mean()):.2f} bits" in page.locator(".att-summary").text_content()
    )
    page.get_by_role("button", name="As the model has it").click()
    assert page.locator(".steps-formula").text_content() == "softmax(mask(QKᵀ ÷ √2)) V"


def test_pointing_at_a_vector_chooses_a_token_and_a_dimension(show):
    page = show(Q, Q, V, ["a", " b"])
    page.locator(".steps-stage canvas").nth(1).hover(position={"x": 170, "y": 4})
    assert get(page, "pointed") == {"query": 1, "key": 0, "dimension": 1}


def test_text_is_never_read_as_html(show):
    many = len(PAYLOADS)
    page = show(*vectors(many, many), PAYLOADS)
    assert not ran(page)
    page.locator(".steps-grid").focus()
    page.keyboard.press("Home")
    put(page, "pointed", {"query": 0, "key": 0, "dimension": None})
    assert "‘<img␣src=x␣onerror=window.broken=1>’" in lines(page)["score"]


def test_no_vectors_yet_is_said(page):
    open_view(page, StepsView())
    assert page.get_by_text("No queries and keys yet.").is_visible()


def test_what_does_not_fit_is_refused_in_words():
    with pytest.raises(ValueError, match="need a row for each of 3 and 3 tokens"):
        StepsView().show(Q, Q, V, "abc")
    with pytest.raises(TraitError, match="above 0"):
        StepsView(temperature=0.0)


def test_the_mask_follows_the_model():
    view = StepsView()
    view.show(Q, Q, V, "ab", causal=False)
    assert not view.use_mask
    view.use_mask = True
    view.show(Q, Q, V, "ab", causal=False)
    assert view.use_mask
