"""The panels of the masked-word room on a page, with no kernel: what a reader types is answered."""

import pytest

from lablib import masking as mk
from lablib import models
from tests.browser.axe import findings
from tests.browser.live_panels import awake, opened, ready, write_page

PAYLOAD = "<img src=x onerror=alert(1)>"
JOINT, EVIDENCE, SENTENCES = range(3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_page(
        tmp_path_factory.mktemp("masking"),
        [
            mk.joint_panel(k=2, model="pocket-bert"),
            mk.evidence_panel(model="pocket-bert"),
            mk.sentence_panel("The boys is here.", "The boys are here.", model="pocket-bert"),
        ],
    )


@pytest.fixture
def live(browser, folder):
    with opened(browser, folder) as page:
        yield page


@pytest.fixture(scope="module")
def bert():
    return models.load("pocket-bert", kind="masked", device="cpu")


def test_several_gaps_are_filled_together(live, bert):
    text = f"{PAYLOAD} The [MASK] [MASK] was old."
    panel = awake(live, JOINT)
    panel.locator("textarea").fill(text)
    ready(panel)
    _, joint = mk.compare_orders(bert, text, k=2)
    columns = panel.locator(".lab-guess-column")
    columns.nth(3).get_by_text(" … ".join(joint.top()[0].pieces)).first.wait_for()
    titles = columns.locator("h4").all_inner_texts()
    assert titles == ["Independent", "Left to right", "Most certain first", "Joint"]
    assert columns.nth(3).locator("button").count() == 2
    assert live.locator("img").count() == 0
    columns.nth(3).locator("button").first.click()
    panel.get_by_text("There is no mask in this text").wait_for()
    filled = " ".join(joint.top()[0].pieces)
    assert panel.locator("textarea").input_value() == f"{PAYLOAD} The {filled} was old."
    assert columns.count() == 0


def test_each_word_is_taken_away(live, bert):
    text = f"{PAYLOAD} The queen sat on her [MASK]."
    panel = awake(live, EVIDENCE)
    panel.locator("textarea").fill(text)
    panel.get_by_role("textbox", name="Answer").fill(PAYLOAD)
    panel.get_by_text(f"“{PAYLOAD}” is not in this model's vocabulary").wait_for()
    assert panel.locator(".page-table").count() == 0
    assert live.locator("img").count() == 0
    panel.get_by_role("textbox", name="Answer").fill("throne")
    panel.get_by_label("Method").select_option("replace each word")
    found = mk.evidence(bert, text, "throne", how="replace")
    panel.get_by_text(f"Without “{found.top(1)[0][0]}” it would be").wait_for()
    ready(panel)
    for strip in ("What each word does", "Attention"):
        words = panel.get_by_role("listbox", name=strip).get_by_role("option")
        assert words.count() == len(found.words) + 1  # the mask stands among them
    assert live.locator("img").count() == 0


def test_a_sentence_is_scored_beside_a_variant(live, bert):
    first, second = "The old men was tired.", f"The old men were {PAYLOAD} tired."
    panel = awake(live, SENTENCES)
    panel.get_by_role("textbox", name="Sentence").fill(first)
    panel.get_by_role("textbox", name="Variant").fill(second)
    pair = mk.compare_sentences(bert, first, second)
    panel.get_by_text(f"over {len(pair.first.places)} tokens").wait_for()
    panel.get_by_text(f"over {len(pair.second.places)} tokens").wait_for()
    ready(panel).get_by_text("They differ in length").wait_for()
    panel.get_by_text("Word by word").first.click()
    assert panel.locator(".page-table tr").count() == len(pair.pairs) + 1
    ticks = panel.locator(".js-plotly-plot .ytick text")
    ticks.get_by_text("was / were").wait_for()
    assert ticks.count() == len(pair.pairs)
    assert live.locator("img").count() == 0
    panel.get_by_role("textbox", name="Variant").fill("")
    panel.locator(".js-plotly-plot").wait_for(state="hidden")
    ready(panel)
    assert panel.locator(".page-table").count() == 0
    panel.get_by_role("textbox", name="Sentence").fill(" ")
    panel.get_by_text("There is no word to score").wait_for()


def test_everybody_can_use_them_on_a_narrow_screen_too(live):
    for number in (JOINT, EVIDENCE, SENTENCES):
        ready(awake(live, number))
    for scheme in ("light", "dark"):
        live.emulate_media(color_scheme=scheme)
        live.wait_for_timeout(300)
        assert findings(live, "html") == []
    live.set_viewport_size({"width": 400, "height": 800})
    live.wait_for_function("document.documentElement.scrollWidth <= 400", timeout=60_000)
