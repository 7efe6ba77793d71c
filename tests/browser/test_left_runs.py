"""A run goes on while its page is closed, and every page that is opened later shows it whole."""

import contextlib
import os
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from lablib.training import folders
from lablib.training.config import Config, write_config
from tests.conftest import ROOT

CELL = (
    "from lablib import finetuning as ft\n"
    "config = ft.Config(text='cookbook', steps=100_000, length=32, batch=2, sample_every=20,\n"
    "                   sample_tokens=10, evaluate_every=20)\n"
    'ft.training_panel(config, "{runs}", "pocket-gpt2")'
)
PLOT = "[...document.querySelectorAll('.js-plotly-plot')].at(-1)?.data?.[0]"
"""The training losses in the newest panel."""
RESULT = "The result is an ordinary folder"
SECONDS = 400
"""How long a page may take that starts a kernel beside a training."""
STOP = "End after the next step; what was learned is kept"
WHOLE = f"least => {PLOT}?.x?.[0] === 1 && {PLOT}.x.at(-1) >= least"
"""From the first step to one that was not made yet when the page was opened."""


@pytest.fixture(autouse=True)
def on_a_small_screen(lab):
    lab.page.set_viewport_size({"width": 1366, "height": 768})


@contextlib.contextmanager
def trained(lab, runs):
    """A run that a terminal started; its folder, once it has made some steps."""
    folder = lab.home / "labs" / runs / "from-a-terminal"
    folder.mkdir(parents=True)
    config = Config(text="cookbook", steps=100_000, length=32, batch=2, evaluate_every=20)
    write_config(config, folder / "config.toml")
    command = [sys.executable, "-m", "lablib.finetuning", "config.toml", "--folder", "."]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with (folder / "said.txt").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        history = folders.History(folder)
        while len(history.read()) < 5:
            assert process.poll() is None, (folder / "said.txt").read_text()
            lab.page.wait_for_timeout(100)
        yield folder
    finally:
        process.kill()
        process.wait()


def seen_whole(page, folder):
    """Wait until the newest panel of a page shows a run from its first step to a new one."""
    reached = folders.History(folder).read()[-1].step
    page.wait_for_function(WHOLE, arg=reached + 1, timeout=SECONDS * 1000)
    panel = page.locator(".lab-panel").last
    tab = panel.get_by_role("tab", name="The run", exact=True)
    expect(tab).to_have_attribute("aria-selected", "true")
    return panel


def started(page):
    """Press Start in the newest panel, and wait for the first steps."""
    panel = page.locator(".lab-panel").last
    panel.get_by_text("It fits").wait_for(timeout=SECONDS * 1000)
    panel.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_function(WHOLE, arg=5, timeout=SECONDS * 1000)
    return panel


def ended(panel, folder):
    """Stop the run with the panel's own button."""
    panel.get_by_title(STOP).click()
    panel.get_by_text(RESULT).wait_for(timeout=SECONDS * 1000)
    assert folders.phase(folder) == "stopped"


@contextlib.contextmanager
def second_tab(lab, address):
    """Another tab of the same browser; the first stays open."""
    tab = lab.page.context.new_page()
    lab.watch(tab)
    try:
        tab.goto(address)
        yield tab
    finally:
        tab.close()
        # It is told of the end of comms that began before it came.
        forgive(lab, "Comm not found for comm id")


def forgive(lab, words):
    """Forget what a page has complained of in these words."""
    lab.errors[:] = [error for error in lab.errors if words not in error]


def the_run(lab, runs):
    (file,) = (lab.home / "labs" / runs).glob("*/config.toml")
    return file.parent


def in_one_glance(panel):
    """The buttons, the meters, the curve and the newest sample are in sight together."""
    panel.get_by_role("button", name="Pause", exact=True).evaluate("(one) => one.scrollIntoView()")
    parts = [
        panel.get_by_title(STOP),
        panel.get_by_text("tokens/s").first,
        panel.locator(".js-plotly-plot").first,
        panel.get_by_role("log").locator("div").first,
    ]
    for part in parts:
        part.wait_for()
        looks = (part.bounding_box() for _ in range(20))
        box = next(filter(None, looks))  # a step may just draw it anew
        assert box["y"] >= 0 and box["y"] + box["height"] <= 768, part


@pytest.mark.timeout(900)
def test_the_page_is_loaded_again_and_the_kernel_is_kept(lab):
    """What was saved is alive again, the whole curve and every sample."""
    page = lab.page
    lab.open(lab.write("left-page.ipynb", [CELL.format(runs="left-page")]))
    lab.run_cell(0)
    panel = started(page)
    panel.get_by_role("log").get_by_text("step 20", exact=True).wait_for()
    in_one_glance(panel)
    lab.save()
    folder = the_run(lab, "left-page")

    page.reload()
    panel = seen_whole(page, folder)
    forgive(lab, "widget model not found")  # see test_lost_outputs.py
    # Asked for one widget's state, a busy kernel may first tell of a change to it.
    forgive(lab, "No version of module undefined is registered")
    panel.get_by_role("log").get_by_text("step 20", exact=True).wait_for()


@pytest.mark.timeout(900)
def test_the_kernel_is_gone_and_the_run_goes_on(lab):
    page = lab.page
    with trained(lab, "left-process") as folder:
        lab.open(lab.write("left-process.ipynb", [CELL.format(runs="left-process")]))
        lab.run_cell(0)
        seen_whole(page, folder)
        lab.restart()
        forgive(lab, "/api/kernels/")  # the old one's
        lab.run_cell(0)
        ended(seen_whole(page, folder), folder)


@pytest.mark.timeout(900)
def test_a_second_tab_shows_the_run_and_stops_it(lab):
    """One kernel, two pages: what one of them does the other sees."""
    page, notebook = lab.page, lab.write("left-tab.ipynb", [CELL.format(runs="left-tab")])
    lab.open(notebook)
    lab.run_cell(0)
    first = started(page)
    lab.save()
    folder = the_run(lab, "left-tab")
    with second_tab(lab, f"{lab.address}/lab/tree/{notebook}") as second:
        ended(seen_whole(second, folder), folder)
        first.get_by_text(RESULT).wait_for(timeout=SECONDS * 1000)


@pytest.mark.timeout(900)
def test_in_voila_every_page_that_is_opened_finds_the_run(lab, voila):
    """There each page is a kernel of its own: the run is that of the first page."""
    page, runs = lab.page, "left-voila"
    lab.write("left-voila.ipynb", [CELL.format(runs=runs)])
    address = f"{voila}/voila/render/left-voila.ipynb"
    page.goto(address)
    started(page)
    folder = the_run(lab, runs)
    page.reload()
    first = seen_whole(page, folder)
    first.get_by_text("This run was there already").wait_for()
    with second_tab(lab, address) as second:
        ended(seen_whole(second, folder), folder)
        first.get_by_text(RESULT).wait_for(timeout=SECONDS * 1000)
