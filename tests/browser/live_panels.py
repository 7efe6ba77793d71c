"""A page with panels that live on it, opened from the disk with no network."""

import json
from contextlib import contextmanager

import nbformat.v4 as nbf

from lablib.pages.document import lab_page
from lablib.pages.running import keep_widgets
from lablib.pages.scripts import write_scripts
from tests.conftest import forget

WIDGET = "application/vnd.jupyter.widget-view+json"


def write_page(folder, panels):
    """Write `panels.html` with these panels into a folder, and the models beside it."""
    assert all(panel.wait(300) for panel in panels)
    keep_widgets(str(folder / "widgets.json"))
    states = json.loads((folder / "widgets.json").read_text(encoding="utf-8"))
    outputs = [nbf.new_output("display_data", {WIDGET: {"model_id": p.model_id}}) for p in panels]
    cells = [nbf.new_markdown_cell("# Panels"), nbf.new_code_cell("", outputs=outputs)]
    book = nbf.new_notebook(cells=cells)
    (folder / "panels.html").write_text(lab_page(book, states), encoding="utf-8")
    write_scripts(folder)
    return folder


@contextmanager
def opened(window, folder):
    """The page in a window; it asks the network for nothing and complains of nothing."""
    page = window.new_page()
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda m: m.type in ("error", "warning") and wrong.append(m.text))
    page.on("request", lambda r: r.url.startswith(("file:", "blob:")) or wrong.append(r.url))
    page.set_default_timeout(120_000)
    try:
        page.goto((folder / "panels.html").as_uri())
        yield page
    finally:
        forget(page)
        page.close()
    assert wrong == []


def awake(page, number):
    """A panel of the page, once it answers."""
    panel = page.locator(".lab-panel").nth(number)
    panel.scroll_into_view_if_needed()
    panel.locator("textarea").first.and_(page.locator(":enabled")).wait_for()
    return panel


def ready(panel):
    panel.locator(".lab-foot[data-state=ready]").wait_for()
    return panel
