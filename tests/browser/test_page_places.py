"""Pages of a folder and single ones, under their own policy: they draw, live, and open states."""

import json
import re
from urllib.parse import quote, unquote

import nbformat.v4 as nbf
import pytest
from playwright.sync_api import expect

from lablib import attention as at
from lablib import sampling as sp
from lablib.pages.running import keep_widgets
from lablib.pages.site import Site
from lablib.widgets.plot import Plot
from tests.browser.firefox import COMMAND, MISSING, firefox
from tests.conftest import forget, from_disk
from tests.looking import ran

WIDGET = "application/vnd.jupyter.widget-view+json"
PAYLOAD = "<img src=x onerror=alert(1)>"
KNOBS, HEADS = 0, 1


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A lab with two panels and a plot: in a folder whose pages share files, and by itself."""
    home = tmp_path_factory.mktemp("places")
    panels = [
        sp.knob_panel("Once upon a time", "pocket-gpt2"),
        at.heads_panel("The little dog ran", model="pocket-gpt2"),
    ]
    assert all(panel.wait(300) for panel in panels)
    widgets = [*panels, Plot([{"y": [1, 3, 2]}], 200)]
    keep_widgets(str(home / "widgets.json"))
    states = json.loads((home / "widgets.json").read_text(encoding="utf-8"))
    outputs = [nbf.new_output("display_data", {WIDGET: {"model_id": w.model_id}}) for w in widgets]
    cells = [nbf.new_markdown_cell("# Panels"), nbf.new_code_cell("", outputs=outputs)]
    for kind in ("shared", "single"):
        (home / kind).mkdir()
        Site(home / kind, kind == "single").write_lab("lab", nbf.new_notebook(cells=cells), states)
    return home


@pytest.fixture(scope="module")
def window(browser):
    """Where the pages are opened, under their own policy."""
    with from_disk(browser) as window:
        yield window


@pytest.fixture
def visit(window):
    """Opens an address with no network, under the page's own policy; nothing complains."""
    page = window.new_page()
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda m: m.type in ("error", "warning") and wrong.append(m.text))
    page.on("dialog", lambda dialog: wrong.append(dialog.message) or dialog.dismiss())
    page.on(
        "request", lambda r: r.url.startswith(("file:", "blob:", "data:")) or wrong.append(r.url)
    )
    page.set_default_timeout(120_000)

    def open_address(address):
        page.goto("about:blank")
        page.goto(address)
        return page

    yield open_address
    forget(page)
    page.close()
    assert wrong == []


def panel_of(page, number):
    return page.locator(".lab-panel").nth(number)


def awake(page, number):
    """A panel, once it answers."""
    panel = panel_of(page, number)
    panel.scroll_into_view_if_needed()
    panel.locator("textarea").first.and_(page.locator(":enabled")).wait_for()
    return panel


def link(folders, state, kind="shared"):
    text = state if isinstance(state, str) else quote(json.dumps(state))
    return f"{(folders / kind / 'lab.html').as_uri()}#state={text}"


@pytest.mark.parametrize("kind", ["shared", "single"])
def test_a_page_draws_and_lives(folders, visit, kind):
    page = visit((folders / kind / "lab.html").as_uri())
    page.locator(".plotly .main-svg").first.wait_for()
    panel = awake(page, KNOBS)
    panel.locator("textarea").fill("The king and the queen")
    panel.get_by_text("and the queen").first.wait_for()
    assert page.get_by_text("are not beside it").is_hidden()


def test_a_page_of_a_folder_alone_says_what_is_missing(folders, window, tmp_path):
    (tmp_path / "lab.html").write_bytes((folders / "shared/lab.html").read_bytes())
    page = window.new_page()
    page.goto((tmp_path / "lab.html").as_uri())
    page.get_by_text("Keep the folder of the pages together.").wait_for()
    page.close()


def test_no_script_but_the_pages_own_is_run(folders, window):
    for kind in ("shared", "single"):
        page = window.new_page()
        page.goto((folders / kind / "lab.html").as_uri())
        page.evaluate("window.shown.then(() => null)")
        page.evaluate("""() => {
            const tag = document.createElement("script");
            tag.textContent = "window.broken = true";
            document.body.append(tag);
            const image = "<img src=x onerror='window.broken = true'>";
            document.body.insertAdjacentHTML("beforeend", image);
            const other = document.createElement("script");
            other.src = "https://example.org/a.js";
            document.body.append(other);
        }""")
        assert not ran(page)
        page.close()


def test_a_copied_link_opens_the_panel_as_it_stood(folders, visit):
    page = visit((folders / "shared/lab.html").as_uri())
    panel = awake(page, HEADS)
    panel.locator("textarea").first.fill("The king and the queen")
    panel.get_by_text("␣queen").first.wait_for(state="attached")
    panel.locator(".heads-cell").nth(5).click()
    opened = panel.get_by_role("gridcell", selected=True).first.get_attribute("aria-label")
    panel.get_by_role("button", name="Copy a link to this state").click()
    panel.get_by_text(re.compile("Copied|address bar")).wait_for()
    address = page.url
    state = json.loads(unquote(address.partition("#state=")[2]))
    assert (state["panel"], state["model"]) == ("heads-1", "pocket-gpt2")
    assert state["settings"]["text.value"] == "The king and the queen"

    page = visit(address)
    panel = panel_of(page, HEADS)
    panel.get_by_text("Set as the link says.").wait_for()
    panel.get_by_text("␣queen").first.wait_for(state="attached")
    assert panel.locator("textarea").first.input_value() == "The king and the queen"
    chosen = panel.get_by_role("gridcell", selected=True).first
    expect(chosen).to_have_attribute("aria-label", opened)
    assert page.evaluate(
        "el => el.getBoundingClientRect().top < innerHeight", panel.element_handle()
    )


def test_a_link_that_is_followed_on_the_page_itself_sets_the_knobs(folders, visit):
    page = visit((folders / "single/lab.html").as_uri())
    awake(page, KNOBS)
    knobs = {"temperature": 0.7, "top_k": 5}
    asked = {"panel": "knobs-1", "model": "pocket-gpt2", "settings": {"view.knobs": knobs}}
    page.evaluate("hash => { location.hash = hash }", f"state={quote(json.dumps(asked))}")
    panel = panel_of(page, KNOBS)
    panel.get_by_text("Set as the link says.").wait_for()
    for name, value in knobs.items():
        field = panel.locator(f"input[type=number][data-knob={name}]")
        assert float(field.input_value()) == value


def test_a_strangers_link_does_no_harm(folders, visit):
    settings = {
        "text.value": f"{PAYLOAD} x",
        "view.knobs": {"temperature": -5},
        "view.order": ["javascript:alert(1)"],
        "nobody.value": PAYLOAD,
        "__proto__.value": 1,
    }
    state = {"panel": "knobs-1", "model": PAYLOAD, "settings": settings}
    page = visit(link(folders, state))
    panel = panel_of(page, KNOBS)
    panel.get_by_text("4 settings of the link do not fit this panel and were left out.").wait_for()
    panel.get_by_text("made with another model").wait_for()
    assert panel.locator("textarea").input_value() == f"{PAYLOAD} x"
    assert page.locator("img").count() == 0
    for text, words in (
        ("%7B", "cannot be read"),
        ("a" * 20_001, "too long"),
        (quote(json.dumps({**state, "panel": "constructor"})), "not on this page"),
    ):
        page = visit(link(folders, text))
        page.get_by_role("alert").get_by_text(words).wait_for()
        assert awake(page, KNOBS).locator("textarea").input_value() == "Once upon a time"


@pytest.mark.skipif(COMMAND is None, reason=MISSING)
@pytest.mark.parametrize("kind", ["shared", "single"])
def test_a_link_opens_its_state_in_firefox(folders, tmp_path, kind):
    state = {"panel": "knobs-1", "model": "pocket-gpt2", "settings": {"text.value": "The king"}}
    with firefox(tmp_path) as page:
        page.open(link(folders, state, kind))
        page.wait_for(
            "document.querySelector('.lab-panel').textContent.includes('Set as the link says.')"
        )
        page.wait_for("document.querySelector('.lab-panel').innerText.includes('The king')")
        page.wait_for("document.querySelector('.plotly .main-svg')")
        assert page.errors == []
