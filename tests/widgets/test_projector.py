"""A panel alone on the screen, in a browser with no kernel, as on a page."""

import ipywidgets
import pytest

from lablib.attention.views.weights import AttentionView
from lablib.widgets import Panel, TextInput, TokenStrip
from lablib.widgets.plot import Plot
from tests.attention.pictures import causal_maps
from tests.widgets.test_layout import show

__all__ = ["show"]
SCREEN = {"width": 1366, "height": 768}
LOOK = """() => {
  const panel = document.fullscreenElement;
  const parts = [...panel.children].map((one) => one.getBoundingClientRect());
  const drawn = parts.filter((one) => one.height);
  return {
    top: Math.min(...drawn.map((one) => one.top)),
    bottom: Math.max(...drawn.map((one) => one.bottom)),
    left: Math.min(...drawn.map((one) => one.left)),
    right: Math.max(...drawn.map((one) => one.right)),
  };
}"""
LARGER = (
    "(least) => Number(document.fullscreenElement?.style.getPropertyValue('--lab-scale')) > least"
)
WIDTHS = "(parts) => parts.map((one) => one.getBoundingClientRect().width)"
TITLE = ".lab-panel .lab-title"
LETTERS = """(one) => {
  const range = document.createRange();
  range.selectNodeContents(one);
  return range.getBoundingClientRect().height;
}"""


@pytest.fixture
def panel_of(show):
    """A page with a panel that has so many lines in it."""

    def open_page(lines):
        words = ipywidgets.HTML("<br>".join(f"Line {i}" for i in range(lines)))
        page = show(Panel("For a class", [words], subtitle="It is read from the last row."))
        page.set_viewport_size(SCREEN)
        return page

    return open_page


@pytest.mark.parametrize("lines", [4, 28])
def test_it_is_as_large_as_fits(panel_of, lines):
    page = panel_of(lines)
    before = page.locator(TITLE).evaluate(LETTERS)
    page.locator(".lab-projector").focus()
    page.keyboard.press("Enter")
    page.wait_for_function(LARGER, arg=1.05)
    found = page.evaluate(LOOK)
    assert found["top"] >= 0 and found["bottom"] <= SCREEN["height"]
    assert found["left"] >= 0 and found["right"] <= SCREEN["width"]
    parts = page.locator(":fullscreen > *").evaluate_all(WIDTHS)
    assert len(parts) == 3 and max(parts) == pytest.approx(min(parts))
    scale = page.locator(TITLE).evaluate(LETTERS) / before
    assert scale == pytest.approx((1366 - 32) / 960 if lines == 4 else scale, abs=0.03)
    assert scale > 1.05
    page.locator(".lab-projector").click()
    page.wait_for_function("() => document.fullscreenElement === null")
    assert page.locator(TITLE).evaluate(LETTERS) == pytest.approx(before)


def test_what_grows_is_fitted_again(panel_of):
    page = panel_of(4)
    page.locator(".lab-projector").click()
    page.wait_for_function(LARGER, arg=1.3)
    page.evaluate("() => (document.fullscreenElement.children[1].style.height = '500px')")
    page.wait_for_function(f"() => !({LARGER})(1.3)")
    assert page.evaluate(LOOK)["top"] >= 0


def test_the_switch_says_whether_it_is_on(panel_of):
    page = panel_of(4)
    button = page.get_by_role("button", name="Full screen")
    assert button.get_attribute("aria-pressed") == "false" and button.is_enabled()
    button.click()
    page.wait_for_function(LARGER, arg=1)
    assert button.get_attribute("aria-pressed") == "true"


@pytest.fixture
def enlarged(show):
    """A page with a panel of one part, alone on the screen and larger than it was."""

    def open_page(part):
        page = show(Panel("For a class", [part]))
        page.set_viewport_size(SCREEN)
        page.locator(".lab-projector").click()
        page.wait_for_function(LARGER, arg=1.2)
        return page

    return open_page


def middle(box):
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize("around", [lambda plot: plot, lambda plot: ipywidgets.VBox([plot])])
def test_a_plot_is_pointed_at_where_it_is_drawn(enlarged, around):
    dots = {"type": "scatter", "mode": "markers", "x": [*range(11)], "y": [0] * 11, "name": "dots"}
    page = enlarged(around(Plot([dots], height=200)))
    dot = page.locator(".points path").nth(8)
    dot.wait_for()
    card = page.locator(".hovertext", has_text="(8, 0)")
    while not card.is_visible():  # the plot may still be moving to where it stays
        page.mouse.move(0, 0)
        page.mouse.move(*middle(dot.bounding_box()))
        page.wait_for_timeout(200)
    plot, foot = (page.locator(one).bounding_box() for one in (".main-svg >> nth=0", ".lab-foot"))
    assert plot["width"] > 1.2 * 800 and plot["height"] == pytest.approx(200 * 1334 / 960, abs=1)
    assert 0 <= foot["y"] - plot["y"] - plot["height"] < 24


def test_a_matrix_is_pointed_at_where_it_is_drawn(enlarged):
    view = AttentionView(heads=[1])
    view.show(causal_maps())
    page = enlarged(view)
    canvas = page.locator(".att-frame canvas")
    canvas.wait_for()
    box, width = canvas.bounding_box(), canvas.evaluate("(one) => one.offsetWidth")
    own_pixel = box["width"] / width
    assert own_pixel > 1.2
    # The fifth row of the matrix and its third column, of 28 of its own pixels each.
    x, y = 112 + 2.5 * 28, 96 + 4.5 * 28
    page.mouse.move(box["x"] + x * own_pixel, box["y"] + y * own_pixel)
    page.locator(".att-readout", has_text="‘e’ (4) looks at ‘c’ (2)").wait_for()


def test_a_mark_stands_under_its_characters(enlarged):
    page = enlarged(TextInput(value="one two three", marked=[[4, 7]]))
    mark = page.locator(".lab-area-mark")
    mark.wait_for()
    letters = page.locator(".lab-area-copy").evaluate(
        """(copy) => {
            const range = document.createRange();
            range.setStart(copy.firstChild, 4);
            range.setEnd(copy.firstChild, 7);
            return range.getBoundingClientRect().toJSON();
        }"""
    )
    box = mark.bounding_box()
    for name in ("x", "y", "width", "height"):
        assert box[name] == pytest.approx(letters[name], abs=1), name


def test_a_card_stands_under_its_token_where_there_is_no_room_above(enlarged):
    page = enlarged(TokenStrip(tokens=[{"text": "one"}, {"text": "two"}, {"text": "three"}]))
    chip = page.locator(".lab-chip", has_text="three")
    chip.hover()
    own, card = chip.bounding_box(), page.locator(".lab-card").bounding_box()
    assert card["x"] == pytest.approx(own["x"], abs=1)
    assert 0 < card["y"] - own["y"] - own["height"] < 12
