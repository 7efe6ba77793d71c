"""What stands in a menu of starting points is what stands in the controls it fills."""

import ipywidgets
import pytest

from lablib import finetuning as ft
from lablib import foundations as fo
from lablib.finetuning.panel.settings import Settings
from lablib.widgets.presets import start_from

CASES = {"one": 1, "two": 2}


@pytest.fixture
def form():
    menu = ipywidgets.Dropdown(
        options=[("choose one …", ""), *zip(CASES, CASES, strict=True)], value=""
    )
    field, other = ipywidgets.IntText(0), ipywidgets.IntText(0)

    def take(name):
        field.value, other.value = CASES[name], -CASES[name]

    start_from(menu, take, [field, other])
    return menu, field, other


def test_an_entry_fills_the_controls_and_stays(form):
    menu, field, other = form
    for name, value in CASES.items():
        menu.value = name
        assert (menu.value, field.value, other.value) == (name, value, -value)


def test_an_entry_that_was_left_can_be_chosen_again(form):
    menu, field, _ = form
    menu.value = "one"
    field.value = 7
    assert menu.value == ""
    menu.value = "one"
    assert (menu.value, field.value) == ("one", 1)


def test_the_preset_of_a_training_says_what_the_settings_are():
    form = Settings(ft.Config())
    form.preset.value = "lora"
    assert form.config.learning_rate == ft.PRESETS["lora"].learning_rate
    form.controls["rank"].value = 32
    assert form.preset.value == ""
    form.preset.value = "lora"
    assert form.config.rank == ft.PRESETS["lora"].rank and form.preset.value == "lora"
    form.show(ft.Config(batch=3))  # as a search does that takes over what it found
    assert form.preset.value == "" and form.config.batch == 3


@pytest.mark.live
def test_so_do_the_examples_of_the_foundations():
    bleu = fo.bleu_panel()
    name = bleu.case.options[1][1]
    bleu.case.value = name
    filled = bleu.candidate.value
    bleu.candidate.value = "another"
    assert bleu.case.value == ""
    bleu.case.value = name
    assert bleu.candidate.value == filled
    scale = fo.scale_panel()
    preset = scale.preset.options[1]
    scale.preset.value = preset
    layers = scale.layers.value
    scale.layers.value = layers + 1
    assert scale.preset.value == scale.preset.options[0]
    scale.preset.value = preset
    assert scale.layers.value == layers
    for panel in (bleu, scale):
        assert panel.wait()
