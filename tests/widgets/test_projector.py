"""A panel alone on the screen, in a browser with no kernel, as on a page."""

import ipywidgets
import pytest

from lablib.widgets import Panel
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
