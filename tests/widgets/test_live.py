"""The panel that follows its controls, and the controls, without a browser."""

from types import SimpleNamespace

import ipywidgets
import pytest
import torch

from lablib import models
from lablib.widgets import LivePanel, ModelChoice, PlotPlace
from lablib.widgets.controls import (
    button,
    checkbox,
    combobox,
    dropdown,
    log_slider,
    number,
    seed_field,
    slider,
    text_line,
    toggles,
)
from lablib.widgets.panel import RateLimit


class Squares(LivePanel):
    """The square of a number; the text "x" is none."""

    imports = "models, sampling as sp"

    def __init__(self, number="2", **more):
        self.text, self.menu = ipywidgets.Text(number), ipywidgets.Dropdown(options=["a", "b"])
        self.place = PlotPlace()
        self.picture, self.drawn, self.asked = "", 0, []
        controls = [self.text, self.menu]
        super().__init__("Squares", "Of a number.", controls, controls=controls, **more)

    def run(self, work, delay=0.0):
        self.asked.append(delay)
        super().run(work, delay)

    def draw(self):
        value = int(self.text.value)
        yield
        self.picture, self.drawn = f"{value**2}", self.drawn + 1

    def clear(self):
        self.picture = ""

    def code_lines(self):
        return f"{self.text.value} ** 2"


def loaded(name, kind="causal"):
    card = models.ModelCard(name, kind, "folder", None, None, "mit", ("en",), "A tiny model.")
    return models.LoadedModel(SimpleNamespace(), None, card, torch.device("cpu"), "Why.")


def test_it_draws_at_the_start_and_after_a_change():
    panel = Squares()
    assert panel.wait() and panel.picture == "4"
    panel.text.value = "3"
    assert panel.wait() and panel.picture == "9" and panel.state == "ready"
    assert panel.foot.code == "from lablib import models, sampling as sp\n\n3 ** 2"


def test_typing_has_to_rest_and_a_click_is_answered_at_once():
    panel = Squares()
    panel.text.value, panel.menu.value = "3", "b"
    assert panel.asked == [0.0, LivePanel.quiet_seconds, 0.0]


def test_what_was_typed_in_one_go_is_drawn_once():
    panel = Squares()
    assert panel.wait()
    panel.quiet_seconds = 30
    for text in ("1", "12", "123"):
        panel.text.value = text
    panel.redraw()
    assert panel.wait() and panel.picture == "15129" and panel.drawn == 2


def test_a_failure_takes_the_old_picture_away_and_is_said():
    panel = Squares()
    assert panel.wait() and panel.picture == "4"
    panel.text.value = "x"
    assert panel.wait() and panel.state == "failed" and panel.picture == ""


def test_a_panel_that_waits_draws_at_its_button_alone():
    class Waiting(Squares):
        waits = True

    start = button("Start")
    panel = Waiting(choice=ModelChoice("tiny"), button=start)
    assert panel.asked == [] and panel.foot.code.endswith("m = models.load('tiny')\n2 ** 2")
    panel.text.value = "5"
    panel.choice.loaded = loaded("tiny")
    assert panel.asked == [] and panel.foot.code.endswith("5 ** 2")
    start.click()
    assert panel.wait() and panel.picture == "25"
    panel.text.value = "6"
    assert panel.at_once() is panel and panel.wait() and panel.picture == "36"


def test_another_model_makes_another_picture():
    panel = Squares(choice=ModelChoice("tiny"))
    assert panel.wait() and panel.drawn == 1
    panel.choice.loaded = loaded("tiny")
    assert panel.wait() and panel.drawn == 2


def test_a_panel_that_does_not_say_how_it_is_drawn_fails_in_words():
    panel = LivePanel("Nothing", "", [])
    assert panel.wait() and panel.state == "failed"
    assert "LivePanel does not say how it is drawn" in panel.foot.details
    assert panel.foot.code == ""


def test_the_plot_is_made_once():
    panel, made = Squares(), []

    def make(name):
        made.append(name)
        return ipywidgets.HTML(name)

    assert panel.open_plot(make, "x") is panel.open_plot(make, "x") is panel.plot
    assert made == ["x"] and panel.place.children == (panel.plot,)
    assert panel.wait()


def test_a_place_for_a_plot_loads_plotly_on_the_thread_that_makes_it(python):
    said = python(
        "import sys; from lablib.widgets import PlotPlace; before = set(sys.modules); PlotPlace();"
        "print('plotly' in before, 'plotly' in sys.modules)"
    )
    assert said.split() == ["False", "True"]


@pytest.mark.parametrize(
    ("kind", "opened", "call"),
    [
        ("causal", None, "models.load('tiny')"),
        ("masked", None, "models.load('tiny', kind='masked')"),
        ("masked", "encoder", "models.load('tiny', kind='masked')"),
        (("causal", "masked"), None, "models.load('tiny')"),
        (("causal", "masked"), "encoder", "models.load('tiny', kind='encoder')"),
    ],
)
def test_the_code_opens_the_model_as_what_it_is(kind, opened, call):
    choice = ModelChoice("tiny", kind)
    choice.loaded = opened and loaded("tiny", opened)
    assert choice.code == call


def test_a_choice_without_a_name_is_the_default(monkeypatch):
    monkeypatch.setattr(models, "default_name", lambda kind: f"the {kind} one")
    assert ModelChoice(None, ("masked", "causal")).chosen == "the masked one"


def test_a_rate_limit_is_due_again_after_its_time(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("lablib.widgets.panel.time", SimpleNamespace(monotonic=lambda: now[0]))
    limit, due = RateLimit(), []
    for now[0] in (100.0, 100.05, 100.11, 100.2, 100.22):
        due.append(limit.due())
    assert due == [True, False, True, False, True]


@pytest.mark.parametrize(
    ("control", "kind", "state"),
    [
        (slider("A", 3, 0, 9), "IntSlider", {"value": 3, "min": 0, "max": 9, "step": 1}),
        (slider("A", 1, 0, 2, 0.5), "FloatSlider", {"value": 1.0, "step": 0.5}),
        (log_slider("A", 0.1, -3, 1, 0.05), "FloatLogSlider", {"value": 0.1, "min": -3.0}),
        (number("A", 2, 1, 8), "BoundedIntText", {"value": 2, "min": 1, "max": 8}),
        (number("A", 0.5, 0.2, 60.0, 0.5), "BoundedFloatText", {"value": 0.5, "step": 0.5}),
        (seed_field(7), "BoundedIntText", {"description": "Seed", "max": 2**31 - 1}),
        (dropdown("A", ["x", "y"]), "Dropdown", {"value": "x"}),
        (dropdown("A", {"x": 1, "y": 2}, 2), "Dropdown", {"value": 2, "label": "y"}),
        (toggles("A", ["x", "y"], "y"), "ToggleButtons", {"value": "y"}),
        (combobox("A", ["x"], "z"), "Combobox", {"value": "z", "continuous_update": False}),
        (text_line("A", "x", placeholder="y"), "Text", {"value": "x", "placeholder": "y"}),
        (checkbox("A", True), "Checkbox", {"value": True, "indent": False}),
        (checkbox("A", indent=True), "Checkbox", {"value": False, "indent": True}),
    ],
)
def test_a_control_is_what_its_line_says(control, kind, state):
    assert type(control).__name__ == kind
    assert {name: getattr(control, name) for name in state} == state
    assert control.description in ("A", "Seed")


def test_a_control_is_as_wide_as_its_line_says():
    field = number("A", 2, 1, 8, width=200, label="initial")
    assert field.layout.width == "200px" and field.style.description_width == "initial"
    assert slider("A", 3, 0, 9, label=116).style.description_width == "116px"
    assert toggles("A", ["x"], each=80).style.button_width == "80px"
    assert button("Go", width="auto").layout.width == "auto"
