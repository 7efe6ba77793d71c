"""The token strip: what Python accepts, and what the page shows, says and lets choose."""

import json
import math

import anywidget
import pytest
import torch
import traitlets
from hypothesis import given
from hypothesis import strategies as st
from plotly.colors import sample_colorscale

from lablib.widgets.page import static_page
from lablib.widgets.strip import AT_ONCE, PALETTES, TokenStrip, to_browser
from tests.looking import drawn, ran

ANY_TEXT = st.text(st.characters(exclude_categories=[]))
PAYLOAD = "<img src=x onerror=window.broken=1></script><script>window.broken=1</script>"


def tokens(*texts):
    return [{"text": text} for text in texts]


def letters(count):
    return tokens(*(chr(97 + i % 26) for i in range(count)))


# Python


@pytest.mark.parametrize("wrong", [{}, {"text": None}, {"text": b"a"}, {"id": 3}])
def test_a_token_needs_a_text(wrong):
    strip = TokenStrip(tokens=tokens("a"))
    with pytest.raises(traitlets.TraitError, match="A token needs a text"):
        strip.tokens = [wrong]
    with pytest.raises(traitlets.TraitError, match="A token needs a text"):
        strip.append({"text": "b"}, wrong)
    assert strip.tokens == tokens("a")


@pytest.mark.parametrize("wrong", ["0.5", [0.5], torch.tensor([0.5, 0.5])])
def test_a_value_is_one_number(wrong):
    strip = TokenStrip(tokens=tokens("a"))
    with pytest.raises(traitlets.TraitError, match="value is one number"):
        strip.append({"text": "b", "value": wrong})
    assert strip.tokens == tokens("a")


def test_only_a_dict_is_a_token():
    strip = TokenStrip()
    with pytest.raises(traitlets.TraitError, match="A token needs a text"):
        strip.append("a")
    with pytest.raises(traitlets.TraitError):
        strip.tokens = ["a"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"min": None}, "two finite numbers"),
        ({"max": "much"}, "two finite numbers"),
        ({"max": math.inf}, "two finite numbers"),
        ({"min": math.nan}, "two finite numbers"),
        ({"min": 1}, "two different ends"),
        ({"palette": "jet"}, "palette is one of viridis, cividis"),
        ({"maximum": 2}, "min, max, palette, unit, not maximum"),
    ],
)
def test_a_scale_that_is_none(wrong, words):
    strip = TokenStrip()
    before = strip.scale
    with pytest.raises(traitlets.TraitError, match=words):
        strip.scale = wrong
    assert strip.scale == before


def test_a_scale_fills_what_is_left_out_and_counts_in_plain_numbers():
    strip = TokenStrip(scale={"min": torch.tensor(-12), "unit": "nats"})
    assert strip.scale == {"min": -12.0, "max": 1.0, "palette": "viridis", "unit": "nats"}
    assert json.loads(json.dumps(strip.get_state()["scale"]))["ends"] == ["−12", "1"]


@pytest.mark.parametrize(("mode", "kept"), [("none", []), ("one", [0]), ("many", [0, 2])])
def test_selected_is_what_the_selection_allows(mode, kept):
    strip = TokenStrip(tokens=letters(3), selection="many", selected=[2, 0, 2, 3, -1])
    assert strip.selected == [0, 2]
    strip.selection = mode
    assert strip.selected == kept


def test_tokens_that_are_gone_are_neither_selected_nor_hovered():
    strip = TokenStrip(tokens=letters(3), selection="many", selected=[0, 2], hovered=2)
    strip.tokens = letters(2)
    assert (strip.selected, strip.hovered) == ([0], None)
    strip.hovered = -1
    assert strip.hovered is None


def test_an_unknown_selection():
    with pytest.raises(traitlets.TraitError):
        TokenStrip(selection="some")


def test_only_new_tokens_travel(monkeypatch):
    sent = []
    monkeypatch.setattr(anywidget.AnyWidget, "send", lambda _, content: sent.append(content))
    strip, other = TokenStrip(tokens=letters(2)), TokenStrip()
    strip.append({"text": " c", "value": 0.5, "note": None, "mark": ""})
    assert sent == [
        {
            "at": 2,
            "append": [{"text": "␣c", "spoken": "space c", "value": 0.5, "number": "0.5"}],
        }
    ]
    assert len(strip.tokens) == 3
    assert other.tokens == []


@given(text=ANY_TEXT, value=st.none() | st.floats())
def test_any_token_can_be_sent(text, value):
    sent = to_browser({"text": text, "value": value, "note": text, "mark": text})
    json.dumps(sent, allow_nan=False, ensure_ascii=False).encode()
    assert ("number" in sent) == (value is not None)


def numbered(first, last):
    return [{"text": str(i)} for i in range(first, last)]


def answers(monkeypatch):
    """What strips send from now on."""
    sent = []
    monkeypatch.setattr(anywidget.AnyWidget, "send", lambda _, content: sent.append(content))
    return sent


def ask(strip, first, last):
    strip._handle_custom_msg({"want": [first, last]}, [])


def test_of_very_many_tokens_the_first_travel_and_others_when_asked_for(monkeypatch):
    made = []
    strip, sent = TokenStrip(selection="many"), answers(monkeypatch)
    strip.show(10**6, lambda first, last: made.append((first, last)) or numbered(first, last))
    assert made == [(0, AT_ONCE)] and len(strip.tokens) == AT_ONCE
    assert (strip.count, strip.total) == (10**6, 10**6)
    ask(strip, 9000, 9002)
    assert sent == [
        {"at": 9000, "put": [{"text": "9000", "spoken": "9000"}, to_browser({"text": "9001"})]}
    ]
    strip.selected, strip.hovered = [5000, 10**6], 999_999
    assert (strip.selected, strip.hovered) == ([5000], 999_999)


@pytest.mark.parametrize("wrong", [[-1, 5], [10**6, 10**6 + 5], [7, 7], [9, 3]])
def test_what_is_not_there_is_not_sent(monkeypatch, wrong):
    strip, sent = TokenStrip(), answers(monkeypatch)
    strip.show(10**6, numbered)
    ask(strip, *wrong)
    assert sent == []
    ask(strip, 10**6 - 1, 10**9)
    assert len(sent[0]["put"]) == 1
    ask(strip, 0, 10**6)
    assert len(sent[1]["put"]) == AT_ONCE


def test_other_tokens_take_the_place_of_very_many(monkeypatch):
    strip, sent = TokenStrip(), answers(monkeypatch)
    strip.show(10**6, numbered)
    strip.tokens = numbered(0, 3)
    assert (strip.count, strip.total) == (3, 0)
    ask(strip, 1, 2)
    assert sent == []
    strip.show(2, numbered)
    assert strip.count == 2


# The page


@pytest.fixture
def show(page):
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: message.type == "error" and errors.append(message.text))

    def show(tokens, **traits):
        page.set_content(static_page(TokenStrip(tokens=tokens, **traits)))
        page.evaluate("window.shown")
        return page

    yield show
    assert errors == []


def get(page, name):
    return page.evaluate(f"window.shown.then(([strip]) => strip.model.get('{name}'))")


def put(page, name, value):
    """As Python would: by the model."""
    script = "([name, value]) => window.shown.then(([strip]) => strip.model.set(name, value))"
    page.evaluate(script, [name, value])


def append(page, at, *new):
    message = {"at": at, "append": [to_browser(token) for token in new]}
    page.evaluate("(new_) => window.shown.then(([s]) => s.model.receive(new_))", message)


def chip(page, index):
    return page.locator(".lab-token").nth(index)


def chips(page):
    return page.locator(".lab-token .lab-chip-text").all_text_contents()


def card(page):
    """What the open card says: the token, then names and texts; None if it is closed."""
    return page.evaluate(
        """() => {
            const card = document.querySelector(".lab-card");
            if (!card.matches(":popover-open")) return null;
            const texts = (tag) => [...card.querySelectorAll(tag)].map((node) => node.textContent);
            const words = texts("dd");
            const rows = texts("dt").map((name, i) => [name, words[i]]);
            return [card.querySelector(".lab-card-text").textContent, Object.fromEntries(rows)];
        }"""
    )


def focused(page):
    """The index of the option in focus, None for none; only it is reached by the Tab key."""
    return page.evaluate(
        """() => {
            const reached = [...document.querySelectorAll('.lab-token[tabindex="0"]')];
            const focused = document.activeElement;
            if (!focused.matches(".lab-token")) return null;
            if (reached.length !== 1 || reached[0] !== focused) throw Error("a second tab stop");
            return focused.index;
        }"""
    )


def marked_selected(page):
    """The indices that a screen reader hears as selected."""
    return page.evaluate(
        """[...document.querySelectorAll('.lab-token[aria-selected="true"]')].map((o) => o.index)"""
    )


def test_one_chip_for_each_token(show):
    page = show(tokens("Once", " upon", "\n", "", "\t\x00", "\u200d"))
    assert chips(page) == ["Once", "␣upon", "⏎", "", "⇥␀", "‹200D›"]


def test_a_new_line_ends_the_line_and_other_tokens_stand_side_by_side(show):
    page = show(tokens("a", "b\n", "c"))
    tops = [chip(page, i).locator(".lab-chip").bounding_box()["y"] for i in range(3)]
    assert tops[0] == tops[1] < tops[2]


COLOURS = """() => [...document.querySelectorAll(".lab-chip-text")].map((text) => {
    const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const luminance = (colour) => {
        const [r, g, b] = channels(colour).map((c) => c / 255)
            .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const back = getComputedStyle(text.parentNode).backgroundColor;
    const pair = [luminance(back), luminance(getComputedStyle(text).color)].sort((a, b) => b - a);
    return [channels(back), (pair[0] + 0.05) / (pair[1] + 0.05)];
})"""


@pytest.mark.parametrize("palette", ["viridis", "cividis"])
def test_colours_are_the_palette_s_and_text_stands_out(show, palette):
    shares = [i / 10 for i in range(11)]
    valued = [{"text": "a", "value": -5 + 10 * share} for share in shares]
    page = show(valued, scale={"min": -5, "max": 5, "palette": palette})
    right = sample_colorscale(palette, shares, colortype="tuple")
    for expected, (back, contrast) in zip(right, page.evaluate(COLOURS), strict=True):
        assert back == pytest.approx([255 * channel for channel in expected], abs=1)
        assert contrast >= 4.5


@pytest.mark.parametrize("palette", PALETTES)
def test_text_stands_out_on_every_colour(show, palette):
    valued = [{"text": "a", "value": i / 255} for i in range(256)]
    page = show(valued, scale={"palette": palette})
    found = page.evaluate(COLOURS)
    assert len(found) == 256
    assert min(contrast for _, contrast in found) >= 4.5


def test_colour_comes_from_the_value_alone(show):
    """Neither a mark nor a kind of token, nor being chosen, changes the colour."""
    same = {"value": 0.5}
    page = show(
        [
            {"text": "a", **same},
            {"text": " long", "id": 7, "mark": "prompt", "note": "n", **same},
            {"text": "<s>", "special": True, **same},
            {"text": "a"},
            {"text": "a", "value": math.nan},
        ],
        selection="many",
        selected=[1, 3],
    )
    backs = [back for back, _ in page.evaluate(COLOURS)]
    assert backs[0] == backs[1] == backs[2]
    assert backs[3] == backs[4] != backs[0]
    assert all(contrast >= 4.5 for _, contrast in page.evaluate(COLOURS))


def test_values_beyond_the_scale_and_a_scale_the_other_way_round(show):
    valued = [{"text": "a", "value": value} for value in (-math.inf, 0, 2, 4, 9)]
    page = show(valued, scale={"min": 0, "max": 4})
    upwards = [back for back, _ in page.evaluate(COLOURS)]
    assert upwards[0] == upwards[1] == [68, 1, 84]
    assert upwards[3] == upwards[4] == [253, 231, 37]
    put(page, "scale", TokenStrip(scale={"min": 4, "max": 0}).get_state()["scale"])
    assert [back for back, _ in page.evaluate(COLOURS)] == upwards[::-1]


FULL = {
    "text": " ca",
    "id": 1275,
    "bytes": "20 63 61",
    "value": 3.25,
    "note": "part of a word",
    "mark": "chosen",
    "special": True,
}


def test_the_card_tells_what_is_known(show):
    page = show([FULL, {"text": "b"}], value_label="surprisal", scale={"max": 20, "unit": "bits"})
    assert card(page) is None
    chip(page, 0).hover()
    assert card(page) == [
        "␣ca",
        {
            "id": "1275",
            "bytes": "20 63 61",
            "surprisal": "3.25 bits",
            "mark": "chosen",
            "note": "special token, part of a word",
        },
    ]
    assert get(page, "hovered") == 0
    chip(page, 1).hover()
    assert card(page) == ["b", {}]
    assert get(page, "hovered") == 1
    page.mouse.move(600, 500)
    assert card(page) is None
    assert get(page, "hovered") is None


def boxes(page, index):
    """Where the card stands, and where the chip that it tells of."""
    own = chip(page, index).locator(".lab-chip")
    return page.locator(".lab-card").bounding_box(), own.bounding_box()


def test_the_card_stays_on_the_page_and_off_its_chip(show):
    """The card is as wide as it needs to be, also where a narrow one stood at the edge before."""
    wide, narrow = {**FULL, "note": "word " * 30}, {"text": " ca"}
    page = show([narrow if i % 2 else wide for i in range(100)])
    page.set_viewport_size({"width": 500, "height": 600})
    width, height = 500, 600
    for index in range(40):
        chip(page, index).hover()
        box, own = boxes(page, index)
        assert box["width"] == 320 or index % 2
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        assert box["y"] >= 0 and box["y"] + box["height"] <= height
        assert box["y"] >= own["y"] + own["height"] or box["y"] + box["height"] <= own["y"]


def test_the_card_leaves_what_stands_below_its_token_in_sight(show):
    """What a click changes stands there: it is covered only where there is no room above."""
    page = show([FULL] * 100)
    page.set_viewport_size({"width": 300, "height": 600})
    above = {}
    for index in (0, 60):
        chip(page, index).scroll_into_view_if_needed()
        drawn(page)  # a card is hidden when its list has been scrolled
        chip(page, index).hover()
        page.locator(".lab-card").wait_for()
        box, own = boxes(page, index)
        above[index] = box["y"] + box["height"] <= own["y"]
        assert above[index] == (own["y"] >= box["height"] + 10)
    assert above == {0: False, 60: True}


def test_an_open_card_follows_its_token(show):
    page = show(tokens("a", "b"))
    chip(page, 1).hover()
    put(page, "tokens", [{"text": "a"}, {"text": "c", "id": 3}])
    assert card(page) == ["c", {"id": "3"}]
    put(page, "tokens", [{"text": "a"}])
    assert card(page) is None
    assert get(page, "hovered") is None


def test_escape_closes_the_card(show):
    page = show(tokens("a"))
    page.keyboard.press("Tab")
    assert card(page) == ["a", {}]
    page.keyboard.press("Escape")
    assert card(page) is None


def test_pointed_at_from_elsewhere(show):
    page = show(letters(3))
    put(page, "hovered", 1)
    assert page.locator(".lab-hovered .lab-chip-text").all_text_contents() == ["b"]
    put(page, "hovered", None)
    assert page.locator(".lab-hovered").count() == 0


@pytest.mark.parametrize(
    ("mode", "after"),
    [
        ("none", [[], [], [], []]),
        ("one", [[2], [0], [], [1]]),
        ("many", [[2], [0, 2], [2], [1, 2]]),
    ],
)
def test_clicks_choose(show, mode, after):
    page = show(letters(4), selection=mode)
    for index, expected in zip([2, 0, 0, 1], after, strict=True):
        chip(page, index).click()
        assert get(page, "selected") == marked_selected(page) == expected


def test_shift_click_extends(show):
    page = show(letters(9), selection="many")
    chip(page, 8).click()
    chip(page, 2).click()
    chip(page, 5).click(modifiers=["Shift"])
    assert get(page, "selected") == [2, 3, 4, 5, 8]
    chip(page, 1).click(modifiers=["Shift"])
    assert get(page, "selected") == marked_selected(page) == [1, 2, 8]


def test_keys_move_and_choose(show):
    page = show(letters(4), selection="many")
    page.keyboard.press("Tab")
    assert focused(page) == 0
    for key, reached, selected in [
        ("ArrowLeft", 0, []),
        ("ArrowRight", 1, []),
        ("Enter", 1, [1]),
        ("End", 3, [1]),
        ("ArrowRight", 3, [1]),
        (" ", 3, [1, 3]),
        (" ", 3, [1]),
        ("ArrowLeft", 2, [1]),
        ("Shift+ArrowRight", 3, [1, 2, 3]),
        ("Shift+ArrowLeft", 2, [1, 2]),
        ("Home", 0, [1, 2]),
        ("Shift+End", 3, [0, 1, 2, 3]),
        ("Shift+Home", 0, [0, 1, 2]),
    ]:
        page.keyboard.press(key)
        assert (focused(page), get(page, "selected")) == (reached, selected), key
        assert marked_selected(page) == selected


def test_keys_where_one_or_none_can_be_chosen(show):
    page = show(letters(3), selection="one")
    page.keyboard.press("Tab")
    for key, selected in [
        ("Enter", [0]),
        ("Shift+ArrowRight", [0]),
        (" ", [1]),
        (" ", []),
        ("Shift+End", []),
        ("Shift+Enter", [2]),
    ]:
        page.keyboard.press(key)
        assert get(page, "selected") == selected
    page = show(letters(3))
    page.keyboard.press("Tab")
    for key in ("Enter", "Shift+ArrowRight", "Shift+Enter", " "):
        page.keyboard.press(key)
        assert get(page, "selected") == []
    assert focused(page) == 1


def test_up_and_down_lead_to_the_nearest_token_of_the_line(show):
    page = show(tokens("aaaa", "b", "c\n", "d\n", "e", "f", "gggg"))
    chip(page, 2).focus()
    for key, reached in [("ArrowDown", 3), ("ArrowDown", 4), ("ArrowDown", 4), ("ArrowUp", 3)]:
        page.keyboard.press(key)
        assert focused(page) == reached
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert focused(page) == 0


def test_shift_extends_what_python_selected(show):
    page = show(letters(9), selection="many", selected=[6])
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+ArrowRight")
    assert get(page, "selected") == [0, 1, 6]
    put(page, "selected", [8])
    page.keyboard.press("Shift+ArrowRight")
    assert get(page, "selected") == [1, 2, 8]


def test_keys_with_other_meanings_are_left_alone(show):
    page = show(letters(3), selection="one")
    page.keyboard.press("Tab")
    for key in ("Control+ArrowRight", "Control+Enter", "Alt+End", "a", "PageDown"):
        page.keyboard.press(key)
        assert (focused(page), get(page, "selected")) == (0, [])


def test_tab_enters_where_one_was_and_goes_on(show):
    page = show(letters(3), show_numbers=False)
    page.keyboard.press("Tab")
    page.keyboard.press("End")
    page.keyboard.press("Tab")
    assert focused(page) is None
    page.keyboard.press("Shift+Tab")
    assert focused(page) == 2
    put(page, "tokens", tokens("a"))
    page.keyboard.press("Tab")
    assert focused(page) == 0


def test_a_screen_reader_hears_what_the_eye_sees(show):
    page = show(
        [FULL, *tokens("\n", "")],
        value_label="surprisal",
        scale={"max": 20, "unit": "bits"},
        selection="many",
        selected=[1],
        label="Your text",
    )
    box = page.get_by_role("listbox", name="Your text")
    assert box.get_attribute("aria-multiselectable") == "true"
    options = box.get_by_role("option")
    assert [option.get_attribute("aria-label") for option in options.all()] == [
        "space ca, id 1275, surprisal 3.25 bits, chosen, special token, part of a word",
        "new line",
        "empty",
    ]
    assert [o.get_attribute("aria-selected") for o in options.all()] == ["false", "true", "false"]
    chip(page, 1).focus()
    assert chip(page, 1).get_attribute("aria-posinset") == "2"
    assert chip(page, 1).get_attribute("aria-setsize") == "3"


def test_what_cannot_be_chosen_is_not_called_unselected(show):
    page = show(letters(2))
    assert chip(page, 0).get_attribute("aria-selected") is None
    assert page.get_by_role("listbox").get_attribute("aria-multiselectable") == "false"


def test_new_tokens_leave_the_old_ones_as_they_are(show):
    page = show(letters(3), selection="one", selected=[1])
    page.evaluate('document.querySelectorAll(".lab-token").forEach((o, i) => { o.mine = i; })')
    chip(page, 2).focus()
    append(page, 3, {"text": " new", "value": 0.5}, {"text": "\n"})
    append(page, 5, {"text": "er"})
    assert chips(page) == ["a", "b", "c", "␣new", "⏎", "er"]
    kept = page.evaluate('[...document.querySelectorAll(".lab-token")].map((o) => o.mine ?? null)')
    assert kept == [0, 1, 2, None, None, None]
    assert (focused(page), marked_selected(page)) == (2, [1])
    assert page.locator(".lab-legend").is_visible()


def test_the_first_token_comes_and_the_last_one_goes(show):
    page = show([])
    assert chips(page) == []
    assert "No tokens yet." in page.evaluate(
        """getComputedStyle(document.querySelector(".lab-tokens"), "::before").content"""
    )
    append(page, 0, {"text": "a"})
    assert chips(page) == ["a"]
    put(page, "tokens", [])
    assert chips(page) == []


def test_new_tokens_stay_in_sight(show):
    page = show(tokens(*["line\n"] * 40))
    strip = page.locator(".lab-tokens")
    append(page, 40, *tokens(*["line\n"] * 3))
    assert strip.evaluate("(list) => list.scrollTop") == 0
    strip.evaluate("(list) => { list.scrollTop = list.scrollHeight; }")
    append(page, 43, *tokens(*["line\n"] * 3))
    assert strip.evaluate("(l) => l.scrollHeight - l.scrollTop - l.clientHeight") <= 1


def test_five_thousand_tokens(show):
    page = show(letters(4999) + tokens(""), selection="many")
    assert page.locator(".lab-token").count() < 2500
    page.keyboard.press("Tab")
    page.keyboard.press("End")
    assert focused(page) == 4999
    assert page.locator(":focus").get_attribute("aria-posinset") == "5000"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    assert get(page, "selected") == marked_selected(page) == [4998]
    for block in page.locator(".lab-block").all():
        block.scroll_into_view_if_needed()
        block.locator(".lab-token").first.wait_for()
    assert page.locator(".lab-token").count() == 5000
    assert page.evaluate(
        '[...document.querySelectorAll(".lab-token")].every((option, i) => option.index === i)'
    )
    append(page, 5000, {"text": "z"})
    assert page.locator(".lab-token").count() == 5001


@pytest.fixture
def many(page):
    """A page with a million tokens, of which it is given what it asks for."""
    strip = TokenStrip(selection="many")
    strip.show(10**6, numbered)
    page.set_content(static_page(strip))
    page.evaluate(
        """() => window.shown.then(([{ model }]) => {
            window.asked = [];
            model.send = ({ want: [first, last] }) => window.asked.push([first, last]);
            window.answer = () => {
                for (const [first, last] of window.asked.splice(0)) {
                    const numbers = Array.from({ length: last - first }, (_, i) => first + i);
                    const put = numbers.map((number) => ({ text: `${number}` }));
                    model.receive({ at: first, put });
                }
            };
        })"""
    )
    return page


def test_tokens_are_asked_for_when_they_come_near(many):
    page = many
    assert page.evaluate("window.asked") == []
    page.locator(".lab-tokens").evaluate("(list) => { list.scrollTop = list.scrollHeight; }")
    page.wait_for_function("window.asked.length")
    assert max(last for _, last in page.evaluate("window.asked")) == 10**6
    page.evaluate("window.answer()")
    assert page.locator(".lab-token").last.text_content() == "999999"
    assert page.locator(".lab-token").count() < 5000


def test_the_last_of_a_million_by_key(many):
    page = many
    chip(page, 0).focus()
    page.keyboard.press("End")
    assert focused(page) == 999_999
    assert page.locator(":focus").text_content() == "…"
    page.evaluate("window.answer()")
    assert page.locator(":focus").text_content() == "999999"
    assert page.locator(":focus").get_attribute("aria-setsize") == "1000000"
    page.keyboard.press("Enter")
    assert get(page, "selected") == [999_999]


def test_a_token_selected_elsewhere_comes_into_sight(many):
    page = many
    put(page, "selected", [500_000])
    frame = page.locator(".lab-tokens").bounding_box()
    for _ in range(50):  # the blocks that come near meanwhile ask as well
        page.evaluate("window.answer()")
        page.wait_for_timeout(100)
        box = page.locator('.lab-token[aria-selected="true"]').bounding_box()
        if frame["y"] <= box["y"] < frame["y"] + frame["height"]:
            break
    else:
        pytest.fail("it stays out of sight")
    assert page.locator('.lab-token[aria-selected="true"]').text_content() == "500000"


def test_many_lines_reach_the_end_by_keys(show):
    page = show(tokens(*["ab", "\n"] * 300))
    chip(page, 126).focus()
    for reached in (128, 130):
        page.keyboard.press("ArrowDown")
        assert focused(page) == reached
    page.keyboard.press("ArrowUp")
    assert focused(page) == 128


def test_text_is_never_read_as_html(show):
    page = show(
        [{"text": PAYLOAD, "note": PAYLOAD, "mark": PAYLOAD, "bytes": PAYLOAD, "value": 1}],
        value_label=PAYLOAD,
        label=PAYLOAD,
        marks=[PAYLOAD],
        scale={"unit": PAYLOAD},
    )
    chip(page, 0).hover()
    append(page, 1, {"text": PAYLOAD, "note": PAYLOAD})
    page.wait_for_timeout(100)
    assert not ran(page)
    assert chips(page) == [PAYLOAD.replace(" ", "␣")] * 2
    shown, facts = card(page)
    assert shown == PAYLOAD.replace(" ", "␣")
    assert facts["note"] == facts["mark"] == PAYLOAD
    assert PAYLOAD in page.locator(".lab-legend").text_content()
    assert page.locator(".lab-strip img, .lab-strip script").count() == 0


def test_text_of_any_kind(show):
    shown = {
        "\ud800": "‹D800›",
        "\x00": "␀",
        "שלום": "שלום",
        "\u202eabc": "‹202E›abc",
        "\u0301": "◌\u0301",
        "a" + "\u0301" * 50: "a" + "\u0301" * 50,
        "👩\u200d🚀": "👩‹200D›🚀",
        "\ufe0f": "‹FE0F›",
        "नमस्ते": "नमस्ते",
    }
    odd = list(shown)
    page = show([{"text": text, "note": text, "mark": text} for text in odd], marks=["שלום"])
    assert chips(page) == list(shown.values())
    boxes = [chip(page, i).locator(".lab-chip").bounding_box() for i in range(len(odd))]
    assert [box["x"] for box in boxes] == sorted(box["x"] for box in boxes)
    assert len({box["y"] for box in boxes}) == 1
    for i in range(len(odd)):
        chip(page, i).hover()
        assert card(page)[0] == chips(page)[i]


def test_one_long_token_breaks_inside_the_strip(show):
    page = show(tokens("x" * 3000))
    text = page.locator(".lab-chip-text")
    assert text.evaluate("(text) => text.scrollWidth <= text.clientWidth")
    assert text.bounding_box()["width"] < page.locator(".lab-tokens").bounding_box()["width"]


def legend(page):
    return page.locator(".lab-legend-keys > *").all_text_contents()


def test_the_legend_explains_colours_and_marks(show):
    valued = {"value": 0.5, "mark": "prompt"}
    page = show(
        [{"text": "a", **valued}, {"text": "b", "mark": "new"}],
        value_label="surprisal",
        scale={"min": -0.5, "max": 15.6179, "unit": "bits"},
        marks=["chosen", "prompt"],
    )
    assert legend(page) == ["surprisal (bits)−0.515.6", "prompt", "new"]
    outlines = page.evaluate(
        '[...document.querySelectorAll(".lab-chip")].map((chip) => chip.dataset.outline)'
    )
    assert outlines == ["1", "2", "1", "2"]
    append(page, 2, {"text": "c", "mark": "chosen"})
    assert legend(page) == ["surprisal (bits)−0.515.6", "chosen", "prompt", "new"]
    put(page, "value_label", "loss")
    assert legend(page)[0] == "loss (bits)−0.515.6"
    put(page, "legend", False)
    assert page.locator(".lab-legend").is_hidden()


def test_no_legend_where_there_is_nothing_to_explain(show):
    page = show(letters(3))
    assert page.locator(".lab-legend").is_hidden()


def test_the_reader_switches_the_numbers(show):
    page = show([{"text": "a", "value": 0.12345}, {"text": "b"}])
    numbers, switch = page.locator(".lab-chip-number"), page.get_by_label("show the numbers")
    assert numbers.all_text_contents() == ["0.123", ""]
    assert numbers.first.is_hidden()
    switch.check()
    assert numbers.first.is_visible()
    assert get(page, "show_numbers") is True
    put(page, "show_numbers", False)
    assert not switch.is_checked()
    assert numbers.first.is_hidden()
