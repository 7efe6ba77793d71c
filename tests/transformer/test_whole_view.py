"""The whole-model view on a page: clicks, switches, keys, the tour, and texts that are no HTML."""

import pytest

from lablib.transformer.figures import whole as figures
from lablib.transformer.views.whole import WholeView
from tests.attention.pictures import PAYLOADS, get, open_view, put, watch
from tests.looking import ran


def view_of(tokens=("a", " b"), blocks=2, titles=("attention",)):
    """A view of a few boxes with numbers that tell where they come from."""
    import torch

    values = torch.arange(len(tokens) * 8.0).view(len(tokens), 8)
    inside = [
        figures.Box(f"{title} {n}", n, title, f"About {title}.", values + n, "attention")
        for n in range(blocks)
        for title in titles
    ]
    boxes = [
        figures.Box("ids", -1, "token ids", "About ids.", values[:, :1], shape="2"),
        figures.Box("positions", -1, "positions", "About positions.", None, "positions", "angles"),
        *inside,
        figures.Box("scores", -2, "scores", "About scores.", -values),
    ]
    view = WholeView(chosen="ids")
    tour = [("ids", "Ids", "First."), ("attention 1", "Attention", "Then.")]
    view.show(*figures.packed(boxes), [{"text": t, "spoken": t} for t in tokens], blocks, tour)
    view.show_outcome([(" sat", 0.5, 0.5), (" ran", 0.25, 0.25)], "Loss", "The next token", [], [])
    return view


@pytest.fixture
def show(page):
    errors = watch(page)

    def show(**given):
        return open_view(page, view_of(**given))

    yield show
    assert errors == []


def heading(page):
    return page.locator(".whole-numbers .whole-heading").text_content()


def test_a_click_on_a_box_shows_its_numbers(show):
    page = show()
    assert heading(page) == "token ids: 2"
    page.get_by_role("button", name="scores").click()
    assert get(page, "chosen") == "scores" and heading(page) == "scores: 2 × 8"
    assert page.locator(".whole-about").text_content() == "About scores."
    assert page.get_by_role("button", name="scores").get_attribute("aria-pressed") == "true"


def test_a_part_without_numbers_says_what_it_does(show):
    page = show()
    page.get_by_role("button", name="positions angles").click()
    assert page.locator(".whole-about").text_content() == "About positions."
    assert not page.locator(".whole-numbers canvas").is_visible()


def test_the_keys_lead_through_the_numbers(show):
    page = show()
    page.get_by_role("button", name="scores").click()
    page.locator(".whole-numbers canvas").focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    assert page.locator(".whole-numbers [role=status]").text_content() == "‘ b’, number 2: −10"


def test_another_block_shows_the_same_part_of_it(show):
    page = show()
    page.get_by_role("button", name="attention").click()
    page.get_by_role("button", name="Block 0").focus()
    page.keyboard.press("ArrowRight")
    assert (get(page, "open_block"), get(page, "chosen")) == (1, "attention 1")
    page.locator(".whole-numbers canvas").focus()
    page.keyboard.press("ArrowDown")
    assert page.locator(".whole-numbers [role=status]").text_content() == "‘ b’, number 0: 9"


def test_switches_leave_parts_and_blocks_out_and_one_button_brings_all_back(show):
    page = show()
    page.get_by_label("attention in every block").uncheck()
    page.get_by_role("checkbox", name="Block 0").uncheck()
    assert (get(page, "off_parts"), get(page, "off_blocks")) == (["attention"], [0])
    outcome = page.locator(".whole-outcome")
    assert "is-waiting" in outcome.get_attribute("class")
    put(page, "rows", [[" sat", 0.5, 0.125]])
    put(page, "answered", [["attention"], [0]])
    assert "is-waiting" not in outcome.get_attribute("class")
    said = page.locator(".whole-token").get_attribute("aria-label")
    assert said == " sat: 50\u00a0%, without the parts 13\u00a0%"
    assert "without attention, block 0" in page.locator(".whole-off").text_content()
    page.get_by_role("button", name="Everything on").click()
    assert (get(page, "off_parts"), get(page, "off_blocks")) == ([], [])
    assert page.get_by_label("attention in every block").is_checked()


def test_the_tour_opens_the_box_of_each_step_and_ends(show):
    page = show()
    page.get_by_role("button", name="Take the tour, 2 steps").click()
    said = page.locator(".whole-tour [role=status]")
    assert said.text_content() == "1 of 2 · Ids. First." and heading(page) == "token ids: 2"
    page.get_by_role("button", name="Next").click()
    assert said.text_content() == "2 of 2 · Attention. Then."
    assert (get(page, "open_block"), get(page, "chosen")) == (1, "attention 1")
    page.get_by_role("button", name="Back").click()
    assert get(page, "step") == 0
    page.get_by_role("button", name="End").click()
    assert get(page, "step") == -1 and not said.is_visible()


def test_before_a_model_has_read_anything_it_says_so(page):
    errors = watch(page)
    open_view(page, WholeView())
    assert page.get_by_text("No model has read the text yet.").is_visible()
    assert errors == []


def test_text_is_never_read_as_html(show):
    page = show(tokens=PAYLOADS, titles=PAYLOADS)
    put(page, "rows", [[text, 0.1, 0.1] for text in PAYLOADS])
    put(page, "tour", [["ids", text, text] for text in PAYLOADS])
    put(page, "step", 0)
    page.get_by_role("button", name="Next").click()
    assert not ran(page)
    assert page.locator(".lab-whole img, .lab-whole script").count() == 0
