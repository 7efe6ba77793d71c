"""The shift view in a browser: its lines, its keys, and texts that stay texts."""

import pytest

from lablib.finetuning.views.shift import ShiftView
from lablib.widgets.page import static_page

PAYLOAD = "<img src=x onerror=alert(1)>"
WORDS = ["The", "␣cat", "␣sat", PAYLOAD]


def columns(label_shift):
    asked = [*WORDS[label_shift:], *[""] * label_shift]
    return [
        {"reads": word, "asked": answer, "loss": "2.5" if answer else ""}
        for word, answer in zip(WORDS, asked, strict=True)
    ]


@pytest.mark.browser
@pytest.mark.parametrize("label_shift", [0, 1, 2])
def test_a_line_leads_from_each_token_to_where_it_is_asked_for(page, label_shift):
    page.set_content(static_page(ShiftView(columns=columns(label_shift), label_shift=label_shift)))
    page.wait_for_selector(".lab-shift td")
    lines = page.locator(".lab-shift line")
    assert lines.count() == len(WORDS) - label_shift
    shift = float(lines.first.get_attribute("x1")) - float(lines.first.get_attribute("x2"))
    assert shift == 80 * label_shift
    assert page.locator(".lab-shift img").count() == 0


@pytest.mark.browser
def test_arrow_keys_and_clicks_choose_a_place(page):
    page.set_content(static_page(ShiftView(columns=columns(1))))
    words = page.locator(".lab-shift-words")
    page.locator(".lab-shift-scroller").focus()
    assert words.text_content().startswith("Place 1: it reads “The”, and is asked for “␣cat”.")
    page.keyboard.press("ArrowRight")
    assert "the 1 before it" in words.text_content() and "2.5 nats" in words.text_content()
    assert page.locator(".lab-shift-read").count() == 2
    page.keyboard.press("End")
    assert words.text_content().endswith("is asked for nothing.")
    page.locator(".lab-shift td").first.click()
    assert page.locator(".lab-shift-read").count() == 1
