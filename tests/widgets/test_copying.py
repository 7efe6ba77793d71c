"""The code under a picture is copied with a button, in a browser with no kernel, as on a page."""

import pytest

from lablib.widgets import Panel
from tests.widgets.test_layout import show

__all__ = ["show"]
CODE = "len('<b>naïve 🙂</b>')"
COPY = "Copy the code"
SELECTED = """() => {
  const { value, selectionStart, selectionEnd } = document.activeElement;
  return value.slice(selectionStart, selectionEnd);
}"""


@pytest.fixture
def shown(show):
    """A page with a panel whose code is open, and which may use the clipboard."""
    panel = Panel("Counting", [], code=lambda: CODE)
    panel.show_code()
    page = show(panel)
    page.get_by_text("Show the code").click()
    return page


def test_a_button_copies_it_and_says_so(shown):
    shown.evaluate("""() => Object.defineProperty(navigator, "clipboard", {
        value: { writeText: async (text) => void (window.copied = text) },
    })""")
    button = shown.get_by_role("button", name=COPY)
    button.focus()
    shown.keyboard.press("Enter")
    shown.get_by_role("status").get_by_text("Copied: these lines compute the picture.").wait_for()
    assert shown.evaluate("window.copied") == CODE
    assert shown.get_by_label("To be copied").count() == 0


def test_where_there_is_no_clipboard_the_reader_copies_it(shown):
    shown.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    shown.get_by_role("button", name=COPY).click()
    shown.get_by_role("status").get_by_text("copy what is selected here").wait_for()
    assert shown.evaluate(SELECTED) == CODE


def test_without_a_kernel_no_cell_is_offered(shown):
    assert shown.get_by_role("button", name="Copy a cell").count() == 0
