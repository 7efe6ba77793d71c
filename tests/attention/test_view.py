"""The attention view: its bytes, its numbers, the keyboard, and text that stays text."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from traitlets import TraitError

from lablib.attention import hide
from lablib.attention.compute.heads import NO_TOKEN
from lablib.attention.views.weights import AttentionView, codes, page_tokens
from tests.attention.pictures import (
    PAYLOADS,
    causal_maps,
    get,
    maps_between,
    open_view,
    put,
    watch,
)
from tests.looking import ran
from tests.scripts import script


@pytest.fixture
def show(page):
    errors = watch(page)

    def show(maps, written_from=0, **traits):
        view = AttentionView(**traits)
        view.show(maps, written_from)
        for name, value in traits.items():
            setattr(view, name, value)
        return open_view(page, view)

    yield show
    assert errors == []


@pytest.fixture(scope="module")
def call():
    with script("lablib/attention/views/weights_math.js") as call:
        yield call


@given(st.lists(st.floats(0, 1, width=32), min_size=1))
def test_a_weight_comes_back_within_the_error_that_is_promised(values):
    back = (codes(values) / 254) ** 2
    allowed = 0.002 * (2 * np.sqrt(values) + 0.002)
    assert (np.abs(back - values) <= allowed + 1e-6).all()


def test_what_is_not_a_number_has_a_code_of_its_own():
    assert codes([float("nan"), float("inf"), 1.0]).tolist() == [255, 255, 254]


@given(st.text(st.characters(exclude_categories=[])))
def test_any_text_can_be_sent(text):
    assert page_tokens([text])[0]["text"].encode() is not None


def test_a_layer_of_twelve_heads_and_128_tokens_is_a_byte_a_weight():
    view = AttentionView()
    view.show(causal_maps("a" * 128, layers=1, heads=12))
    assert len(view.weights) == 12 * 128 * 128 <= 250_000


def test_another_layer_is_sent_when_it_is_asked_for():
    maps = causal_maps()
    view = AttentionView()
    view.show(maps)
    view.layer = 1
    assert view.sent == [1]
    assert view.weights == codes(maps.weights[1]).tobytes()
    with pytest.raises(TraitError, match="layers 0 to 1"):
        view.layer = 2
    with pytest.raises(TraitError, match="heads 0 to 2"):
        view.heads = [3]


def test_another_text_keeps_what_can_be_kept():
    view = AttentionView()
    view.show(causal_maps(layers=4, heads=8))
    view.layer, view.heads, view.chosen, view.step = 3, [2, 7], {"side": "key", "indices": [5]}, 4
    view.show(causal_maps("abc", layers=2, heads=4))
    assert (view.layer, view.heads, view.chosen, view.step) == (1, [2], {}, 0)


def test_the_page_reads_the_bytes_that_python_wrote(call):
    maps = causal_maps()
    back = call("m.decode(a[0])", codes(maps.weights[0]).ravel())
    np.testing.assert_allclose(back, maps.weights[0].ravel(), atol=0.005)


def test_hiding_and_renormalising_is_pythons(call):
    maps = causal_maps()
    hidden = torch.tensor([True] + [False] * 5)
    expected = hide(maps.weights[0, 1], hidden, renormalise=True)[:, 1:]
    shown = maps.weights[0, 1][:, 1:]
    ours = call("m.renormalised(a[0], 5)", shown.ravel().numpy())
    np.testing.assert_allclose(ours, expected.ravel(), atol=1e-6)


@pytest.mark.parametrize("count", [1, 5, 40, 10_000])
def test_the_strongest_links_are_torchs(call, count):
    weights = causal_maps("abcdefghij", heads=2).weights[0]
    heads = "a[0].map((values, head) => ({ head, values }))"
    rows = [head.ravel().numpy() for head in weights]
    ours = call(f"m.strongest({heads}, 10, a[1]).map((l) => l.weight)", rows, count)
    there = weights[weights > 0]
    expected = there.sort(descending=True).values[:count]
    np.testing.assert_allclose(ours, expected, atol=1e-6)


def test_sums_over_tokens(call):
    weights = causal_maps().weights[0, 0]
    flat = weights.ravel().numpy()
    given_ = call("m.summed(a[0], [1, 3], 'query', 6, 6)", flat)
    got = call("m.summed(a[0], [1, 3], 'key', 6, 6)", flat)
    np.testing.assert_allclose(given_, weights[[1, 3]].sum(0), atol=1e-6)
    np.testing.assert_allclose(got, weights[:, [1, 3]].sum(1), atol=1e-6)


def readout(page):
    return page.locator(".att-readout").text_content()


def test_every_cell_is_reached_and_read_by_keys(show):
    maps = causal_maps()
    page = show(maps, heads=[1])
    page.locator(".att-frame").focus()
    for key in ("ArrowUp", "ArrowUp", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    percent = round(100 * float(maps.weights[0, 1, 3, 2]))
    assert readout(page) == f"‘d’ (3) looks at ‘c’ (2): {percent}\u00a0%, head 1"
    assert page.locator("[role=status]").first.text_content() == readout(page)


def test_layers_and_heads_are_reached_by_keys(show, monkeypatch):
    # As in a notebook, where a layer comes when it is asked for.
    monkeypatch.setattr(AttentionView, "page_state", AttentionView.get_state)
    page = show(causal_maps(layers=3, heads=4))
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    assert get(page, "layer") == 1
    assert page.get_by_text("Layer 1 is on its way").is_visible()
    page.keyboard.press("ArrowUp")
    page.get_by_role("button", name="Head 0").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    assert get(page, "heads") == [0, 1]
    page.keyboard.press("Shift+End")
    assert get(page, "heads") == [3]
    page.get_by_role("button", name="None").click()
    assert page.get_by_text("Choose a head to see it.").is_visible()
    page.get_by_role("button", name="All").click()
    assert get(page, "heads") == [0, 1, 2, 3]


def canvas(page):
    return page.locator(".att-frame canvas")


def colour_at(page, x, y):
    """The colour of the picture where CSS pixel (x, y) of it is."""
    return page.evaluate(
        """([x, y]) => {
            const canvas = document.querySelector(".att-frame canvas");
            const at = [x, y].map((place) => place * canvas.width / canvas.clientWidth);
            return Array.from(canvas.getContext("2d").getImageData(...at, 1, 1).data);
        }""",
        [x, y],
    )


def test_a_cell_has_the_colour_of_its_weight_and_is_read_by_pointing(show):
    maps = causal_maps()
    page = show(maps)
    # The first cell holds all the weight of the first token; the one beside it, none.
    assert colour_at(page, 112 + 14, 96 + 14)[:3] == [253, 231, 37]
    assert colour_at(page, 112 + 42, 96 + 14)[:3] == [68, 1, 84]
    canvas(page).hover(position={"x": 112 + 14, "y": 96 + 14})
    assert readout(page) == "‘a’ (0) looks at ‘a’ (0): 100\u00a0%, head 0"


def test_one_of_several_small_matrices_opens(show):
    page = show(causal_maps(heads=8), heads=list(range(8)))
    width = canvas(page).bounding_box()["width"]
    canvas(page).click(position={"x": width * 0.4, "y": 60})
    assert get(page, "heads") == [1]


def test_a_zoom_shows_half_the_tokens_and_goes(show):
    page = show(causal_maps("abcdefghijklmnop"))
    canvas(page).dblclick(position={"x": 112 + 14, "y": 96 + 14})
    assert get(page, "zoom") == {"rows": [0, 8], "columns": [0, 8]}
    assert "only some of the tokens" in page.locator(".att-summary").text_content()
    page.get_by_role("button", name="Show all tokens").click()
    assert get(page, "zoom") is None


def test_tokens_are_chosen_and_summed(show):
    maps = causal_maps()
    page = show(maps, kind="lines", heads=[0, 2])
    page.locator(".att-frame").focus()
    for key in ("ArrowDown", "ArrowDown", "Space", "ArrowDown", "ArrowDown", "Space"):
        page.keyboard.press(key)
    assert get(page, "chosen") == {"side": "query", "indices": [1, 3]}
    page.mouse.move(0, 0)
    put(page, "chosen", {"side": "query", "indices": [1, 3]})
    page.evaluate("document.querySelector('.att-frame').dispatchEvent(new Event('pointerleave'))")
    sums = maps.weights[0, [0, 2]][:, [1, 3]].sum(1).mean(0)
    best = int(sums.argmax())
    text = readout(page)
    assert text.startswith(f"‘b’ (1) + ‘d’ (3) most looks at ‘{'abcdef'[best]}’ ({best})")
    assert text.endswith("mean of heads 0 and 2")
    page.keyboard.press("Escape")
    assert get(page, "chosen") == {}


def test_lines_go_both_ways(show):
    maps = maps_between("abc", "vwxyz")
    page = show(maps, kind="lines", heads=[1])
    page.locator(".att-frame").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    best = int(maps.weights[0, 1, :, 1].argmax())
    assert f"‘w’ (1) is most looked at by ‘{'abc'[best]}’ ({best})" in readout(page)


def test_sinks_are_hidden_and_it_is_said(show):
    page = show(causal_maps())
    page.get_by_label("hide a (sinks)").check()
    page.get_by_label("renormalise").check()
    summary = page.locator(".att-summary").text_content()
    assert "6 tokens look at 5" in summary
    assert "not the model’s own weights" in summary
    page = show(maps_between("", "abcd", kind="encoder", special=1))
    assert page.get_by_label("hide a (sinks)").is_visible()


def test_one_kind_of_tokens_looks_at_the_other(show):
    page = show(maps_between("", "abcde", kind="encoder", second=2))
    page.get_by_label("Tokens").select_option(label="A → B")
    assert "2 tokens look at 3" in page.locator(".att-summary").text_content()
    page = show(causal_maps())
    assert page.get_by_label("Tokens").is_hidden()


def test_a_text_is_followed_while_it_is_written(show):
    page = show(causal_maps(), written_from=2)
    slider = page.get_by_label("Written so far")
    slider.focus()
    page.keyboard.press("Home")
    assert get(page, "step") == 2
    assert "2 tokens look at 2" in page.locator(".att-summary").text_content()
    page.keyboard.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == "1 of 4 tokens"
    page.keyboard.press("End")
    assert get(page, "step") == 0


def test_what_goes_to_no_token_is_a_column_of_its_own_from_the_first_step_on(show):
    maps = causal_maps()
    page = show(replace(maps, weights=maps.weights / 2), written_from=2)
    assert "6 tokens look at 7" in page.locator(".att-summary").text_content()
    page.get_by_label("Written so far").focus()
    page.keyboard.press("Home")
    summary = page.locator(".att-summary").text_content()
    assert "2 tokens look at 3" in summary and f"‘{NO_TOKEN}’ (6), with 50\xa0%" in summary


def test_what_is_not_a_number_is_said_and_grey(show):
    maps = causal_maps()
    maps.weights[0, 0, 5] = torch.nan
    page = show(maps)
    assert "not a number" in page.locator(".att-summary").text_content()
    assert colour_at(page, 112 + 14, 96 + 5 * 28 + 14)[:3] == [128, 128, 128]


def test_nothing_yet_is_said(page):
    open_view(page, AttentionView())
    assert page.get_by_text("No attention yet.").is_visible()


def test_one_token(show):
    page = show(causal_maps("a"))
    assert "1 tokens look at 1" in page.locator(".att-summary").text_content()


def test_the_strongest_links_are_in_a_table(show):
    maps = causal_maps()
    page = show(maps, heads=[2])
    page.get_by_text("The strongest links as a table").click()
    rows = page.locator(".att-table tbody tr")
    assert rows.count() == 10
    assert rows.first.locator("td").all_text_contents() == ["a (0)", "a (0)", "100\u00a0%", "2"]


def test_text_is_never_read_as_html(show, page):
    for kind in ("matrix", "lines"):
        show(causal_maps(PAYLOADS), kind=kind, heads=[0, 1], written_from=1)
        canvas(page).hover(position={"x": 150, "y": 60})
        assert not ran(page)
        assert "onerror=window.broken" in page.locator(".att-table").text_content()


def saved(page, name):
    with page.expect_download() as download:
        page.get_by_role("button", name=name).click()
    return download.value.path().read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["matrix", "lines"])
def test_the_picture_is_saved_as_svg(show, page, kind):
    show(causal_maps(PAYLOADS), kind=kind)
    page.get_by_text("The strongest links as a table").click()
    drawing = saved(page, "Save as SVG")
    assert drawing.startswith("<svg")
    assert ("data:image/png" if kind == "matrix" else "<line") in drawing
    page.set_content(drawing)
    assert not ran(page)
    assert "<img␣src" in page.locator("svg").text_content()


def test_the_exported_page_stands_alone(page):
    errors = watch(page)
    maps = causal_maps(layers=3)
    view = AttentionView(heads=[1], kind="matrix", palette="cividis")
    view.show(maps)
    page.set_content(view.to_html())
    page.evaluate("window.shown")
    assert page.get_by_role("button", name="Save as page").is_hidden()
    page.get_by_label("Layer", exact=True).select_option("2")
    assert page.locator(".att-summary").text_content().startswith("Layer 2, head 1: 6 tokens")
    assert errors == []


def test_a_page_with_too_much_for_it_holds_the_layer_in_sight(monkeypatch):
    monkeypatch.setattr("lablib.attention.views.weights._PAGE_BYTES", 10)
    view = AttentionView()
    view.show(causal_maps(layers=3))
    view.layer = 1
    assert '"layers":[1]' in view.to_html()


def test_python_sends_the_page_that_is_asked_for():
    view, told = AttentionView(), []
    view.show(causal_maps())
    view.send = told.append
    view._on_message(view, {"export": "page"}, [])
    assert told[0]["page"].startswith("<!doctype html>")


def test_the_ink_follows_the_theme(show):
    page = show(causal_maps(), kind="lines")
    paper = page.evaluate("""() => {
        const ink = () => module_ink(document.querySelector(".lab-attention"));
        const module_ink = (el) => getComputedStyle(el).getPropertyValue("--att-ink");
        document.body.className = "theme-light";
        const light = ink();
        document.body.className = "theme-dark";
        return [light, ink()];
    }""")
    assert paper == ["rgb(33, 33, 33)", "rgb(224, 224, 224)"]


def test_512_tokens_are_drawn(show):
    page = show(causal_maps("a" * 512, layers=1, heads=2), heads=[0, 1])
    assert "512 tokens look at 512" in page.locator(".att-summary").text_content()
    put(page, "kind", "lines")
    assert page.locator(".att-frame").evaluate("(f) => f.scrollHeight > f.clientHeight")
