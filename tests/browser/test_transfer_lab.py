"""Lab 07 in JupyterLab, as a learner uses it: train, look at mistakes, type, measure."""

from tests.browser.conftest import shot
from tests.browser.test_masking_lab import settle
from tests.looking import ran

CELLS = [
    "from lablib import transfer as tr",
    'tr.data_panel("topic")',
    "training = tr.training_panel()\n"
    'training.method.value, training.epochs.value = "full", 0.5\n'
    "training",
    "tr.mistakes_panel()",
    'tr.judge_panel("The conductor raised the price of the score.")',
    "growth = tr.growth_panel(seeds=3)\n"
    "growth.largest.value = growth.largest.options[0]\n"
    'for way in ("lora", "full", "scratch"):\n'
    "    growth.ways[way].value = False\n"
    "growth",
]
PAYLOAD = "<img src=x onerror='window.broken=1'> the striker scored $x$ twice"


def panel(page, title):
    return page.locator(".lab-panel", has=page.get_by_text(title, exact=True))


def test_a_classifier_is_trained_questioned_and_measured(lab):
    lab.open(lab.write("transfer.ipynb", CELLS))
    lab.run_all()
    page = lab.page
    settle(page)
    data, training = (
        panel(page, "The texts and their labels"),
        panel(page, "An encoder learns to classify"),
    )
    data.locator("td", has_text="cooking").first.wait_for()
    panel(page, "The worst mistakes").get_by_text("Nothing is trained yet").first.wait_for()

    training.get_by_role("button", name="Train", exact=True).click()
    training.locator(".lab-foot[data-state=working]").wait_for()
    training.get_by_role("button", name="Precision and recall").click()
    training.locator("td", has_text="mean of the classes").wait_for()
    settle(page)
    training.locator(".js-plotly-plot .heatmaplayer .hm").first.wait_for(state="attached")
    training.get_by_text("test texts are right").first.wait_for()

    mistakes, judge = panel(page, "The worst mistakes"), panel(page, "Type a text")
    for theme in map(str.lower, lab.themes()):
        mistakes.locator("[role=option]").first.wait_for()
        judge.locator(".bars path, .point path").first.wait_for(state="attached")
        shot(data, f"transfer-data-{theme}")
        shot(training, f"transfer-training-{theme}")
        shot(mistakes, f"transfer-mistakes-{theme}")
        shot(judge, f"transfer-judge-{theme}")

    judge.locator("textarea").fill(PAYLOAD)
    judge.locator("[role=option]", has_text="striker").first.wait_for()
    settle(page)
    assert not ran(page)
    assert "It says " in judge.inner_text()

    growth = panel(page, "What is the pretraining worth?")
    growth.get_by_role("button", name="Measure").click()
    growth.get_by_role("tab", name="Table").click()
    growth.locator("td", has_text="frozen encoder, new head").wait_for()
    settle(page)
    growth.get_by_role("tab", name="Chart").click()
    growth.locator(".scatterlayer .point").first.wait_for(state="attached")
    shot(growth, "transfer-growth-dark")
