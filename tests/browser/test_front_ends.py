"""The labs elsewhere than in JupyterLab as it comes: Voila, Notebook 7, no subshells."""

import json

from tests.browser.conftest import READY

PREDICT = (
    "from lablib import exercises as ex, sampling as sp\n"
    'ex.predict("sampling/what-comes-out", then=lambda: sp.knob_panel("Once", "pocket-gpt2"))'
)
FILL = (
    "from lablib import masking as mk\n"
    'mk.fill_panel("The cat sat on the [MASK].", model="pocket-bert")'
)
WRITE = (
    "from lablib import sampling as sp\n"
    'sp.generation_panel("Once upon a time", "pocket-gpt2", max_new_tokens=20)'
)


SLOW = """
import time
from threading import Event
import ipywidgets
from lablib.widgets import LivePanel

asked = Event()
answer = ipywidgets.Widget._handle_control_comm_msg

def answer_late(message):
    asked.set()
    time.sleep(3)
    answer(message)

ipywidgets.Widget._handle_control_comm_msg = answer_late

class Late(LivePanel):
    def __init__(self):
        self.old, self.place = ipywidgets.HTML(), ipywidgets.VBox()
        super().__init__("Late", "", [self.place])

    def draw(self):
        asked.wait(10)
        self.old.value = "all of it"
        self.place.children = [ipywidgets.HBox([self.old])]
        yield

Late()
"""
"""A page that is told late of what is there, and a panel that shows in a new box what it had."""


def test_voila_shows_what_is_made_while_the_page_begins(lab, voila):
    """JupyterLab's widgets wait two seconds for one that they do not know, and then give up."""
    lab.write("slow.ipynb", [SLOW])
    lab.page.goto(f"{voila}/voila/render/slow.ipynb")
    lab.page.get_by_text("all of it").wait_for()


def test_voila_predicts_shows_the_picture_and_remembers(lab, voila):
    """No code is in sight; an answer is still known after a reload, which is another kernel."""
    page = lab.page
    lab.write("voila.ipynb", [PREDICT])
    page.goto(f"{voila}/voila/render/voila.ipynb")
    page.locator(".lab-ex-choice").first.click()
    page.wait_for_selector(READY)
    assert page.locator(".jp-InputArea:visible").count() == 0
    kept = [json.loads(line) for line in (lab.home / "progress").read_text().splitlines()]
    assert kept[-1]["id"] == "sampling/what-comes-out"

    page.reload()
    page.wait_for_selector(READY)
    drawn = "document.querySelector('.lab-knobs').innerText"
    before = page.evaluate(drawn)
    page.locator("[type=range][data-knob=temperature]").press("ArrowRight")
    page.wait_for_function(f"before => {drawn} != before", arg=before)
    page.locator(".lab-area").fill("She opened the")
    page.locator(".knobs-board, .lab-knobs", has_text="She opened the").first.wait_for()


def test_voila_shows_a_whole_lab(lab, voila):
    page = lab.page
    page.goto(f"{voila}/voila/render/00_start_here.ipynb")
    page.wait_for_function(
        "document.querySelectorAll('.lab-panel .lab-foot[data-state=ready]').length == 2"
    )
    chips = page.locator(".lab-panel [role=option]")
    chips.nth(8).wait_for()
    paper = "getComputedStyle(document.querySelector('.lab-panel')).backgroundColor"
    assert page.evaluate(paper) == "rgb(255, 255, 255)"


def test_notebook_7_guesses_a_word(lab):
    page = lab.page
    page.goto(f"{lab.address}/notebooks/{lab.write('notebook7.ipynb', [FILL])}")
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    lab.wait_for_kernel()
    lab.run_all()
    page.wait_for_selector(READY)
    page.locator("[role=option]", has_text="sat").click()
    page.locator(".lab-guess-note", has_text="hides “sat”").wait_for()
    assert page.locator(".lab-area").input_value() == "The cat [MASK] on the [MASK]."
    assert page.locator(".lab-guess").count() == 20


def test_without_subshells_a_text_is_written_and_stopped(lab):
    settings = lab.home / "config/lab/user-settings/@jupyterlab/apputils-extension"
    settings.mkdir(parents=True, exist_ok=True)
    setting = settings / "kernels-settings.jupyterlab-settings"
    setting.write_text('{"commsOverSubshells": "disabled"}')
    page = lab.page
    try:
        lab.open(lab.write("no-subshells.ipynb", [WRITE]))
        lab.run_all()
        page.wait_for_selector(READY)
        page.get_by_role("spinbutton", name="Tokens").last.fill("240")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Write", exact=True).click()
        page.locator(".lab-stop").click(timeout=20_000)
        page.wait_for_selector(".lab-foot[data-state=stale]")
    finally:
        setting.unlink()
