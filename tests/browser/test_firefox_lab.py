"""Lab 00 and what every lab is made of, in Firefox as it is installed, by keyboard, offline.

One JupyterLab, one kernel and one page for all tests; what is tested thoroughly in Chromium is only
looked at here.
"""

import json
import time

import nbformat
import pytest

from tests.browser.conftest import HARMLESS, IDLE, _is_outside, end_kernels, has_begun
from tests.browser.firefox import COMMAND, ENTER, MISSING, RIGHT, SHIFT, firefox
from tests.browser.test_attention_lab import DRAWN

pytestmark = pytest.mark.skipif(COMMAND is None, reason=MISSING)

ADDED = (
    'from lablib import attention as at\nat.heads_panel("Once upon a time", model="pocket-gpt2")',
    "from lablib import foundations as fo\nfo.descent_panel()",
)
"""Cells beside the first one of lab 00: a map on a canvas, and a plot."""
PAYLOAD = "a <img src=x onerror='window.broken=1'></script> $x$"
BARS, HEADS, PLOT = (f"document.querySelectorAll('.lab-panel')[{place}]" for place in range(3))


def is_ready(panel):
    return f"{panel}?.querySelector('.lab-foot[data-state=ready]')"


def with_cells(home):
    """Lab 00 with the added cells after its first one; its path for the server."""
    book = nbformat.read(home / "labs/00_start_here.ipynb", as_version=4)
    first = next(n for n, cell in enumerate(book.cells) if cell.cell_type == "code")
    book.cells[first + 1 : first + 1] = map(nbformat.v4.new_code_cell, ADDED)
    nbformat.write(book, home / "labs/firefox.ipynb")
    return "labs/firefox.ipynb"


@pytest.fixture(scope="module")
def fox(lab_server, tmp_path_factory):
    """The lab in Firefox, its first three cells run; nothing may be asked for or complained of."""
    address, home = lab_server
    try:
        with firefox(tmp_path_factory.mktemp("firefox")) as fox:
            fox.open(f"{address}/lab/tree/{with_cells(home)}?reset")
            end = time.monotonic() + 180
            while not has_begun(address):
                assert time.monotonic() < end, "no kernel has begun"
                time.sleep(0.1)
            fox.wait_for(f"document.querySelector('{IDLE}')")
            fox.evaluate("document.querySelector('.jp-CodeCell .cm-content').focus()")
            for _ in range(3):
                fox.press(ENTER, held=SHIFT)
            fox.wait_for(is_ready(PLOT))
            yield fox
            fox.open("about:blank")  # or JupyterLab would say that its kernel is gone
            assert [url for url in fox.requests if _is_outside(url)] == []
            assert [error for error in fox.errors if not HARMLESS.search(error)] == []
    finally:
        end_kernels(address)


def test_the_first_cell_answers_what_is_typed_and_a_knob_moves_by_keyboard(fox):
    fox.wait_for(is_ready(BARS))
    fox.evaluate(f"{BARS}.querySelector('.lab-area').select()")
    fox.press(*"The king and the queen lived in a")
    fox.wait_for(f"{BARS}.textContent.includes('lived in a')")
    fox.wait_for(f"{BARS}.querySelector('button.knobs-row') && {is_ready(BARS)}")
    bars = f"{BARS}.querySelector('.lab-knobs').innerText"
    before = fox.evaluate(bars)
    fox.evaluate(f"{BARS}.querySelector('[type=range][data-knob=temperature]').focus()")
    fox.press(RIGHT, RIGHT, RIGHT)
    fox.wait_for(f"{bars} !== {json.dumps(before)}")


def test_the_heads_are_painted(fox):
    fox.wait_for(is_ready(HEADS))
    fox.evaluate(f"{HEADS}.scrollIntoView()")
    fox.wait_for(f"({DRAWN})({HEADS})")


def test_the_plot_is_drawn(fox):
    fox.evaluate(f"{PLOT}.scrollIntoView()")
    fox.wait_for(f"{PLOT}.querySelectorAll('.lab-plot .scatterlayer path.js-line').length > 0")


def test_a_payload_that_is_typed_is_text(fox):
    for panel in (BARS, HEADS):
        fox.wait_for(is_ready(panel))
        fox.evaluate(f"{panel}.querySelector('.lab-area').select()")
        fox.press(*PAYLOAD)
        fox.wait_for(f"{panel}.querySelector('.lab-foot').dataset.state !== 'working'")
        fox.wait_for(f"{panel}.querySelector('.lab-area').value === {json.dumps(PAYLOAD)}")
        fox.wait_for(is_ready(panel))
    assert fox.evaluate("window.broken") is None
