"""The core of labs 00, 01 and 02 in Firefox: cells run, panels draw, keys change what is drawn."""

import pytest

from tests.browser.conftest import HARMLESS, IDLE, READY, _is_outside, end_kernels
from tests.browser.firefox import COMMAND, MISSING, firefox

PANEL = f"document.querySelector({READY!r}).closest('.lab-panel')"
CELLS = 14
"""Cells after which a lab must have shown a panel."""


@pytest.fixture
def page(lab_server, tmp_path):
    """A Firefox; afterwards no console error and no request to elsewhere may be left."""
    if COMMAND is None:
        pytest.skip(MISSING)
    with firefox(tmp_path) as one:
        yield one
        one.open("about:blank")
        end_kernels(lab_server[0])
        assert [url for url in one.requests if _is_outside(url)] == []
        assert [said for said in one.errors if not HARMLESS.search(said)] == []


def first_panel(page, address, lab):
    """Open a lab, and run its cells one by one until a panel has drawn."""
    page.open(f"{address}/lab/tree/labs/{lab}?reset")
    page.wait_for("document.querySelector('.jp-Notebook .jp-Cell')")
    page.wait_for(f"document.querySelector({IDLE!r})")
    page.focus(".jp-Notebook .jp-Cell .cm-content, .jp-Notebook .jp-Cell")
    page.press("Escape")
    for _ in range(CELLS):
        page.press("Shift+Enter")
        page.wait_for("![...document.querySelectorAll('.jp-InputPrompt')]"
                      ".some((one) => one.textContent === '[*]:')")  # fmt: skip
        if page.evaluate("Boolean(document.querySelector('.lab-panel'))"):
            page.wait_for(f"document.querySelector({READY!r})")
            return
    raise AssertionError(f"no panel within {CELLS} cells of {lab}")


@pytest.mark.parametrize(
    "lab", ["00_start_here.ipynb", "01_tokenization.ipynb", "02_attention.ipynb"]
)
def test_the_first_panel_draws_and_follows_what_is_typed(page, lab_server, lab):
    first_panel(page, lab_server[0], lab)
    before = page.evaluate(f"{PANEL}.innerText")
    page.focus(".lab-panel .lab-area")
    page.press("End")
    page.press(" seven cats")
    page.wait_for("[...document.querySelectorAll('.lab-panel .lab-area')]"
                  ".some((one) => one.value.includes('seven cats'))")  # fmt: skip
    page.wait_for(f"document.querySelector({READY!r}) && {PANEL}.innerText !== {before!r}")


def test_a_knob_answers_to_the_keyboard(page, lab_server):
    first_panel(page, lab_server[0], "00_start_here.ipynb")
    before = page.evaluate("document.querySelector('.lab-knobs').innerText")
    page.focus("[type=range][data-knob=temperature]")
    page.press("ArrowLeft")
    page.wait_for(f"document.querySelector('.lab-knobs').innerText !== {before!r}")
