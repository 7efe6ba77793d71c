"""The panels of the masked-word room on a page, with no kernel: what a reader types is answered."""

import pytest
from playwright.sync_api import expect

from lablib import masking as mk
from lablib import models
from tests.browser.axe import findings_in_both_schemes
from tests.browser.live_panels import awake, opened, ready, write_page

PAYLOAD = "<img src=x>"
JOINT, EVIDENCE, SENTENCES = range(3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_page(
        tmp_path_factory.mktemp("masking"),
        [
            mk.joint_panel("There was an old [MASK] and [MASK] wife.", k=1, model="pocket-bert"),
            mk.evidence_panel(model="pocket-bert"),
            mk.sentence_panel("The boys is here.", "The boys are here.", model="pocket-bert"),
        ],
    )


@pytest.fixture(scope="module")
def live(disk, folder):
    with opened(disk, folder) as page:
        yield page


@pytest.fixture(scope="module")
def bert():
    return models.load("pocket-bert", kind="masked", device="cpu")


def test_everybody_can_use_them_on_a_narrow_screen_too(live):
    for number in (JOINT, EVIDENCE, SENTENCES):
        ready(awake(live, number))
    assert findings_in_both_schemes(live) == []
    size = live.viewport_size
    live.set_viewport_size({"width": 400, "height": 800})
    live.wait_for_function("document.documentElement.scrollWidth <= 400", timeout=60_000)
    live.set_viewport_size(size)


def test_several_gaps_are_filled_together(live, bert):
    text = f"{PAYLOAD} Once upon a [MASK] there [MASK] a king."
    panel = awake(live, JOINT)
    panel.locator("textarea").fill(text)
    ready(panel)
    _, joint = mk.compare_orders(bert, text, k=1)
    columns = panel.locator(".lab-guess-column")
    columns.nth(3).get_by_text(" … ".join(joint.top()[0].pieces)).first.wait_for()
    titles = ["Independent", "Left to right", "Most certain first", "Joint"]
    expect(columns.locator("h4")).to_have_text(titles)
    expect(columns.nth(3).locator("button")).to_have_count(1)
    assert live.locator("img").count() == 0
    columns.nth(3).locator("button").first.click()
    panel.get_by_text("There is no mask in this text").wait_for()
    first, second = joint.top()[0].pieces
    filled = f"{PAYLOAD} Once upon a {first} there {second} a king."
    expect(panel.locator("textarea")).to_have_value(filled)
    expect(columns).to_have_count(0)


def test_each_word_is_taken_away(live, bert):
    text = f"{PAYLOAD} The queen sat on her [MASK]."
    panel = awake(live, EVIDENCE)
    panel.locator("textarea").fill(text)
    panel.get_by_role("textbox", name="Answer").fill(PAYLOAD)
    panel.get_by_text(f"“{PAYLOAD}” is not in this model's vocabulary").wait_for()
    expect(panel.locator(".page-table")).to_have_count(0)
    assert live.locator("img").count() == 0
    panel.get_by_role("textbox", name="Answer").fill("throne")
    panel.get_by_label("Method").select_option("replace each word")
    found = mk.evidence(bert, text, "throne", how="replace")
    panel.get_by_text(f"Without “{found.top(1)[0][0]}” it would be").wait_for()
    ready(panel)
    for strip in ("What each word does", "Attention"):
        words = panel.get_by_role("listbox", name=strip).get_by_role("option")
        expect(words).to_have_count(len(found.words) + 1)  # the mask stands among them
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
    expect(panel.locator(".page-table tr")).to_have_count(len(pair.pairs) + 1)
    ticks = panel.locator(".js-plotly-plot .ytick text")
    ticks.get_by_text("was / were").wait_for()
    expect(ticks).to_have_count(len(pair.pairs))
    assert live.locator("img").count() == 0
    panel.get_by_role("textbox", name="Variant").fill("")
    panel.locator(".js-plotly-plot").wait_for(state="hidden")
    ready(panel)
    expect(panel.locator(".page-table")).to_have_count(0)
    panel.get_by_role("textbox", name="Sentence").fill(" ")
    panel.get_by_text("There is no word to score").wait_for()
