"""Lab 04 in JupyterLab, as a learner uses it: hide words, put guesses in, score a sentence."""

import pytest

from lablib import masking as mk
from lablib import models
from tests.browser.conftest import READY, shot

FILL = 'from lablib import masking as mk\nmk.fill_panel("{}", model="minilm-masked")'
JOINT = (
    "from lablib import masking as mk\n"
    'mk.joint_panel("The [MASK] [MASK] was very old.", model="minilm-masked")'
)
SCORE = (
    "from lablib import masking as mk\n"
    'mk.sentence_panel("The cat sat on the mat.", "", model="minilm-masked")'
)
OTHERS = (
    "from lablib import masking as mk\n"
    "panels = mk.evidence_panel, mk.sentence_panel, mk.learning_panel, mk.pretraining_panel\n"
    "for panel in (*panels, mk.bias_panel):\n"
    '    display(panel(model="minilm-masked"))\n'
    "display(mk.curves_panel())\n"
    'mk.causal_panel(model="minilm-masked", causal="pocket-gpt2")'
)
TEXT = "The cat sat on the mat."
DRAWN = """count => {
  const plots = [...document.querySelectorAll('.lab-plot')];
  const isDrawn = (plot) => !plot.checkVisibility() || plot.querySelector('.trace');
  return plots.length == count && plots.every(isDrawn);
}"""


@pytest.fixture(scope="module")
def minilm():
    return models.load("minilm-masked", kind="masked")


def show(lab, name, cells):
    """Open these cells as a notebook, run them, and wait until every panel is ready."""
    lab.open(lab.write(f"{name}.ipynb", cells))
    lab.run_all()
    settle(lab.page)
    return lab.page


def settle(page):
    """Wait until no panel is at work."""
    page.wait_for_selector(READY, timeout=90_000)
    page.wait_for_function(
        "[...document.querySelectorAll('.lab-foot')].every(f => f.dataset.state == 'ready')",
        timeout=90_000,
    )


def test_a_click_hides_a_word_and_the_model_guesses_it(lab, minilm):
    page = show(lab, "fill", [FILL.format("The cat sat on the [MASK].")])
    first, second, *_ = mk.fill(minilm, "The cat sat on the [MASK].").top()
    guesses = page.locator(".lab-guess")
    assert guesses.count() == 10
    assert guesses.nth(0).inner_text().startswith(first.text)

    guesses.nth(1).click()
    page.wait_for_function("document.querySelectorAll('.lab-guess').length == 0")
    assert page.locator(".lab-area").input_value() == f"The cat sat on the {second.text}."

    page.locator("[role=option]", has_text="sat").click()
    page.wait_for_function("document.querySelectorAll('.lab-guess').length == 10")
    text = f"The cat [MASK] on the {second.text}."
    assert page.locator(".lab-area").input_value() == text
    best = mk.fill(minilm, text).top(1)[0]
    page.mouse.move(0, 0)  # what is said of the token pointed at would be over the guesses
    page.locator(".lab-card").first.wait_for(state="hidden")
    for theme in lab.themes():
        page.locator(".lab-guess", has_text=best.text).first.wait_for()
        page.locator(".lab-guess-note", has_text="hides “sat”").wait_for()
        shot(page.locator(".lab-panel"), f"masking-fill-{theme.lower()}")
    page.locator("[role=option]", has_text="[MASK]").click()
    page.wait_for_function(
        f"document.querySelector('.lab-area').value == 'The cat sat on the {second.text}.'"
    )


def test_two_gaps_are_filled_together(lab, minilm):
    page = show(lab, "joint", [JOINT])
    found = mk.fill_joint(minilm, "The [MASK] [MASK] was very old.")
    columns = page.locator(".lab-guess-column")
    assert columns.count() == 4
    best = columns.nth(3).locator(".lab-guess").first
    for theme in lab.themes():
        assert all(piece in best.inner_text() for piece in found.fillings[0].pieces)
        shot(page.locator(".lab-panel"), f"masking-joint-{theme.lower()}")
    best.click()
    sentence = f"The {' '.join(found.fillings[0].pieces)} was very old."
    page.wait_for_function(f"document.querySelector('.lab-area').value == '{sentence}'")


def test_a_sentence_is_scored_and_compared(lab, minilm):
    page = show(lab, "score", [SCORE])
    score = mk.pseudo_log_likelihood(minilm, TEXT)
    assert f"{score.total:.2f}".replace("-", "−") in page.locator(".lab-panel").inner_text()
    page.locator(".lab-area").nth(1).fill("The cat sat on teh mat.")
    page.get_by_role("button", name="Word by word").click()
    page.locator("table", has_text="teh").wait_for()
    settle(page)
    page.wait_for_function(DRAWN, arg=1)


def test_every_other_panel_is_drawn(lab):
    page = show(lab, "others", [OTHERS])
    assert page.locator(".lab-panel").count() == 7
    closed = page.locator(".lab-fold-button[aria-expanded=false]")
    while closed.count():
        closed.first.click()
    for _ in lab.themes():
        page.wait_for_function(DRAWN, arg=4)
        for tab in page.locator(".lab-tab").all():
            tab.click()
            page.wait_for_function(DRAWN, arg=4)


def test_without_a_mask_the_panel_offers_to_click_a_word(lab):
    page = show(lab, "no-mask", [FILL.format("The cat [MASK].")])
    page.locator(".lab-area").fill("The cat sleeps.")
    page.wait_for_selector(".lab-foot[data-state=failed]")
    assert "click a word" in page.locator(".lab-error-message").text_content()
    page.locator("[role=option]", has_text="sleeps").click()
    settle(page)
    assert page.locator(".lab-guess").count() == 10
