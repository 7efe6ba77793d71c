"""The panel that shows what a bug costs, without a browser."""

from lablib import finetuning as ft
from lablib.exercises import Bug, lab
from tests.panels import run_code

QUICK = "finetuning/adamw-of-transformers"


def test_it_offers_every_bug_by_its_title():
    panel = ft.harm_panel(QUICK)
    titles = [record.title for record in lab("finetuning").values() if isinstance(record, Bug)]
    assert sorted(name for name, _ in panel.bug.options) == sorted(titles)


def test_it_runs_both_codes_and_says_what_came_of_it():
    panel = ft.harm_panel(QUICK)
    assert panel.found is None
    panel.button.click()
    assert panel.wait(120) and panel.state == "ready", panel.foot.details
    fixed, broken = panel.plot.data
    assert list(fixed.y) == list(panel.found.fixed) and not broken.y
    assert "ImportError" in panel.words.value


def test_its_code_gives_what_is_on_the_screen():
    panel = ft.harm_panel(QUICK)
    panel.button.click()
    assert panel.wait(120)
    (measure, steps, fixed, wrong), _ = run_code(panel)
    found = panel.found
    assert (measure, steps, wrong) == (found.measure, found.steps, found.broken)
    assert fixed == found.fixed


def test_another_bug_outdates_the_picture():
    panel = ft.harm_panel(QUICK)
    panel.button.click()
    assert panel.wait(120)
    panel.bug.value = "finetuning/pad-is-end"
    assert panel.state == "stale" and "pad-is-end" in panel.foot.code
