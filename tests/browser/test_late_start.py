"""Widgets that took too long to begin for anywidget: what Python says reaches them all the same."""

import pytest

from tests.browser.test_panel import PANEL
from tests.browser.test_plot import FILL, PLOT

GIVE_UP_AT_ONCE = """
AbortSignal.timeout = () => {
    const controller = new AbortController();
    queueMicrotask(() => controller.abort());
    window.gaveUp = true;
    return controller.signal;
};
"""
"""anywidget waits two seconds by this clock; now every widget is too late."""
HEADS = 'from lablib import attention as at\nat.heads_panel("The cat sat.", "first_token")'


@pytest.fixture
def late(lab):
    lab.page.add_init_script(GIVE_UP_AT_ONCE)
    yield lab
    assert lab.page.evaluate("window.gaveUp")


def test_a_panel_hears_what_is_said_to_it(late):
    page = late.page
    late.open(late.write("late-panel.ipynb", [PANEL]))
    late.run_all()
    page.wait_for_selector(".lab-foot[data-state=ready]")
    page.locator(".lab-note", has_text="5 characters").wait_for()
    page.locator(".lab-area").fill("longer")
    page.locator(".lab-note", has_text="6 characters").wait_for()


def test_a_plot_shows_what_it_was_filled_with(late):
    late.open(late.write("late-plot.ipynb", [PLOT, FILL, FILL.replace("[1, 2, 3]", "[3, 2, 1]")]))
    late.run_all()
    late.page.wait_for_function("document.querySelectorAll('.lab-plot .bars .point').length === 3")


def test_a_head_map_has_its_heads(late):
    page = late.page
    late.open(late.write("late-heads.ipynb", [HEADS]))
    late.run_all()
    page.wait_for_selector(".lab-foot[data-state=ready]")
    page.locator(".lab-heads").get_by_text("No heads yet.").wait_for(state="hidden")
