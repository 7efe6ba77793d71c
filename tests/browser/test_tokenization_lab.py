"""Lab 01 in JupyterLab, as a learner uses it: type, point, select, build, train, compare, find."""

import re

from playwright.sync_api import expect

from lablib import exercises
from lablib import tokenization as tk
from lablib.exercises import Event, ProgressFile
from lablib.widgets.tokens import visible
from tests.browser.conftest import shot

LONG = "' '.join(str(number**3) for number in range(2_000_000))"


def panels(lab, name, *calls):
    """Open a notebook with these panels, run it, and wait until all are ready."""
    lab.open(lab.write(f"{name}.ipynb", ["from lablib import tokenization as tk", *calls]))
    lab.page.set_viewport_size({"width": 1400, "height": 900 * len(calls)})
    lab.run_all()
    found = [lab.page.locator(".lab-panel").nth(number) for number in range(len(calls))]
    for panel in found:
        done(panel)
    return found


def done(panel):
    """Wait until the panel has answered: it is ready, and says how long it took."""
    foot = panel.locator(".lab-foot[data-state=ready] .lab-status-text")
    foot.filter(has_text=re.compile("^in ")).wait_for(timeout=120_000)


def chips(panel):
    return panel.locator(".lab-token .lab-chip-text")


def expect_chips(panel, texts):
    """Wait until the panel's chips have these texts."""
    panel.page.wait_for_function(
        "([panel, texts]) => JSON.stringify([...panel.querySelectorAll('.lab-chip-text')]"
        ".map((chip) => chip.textContent)) === JSON.stringify(texts)",
        arg=[panel.element_handle(), [visible(text) for text in texts]],
        timeout=30_000,
    )


def test_typing_pointing_and_selecting(lab):
    (panel,) = panels(lab, "tokens", "tk.token_panel('Hello')")
    field, text = panel.locator(".lab-area"), "naïve 🦩 cafés\n<|endoftext|>"
    field.fill(text)
    encoding = tk.encode(text, "gpt2")
    expect_chips(panel, [token.text for token in encoding.tokens])

    assert panel.locator(".lab-area-mark").count() == 0
    chips(panel).first.hover()
    panel.locator(".lab-area-mark").first.wait_for()
    lab.page.locator(".lab-card:visible", has_text=str(encoding.ids[0])).wait_for()

    field.evaluate("(area) => { area.focus(); area.setSelectionRange(6, 8); }")
    panel.locator(".lab-token[aria-selected=true]").first.wait_for()
    chosen = [
        number
        for number, chip in enumerate(panel.locator(".lab-token").all())
        if chip.get_attribute("aria-selected") == "true"
    ]
    assert chosen == encoding.touching(6, 7)
    panel.get_by_text("U+1F9A9").first.wait_for()
    lab.page.mouse.move(5, 5)
    panel.locator(".lab-card").wait_for(state="hidden")
    for theme in lab.themes():
        expect_chips(panel, [token.text for token in encoding.tokens])
        shot(lab.page.locator(".lab-panel").first, f"tokens-{theme.lower()}")


def test_training_stopping_and_scrubbing(lab):
    (panel,) = panels(lab, "training", "tk.training_panel()")
    slider, total = panel.locator(".merges-slider"), panel.locator(".merges-total")
    for theme in lab.themes():
        slider.press("Home")
        total.get_by_text("106 tokens").wait_for()
        for _ in range(3):
            slider.press("PageUp")
        shot(lab.page.locator(".lab-panel").first, f"training-{theme.lower()}")
    slider.press("End")
    lab.page.wait_for_function(
        "(total) => parseInt(total.textContent.match(/\\d+/)[0]) < 40", arg=total.element_handle()
    )


def test_a_training_is_stopped_and_another_text_trained(lab):
    page = lab.page
    call = f"tk.training_panel({LONG}, size=20_000)"
    lab.open(lab.write("stop.ipynb", ["from lablib import tokenization as tk", call]))
    lab.run_all()
    page.locator(".lab-stop").click(timeout=60_000)
    page.locator(".lab-foot[data-state=stale]").wait_for()
    page.locator(".merges-empty").wait_for()
    panel = page.locator(".lab-panel")
    panel.get_by_label("Text", exact=True).select_option("almanac")
    panel.get_by_label("Entries").fill("400")
    panel.get_by_label("Entries").press("Enter")
    panel.get_by_role("button", name="Train").click()
    done(panel)
    expect(panel.locator(".merges-field")).to_have_value("400")


def test_a_word_is_built_step_by_step(lab):
    (panel,) = panels(lab, "word", "tk.word_panel('unbelievably', 'gpt2')")
    handle = panel.locator(".noUi-handle")
    expect_chips(panel, list("unbelievably"))
    handle.press("ArrowRight")
    expect_chips(panel, [*"unbelievab", "ly"])
    for _ in tk.bpe_steps("unbelievably", "gpt2"):
        handle.press("ArrowRight")
    expect_chips(panel, ["un", "bel", "iev", "ably"])
    handle.press("Home")
    expect_chips(panel, list("unbelievably"))
    handle.press("End")
    expect_chips(panel, ["un", "bel", "iev", "ably"])


def test_tables_of_tokenizers_and_of_languages(lab):
    compare, languages = panels(
        lab, "tables", "tk.compare_panel('Café', ['gpt2', 'words'])", "tk.language_panel(['gpt2'])"
    )
    compare.get_by_label("Add", exact=True).fill("bytes")
    compare.get_by_role("button", name="Add", exact=True).click()
    compare.get_by_role("tab", name="Table").click()
    rows = compare.locator("table tr")
    rows.nth(3).wait_for()
    lines = [row.inner_text().split() for row in rows.all()[1:]]
    assert [line[:3] for line in lines] == [
        ["gpt2", "3", "1.67"], ["words", "1", "5.00"], ["bytes", "5", "1.00"],
    ]  # fmt: skip
    assert ["no" in line for line in lines] == [False, True, False]

    languages.get_by_role("tab", name="Table").click()
    languages.locator("table tr", has_text="Hindi").wait_for()
    languages.locator(".lab-area").fill("English: Good night\nDeutsch: Gute Nacht")
    languages.locator("table tr", has_text="Deutsch").filter(has_text="× 2.00").wait_for()


def test_the_vocabulary_and_the_corners(lab):
    vocabulary, corners = panels(lab, "search", "tk.vocabulary_panel('gpt2')", "tk.corner_panel()")
    vocabulary.get_by_label("Search").fill("flamingo")
    expect_chips(vocabulary, [])
    vocabulary.get_by_label("Search").fill("ladder")
    expect_chips(vocabulary, [" ladder", " bladder"])

    expect_chips(corners, ["dog", " dog", " Dog"])
    area = corners.locator(".lab-area")
    before = area.input_value()
    corners.get_by_label("Corner").select_option("Line ends of Windows")
    expect(area).not_to_have_value(before)  # else what is typed is replaced by the corner's text
    area.fill("a\nb")
    expect_chips(corners, ["a", "\n", "b", "a", "\r", "\n", "b"])
    expect(corners.locator(".lab-token .lab-chip[data-outline='0']")).to_have_count(1)


def test_the_whole_lab_runs_and_every_picture_opens(lab):
    """As for a learner who comes back: all predictions but the first were looked at before."""
    unseen = "tokenization/pieces"
    for id in exercises.lab("tokenization"):  # the file is that of the test before, too
        ProgressFile(lab.home / "progress").add(Event(id, "forgot" if id == unseen else "skipped"))
    page = lab.page
    page.set_viewport_size({"width": 1400, "height": 24_000})
    lab.open("labs/01_tokenization.ipynb")
    lab.run_all()
    page.get_by_role("button", name="Just show me", exact=True).click()
    expect(page.locator(".lab-panel")).to_have_count(6, timeout=60_000)
    expect(page.locator(".lab-foot[data-state=working]")).to_have_count(0, timeout=60_000)
    assert page.locator(".jp-RenderedText[data-mime-type*=stderr]").count() == 0
    assert page.locator(".lab-foot[data-state=failed]").count() == 0
