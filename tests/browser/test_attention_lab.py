"""Lab 02 in JupyterLab, as a learner uses it: every view drawn, by mouse and by keyboard."""

import time

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import _is_outside, shot

PANELS = {
    "steps": 'at.steps_panel("The little dog ran to the", 3, 3, "pocket-gpt2")',
    "multihead": 'at.multihead_panel("The little dog ran to the", 3, "pocket-gpt2")',
    "positions": 'at.positions_panel("The cat sat on the mat", "Shuffle the words", "pocket-gpt2")',
    "heads": 'at.heads_panel("Once upon a time there was a little girl", model="pocket-gpt2")',
    "bertviz": 'at.bertviz_panel("The cat sat on the mat", model="pocket-gpt2")',
    "writing": 'at.writing_panel("The king and the queen", model="pocket-gpt2")',
    "ablation": 'at.ablation_panel(model="pocket-gpt2")',
    "layers": 'at.layers_panel("The king lived in a", model="pocket-gpt2")',
}
IMPORT = "from lablib import attention as at\n"
SHOWN = ("steps", "heads")
"""The panels whose pictures are in the README."""
DRAWN = """
(panel) => {
  const drawn = [...panel.querySelectorAll("canvas")].filter((canvas) => canvas.width);
  const coloursOf = (canvas) => {
    const whole = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(whole.data.buffer)).size;
  };
  return drawn.length > 0 && drawn.every((canvas) => coloursOf(canvas) > 4);
}
"""
"""Whether a panel has canvases, with more than a few colours each: an empty picture has one."""


def opened(lab, *names, theme="Light"):
    """The panels of these names, run in a fresh notebook."""
    cells = [IMPORT, *(PANELS[name] for name in names)]
    lab.open(lab.write("attention-panels.ipynb", cells), theme)
    lab.run_all()
    panels = lab.page.locator(".lab-panel")
    return [panels.nth(place) for place in range(len(names))]


def ready(panel):
    """Wait until the panel is ready, and show what is wrong where it is not."""
    panel.locator(".lab-foot[data-state=ready], .lab-foot[data-state=failed]").wait_for()
    failed = panel.locator(".lab-foot[data-state=failed]")
    assert failed.count() == 0, failed.inner_text()
    return panel


def drawn(panel, name):
    """Wait until the picture of a panel is there."""
    if name == "bertviz":
        lines = panel.frame_locator("iframe").locator("svg line")
        lines.nth(10).wait_for(state="attached")
    elif name in ("multihead", "layers"):
        panel.locator("td").nth(20).wait_for(state="attached")
    elif name == "positions":
        expect(panel.locator(".heads-cell")).to_have_count(24)
    else:
        panel.page.wait_for_function(DRAWN, arg=panel.element_handle())


def delayed(page):
    """Every request to anywhere but this machine waits for two seconds."""

    def wait(route):
        if _is_outside(route.request.url):
            time.sleep(2)
        route.continue_()

    page.route("**/*", wait)


@pytest.mark.parametrize(("network", "theme"), [("blocked", "Light"), ("slow", "Dark")])
def test_every_view_is_drawn_on_the_first_run_of_a_fresh_page(lab, network, theme):
    if network == "slow":
        delayed(lab.page)
    for name, panel in zip(PANELS, opened(lab, *PANELS, theme=theme), strict=True):
        panel.scroll_into_view_if_needed()
        drawn(ready(panel), name)
        if name in SHOWN:
            shot(panel, f"attention-{name}-{theme.lower()}")


def test_the_keyboard_opens_and_mutes_heads_and_typing_is_followed(lab):
    page = lab.page
    heads, ablation = opened(lab, "heads", "ablation")
    ready(heads).locator(".heads-cell[tabindex='0']").focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    frame = heads.locator(".att-frame[aria-label*='layer 1']")
    frame.wait_for()
    expect(heads.locator(".lab-code .lab-pre")).to_contain_text("maps.weights[1, [2]]")
    frame.focus()
    page.keyboard.press("ArrowDown")
    expect(heads.locator(".att-readout").last).to_contain_text("head 2")
    heads.locator(".lab-area").first.fill("She opened the old door")
    heads.get_by_text("The strongest links as a table").click()
    heads.locator(".att-summary", has_text="She").wait_for()

    ready(ablation).get_by_text("No head is muted").wait_for()
    ablation.locator(".heads-cell[tabindex='0']").focus()
    page.keyboard.press("Enter")
    ablation.get_by_text("With 1 head muted").wait_for()
    assert ablation.get_by_text("Attention is not explanation").count() == 1


def test_the_whole_lab_runs_and_nothing_fails(lab):
    """With every prediction skipped, so that every panel is opened.

    One lab as JupyterLab has it: that every lab runs, and is drawn by a browser, is shown by
    `tests/labs` and `test_pages`; every panel is in JupyterLab in `test_one_glance`.
    """
    page = lab.page
    lab.open("labs/02_attention.ipynb")
    lab.run_all(300)
    skips = page.get_by_role("button", name="Just show me")
    for left in range(skips.count(), 0, -1):
        skips.first.scroll_into_view_if_needed()
        skips.first.click()
        skips.nth(left - 1).wait_for(state="detached")
    panels = page.locator(".lab-panel")
    panels.nth(4).wait_for(state="attached")
    for place in range(panels.count()):
        panels.nth(place).scroll_into_view_if_needed()
        ready(panels.nth(place))
    assert page.locator(".jp-RenderedText[data-mime-type*=stderr]").count() == 0
    assert page.locator(".lab-foot[data-state=failed]").count() == 0
