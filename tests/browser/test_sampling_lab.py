"""Lab 06 in JupyterLab, as a learner uses it: type, turn a knob, write, branch, stop."""

import re

import pytest
from playwright.sync_api import expect

from lablib import models
from lablib.sampling import next_logits, top
from tests.browser.axe import findings
from tests.browser.conftest import READY, shot

KNOBS = (
    "from lablib import sampling as sp\n"
    'sp.knob_panel("Once upon a time", "pocket-gpt2", sp.Knobs(temperature=0.8, top_p=0.9))'
)
WRITE = (
    "from lablib import sampling as sp\n"
    'sp.generation_panel("Once upon a time", "pocket-gpt2", max_new_tokens=30)'
)

TEXTS = re.compile("Text|What was written"), re.compile("Left out|Gradient|rollout|tokens before")
"""What the strip of a text is called, and that of the tokens before one."""


@pytest.fixture(scope="module")
def pocket():
    return models.load("pocket-gpt2")


def test_knobs_answer_and_show_pythons_numbers(lab, pocket):
    page = lab.page
    lab.open(lab.write("knobs.ipynb", [KNOBS]))
    lab.run_all()
    page.wait_for_selector(READY, timeout=60_000)
    logits = next_logits(pocket, "Once upon a time")
    best = top(pocket, logits.softmax(0), 1)[0]
    page.locator(".lab-panel", has_text=f"{100 * best.probability:.1f}"[:3]).wait_for()

    knob = page.locator("[type=range][data-knob=temperature]")
    for theme in lab.themes():
        before = page.locator(".lab-knobs").inner_text()
        for _ in range(3):
            knob.press("ArrowLeft" if theme == "Light" else "ArrowRight")
        page.wait_for_function(
            "before => document.querySelector('.lab-knobs').innerText !== before", arg=before
        )
        shot(page.locator(".lab-panel").first, f"knobs-{theme.lower()}")
    page.locator(".lab-code summary").click()
    assert "temperature=0." in page.locator(".lab-code .lab-pre").text_content()

    page.locator(".lab-area").fill("She opened the")
    other = top(pocket, next_logits(pocket, "She opened the").softmax(0), 1)[0]
    page.locator(".lab-panel", has_text=other.text.strip()).wait_for()


def test_more_knobs_fit_a_small_screen_too(lab):
    page = lab.page
    page.set_viewport_size({"width": 1366, "height": 768})
    lab.open(lab.write("more-knobs.ipynb", [KNOBS.replace("top_p=0.9", "no_repeat_ngram=1")]))
    lab.run_all()
    page.wait_for_selector(READY, timeout=60_000)
    page.get_by_role("button", name="More knobs").click()
    page.locator("[type=range][data-knob=dry]").wait_for()
    panel = page.locator(".lab-panel")
    for theme in lab.themes():
        shot(panel, f"more-knobs-{theme.lower()}")
        assert panel.bounding_box()["height"] <= 640
    cut = page.locator(".knobs-after", has_text="cut: no-repeat n-gram").first
    assert cut.evaluate("one => one.scrollWidth - one.clientWidth") <= 0


def test_write_look_branch_and_stop(lab):
    page = lab.page
    lab.open(lab.write("write.ipynb", [WRITE]))
    lab.run_all()
    page.wait_for_selector(READY, timeout=60_000)
    chips = page.locator("[role=option]")
    chips.nth(30).wait_for()
    prompt = chips.count() - 30
    chips.nth(prompt + 4).click()
    buttons = page.locator(".lab-panel button.jupyter-button:visible:not([disabled])", has_text="%")
    buttons.first.wait_for()
    buttons.first.click()
    for theme in lab.themes():
        page.wait_for_function("document.querySelectorAll('.lab-tree-node').length > 40")
        page.wait_for_selector(READY)
        shot(page.locator(".lab-panel").first, f"write-{theme.lower()}")

    page.get_by_role("spinbutton", name="Tokens").last.fill("240")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Write", exact=True).click()
    page.locator(".lab-stop").click(timeout=20_000)
    page.wait_for_selector(".lab-foot[data-state=stale]")


def test_mirostat_is_switched_on_and_its_limit_moves(lab):
    page = lab.page
    page.set_viewport_size({"width": 1366, "height": 768})
    lab.open(lab.write("mirostat.ipynb", [WRITE]))
    lab.run_all()
    page.wait_for_selector(READY, timeout=60_000)
    panel = page.locator(".lab-panel").first
    panel.get_by_role("button", name="More knobs").click()
    target = panel.get_by_role("slider", name="Mirostat \u03c4")
    for _ in range(5):
        target.press("PageUp")
    page.locator(".widget-readout", has_text="2.50").wait_for()
    panel.get_by_role("button", name="Write", exact=True).click()
    told = panel.get_by_text("The limit of surprisal moved from 5.0 to").text_content()
    last = re.search(r"to ([\d.]+) bits", told).group(1)
    chips = panel.get_by_role("listbox", name="Text").get_by_role("option")
    assert last != "5.0"
    for place, limit in ((-30, "5.0"), (-1, last)):
        chips.nth(chips.count() + place).hover()
        page.locator(".lab-card", has_text=f"limit {limit} bits, surprisal").wait_for()
    for theme in lab.themes():
        shot(panel, f"mirostat-{theme.lower()}")
        assert findings(page, ".lab-panel") == []
    assert panel.evaluate("one => one.scrollWidth - one.clientWidth") <= 0


@pytest.mark.parametrize(
    "panel", [WRITE, "from lablib import attention as at\nat.writing_panel(model='pocket-gpt2')"]
)
def test_why_a_token_was_written_is_asked_by_pointing_at_it(lab, panel):
    page = lab.page
    page.set_viewport_size({"width": 1366, "height": 768})
    lab.open(lab.write("why.ipynb", [panel]))
    lab.run_all()
    page.wait_for_selector(READY, timeout=60_000)
    page.get_by_role("button", name="Why this token?").click()
    fold = page.locator(".lab-fold-wide")
    text, before = (page.get_by_role("listbox", name=name) for name in TEXTS)
    for place, theme in zip((9, 12), lab.themes(), strict=True):
        text.get_by_role("option").nth(place).hover()
        expect(before.get_by_role("option")).to_have_count(place + 1)
        fold.get_by_text("occlusion and gradient × input:").wait_for()
        for way in ("occlusion", "rollout", "gradient × input"):
            fold.get_by_role("button", name=way).click()
            fold.locator(f".lab-legend:has-text('{way}')").wait_for()
        page.mouse.move(5, 5)
        shot(page.locator(".lab-panel").first, f"why-{panel == WRITE}-{theme.lower()}")
        assert findings(page, ".lab-fold-wide") == []
        pointed, answered = text.bounding_box(), fold.bounding_box()
        assert answered["y"] + answered["height"] - pointed["y"] <= 640
    text.get_by_role("option").nth(12).focus()
    text.get_by_role("option").nth(12).press("ArrowLeft")
    page.wait_for_function(
        "() => document.querySelectorAll('.lab-fold-wide [role=option]').length === 12"
    )


def test_after_a_kernel_restart_the_cells_bring_everything_back(lab):
    page = lab.page
    lab.open(lab.write("restart.ipynb", [KNOBS]))
    lab.run_all()
    page.wait_for_selector(READY, timeout=60_000)
    old = page.locator(".lab-panel").element_handle()
    lab.restart()
    lab.run_all()
    page.wait_for_function("(old) => !old.isConnected", arg=old)
    page.wait_for_selector(READY, timeout=60_000)


def test_another_model_is_opened_in_the_panel_and_a_wrong_name_is_said(lab, tmp_path):
    models.load("pocket-gpt2").model.save_pretrained(tmp_path / "mine")
    models.load("pocket-gpt2").tokenizer.save_pretrained(tmp_path / "mine")
    page = lab.page
    lab.open(lab.write("models.ipynb", [KNOBS]))
    lab.run_all()
    page.wait_for_selector(READY, timeout=60_000)
    badge = page.locator(".lab-badge")
    badge.click()
    assert "pocket-gpt2" in page.locator(".lab-why").text_content()
    field = page.get_by_label("Hub id or folder of another model")
    field.fill("nobody/nothing")
    page.get_by_role("button", name="Open", exact=True).click()
    page.wait_for_selector(".lab-foot[data-state=failed]")
    page.locator(".lab-error-message", has_text="nobody/nothing").wait_for()
    assert "pocket-gpt2" in badge.text_content()
    shot(page.locator(".lab-panel").first, "another-model")
    field.fill(str(tmp_path / "mine"))
    page.get_by_role("button", name="Open", exact=True).click()
    page.wait_for_selector(READY, timeout=60_000)
    expect(badge).to_contain_text(str(tmp_path / "mine"))
