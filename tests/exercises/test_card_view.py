"""A card as a browser draws it: marks are elements, and nothing that is said becomes a tag."""

from dataclasses import replace

import pytest

from lablib.exercises import Option, QuestionStatus, cards
from lablib.exercises.views import Card
from lablib.widgets.page import static_page
from tests.exercises import toy

QUESTION = "An *induction head*: `a * b`, **not** <b>bold</b>, `` `*x*` `` and d_k.\n\nWhich?"
RECORD = replace(
    toy.CHOICE,
    question=QUESTION,
    answer=(
        Option("The *first* `x * y`", "No: *another*.", False),
        Option("`<i>` & so on", "Yes, *this* `one`.", True),
    ),
)


@pytest.fixture
def card(page):
    """The answered question on a page without a kernel."""
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    answered = QuestionStatus(state="right", answer="`<i>` & so on", tries=1)
    page.set_content(static_page(Card(cards.prediction(RECORD, answered, seed=0), print)))
    page.evaluate("window.shown")
    yield page.locator(".lab-ex-card")
    assert errors == []


def texts(card, selector):
    return card.locator(selector).all_text_contents()


def test_marks_are_drawn_and_not_shown(card):
    assert texts(card, "p") == [
        "An induction head: a * b, not <b>bold</b>, `*x*` and d_k.",
        "Which?",
        "Yes, this one.",
    ]
    assert sorted(texts(card, "em")) == ["first", "induction head", "this"]
    assert texts(card, "strong:not([class])") == ["not"]
    assert sorted(texts(card, "code")) == ["<i>", "`*x*`", "a * b", "one", "x * y"]
    assert texts(card, "b") == texts(card, "i") == []


def test_options_are_drawn_alike(card):
    options = {"The first x * y", "<i> & so on"}
    assert set(texts(card, ".lab-ex-choice > span:first-child")) == options
