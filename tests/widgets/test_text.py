"""The text field: marks stand where the characters stand, and what is selected is sent."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lablib.widgets import TextInput
from lablib.widgets.page import static_page
from tests.scripts import script

LONG = "".join(f"line {i} of a text\n" for i in range(60))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\r\n👋é"))


@pytest.fixture
def show(page):
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    def show(**traits):
        page.set_content(static_page(TextInput(**traits)))
        page.evaluate("window.shown")
        return page

    yield show
    assert errors == []


def get(page, name):
    return page.evaluate(f"window.shown.then(([text]) => text.model.get('{name}'))")


def put(page, name, value):
    script = "([name, value]) => window.shown.then(([text]) => text.model.set(name, value))"
    page.evaluate(script, [name, value])


def select(page, start, end):
    """As with the mouse: from one UTF-16 unit of the field to another."""
    page.locator(".lab-area-frame > textarea").evaluate(
        "(area, [start, end]) => { area.focus(); area.setSelectionRange(start, end); }",
        [start, end],
    )
    page.wait_for_timeout(300)


def boxes(page):
    return [mark.bounding_box() for mark in page.locator(".lab-area-mark").all()]


def test_a_mark_stands_under_its_characters(show):
    page = show(value="one two three", marked=[[4, 7]])
    (two,) = boxes(page)
    put(page, "marked", [[0, 4], [7, 13]])
    before, after = boxes(page)
    assert before["x"] + before["width"] == pytest.approx(two["x"], abs=0.5)
    assert after["x"] == pytest.approx(two["x"] + two["width"], abs=0.5)
    field = page.locator(".lab-area-frame > textarea").bounding_box()
    assert field["y"] < two["y"] and two["y"] + two["height"] < field["y"] + field["height"]
    put(page, "marked", [])
    assert boxes(page) == []


def test_a_mark_over_several_lines_has_a_box_on_each(show):
    page = show(value="one\ntwo\nthree", marked=[[2, 10]])
    tops = [box["y"] for box in boxes(page)]
    assert len(set(tops)) == 3 and tops == sorted(tops)


def test_the_field_scrolls_to_its_mark(show):
    page = show(value=LONG)
    put(page, "marked", [[LONG.index("line 50"), LONG.index("line 50") + 7]])
    (mark,) = boxes(page)
    field = page.locator(".lab-area-frame > textarea").bounding_box()
    assert field["y"] < mark["y"] < field["y"] + field["height"]
    line = mark["y"]
    page.locator(".lab-area-frame > textarea").evaluate("(area) => { area.scrollTop -= 24; }")
    page.wait_for_timeout(50)
    assert boxes(page)[0]["y"] == pytest.approx(line + 24, abs=1)


def test_typing_takes_the_marks_away(show):
    page = show(value="one two", marked=[[0, 3]])
    page.locator(".lab-area-frame > textarea").press("End")
    page.keyboard.type("!")
    assert boxes(page) == []


@pytest.mark.parametrize(
    ("text", "units", "points"),
    [
        ("one two", [4, 7], [4, 7]),
        ("👋é👋x", [2, 5], [1, 3]),
        ("a\r\nb\rc", [2, 4], [3, 5]),
        ("one", [1, 1], []),
    ],
)
def test_what_is_selected_is_sent_in_code_points(show, text, units, points):
    page = show(value=text, selects=True)
    select(page, *units)
    page.evaluate("window.shown.then(([text]) => void (window.model = text.model))")
    page.wait_for_function("points => `${model.get('selection')}` === `${points}`", arg=points)


def test_a_field_that_sends_no_selection(show):
    page = show(value="one two")
    select(page, 0, 3)
    assert get(page, "selection") == []


@pytest.fixture(scope="module")
def places():
    """For each code point of a text its place in the field, and the way back from there."""
    code = """a[1].map((place) => {
        const units = m.toUnits(a[0], place);
        return [units, m.toPoints(a[0], units)];
    })"""
    with script("lablib/widgets/static/text_places.js") as call:
        yield lambda text: call(code, text, list(range(len(text))))


@given(text=TEXTS)
@example(text="\r\n\r👋\r\n")
def test_places_in_any_text(places, text):
    for i, (units, points) in enumerate(places(text)):
        between = text[i - 1 : i + 1] == "\r\n" if i else False
        before = text[: i - between].replace("\r\n", "\n")
        assert units == len(before.encode("utf-16-le")) // 2
        assert points == i - between


def test_a_carriage_return_in_the_text_stays_there(show):
    page = show(value="a\r\nb")
    page.wait_for_timeout(50)
    assert get(page, "value") == "a\r\nb"


def test_a_full_field_says_so(show):
    page = show(value="123456", limit=5, note="And this.")
    words = page.locator(".lab-note").text_content()
    assert words == "The field is full: it takes 5 characters. And this."
    page.locator(".lab-area-frame > textarea").fill("1234")
    assert page.locator(".lab-note").text_content() == "And this."


PASTE = """(area, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    area.focus();
    const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
    return area.dispatchEvent(event);
}"""


def test_a_long_text_is_pasted_at_once(show):
    page = show(value="one two", limit=100_000)
    area = page.locator("textarea")
    area.evaluate("(area) => area.setSelectionRange(4, 7)")
    browsers_turn = area.evaluate(PASTE, LONG * 40)
    page.evaluate(
        """async (before) => {
            const [{ model }] = await window.shown;
            while (model.get("value") === before) await new Promise(requestAnimationFrame);
        }""",
        "one two",
    )
    assert not browsers_turn
    assert get(page, "value") == "one " + LONG * 40
    area.evaluate(PASTE, "x" * 200_000)
    assert len(area.input_value()) == 100_000
    assert "The field is full" in page.locator(".lab-note").text_content()
    assert area.evaluate(PASTE, "short")


def test_a_long_text_of_many_lines_is_replaced_quickly(show):
    page = show(value="a\n" * 200_000, limit=1_000_000)
    area = page.locator("textarea")
    assert area.get_attribute("dir") == "ltr"
    area.press("Control+a")
    page.keyboard.type("\u05d0\u05d1")
    assert area.input_value() == "\u05d0\u05d1" and area.get_attribute("dir") == "auto"
    page.wait_for_timeout(300)
    put(page, "value", "\u05d0\u05d1 " * 10_000)
    assert area.get_attribute("dir") == "rtl"
    area.press("Control+a")
    page.keyboard.press("Backspace")
    assert area.input_value() == ""
