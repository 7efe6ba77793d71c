"""The comparison panel without a browser: its strips, its 20 seeds, its code, bad input."""

import time

import pytest

from lablib.sampling import Knobs, Mirostat, diversity, first_divergence, generate
from lablib.sampling.panel.comparison import SETTINGS, comparison_panel
from lablib.sampling.panel.setting import PARTS
from tests.sampling.panels import opened, run_code

TWO = (Knobs(temperature=0), Knobs(temperature=1.5))


@pytest.fixture
def panel(m):
    panel = comparison_panel("Once", TWO, opened(m))
    panel.length.value = 8
    assert panel.wait()
    return panel


def strip_ids(panel):
    return [[token["id"] for token in setting.strip.tokens] for setting in panel.settings]


def click(button, panel):
    button.click()
    assert panel.wait()
    assert panel.state == "ready", panel.foot.details


def test_strips_hold_what_each_setting_writes(panel, m):
    assert panel.state == "ready"
    texts = [[step.id for step in generate(m, "Once", knobs, 0, 8)] for knobs in TWO]
    assert strip_ids(panel) == texts
    assert [step.id for step in panel.runs[1]] == texts[1]
    place = first_divergence(texts)
    marked = [i for i, token in enumerate(panel.settings[1].strip.tokens) if token.get("mark")]
    assert marked == [place] and panel.settings[1].strip.tokens[place]["mark"] == PARTS
    assert not any(token.get("mark") for token in panel.settings[0].strip.tokens)
    assert panel.settings[0].name.description == "greedy"


def test_the_seed_is_used(panel, m):
    before = strip_ids(panel)
    panel.seed.value = 3
    assert panel.wait()
    now = strip_ids(panel)
    assert now[0] == before[0] and now[1] != before[1]
    assert now[1] == [step.id for step in generate(m, "Once", TWO[1], 3, 8)]


def test_a_knob_writes_anew(panel, m):
    panel.settings[1].sliders.sliders["temperature"].value = 0.0
    assert panel.wait()
    first, second = strip_ids(panel)
    assert first == second
    assert panel.words.value == "Every setting writes the same text."
    assert panel.settings[1].name.description == "greedy"


def test_mirostat_is_one_of_what_is_compared(panel, m, monkeypatch):
    panel.settings[1].sliders.moving["target"].value = 2.5
    assert panel.wait()
    how = {"seed": 0, "max_new_tokens": 8, "mirostat": Mirostat(2.5)}
    assert strip_ids(panel)[1] == [step.id for step in generate(m, "Once", TWO[1], **how)]
    name = "temperature 1.5, mirostat 2.5 bits"
    assert panel.settings[1].name.description == name
    panel.settings[1].sliders.sliders["max_surprisal"].value = 4.0
    assert panel.wait() and panel.settings[1].name.description == name  # the fixed limit is unused
    click(panel.add_button, panel)
    click(panel.seeds_button, panel)
    assert panel.settings[2].mirostat == Mirostat(2.5)
    _, names = run_code(panel, monkeypatch)
    assert names["texts"] == strip_ids(panel)
    rows = [run for row in panel.seeds.runs for run in row]
    assert [[step.id for step in run] for run in names["runs"]] == [
        [step.id for step in run] for run in rows
    ]


def test_settings_come_and_go(panel):
    for _ in range(9):
        panel.add_button.click()
    assert len(panel.settings) == 6 and panel.add_button.disabled
    assert panel.wait()
    assert strip_ids(panel)[5] == strip_ids(panel)[1]
    for setting in list(panel.settings):
        setting.remove.click()
    assert panel.wait()
    assert len(panel.rows.children) == 1 and panel.settings[0].remove.disabled
    assert len(panel.runs) == 1 and panel.words.value == ""


def test_twenty_seeds(panel, m):
    click(panel.seeds_button, panel)
    texts = [[list(generate(m, "Once", knobs, seed, 8)) for seed in range(20)] for knobs in TWO]
    shown = [[[step.id for step in run] for run in row] for row in panel.seeds.runs]
    assert shown == [[[step.id for step in run] for run in row] for row in texts]
    figures = diversity(texts[1])
    row = panel.seeds.table.value.split("temperature 1.5")[1]
    for number in (figures.distinct_1, figures.distinct_2, figures.distinct_3, figures.entropy):
        assert f"{number:.2f}" in row
    entropies, distinct = panel.seeds.plot.data
    assert list(entropies.x)[:20] == [0.0] * 20
    assert distinct.x[25] == diversity([texts[1][5]]).distinct_2
    assert entropies.hovertext[25].startswith("seed 5<br>")


def test_clicking_a_point_takes_its_seed_and_keeps_the_picture(panel):
    click(panel.seeds_button, panel)
    panel.seeds._pick([27])
    assert panel.wait()
    assert panel.seed.value == 7 and panel.seeds.children
    panel.text.value = "Twice"
    assert panel.seeds.children == () and panel.wait()


def test_the_code_gives_what_is_drawn(panel, monkeypatch):
    click(panel.seeds_button, panel)
    diversities, names = run_code(panel, monkeypatch)
    assert names["texts"] == strip_ids(panel)
    assert diversities == [diversity(row) for row in panel.seeds.runs]
    panel.text.value = "it's \\ <b> \u05d0"
    assert panel.wait()
    divergence, names = run_code(panel, monkeypatch)
    assert names["texts"] == strip_ids(panel)
    assert divergence == first_divergence(names["texts"])


@pytest.mark.parametrize("prompt", ["", "   ", "\x00<script>$x$", "\ud800", "word " * 20_000])
def test_any_prompt(prompt, m):
    panel = comparison_panel(prompt, TWO, opened(m))
    assert panel.wait()
    assert panel.state == "ready", panel.foot.details
    assert strip_ids(panel)[0]
    assert ("left out" in panel.text.note) == (len(prompt) > 1000)


def test_stop(panel):
    panel.length.value = 60
    panel.run(lambda: forever())
    panel.stop()
    assert panel.wait() and panel.state == "stale"


def forever():
    while True:
        time.sleep(0.01)
        yield


def test_another_model_writes_anew(panel, tiny):
    before = strip_ids(panel)
    panel.choice.loaded = opened(tiny(seed=5)).loaded
    assert panel.wait()
    assert strip_ids(panel) != before


def test_default_settings_and_bad_ones(m):
    panel = comparison_panel(model=opened(m))
    assert tuple(setting.knobs for setting in panel.settings) == SETTINGS
    assert panel.wait()
    with pytest.raises(ValueError, match="1 to 6 settings"):
        comparison_panel("Once", [], opened(m))
