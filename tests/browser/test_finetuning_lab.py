"""Fine-tuning in JupyterLab: a run goes on while everything else answers, and can be steered."""

from playwright.sync_api import expect

from tests.browser.conftest import READY, shot

TRAINING = (
    "from lablib import finetuning as ft\n"
    "config = ft.Config(text='cookbook', steps={steps}, length=64, batch=4, evaluate_every=10,\n"
    "                   sample_every=10, sample_tokens=20, prompt='Take three')\n"
    'panel = ft.training_panel(config, runs="runs-seen")\n'
    "panel"
)
SLIDER = (
    "import ipywidgets, time\n"
    'slider = ipywidgets.IntSlider(description="other", max=1000)\n'
    "said = ipywidgets.Label()\n"
    'slider.observe(lambda change: setattr(said, "value", f"heard {change.new}"), "value")\n'
    "ipywidgets.VBox([slider, said])"
)
KNOBS = 'from lablib import sampling as sp\nsp.knob_panel("Take three")'
RUNS = 'ft.runs_panel("runs-seen")'
COUNT = "(document.querySelector('.js-plotly-plot')?.data?.[0]?.x ?? []).length"
POINTS = f"least => {COUNT} >= least"


def press(page, name):
    """Press a button of the training panel once it answers."""
    button = page.locator(".lab-panel button", has_text=name).first
    button.wait_for()
    page.wait_for_function(
        "name => [...document.querySelectorAll('.lab-panel button')]"
        ".some(b => b.textContent.trim() == name && !b.disabled)",
        arg=name,
    )
    button.click()


def points(page):
    return page.evaluate(COUNT)


def settled(page):
    page.wait_for_selector(READY, timeout=120_000)


def test_a_run_is_started_watched_steered_and_used(lab):
    cells = [TRAINING.format(steps=4000), SLIDER, KNOBS, RUNS]
    lab.open(lab.write("finetuning.ipynb", cells))
    page = lab.page
    lab.run_cell(0)
    lab.run_cell(1)
    lab.run_cell(2)
    page.get_by_text("It fits").wait_for()
    settled(page)

    press(page, "Start")
    page.wait_for_function(POINTS, arg=5)
    seen = points(page)
    page.wait_for_function(POINTS, arg=seen + 5)

    handle = page.locator(".widget-slider .noUi-handle").last
    for step in range(1, 6):
        handle.press("ArrowRight")
        page.get_by_text(f"heard {step}", exact=True).wait_for(timeout=5_000)

    press(page, "Pause")
    page.get_by_text("steps, paused").wait_for()
    page.wait_for_timeout(3000)  # the step that is being made comes to its end
    seen = points(page)
    page.wait_for_timeout(3000)
    assert points(page) == seen
    press(page, "Resume")
    page.wait_for_function(POINTS, arg=seen + 3)
    page.get_by_role("log").get_by_text("step 10", exact=True).wait_for()
    for theme in lab.themes():  # and it goes on meanwhile
        page.wait_for_function(POINTS, arg=points(page) + 1)
        shot(page.locator(".lab-panel").first, f"finetuning-training-{theme.lower()}")

    press(page, "Stop")
    page.get_by_text("The result is an ordinary folder").wait_for()
    expect(page.locator(".lab-panel").first).to_contain_text("The held-out perplexity fell")
    press(page, "Use in the other labs")
    page.wait_for_function(
        "[...document.querySelectorAll('.lab-panel')][1]"
        ".querySelector('.lab-badge').textContent.includes('model on')"
    )

    lab.run_cell(3)
    page.locator(".lab-panel").last.locator(".js-plotly-plot").first.wait_for()
    page.get_by_role("tab", name="Table", exact=True).click()
    page.get_by_text("The newest run first").wait_for()
    page.get_by_role("tab", name="Curves", exact=True).click()
    shot(page.locator(".lab-panel").last, "finetuning-runs-dark")
