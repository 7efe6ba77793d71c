"""Our widgets in JupyterLab: axe-core finds nothing serious, the keyboard gets everywhere."""

from tests.browser.axe import findings
from tests.browser.conftest import READY

CELLS = [
    "from lablib import attention as at, exercises as ex, masking as mk, sampling as sp",
    'sp.generation_panel("Once upon a time", "pocket-gpt2", max_new_tokens=12)',
    'mk.sentence_panel("The cat sat on the mat.", model="pocket-bert")',
    'at.heads_panel("The cat sat on the mat", model="pocket-gpt2")',
    'mk.evidence_panel("The cat sat on the [MASK].", model="pocket-bert")',
    'ex.predict("sampling/temperature-order")',
]
# A chip has its outline on what is inside it, a node of the tree a wide line.
FOCUS = """() => {
  const node = document.activeElement;
  const marked = [node, ...node.children].map((one) => getComputedStyle(one)).some(
    ({ outlineStyle, boxShadow, strokeWidth }) =>
      outlineStyle !== "none" || boxShadow !== "none" || parseFloat(strokeWidth) > 3);
  return { inside: !!node.closest(".lab-panel"), marked, html: node.outerHTML.slice(0, 160) };
}"""


def test_nothing_serious_is_found_in_our_widgets(lab):
    page = lab.page
    page.emulate_media(reduced_motion="reduce")
    lab.open(lab.write("axe.ipynb", CELLS))
    lab.run_all()
    lab.wait_idle()
    page.wait_for_function(f"document.querySelectorAll('{READY}').length == 4")
    page.get_by_role("button", name="Word by word", exact=True).click()
    page.wait_for_selector(".lab-plot[aria-label^=Plot]")
    assert page.locator(".noUi-handle:not([aria-label])").count() == 0
    for theme in lab.themes("Dark High Contrast"):
        assert findings(page, ".lab-panel", ".lab-ex-card") == [], theme


def test_the_keyboard_goes_through_a_panel_and_one_sees_where_it_is(lab):
    page = lab.page
    lab.open(lab.write("keyboard.ipynb", CELLS[:2]))
    lab.run_all()
    page.wait_for_selector(READY)
    page.locator(".lab-badge").focus()
    passed = []
    for _ in range(40):
        page.keyboard.press("Tab")
        passed.append(page.evaluate(FOCUS))
        if not passed[-1]["inside"]:
            break
    inside = [one for one in passed if one["inside"]]
    words = " ".join(one["html"] for one in inside)
    assert all(part in words for part in ("textarea", "noUi-handle", "Write", "option", "summary"))
    assert [one["html"] for one in inside if not one["marked"]] == []
