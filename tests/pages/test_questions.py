"""The questions of a page are asked there: by mouse and keyboard, kept, handed out and taken in."""

import functools
import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import ipywidgets
import nbformat.v4 as nbf
import pytest

from lablib.exercises import __main__ as command
from lablib.exercises import progress as progress_table
from lablib.exercises.progress import ProgressFile, standing
from lablib.exercises.report import Tally, tally
from lablib.exercises.views import BugView, CheckView, PredictView
from lablib.pages.document import lab_page
from lablib.pages.running import keep_widgets
from tests.browser.axe import findings
from tests.exercises import toy
from tests.exercises.conftest import progress_path, toy_lab  # noqa: F401  fixtures

WIDGET = "application/vnd.jupyter.widget-view+json"
REFUSED = """Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("The request was denied.", "SecurityError"); },
});"""


@functools.cache
def toy_page():
    """The page of a lab with every kind of question; a prediction's picture says what is right.

    Made once: the states are those of all widgets that any test has left behind.
    """
    picture = ipywidgets.HTML("<p>A picture of tails</p>")
    shown = [
        PredictView(toy.CHOICE, lambda: picture),
        PredictView(toy.NUMBER, None),
        CheckView(toy.DOUBLE, ...),
        BugView(toy.BUG),
        progress_table("toy"),
    ]
    for view in shown[:2]:
        view._act("skip", None)  # as when the pages are made: every picture is there
    ProgressFile().path.unlink()
    outputs = [nbf.new_output("display_data", {WIDGET: {"model_id": w.model_id}}) for w in shown]
    cells = [nbf.new_markdown_cell("# Toy"), nbf.new_code_cell("toy", outputs=outputs)]
    with TemporaryDirectory() as folder:
        kept = Path(folder, "widgets.json")
        keep_widgets(str(kept))
        states = json.loads(kept.read_text(encoding="utf-8"))
    return lab_page(nbf.new_notebook(cells=cells), states)


@pytest.fixture
def toy_file(tmp_path):
    """The page on the disk."""
    file = tmp_path / "toy.html"
    file.write_text(toy_page(), encoding="utf-8")
    return file


@pytest.fixture
def context(browser):
    """A browser in which nothing is kept yet; nothing may fail on its pages."""
    # axe's own script is the one thing that the page's policy would not let in.
    context = browser.new_context(bypass_csp=True, accept_downloads=True)
    wrong = []
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    context.on("console", lambda m: m.type in ("error", "warning") and wrong.append(m.text))
    yield context
    context.close()
    assert wrong == []


@pytest.fixture
def read(context, toy_file):
    """Opens the page, as often as it is called."""

    def open_page(page=None):
        page = page or context.new_page()
        page.goto(toy_file.as_uri())
        page.evaluate("window.shown")
        return page

    return open_page


def card(page, title):
    return page.locator(".lab-ex-card").filter(
        has=page.locator(".lab-ex-title", has_text=re.compile(f"^{re.escape(title)}$"))
    )


def test_the_right_answer_and_the_picture_wait_for_the_learner(read):
    page = read()
    tree, text = page.locator("main").aria_snapshot(), page.locator("main").inner_text()
    for said in ("Indeed.", "not heads", "A dozen.", "Three is not two.", "A picture of tails"):
        assert said not in tree and said not in text
    assert page.locator(".lab-ex-mark, .lab-ex-right").count() == 0

    card(page, "Heads?").get_by_role("button", name="Yes").click()
    said = card(page, "Heads?")
    assert said.get_by_text("It does <i>not</i>.").is_visible()
    assert said.locator("li.lab-ex-right").inner_text().split() == ["No", "right"]
    assert page.get_by_text("A picture of tails").is_visible()
    assert "Not yet" in page.locator("[role=status]").first.inner_text()


def test_everything_is_done_with_the_keyboard_and_read_out(read):
    page = read()
    card(page, "Heads?").get_by_role("button", name="No").focus()
    page.keyboard.press("Enter")
    assert page.locator("[role=status]").first.inner_text() == "Right. Indeed."
    assert page.evaluate("document.activeElement.innerText") == "Forget my answer"
    page.keyboard.press("Enter")
    assert not page.get_by_text("A picture of tails").is_visible()

    card(page, "How many?").get_by_role("spinbutton").focus()
    page.keyboard.type("11.25")
    page.keyboard.press("Enter")
    assert card(page, "How many?").get_by_text("You said 11.25 eggs.").is_visible()

    card(page, "Not double").get_by_role("button", name="Line 1:").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert card(page, "Not double").get_by_text("Three is not two.").is_visible()

    card(page, "Double it").get_by_role("button", name="Show hint 1 of 2").focus()
    page.keyboard.press("Enter")
    assert card(page, "Double it").get_by_text("Twice.").is_visible()


def answer_all(page):
    card(page, "Heads?").get_by_role("button", name="Yes").click()
    card(page, "Heads?").get_by_role("button", name="Forget my answer").click()
    card(page, "Heads?").get_by_role("button", name="No").click()
    card(page, "How many?").get_by_role("spinbutton").fill("1")
    card(page, "How many?").get_by_role("button", name="This is my guess").click()
    card(page, "Not double").get_by_role("button", name="Line 3:").click()
    card(page, "Not double").get_by_role("button", name="Line 2:").click()
    card(page, "Double it").get_by_role("button", name="Show the solution").click()


def test_answers_are_kept_and_other_pages_follow(read):
    other, page = read(), read()
    answer_all(page)
    page.get_by_text("A picture of tails").wait_for()
    other.get_by_text("A picture of tails").wait_for()
    page.reload()
    assert page.get_by_text("A picture of tails").is_visible()
    rows = page.locator(".lab-ex-table tbody tr").all_inner_texts()
    assert [row.split("\t")[3] for row in rows] == ["right", "answered", "–", "–", "line found"]
    page.get_by_role("button", name="Forget my answers in this lab").click()
    page.get_by_role("button", name="Yes, forget them").click()
    assert not page.get_by_text("A picture of tails").is_visible()


def test_a_page_that_one_goes_back_to_knows_what_was_answered_since(read):
    """A browser keeps it as it was left, and tells it of nothing (its back/forward cache)."""
    page = read()
    answer_all(page)
    kept = page.evaluate("({ ...localStorage })")
    page.get_by_role("button", name="Forget my answers in this lab").click()
    page.get_by_role("button", name="Yes, forget them").click()
    page.evaluate("(kept) => Object.assign(localStorage, kept)", kept)  # as another page does
    assert not page.get_by_text("A picture of tails").is_visible()
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    assert page.get_by_text("A picture of tails").is_visible()


def downloaded(page, path):
    with page.expect_download() as coming:
        page.get_by_role("button", name="Download my progress file").click()
    assert coming.value.suggested_filename == "progress.jsonl"
    coming.value.save_as(path)
    return path


def test_the_downloaded_file_is_the_library_s(read, tmp_path, capsys):
    page = read()
    answer_all(page)
    folder = tmp_path / "class"
    folder.mkdir()
    file = ProgressFile(downloaded(page, folder / "ann.jsonl"))
    events = file.events()
    assert file.notice == ""
    assert standing(events, "toy/choice").answer == "No"
    assert standing(events, "toy/choice").tries == 2
    assert standing(events, "toy/number").state == "wrong"
    assert standing(events, "toy/bug").line_found
    assert standing(events, "toy/double").solution

    assert tally(events, "toy") == Tally(predictions=2, right=1, exercises=0, bugs=1)
    assert command.main(["report", str(folder), "--by", "question", "--lab", "toy"]) == 0
    assert command.main(["take-in", str(file.path)]) == 0
    assert ProgressFile().events() == events
    assert ProgressFile().seed() == file.seed()
    said = capsys.readouterr().out
    assert "toy/bug,Not double,bug,,1,100%" in said
    assert f"{len(events) + 1} events of" in said


def test_a_file_is_taken_in(read, tmp_path, context):
    first = read()
    answer_all(first)
    file = downloaded(first, tmp_path / "ann.jsonl")
    file.write_text(file.read_text() + "{broken\n")
    first.evaluate("localStorage.clear()")
    page = read()
    assert not page.get_by_text("A picture of tails").is_visible()
    with page.expect_file_chooser() as asked:
        page.get_by_role("button", name="Take in a progress file").click()
    asked.value.set_files(file)
    page.get_by_text("A picture of tails").wait_for()
    table = page.locator(".lab-ex-card").last
    assert table.get_by_text("1 line could not be read").is_visible()
    assert table.get_by_text("2 of 5 right").count() == 0
    assert table.get_by_text("1 of 5 right").is_visible()


def test_a_browser_that_keeps_nothing_still_asks(context, read, tmp_path):
    context.add_init_script(REFUSED)
    page = read()
    answer_all(page)
    assert page.get_by_text("A picture of tails").is_visible()
    assert page.get_by_text("This browser keeps nothing for this page").is_visible()
    events = ProgressFile(downloaded(page, tmp_path / "ann.jsonl")).events()
    assert standing(events, "toy/choice").state == "right"


def test_nobody_is_told_to_wait_for_a_kernel(context, read):
    page = context.new_page()
    page.clock.install()
    page = read(page)
    answer_all(page)
    page.clock.run_for(10_000)
    assert page.get_by_text("No answer from the kernel yet").count() == 0


def test_everybody_can_use_the_questions(read):
    page = read()
    for answered in (False, True):
        if answered:
            answer_all(page)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.wait_for_function(
                "light => document.body.dataset.jpThemeLight === light",
                arg="true" if scheme == "light" else "false",
            )
            assert findings(page, "html") == []
    page.set_viewport_size({"width": 400, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
