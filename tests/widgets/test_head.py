"""The head of a panel on a page: its menu of models."""

from lablib.widgets.frame import Head
from lablib.widgets.page import static_page
from tests.looking import drawn


def test_the_menu_offers_what_is_left_of_the_choices(page):
    names = ("small", "large")
    head = Head(title="Heads", model_name="small", choices=[{"name": n, "text": n} for n in names])
    page.set_content(static_page(head))
    page.evaluate("window.shown")
    menu = page.get_by_label("Choose a model")
    assert menu.locator("option").all_text_contents() == ["choose a model …", *names]
    page.evaluate(
        "async (choices) => (await window.shown)[0].model.set('choices', choices)", head.choices[:1]
    )
    drawn(page)
    assert menu.locator("option").all_text_contents() == ["choose a model …", "small"]
