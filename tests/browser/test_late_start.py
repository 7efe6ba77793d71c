"""Widgets that took too long to begin for anywidget: what Python says reaches them all the same."""

from playwright.sync_api import expect

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


def test_late_widgets_hear_what_is_said_to_them(lab):
    page = lab.page
    page.add_init_script(GIVE_UP_AT_ONCE)
    again = FILL.replace("[1, 2, 3]", "[3, 2, 1]")
    lab.open(lab.write("late.ipynb", [PANEL, PLOT, FILL, again, HEADS]))
    lab.run_all()
    expect(page.locator(".lab-panel > .lab-foot[data-state=ready]")).to_have_count(2)
    a_panel_answers(page)
    page.wait_for_function("document.querySelectorAll('.lab-plot .bars .point').length === 3")
    page.locator(".lab-heads").get_by_text("No heads yet.").wait_for(state="hidden")
    assert page.evaluate("window.gaveUp")


def a_panel_answers(page):
    panel = page.locator(".lab-panel").first
    panel.locator(".lab-note", has_text="5 characters").wait_for()
    panel.locator(".lab-area").fill("longer")
    panel.locator(".lab-note", has_text="6 characters").wait_for()
