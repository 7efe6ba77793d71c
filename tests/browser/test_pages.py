"""Every lab as a page of its own: opens from the disk, alone, and without a finding of axe-core."""

import subprocess
import sys

import pytest

from tests.browser.axe import findings
from tests.conftest import ROOT
from tests.labs.test_labs import NOTEBOOKS


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The folder with what `make pages` makes; what the labs write is not left beside them."""
    folder, labs = tmp_path_factory.mktemp("pages"), ROOT / "labs"
    before = set(labs.rglob("*"))
    command = [sys.executable, "-m", "lablib.pages", str(labs), "--out", str(folder)]
    subprocess.run(command, check=True, cwd=ROOT)
    assert set(labs.rglob("*")) == before
    return folder


@pytest.fixture
def read(browser, pages):
    """Opens a page and draws its widgets; nothing may fail or be asked for from outside."""
    # axe's own script is the one thing that the page's policy would not let in.
    context = browser.new_context(bypass_csp=True, viewport={"width": 1000, "height": 1200})
    page = context.new_page()
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda m: m.type in ("error", "warning") and wrong.append(m.text))
    page.on(
        "request", lambda r: r.url.startswith(("file:", "blob:", "data:")) or wrong.append(r.url)
    )

    def open_page(name):
        page.goto((pages / name).as_uri())
        page.evaluate("window.shown?.then((all) => all.length)")
        page.wait_for_timeout(500)
        return page

    yield open_page
    context.close()
    assert wrong == []


@pytest.mark.timeout(600)
@pytest.mark.parametrize("lab", [path.stem for path in NOTEBOOKS])
def test_a_page_is_whole_and_everybody_can_use_it(read, lab):
    page = read(f"{lab}.html")
    assert page.locator("[data-widget]").count() > 0
    assert page.get_by_text("This could not be drawn here.").count() == 0
    assert page.locator(".lab-foot[data-state=failed]").count() == 0
    if page.locator("fieldset:disabled").count():
        assert page.get_by_text("needs a kernel").count() > 0
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(300)
        assert findings(page, "html") == []
    page.set_viewport_size({"width": 400, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


def test_what_needs_no_kernel_answers(read):
    page = read("05_sampling.html")
    board = page.locator(".lab-knobs").first
    before = board.inner_text()
    board.locator("[type=range][data-knob=temperature]").press("ArrowLeft")
    page.wait_for_function(
        "before => document.querySelector('.lab-knobs').innerText !== before", arg=before
    )
    assert page.locator(".lab-tree-node").count() > 0
    assert page.locator(".lab-area").first.is_disabled()

    page = read("02_attention.html")
    page.get_by_role("button", name="Lines", exact=True).first.click()
    page.get_by_text("looks (query)").first.wait_for()

    page = read("01_tokenization.html")
    slider = page.locator(".lab-merges [type=range]").first
    words = "document.querySelector('.lab-merges').innerText"
    before = page.evaluate(words)
    for _ in range(5):
        slider.press("ArrowLeft")
    page.wait_for_function(f"before => {words} !== before", arg=before)


def test_the_index_leads_to_every_lab(read):
    page = read("index.html")
    for path in NOTEBOOKS:
        assert page.locator(f'a[href="{path.stem}.html"]').count() == 1
    page.locator("a").first.click()
    page.wait_for_selector("main h1")
