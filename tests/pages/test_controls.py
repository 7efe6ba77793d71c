"""Widgets as HTML without a kernel: their values stand there, greyed and escaped."""

import ipywidgets
import pytest

from lablib.pages.controls import Controls
from lablib.widgets import Panel, TextInput, TokenStrip, as_choice
from lablib.widgets.page import page_state

PAYLOAD = "<img src=x onerror=broken>"


def html(widget):
    """The HTML of a widget that is still alive."""
    models = {
        one.model_id: page_state(one) | {"needs_kernel": getattr(one, "needs_kernel", False)}
        for one in inside(widget)
    }
    return Controls(models).with_note(widget.model_id)


def inside(widget):
    yield widget
    yield widget.layout
    for child in getattr(widget, "children", ()):
        yield from inside(child)


@pytest.mark.parametrize(
    ("widget", "value"),
    [
        (ipywidgets.IntSlider(3, description="n"), 'value="3"'),
        (ipywidgets.FloatSlider(0.3, description="t"), "<output>0.3</output>"),
        (ipywidgets.IntRangeSlider(value=(2, 5)), "2 to 5"),
        (ipywidgets.Dropdown(options=["a", "b"], value="b"), "<option selected>b</option>"),
        (ipywidgets.ToggleButtons(options=["a", "b"], value="b"), "<option selected>b</option>"),
        (ipywidgets.Dropdown(options=["a"], value=None), ">nothing chosen<"),
        (ipywidgets.SelectMultiple(options=["a", "b"], value=("a", "b")), ">a, b<"),
        (ipywidgets.SelectionSlider(options=[20, 40], value=40), ">40<"),
        (ipywidgets.FileUpload(description="Your file"), "<button disabled>Your file<"),
        (ipywidgets.Combobox(value="one"), 'value="one"'),
        (ipywidgets.Checkbox(True), "checked"),
        (ipywidgets.Text("one"), 'value="one"'),
        (ipywidgets.Textarea("one"), ">one<"),
        (ipywidgets.BoundedIntText(7), 'value="7"'),
        (ipywidgets.FloatLogSlider(10.0), 'value="10.0"'),
        (ipywidgets.ToggleButton(True, description="x"), 'aria-pressed="true"'),
        (ipywidgets.Button(description="Go"), ">Go<"),
    ],
)
def test_a_control_is_greyed_with_its_value(widget, value):
    assert value in html(widget)
    assert " disabled" in html(widget)
    assert "needs a kernel" in html(widget)


@pytest.mark.parametrize("kind", [ipywidgets.Text, ipywidgets.Textarea, ipywidgets.Label])
def test_nothing_in_a_value_is_a_tag(kind):
    assert "<img" not in html(ipywidgets.VBox([kind(PAYLOAD)]))


def test_nothing_in_a_description_is_a_tag():
    for kind in (ipywidgets.Button, ipywidgets.IntSlider, ipywidgets.Checkbox):
        assert "<img" not in html(kind(description=PAYLOAD))


def test_boxes_keep_their_layout_and_what_answers_alone_is_not_greyed():
    strip = TokenStrip(tokens=[{"text": "a"}])
    box = html(ipywidgets.HBox([strip], layout={"width": "50%"}))
    assert "width: 50%" in box and strip.model_id in box
    assert "disabled" not in box and "needs a kernel" not in box


@pytest.mark.parametrize("kind", [ipywidgets.HTML, ipywidgets.Label, TextInput, ipywidgets.Text])
def test_what_is_hidden_in_the_lab_is_hidden_on_the_page(kind):
    assert 'style="display: none"' in html(kind(value="one", layout={"display": "none"}))


def test_a_text_field_of_ours_is_greyed():
    assert "<fieldset disabled>" in html(Panel("Title", [TextInput()]))


def test_tabs_keep_their_titles():
    assert "First" in html(ipywidgets.Tab([ipywidgets.Label("a")], titles=["First"]))


def test_a_box_of_a_panel_that_lives_can_be_shown_and_hidden():
    fold, other = ipywidgets.VBox(), ipywidgets.VBox()
    panel = Panel("Counting", [fold, other], choice=as_choice("pocket-gpt2", "causal"))
    panel.fold, panel.stand_in = fold, "counting"
    assert f'data-box="{fold.model_id}"' in html(panel)
    assert f'data-box="{other.model_id}"' not in html(panel)
