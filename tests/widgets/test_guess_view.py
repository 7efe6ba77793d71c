"""The guess view on a page: bars, buttons, the keyboard, and text that stays text."""

import pytest

from lablib.widgets.guess_view import GuessView
from lablib.widgets.page import static_page
from tests.looking import ran


def row(text, value, **more):
    return {"text": text, "value": value, "number": f"{100 * value:g} %", **more}


COLUMNS = [
    {"title": "Mask 1", "note": "It hides “mat”: 40 %.",
     "rows": [row("mat", 0.4, mark=True), row("bed", 0.1, spoken="a bed", note="token 7")]},
    {"title": "Mask 2", "note": "", "rows": [row("<img src=x onerror=window.broken=1>", 0.0)]},
]  # fmt: skip


@pytest.fixture
def show(page):
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: message.type == "error" and errors.append(message.text))

    def show(columns):
        page.set_content(static_page(GuessView(columns=columns, label="Guesses")))
        page.evaluate("window.shown")
        page.evaluate(
            "window.shown.then(([{ model }]) => (model.send = (m) => (window.sent ??= []).push(m)))"
        )
        return page

    yield show
    assert errors == []


def test_bars_are_as_long_as_their_share_of_the_longest(show):
    page = show(COLUMNS)
    widths = page.locator(".lab-guess-bar").evaluate_all("bars => bars.map((b) => b.style.width)")
    assert widths == ["100%", "25%", "0%"]
    assert page.locator(".lab-guess-marked").all_text_contents() == ["mat40 %"]
    assert page.locator(".lab-guess-note").all_text_contents() == ["It hides “mat”: 40 %."]


def test_a_click_and_the_keyboard_choose_a_guess(show):
    page = show(COLUMNS)
    page.get_by_role("button", name="mat, 40 %").click()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("window.sent") == [{"pick": [0, 0]}, {"pick": [0, 1]}]


def test_a_screen_reader_hears_the_guess_and_its_number(show):
    page = show(COLUMNS)
    labels = page.locator("button").evaluate_all("all => all.map((b) => b.ariaLabel)")
    assert labels[1] == "a bed, 10 %, token 7"
    assert page.get_by_role("group", name="Guesses").count() == 1


def test_text_stays_text_and_the_focus_stays_where_it_was(show):
    page = show(COLUMNS)
    assert not ran(page)
    page.locator("button").nth(1).focus()
    page.evaluate(
        "window.shown.then(([{ model }]) => model.set('columns', [...model.get('columns')]))"
    )
    assert page.evaluate("document.activeElement.ariaLabel") == "a bed, 10 %, token 7"


def test_nothing_to_show_and_fifty_columns(show):
    assert show([]).locator("button").count() == 0
    many = [{"title": f"Mask {i}", "note": "", "rows": [row("a", 0.5)] * 10} for i in range(50)]
    assert show(many).locator("button").count() == 500


def test_only_what_is_there_can_be_picked():
    picked = []
    view = GuessView(lambda *place: picked.append(place), columns=COLUMNS)
    for place in ([0, 1], [5, 0], [0, 9], [-1, 0], "x", None, [0], [True, 0]):
        view._received({"pick": place})
    assert picked == [(0, 1)]
