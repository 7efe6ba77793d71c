"""A cell of code that opens a panel again as it stands."""

from importlib import import_module

import pytest

from lablib import attention as at
from lablib import foundations as fo
from lablib import masking as mk
from lablib import sampling as sp
from lablib import tokenization as tk
from lablib import transformer as tf
from lablib.attention.views import head_map, steps, weights
from lablib.sampling.views import knobs
from lablib.transformer.views import whole
from lablib.widgets import Panel
from lablib.widgets.reopening import public_name, settings_of
from tests import ROOT
from tests.browser.rooms import ROOMS
from tests.scripts import script


def reopened(panel):
    """The panel that the copied cell opens, once it is drawn."""
    opening, _, call = panel.cell().partition("\n\n")
    names = {}
    exec(opening, names)
    other = eval(call, names)
    assert other.wait(120) and other.state == "ready", other.foot.message
    return other


def type_(panel):
    panel.text.value = 'The king’s "new"\n<b>clothes</b> 🙂 \\ naïve'


def turn_knobs(panel):
    panel.text.value = "The old queen"
    panel.view.knobs = {**panel.view.knobs, "temperature": 0.5, "top_k": 7}


def turn_sliders(panel):
    panel.settings[1].sliders.sliders["top_p"].value = 0.5
    panel.settings[0].sliders.moving["target"].value = 2.5
    panel.seed.value, panel.length.value = 7, 4


def open_a_head(panel):
    panel.text.value = "The old queen sat"
    assert panel.wait(120)
    panel.map.metric, panel.map.opened = "entropy", [2, 1]
    assert panel.wait(120)


def mute(panel):
    panel.map.muted = [[0, 0], [2, 1]]


def move_a_switch(panel):
    panel.place.layer_slider.value = 3
    assert panel.wait(120)
    panel.view.temperature, panel.view.use_mask = 0.5, False


def leave_parts_out(panel):
    panel.view.off_parts, panel.view.off_blocks = ["positions"], [1, 3]


def choose_another_mask(panel):
    panel.input.text.value = "The [MASK] cat sat on the [MASK]."
    assert panel.wait(120)
    panel.mask.value, panel.answer.value = 2, "mat"
    panel.how.value = "replace"


def turn_a_view(panel):
    panel.choose.value = "Attention rollout"
    assert panel.wait(120)
    panel.view.layer = 2


@pytest.mark.parametrize(
    ("open_", "change"),
    [
        (lambda: sp.knob_panel("Once", "pocket-gpt2", simple=True), turn_knobs),
        (
            lambda: sp.comparison_panel(
                "Once", [sp.Knobs(temperature=0), sp.Knobs(top_k=3)], "pocket-gpt2"
            ),
            turn_sliders,
        ),
        (lambda: at.heads_panel("The cat", model="pocket-gpt2"), open_a_head),
        (lambda: at.ablation_panel("The cat", model="pocket-gpt2"), mute),
        (lambda: at.steps_panel("The cat sat", model="pocket-gpt2"), move_a_switch),
        (lambda: at.layers_panel("The cat sat", model="pocket-gpt2"), turn_a_view),
        (lambda: tf.whole_panel("The cat", model="pocket-gpt2"), leave_parts_out),
        (lambda: mk.evidence_panel(model="pocket-bert"), choose_another_mask),
        (lambda: tk.token_panel("Hello", "pocket-gpt2"), type_),
    ],
)
def test_the_cell_opens_the_panel_as_it_stood(open_, change):
    panel = open_()
    assert panel.wait(120)
    change(panel)
    assert panel.wait(120) and panel.state == "ready"
    other = reopened(panel)
    assert type(other) is type(panel)
    assert settings_of(other) == settings_of(panel)
    assert other.choice.chosen == panel.choice.chosen
    assert other.foot.code == panel.foot.code


def test_what_was_never_touched_is_not_in_the_cell():
    panel = fo.bleu_panel()
    assert panel.cell() == "from lablib import foundations as fo\n\nfo.bleu_panel()"


def test_another_model_is_in_the_cell():
    panel = at.layers_panel("The cat", model="pocket-gpt2")
    assert panel.wait(120)
    panel.head._handle_custom_msg({"open": "pocket-bert"}, [])
    assert panel.wait(120)
    assert "model='pocket-bert'" in panel.cell()


def test_what_no_cell_can_hold_is_said():
    panel = sp.comparison_panel("Once", [sp.Knobs(temperature=0)], "pocket-gpt2")
    assert panel.wait(120)
    assert "settings=[sp.Knobs(temperature=0" in panel.cell()
    panel._called["settings"] = [object()]
    sent = []
    panel.foot.send = sent.append
    panel.foot._handle_custom_msg({"cell": True}, [])
    assert sent == [
        {
            "problem": "This panel was made with something that no cell can hold (object): copy "
            "the code that made it, instead."
        }
    ]


def test_the_foot_is_sent_the_cell():
    panel, sent = fo.bleu_panel(), []
    panel.foot.send = sent.append
    panel.foot._handle_custom_msg({"cell": True}, [])
    assert sent == [{"cell": panel.cell()}]
    assert panel.foot.can_reopen and not panel.foot.page_state()["can_reopen"]


def test_a_panel_of_nobodys_room_has_no_cell():
    panel = Panel("Counting", [])
    assert not panel.foot.can_reopen and public_name(Panel) == ""


def test_a_setting_that_the_panel_lacks_is_refused():
    panel = fo.bleu_panel()
    with pytest.raises(ValueError, match=r"no setting .gone"):
        panel.restore({"gone.value": 1, "reference.value": "The dog."})
    assert panel.reference.value != "The dog."


def test_what_cannot_be_so_is_said():
    panel = at.layers_panel("The cat sat", model="pocket-gpt2").restore(
        {"choose.label": "Another lens", "text.value": "The dog"}
    )
    assert panel.wait(120) and panel.state == "failed"
    assert "sets choose.label to what it cannot be here" in panel.foot.message
    assert panel.text.value == "The dog" and panel.choose.value == "Logit lens"
    panel.text.value = "The dog ran"
    assert panel.wait(120) and panel.state == "ready"


def test_a_layer_that_the_model_lacks_becomes_its_last():
    panel = at.steps_panel("The cat sat", model="pocket-gpt2").restore(
        {"place.layer_slider.value": 99}
    )
    assert panel.wait(120) and panel.state == "ready"
    assert panel.place.layer_slider.value == panel.model().model.config.n_layer - 1


def test_each_panel_of_the_rooms_can_be_called_by_its_cell():
    """Its name, and that of its room in its imports, are found."""
    rooms = [import_module(f"lablib.{name}") for name in ROOMS]
    names = [(room, name) for room in rooms for name in dir(room) if name.endswith("_panel")]
    assert len(names) > 60
    for room, name in names:
        kind = getattr(room, name)
        assert public_name(kind) == name
        short = room.__name__.removeprefix("lablib.")
        assert f"{short} as " in kind.imports, name


@pytest.mark.parametrize(
    ("view", "path"),
    [
        (head_map.HeadMap, "attention/views/head_map.js"),
        (steps.StepsView, "attention/views/steps.js"),
        (weights.AttentionView, "attention/views/weights.js"),
        (whole.WholeView, "transformer/views/whole.js"),
        (knobs.KnobView, "sampling/views/knobs.js"),
    ],
)
def test_a_cell_sets_of_a_view_what_a_link_sets(view, path):
    with script(f"lablib/{path}") as ask:
        assert ask("Object.keys(m.settings)") == list(view.link_traits)
    assert set(view.link_traits) <= set(view.class_trait_names(sync=True))


def test_every_view_with_settings_for_links_is_among_them():
    with_settings = {
        path.relative_to(ROOT / "lablib").as_posix()
        for path in (ROOT / "lablib").glob("*/views/*.js")
        if "export const settings" in path.read_text(encoding="utf-8")
    }
    tried = test_a_cell_sets_of_a_view_what_a_link_sets.pytestmark[0].args[1]
    assert with_settings == {path for _, path in tried}
