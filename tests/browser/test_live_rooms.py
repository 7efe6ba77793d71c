"""The panels of the rooms on a page, with no kernel: what a reader does there is answered."""

import pytest
from playwright.sync_api import expect

from lablib import attention as at
from lablib import sampling as sp
from lablib import seq2seq as ss
from lablib import transformer as tf
from tests.browser.axe import findings_in_both_schemes
from tests.browser.live_panels import awake, opened, ready, write_page
from tests.looking import ran

MUTING, LAYERS, STEPS, WHOLE, PROJECTIONS, RESIDUAL, NEAREST, CONTEXT = range(8)
COMPARISON, BEAMS, CONTRASTIVE, TRANSLATION, TASKS = range(8, 13)
THREE, FORCING, SCORES = range(13, 16)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a page of a panel of each kind, and the models beside it."""
    knobs = [sp.Knobs(temperature=0), sp.Knobs()]
    comparison = sp.comparison_panel("Once upon", knobs, "pocket-gpt2")
    contrastive = sp.contrastive_panel("Once upon", model="pocket-gpt2")
    comparison.length.value = contrastive.length.value = 6
    return write_page(
        tmp_path_factory.mktemp("rooms"),
        [
            at.ablation_panel("The good king", model="pocket-gpt2"),
            at.layers_panel("The good king", model="pocket-gpt2"),
            at.steps_panel("The good king", layer=1, head=1, model="pocket-gpt2"),
            tf.whole_panel("The good king", model="pocket-gpt2"),
            tf.projections_panel("The good king", 1, 1, model="pocket-gpt2"),
            tf.residual_panel("The good king", model="pocket-gpt2"),
            tf.embeddings_panel("king", model="pocket-gpt2"),
            tf.embeddings_panel("bear", "One word, two sentences", model="pocket-gpt2"),
            comparison,
            sp.beam_panel("Once upon", beams=2, steps=3, model="pocket-gpt2"),
            contrastive,
            ss.translate_panel("number: twelve", model="pocket-t5"),
            ss.tasks_panel("the old dog", model="pocket-t5"),
            ss.heads_panel("plural: the old dog", model="pocket-t5"),
            ss.forcing_panel(model="pocket-t5"),
            ss.score_panel("plural", model="pocket-t5"),
        ],
    )


@pytest.fixture(scope="module")
def live(disk, folder):
    with opened(disk, folder) as page:
        yield page


def type_into(panel, text, place=0):
    panel.locator("textarea").nth(place).fill(text)


@pytest.mark.parametrize("number", [STEPS, PROJECTIONS, BEAMS, TRANSLATION, FORCING])
def test_sliders_of_whole_numbers_have_none_between(live, number):
    """By the keys and by the mouse; and what the panel then asks for is there."""
    panel = awake(live, number)
    sliders = panel.locator(".page-control input[type=range][step='1']:visible").all()
    assert sliders
    for slider in sliders:
        before = float(slider.input_value())
        slider.press("ArrowLeft")
        least = float(slider.get_attribute("min"))
        assert float(slider.input_value()) == max(before - 1, least)
        for share in (0.37, 0.61):
            slider.click(position={"x": slider.bounding_box()["width"] * share, "y": 8})
            assert float(slider.input_value()).is_integer()
        ready(panel)


def test_heads_are_muted_and_swept(live):
    panel = awake(live, MUTING)
    type_into(panel, "The old queen")
    panel.locator(".lab-pre", has_text="The old queen").wait_for(state="attached")
    panel.get_by_text("No head is muted").wait_for()
    panel.locator(".heads-cell[tabindex='0']").click()
    panel.get_by_text("With 1 head muted").wait_for()
    panel.get_by_role("button", name="Mute each head in turn").click()
    panel.get_by_text("striking pattern").or_(panel.get_by_text("No head of this")).wait_for()
    panel.locator(".page-table tr").nth(10).wait_for(state="attached")


def test_the_lens_and_rollout(live):
    panel = awake(live, LAYERS)
    type_into(panel, "<img src=x onerror=alert(1)> queen")
    panel.locator(".page-grid").get_by_text("␣queen").first.wait_for()
    assert live.locator("img").count() == 0
    panel.locator(".page-control select").select_option("Attention rollout")
    panel.locator(".page-html").get_by_text("How much of each token").wait_for()
    panel.locator(".page-grid").wait_for(state="hidden")
    ready(panel)


def test_the_steps_of_another_head(live):
    panel = awake(live, STEPS)
    type_into(panel, "The old queen")
    panel.get_by_text("‘␣queen’ (2) looks at").first.wait_for()
    panel.locator("input[type=range]").first.fill("4")
    ready(panel).get_by_text("layer=4").wait_for(state="attached")


def test_parts_are_left_out(live):
    panel = awake(live, WHOLE)
    type_into(panel, "One two")
    panel.get_by_role("button", name="token ids 2").wait_for()
    panel.get_by_label("positions in every block").uncheck()
    panel.locator(".whole-loss").get_by_text("→").wait_for()


def test_plots_are_redrawn(live):
    product = awake(live, PROJECTIONS)
    type_into(product, "The old queen")
    product.get_by_text("of ‘␣queen’").wait_for()
    product.locator(".js-plotly-plot text", has_text="␣queen").first.wait_for(state="attached")
    stream = awake(live, RESIDUAL)
    before = stream.locator(".js-plotly-plot .bars path").first.get_attribute("d")
    type_into(stream, "The old queen")
    ready(stream)
    live.wait_for_function(
        "(before) => [...document.querySelectorAll('.js-plotly-plot .bars path')]"
        ".every((bar) => bar.getAttribute('d') !== before)",
        arg=before,
    )


def test_words_are_looked_up(live):
    near = awake(live, NEAREST)
    type_into(near, "dog")
    near.get_by_text("‘dog’ is").wait_for()
    expect(near.locator(".page-bar")).to_have_count(10)
    both = awake(live, CONTEXT)
    words = both.get_by_text("The vectors of ‘bear’")
    before = words.inner_text()
    both.get_by_label("Sentence 1").fill("A bear came")
    expect(words).not_to_have_text(before)
    ready(both)


def test_settings_and_beams_write(live):
    panel = awake(live, COMPARISON)
    panel.get_by_role("button", name="no knob turned").click()
    slider = panel.locator("input[type=range]:visible").first
    slider.fill("0.5")
    panel.get_by_role("button", name="temperature 0.5").wait_for()
    ready(panel)
    tree = awake(live, BEAMS)
    assert tree.locator("textarea").bounding_box()["width"] > 200
    type_into(tree, "The old queen")
    tree.locator(".lab-pre", has_text="The old queen").wait_for(state="attached")
    ready(tree).get_by_text("as likely").or_(tree.get_by_text("the same text")).wait_for()


def test_contrastive_search_says_what_it_weighed(live):
    panel = awake(live, CONTRASTIVE)
    greedy = panel.get_by_role("listbox", name="Greedy")
    before = greedy.inner_text()
    type_into(panel, "<img src=x onerror=alert(1)> queen")
    expect(greedy).not_to_have_text(before)
    ready(panel).get_by_text("They part at token").or_(panel.get_by_text("are the same")).wait_for()
    greedy.get_by_role("option").nth(3).click()
    rows = panel.locator(".page-table tr")
    rows.get_by_text("taken").wait_for()
    expect(rows).to_have_count(1 + 4)
    assert live.locator("img").count() == 0


def test_a_text_becomes_another(live):
    panel = awake(live, TRANSLATION)
    type_into(panel, "plural: the <img src=x onerror=alert(1)> dog")
    ready(panel).get_by_text("of the attention").wait_for()
    panel.locator(".js-plotly-plot text", has_text="dog").first.wait_for(state="attached")
    panel.get_by_role("listbox", name="What it writes").get_by_role("option").nth(1).click()
    panel.get_by_text("found.steps[1].alternatives").wait_for(state="attached")
    tasks = awake(live, TASKS)
    type_into(tasks, "<img src=x onerror=alert(1)> cat")
    ready(tasks).locator(".page-table").get_by_text("sing:").wait_for()
    assert live.locator("img").count() == 0


def test_three_attentions_and_muted_heads(live):
    panel = awake(live, THREE)
    type_into(panel, "plural: the <img src=x onerror=alert(1)> dog")
    ready(panel)
    panel.locator(".heads-cell[tabindex='0']").click()
    panel.get_by_text("1 head muted").wait_for()
    panel.locator(".page-control select").select_option("encoder")
    ready(panel).get_by_text("maps.encoder.weights").wait_for(state="attached")
    assert live.locator("img").count() == 0


def test_a_right_answer_is_forced(live):
    panel = awake(live, FORCING)
    type_into(panel, "plural: the old dog")
    panel.get_by_label("Right answer").fill("<b>the old dogs</b>")
    panel.locator(".js-plotly-plot text", has_text="dog").first.wait_for(state="attached")
    panel.get_by_role("slider", name="Wrong token").fill("1")
    ready(panel).get_by_text("Token 1 was made").wait_for()
    assert panel.locator(".page-table tr").count() == 3


def test_another_task_is_scored(live):
    panel = live.locator(".lab-panel").nth(SCORES)
    panel.scroll_into_view_if_needed()
    panel.locator("select:enabled").select_option("past")
    ready(panel).locator(".page-table").get_by_text("past: ").first.wait_for()
    assert panel.locator(".page-table tr").count() == 1 + 8


def test_everybody_can_use_them_on_a_narrow_screen_too(live):
    assert findings_in_both_schemes(live) == []
    live.set_viewport_size({"width": 400, "height": 800})
    live.wait_for_function("document.documentElement.scrollWidth <= 400", timeout=60_000)


def test_what_another_library_draws_in_a_frame_is_drawn_on_a_page(browser, tmp_path):
    """Its scripts stand in the frame, and the page's own policy holds there as well."""
    tokens = ("<img src=x onerror=window.broken=1>", "the", "cat")
    panel = at.bertviz_panel(" ".join(tokens), model="pocket-gpt2")
    context = browser.new_context(offline=True)
    page = context.new_page()
    wrong = []
    page.on("console", lambda m: m.type == "error" and wrong.append(m.text))
    page.goto((write_page(tmp_path, [panel]) / "panels.html").as_uri())
    page.frame_locator(".lab-frame").locator("#vis text").first.wait_for()
    assert not ran(page) and wrong == []
    context.close()
