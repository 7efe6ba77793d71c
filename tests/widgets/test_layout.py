"""Parts beside each other, folded and behind tabs, in a browser with no kernel."""

import json

import ipywidgets
import nbformat
import pytest

from lablib.pages.document import lab_page
from lablib.widgets.layout import Fold, Tabs, beside
from lablib.widgets.page import as_base64, page_state


def test_more_room_is_shared_out_as_the_widths_are():
    box = beside(ipywidgets.HTML(), ipywidgets.HTML(), widths=(200, 400))
    assert [part.layout.flex for part in box.children] == ["200 1 200px", "400 1 400px"]
    assert box.layout.flex_flow == "row wrap"


def test_beside_needs_a_width_for_each_part():
    with pytest.raises(ValueError, match="zip"):
        beside(ipywidgets.HTML(), widths=(200, 400))


def everything(widget):
    """A widget with its layout (what a plot calls so is none) and all that is in it."""
    yield widget
    if isinstance(widget.layout, ipywidgets.Layout):
        yield widget.layout
    for child in getattr(widget, "children", ()):
        yield from everything(child)


@pytest.fixture
def show(page):
    """Shows a widget on a page of `lablib.pages`, drawn."""

    def open_page(widget, width=800):
        states = {
            one.model_id: page_state(one) | {"needs_kernel": False} for one in everything(widget)
        }
        view = {"application/vnd.jupyter.widget-view+json": {"model_id": widget.model_id}}
        cell = nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output("display_data", view)])
        book = nbformat.v4.new_notebook(cells=[cell])
        page.set_viewport_size({"width": width, "height": 600})
        page.set_content(lab_page(book, json.loads(json.dumps(states, default=as_base64))))
        page.evaluate("window.shown.then((all) => all.length)")
        return page

    return open_page


def words(*texts):
    return [ipywidgets.HTML(text) for text in texts]


def test_a_fold_opens_and_closes_by_mouse_and_by_key(show):
    page = show(Fold("The numbers", words("one and two")))
    line, inside = page.get_by_role("button", name="The numbers"), page.get_by_text("one and two")
    assert (line.get_attribute("aria-expanded"), inside.is_visible()) == ("false", False)
    line.click()
    assert (line.get_attribute("aria-expanded"), inside.is_visible()) == ("true", True)
    line.press("Enter")
    assert (line.get_attribute("aria-expanded"), inside.is_visible()) == ("false", False)


def test_a_fold_in_a_fold_stays_closed(show):
    page = show(Fold("Outer", [Fold("Inner", words("deep"))]))
    page.get_by_role("button", name="Outer").click()
    assert page.get_by_text("deep").is_hidden()
    page.get_by_role("button", name="Inner").click()
    assert page.get_by_text("deep").is_visible()


def test_of_tabs_one_is_in_sight_and_the_arrow_keys_go_round(show):
    parts = dict(zip(["A", "B", "C"], words("first", "second", "third"), strict=True))
    page = show(Tabs(parts))

    def seen():
        texts = ("first", "second", "third")
        return [text for text in texts if page.get_by_text(text).is_visible()]

    assert seen() == ["first"]
    page.get_by_role("tab", name="B").click()
    assert seen() == ["second"]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert seen() == ["first"]
    page.keyboard.press("ArrowLeft")
    assert seen() == ["third"]
    assert page.locator("[role=tab][aria-selected=true]").inner_text() == "C"


@pytest.mark.parametrize(("width", "together"), [(900, True), (400, False)])
def test_beside_is_below_where_there_is_no_room(show, width, together):
    page = show(beside(*words("left", "right")), width)
    left, right = (page.get_by_text(text, exact=True).bounding_box() for text in ("left", "right"))
    assert (left["y"] == right["y"]) is together
    assert page.evaluate("document.documentElement.scrollWidth") <= width
