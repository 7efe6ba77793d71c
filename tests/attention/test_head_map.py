"""The map of heads: its numbers, the keyboard, opening and muting."""

import pytest
from traitlets import TraitError

from lablib.attention.views.head_map import HeadMap
from tests.attention.pictures import PAYLOADS, get, open_view, put, watch
from tests.looking import ran

METRICS = [
    {"name": "first", "label": "first-token", "help": "How much it rests.", "low": 0, "high": 1},
    {"name": "effect", "label": "effect", "unit": "bits", "palette": "signed"},
]
VALUES = {"first": [[0.0, 0.5, 1.0], [0.25, float("nan"), 0.75]], "effect": [[-2, 0, 1], [0, 0, 0]]}


@pytest.fixture
def show(page):
    errors = watch(page)

    def show(metrics=METRICS, values=VALUES, **traits):
        heads = HeadMap(metrics=metrics, **traits)
        heads.show(values)
        return open_view(page, heads)

    yield show
    assert errors == []


def cell(page, layer, head):
    return page.locator(".heads-grid [role=gridcell]").nth(3 * layer + head)


def colour(page, layer, head):
    return cell(page, layer, head).evaluate("(c) => getComputedStyle(c).backgroundColor")


def test_a_number_stays_beside_its_end_of_the_colours_where_the_legend_breaks(show):
    label = "Where a head of many words looks"
    page = show([{**METRICS[0], "label": label}, METRICS[1]])
    for width in range(200, 480, 20):
        page.set_viewport_size({"width": width, "height": 600})
        tops = page.locator(".att-ends > *").evaluate_all(
            "(parts) => parts.map((part) => { const box = part.getBoundingClientRect();"
            " return Math.round((box.top + box.bottom) / 2); })"
        )
        assert len(tops) == 3 and max(tops) - min(tops) <= 2, width


def test_cells_have_the_colour_and_the_words_of_their_number(show):
    page = show()
    assert colour(page, 0, 0) == "rgb(68, 1, 84)"
    assert colour(page, 0, 2) == "rgb(253, 231, 37)"
    assert colour(page, 1, 1) == "rgb(128, 128, 128)"
    assert (
        cell(page, 1, 2).get_attribute("aria-label")
        == "Layer 1, head 2: first-token 0.75, 2nd of 6"
    )
    assert "not a number" in cell(page, 1, 1).get_attribute("aria-label")
    assert [c.text_content() for c in page.locator(".heads-cell").all()[:6]] == [
        ".00", ".50", "1.0", ".25", "?", ".75"]  # fmt: skip


def test_another_metric_is_chosen(show):
    page = show()
    page.get_by_label("Coloured by").select_option(label="effect")
    assert get(page, "metric") == "effect"
    assert colour(page, 0, 0) == "rgb(0, 74, 117)"
    cell(page, 0, 0).hover()
    assert (
        page.locator(".att-readout").text_content() == "Layer 0, head 0: effect −2 bits, 6th of 6"
    )


def test_a_head_is_opened_by_click_and_by_keys(show):
    page = show()
    cell(page, 1, 0).click()
    assert get(page, "opened") == [1, 0]
    for key in ("ArrowUp", "ArrowRight", "End", "ArrowRight"):
        page.keyboard.press(key)
    assert page.locator(".heads-cell").count() == 6
    cell(page, 0, 0).focus()
    page.keyboard.press("Tab")
    put(page, "opened", [])
    page.locator(".heads-cell[tabindex='0']").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert get(page, "opened")[0] == 1
    assert page.locator("[aria-selected=true]").count() == 1


def test_heads_are_muted_and_unmuted(show):
    page = show(can_mute=True)
    page.get_by_role("button", name="Mute heads").click()
    cell(page, 0, 1).click()
    cell(page, 1, 2).click()
    assert get(page, "muted") == [[0, 1], [1, 2]]
    assert get(page, "opened") == []
    assert cell(page, 0, 1).get_attribute("aria-label").endswith("muted")
    cell(page, 0, 1).click()
    assert get(page, "muted") == [[1, 2]]
    page.get_by_role("button", name="Unmute all").click()
    assert get(page, "muted") == []


def test_only_where_it_is_wanted_can_heads_be_muted(show):
    assert show().get_by_role("button", name="Mute heads").is_hidden()


def test_text_is_never_read_as_html(show):
    metric = {"name": "x", "label": PAYLOADS[0], "help": PAYLOADS[1], "unit": PAYLOADS[0]}
    page = show([metric], {"x": [[1.0, 2.0, 3.0]]})
    cell(page, 0, 0).hover()
    assert not ran(page)
    assert PAYLOADS[0] in page.locator(".att-readout").text_content()


def test_no_heads_yet_is_said(page):
    open_view(page, HeadMap(metrics=METRICS))
    assert page.get_by_text("No heads yet.").is_visible()


def test_what_does_not_fit_is_refused_in_words():
    heads = HeadMap(metrics=METRICS)
    with pytest.raises(ValueError, match="numbers of one shape"):
        heads.show({"first": [[1.0]]})
    with pytest.raises(TraitError, match="one of first, effect"):
        heads.metric = "entropy"


def test_a_smaller_model_forgets_heads_that_are_gone():
    heads = HeadMap(metrics=METRICS, can_mute=True)
    heads.show(VALUES)
    heads.opened, heads.muted = [1, 2], [[0, 0], [1, 1], [0, 0]]
    assert heads.muted == [[0, 0], [1, 1]]
    heads.show({name: [row[:2] for row in rows[:1]] for name, rows in VALUES.items()})
    assert (heads.opened, heads.muted) == ([], [[0, 0]])
