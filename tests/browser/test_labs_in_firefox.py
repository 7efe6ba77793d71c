"""The core of the labs in Firefox: panels of a live kernel in JupyterLab, by mouse and by key."""

import json
from pathlib import Path

import pytest

from tests.browser.conftest import (
    HARMLESS,
    IDLE,
    PROMPTS,
    Lab,
    _is_outside,
    end_kernels,
    has_begun,
)
from tests.browser.firefox import COMMAND, MISSING, firefox
from tests.browser.test_attention_lab import DRAWN, IMPORT, PANELS
from tests.looking import ran

pytestmark = [pytest.mark.skipif(COMMAND is None, reason=MISSING), pytest.mark.timeout(900)]
PAYLOAD = "<img src=x onerror='window.broken=1'>"
PANEL = "document.querySelector('.lab-panel')"
READY = f"{PANEL}?.querySelector('.lab-foot[data-state=ready]')"
BARS = f"{PANEL}.querySelector('.lab-knobs').innerText"
MATRIX = f"{PANEL}.querySelector('.att-frame canvas')"


@pytest.fixture
def fox(lab_server, tmp_path):
    """A page of Firefox; after the test no kernel, no complaint and no request to anybody else is
    left.
    """
    address, _ = lab_server
    with firefox(tmp_path) as page:
        page.resize(1366, 768)
        try:
            yield page
            page.open("about:blank")  # or JupyterLab would say that its kernel is gone
        finally:
            end_kernels(address)
        assert [url for url in page.requests if _is_outside(url)] == []
        assert [error for error in page.errors if not HARMLESS.search(error)] == []


def run_first_cell(page, address, notebook):
    """Open a notebook of the labs and run its first code cell, as a person does.

    In a workspace of its own: one that is reset is loaded twice, and Firefox complains of all that
    the first time does not come to.
    """
    page.open(f"{address}/lab/workspaces/{Path(notebook).stem}/tree/{notebook}")
    page.wait_for(f"document.querySelector('{IDLE}')")
    while not has_begun(address):  # what runs before is lost
        page.evaluate("new Promise((done) => setTimeout(done, 100))")
    page.click(f"{PROMPTS}[0]")
    page.press("Control", "Enter")
    page.wait_for(READY)


def type_into(page, text):
    """Type into the field of the first panel, at its end."""
    page.click(f"{PANEL}.querySelector('.lab-area')")
    page.press("Control", "End")
    page.type(text)


def test_the_first_panel_of_the_first_lab_answers(fox, lab_server):
    """What is typed changes the bars, and stays a text."""
    run_first_cell(fox, lab_server[0], "labs/00_start_here.ipynb")
    fox.wait_for(f"{BARS}.includes('ran to the\\n')")
    before = fox.evaluate(BARS)
    assert before.count("%") > 10
    type_into(fox, " old house")
    fox.wait_for(f"{BARS}.includes('ran to the old house\\n')")
    after = fox.evaluate(BARS)
    assert after.split("\n")[4:] != before.split("\n")[4:] and after.count("%") > 10

    type_into(fox, PAYLOAD)
    fox.wait_for(f"{BARS}.includes({json.dumps(PAYLOAD)})")
    fox.wait_for(READY)
    assert fox.evaluate(f"{PANEL}.querySelectorAll('img').length") == 0
    assert not ran(fox)


def test_a_head_is_drawn_and_pointed_at_also_on_a_full_screen(fox, lab_server):
    address, home = lab_server
    notebook = Lab(None, address, home).write("firefox.ipynb", [IMPORT + PANELS["heads"]])
    run_first_cell(fox, address, notebook)
    fox.wait_for(f"({DRAWN})({PANEL})")
    fox.wait_for(f"{PANEL}.querySelectorAll('.heads-cell').length === 24")
    fox.click(f"{PANEL}.querySelector('.lab-projector')")
    larger = "document.fullscreenElement?.style.getPropertyValue('--lab-scale') > 1.05"
    fox.wait_for(larger)
    # The fourth token looks at the second: each cell of the matrix has 28 of its own pixels.
    width, height = (fox.evaluate(f"{MATRIX}.offset{side}") for side in ("Width", "Height"))
    fox.click(MATRIX, across=(112 + 1.5 * 28) / width, down=(96 + 3.5 * 28) / height)
    said = f"[...{PANEL}.querySelectorAll('.att-readout')].at(-1).textContent"
    fox.wait_for(f"{said}.startsWith('‘␣time’ (3) looks at ‘␣upon’ (1)')")
    fox.click(f"{PANEL}.querySelector('.lab-projector')")
    fox.wait_for("document.fullscreenElement === null")
