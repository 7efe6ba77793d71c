"""Every lab as a page of its own: opens from the disk, alone, and without a finding of axe-core."""

import functools
import re

import pytest

from lablib.pages.document import page_name
from lablib.pages.front_door import entry
from lablib.pages.site import Site
from tests.browser.axe import findings_in_both_schemes
from tests.browser.conftest import settled
from tests.conftest import ROOT, forget
from tests.executed import NOTEBOOKS

LABS = {page_name(path): path for path in NOTEBOOKS}


@pytest.fixture(scope="module")
def page_of(executed, tmp_path_factory):
    """Gives the file that `make pages` writes for a lab, or for the index of all."""
    folder = tmp_path_factory.mktemp("pages")
    site = Site(folder)

    @functools.cache
    def made(name):
        if name == "index":
            listed = [made(lab) and entry(lab, executed(LABS[lab]).book) for lab in LABS]
            site.write_index(listed, ROOT / "labs/images")
        else:
            book, models, _ = executed(LABS[name])
            site.write_lab(name, book, models)
        return folder / f"{name}.html"

    return made


@pytest.fixture
def read(disk, page_of):
    """Opens a page and draws its widgets; nothing may fail or be asked for from outside."""
    page = disk.new_page()
    page.set_viewport_size({"width": 1000, "height": 1200})
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda m: m.type in ("error", "warning") and wrong.append(m.text))
    page.on(
        "request", lambda r: r.url.startswith(("file:", "blob:", "data:")) or wrong.append(r.url)
    )

    def open_page(name):
        page.goto(page_of(name).as_uri())
        page.evaluate("window.shown?.then((all) => all.length)")
        settled(page)
        return page

    yield open_page
    forget(page)
    page.close()
    assert wrong == []


@pytest.mark.parametrize("lab", LABS)
def test_a_page_is_whole_and_everybody_can_use_it(read, lab):
    page = read(lab)
    assert page.locator("[data-widget]").count() > 0 or lab == "torch"  # that one has no panels
    assert page.get_by_text("This could not be drawn here.").count() == 0
    assert page.locator(".lab-foot[data-state=failed]").count() == 0
    # A panel that computes here says what it does not answer once its model is there.
    if page.locator("fieldset:disabled:not(:has([data-live]))").count():
        assert page.get_by_text(re.compile("needs? a kernel")).count() > 0
    assert findings_in_both_schemes(page) == []
    page.set_viewport_size({"width": 400, "height": 800})
    page.wait_for_function("document.documentElement.scrollWidth <= 400", timeout=60_000)


def show_all(page):
    """Let every prediction be, so that the pictures are there."""
    while (buttons := page.get_by_role("button", name="Just show me")).count():
        buttons.first.click()


def test_what_needs_no_kernel_answers(read):
    page = read("06_sampling")
    show_all(page)
    board = page.locator(".lab-knobs").first
    before = board.inner_text()
    board.locator("[type=range][data-knob=temperature]").press("ArrowLeft")
    page.wait_for_function(
        "before => document.querySelector('.lab-knobs').innerText !== before", arg=before
    )
    assert page.locator(".lab-tree-node").count() > 0
    field = page.locator(".lab-area").first
    field.and_(page.locator(":enabled")).wait_for(timeout=120_000)
    field.fill("The king")
    board.get_by_text("The king").wait_for(timeout=120_000)

    page = read("02_attention")
    show_all(page)
    page.get_by_role("button", name="Lines", exact=True).first.click()
    page.get_by_text("looks (query)").first.wait_for()

    page = read("01_tokenization")
    show_all(page)
    slider = page.locator(".lab-merges [type=range]").first
    words = "document.querySelector('.lab-merges').innerText"
    before = page.evaluate(words)
    for _ in range(5):
        slider.press("ArrowLeft")
    page.wait_for_function(f"before => {words} !== before", arg=before)


def test_the_whole_course_is_small_enough_to_be_handed_on(page_of):
    """At most 40 MB: it is put on a stick and sent through school networks."""
    files = [path for path in page_of("index").parent.rglob("*") if path.is_file()]
    assert {f"{lab}.html" for lab in LABS} <= {path.name for path in files}
    assert sum(path.stat().st_size for path in files) <= 40e6


def test_the_index_leads_to_every_lab(read):
    page = read("index")
    for lab in LABS:
        assert page.locator(f'a[href="{lab}.html"]').count() >= 1
    page.locator("a").first.click()
    page.wait_for_selector("main h1")
