"""The panels of batches, comparisons, transfer, search and ladder without a browser."""

import pytest

from lablib import data, models
from lablib import finetuning as ft
from lablib.finetuning.compute.batches import PADDING_IN_LOSS, SHIFTED_TWICE
from lablib.finetuning.panel.pair import NOTHING_YET
from lablib.finetuning.panel.settings import Settings
from lablib.widgets import ModelChoice
from tests import panels
from tests.panels import failed, ready
from tests.sampling.panels import opened, run_code
from tests.training.tiny_folder import save_tiny

TEXT = data.text("lighthouse")[:3000]


@pytest.fixture(scope="module")
def folders(tiny, tmp_path_factory):
    return [save_tiny(tiny, tmp_path_factory.mktemp("tiny"), seed) for seed in (1, 2)]


# Batches


def test_a_batch_is_the_one_of_the_training_loop(m, monkeypatch):
    panel = ready(ft.batch_panel(TEXT, 16, False, opened(m)))
    task = ft.make_task(ft.Config(text=TEXT, length=16, packed=False), opened(m).loaded)
    expected = ft.annotate_batch(task.batch(range(4)))
    assert panel.seen.roles == expected.roles
    assert [t["mark"] for t in panel.strips[2].tokens] == list(expected.roles[2])
    (table, losses), _ = run_code(panel, monkeypatch)
    assert table == expected.table() and losses.shape == expected.ids.shape
    panel.strips[2].selected = [5]
    ready(panel)
    assert panel.row.value == 3 and panel.shift.current == 5
    column = panel.shift.columns[5]
    assert column["asked"] == panel.shift.columns[6]["reads"] and column["loss"]


def test_mistakes_are_seen(m, monkeypatch):
    panel = ready(ft.batch_panel(TEXT, 16, True, opened(m)))
    panel.mistake.value = SHIFTED_TWICE
    assert ready(panel).shift.label_shift == 2 and "Without the mistake" in panel.words.value
    (_, losses), _ = run_code(panel, monkeypatch)
    assert losses.shape == (4, 15)
    panel.packed.value, panel.mistake.value = False, PADDING_IN_LOSS
    assert ready(panel).seen.count("padding, asked for") > 0
    panel.text.value = "nowhere.txt"
    failed(panel, "There is no text")
    assert panel.seen is None and panel.shift.columns == []


# Before and after


def test_texts_and_perplexities_of_both(folders):
    panel = ft.comparison_panel(*folders, text=TEXT, prompts="Once\nThe")
    assert repr(panel).startswith("ComparisonPanel")  # a name of ipywidgets' own is not taken
    panel.length.value, panel.seeds.value = 4, 2
    panel.button.click()
    ready(panel)
    (measures, written), _ = panels.run_code(panel)
    assert measures == [[one.perplexity for one in pair] for pair in panel.measures]
    assert written == [*panel.written] and len(written[0]) == 4
    assert "general text" in panel.table.value and "seed 1" in panel.texts.value
    panel.sampling.click()
    ready(panel)
    (opened_panel,) = panel.opened.children
    assert opened_panel.wait() and opened_panel.choice.name == models.load(folders[1]).card.name
    panel.attention.click()
    assert ready(panel).opened.children[0].wait()


def test_losses_before_and_after(folders):
    panel = ready(ft.loss_panel("The lamp.", *folders))
    (before, after, differences), _ = panels.run_code(panel)
    shown = [[token["value"] for token in strip.tokens] for strip in panel.strips]
    assert shown == [pytest.approx(list(v), abs=1e-5) for v in (before, after, differences)]
    panel.text.value = ""
    failed(panel, "type a sentence")
    assert panel.strips[0].tokens == []
    panel.text.value, panel.after.value = "The", "/no/such/folder"
    failed(panel, "/no/such/folder")


def test_the_same_head_in_both(folders):
    panel = ready(ft.same_head_panel("The lamp", *folders))
    first, second = panel.views
    layer, head, _ = panel.found.top(1)[0]
    assert (second.layer, second.heads) == (layer, [head])
    first.layer = 1 - layer
    assert second.layer == 1 - layer
    panel.text.value = "The lamp was lit"
    assert ready(panel) and first.layer == 1 - layer  # who has chosen a head keeps it
    panel.most.click()
    layer, head, _ = panel.found.top(1)[0]
    assert (second.layer, second.heads) == (layer, [head])
    assert f"Layer {layer}, head {head} moved" in panel.words.value
    (before, after, moved), _ = panels.run_code(panel)
    assert (before - after).abs().sum(-1).mean(-1).div(2).allclose(moved)


def test_before_there_is_a_run_one_is_told_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    failed(ft.loss_panel("The"), NOTHING_YET)


def test_a_run_is_opened_by_its_folder(folders, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    early = ft.loss_panel("The lamp")
    failed(early, NOTHING_YET)
    run = ft.Run(ft.Config(model=folders[0], text=TEXT, length=16, steps=2, device="cpu"))
    run.start()
    assert run.wait(120) and run.state == "done", run.message
    panel = ready(ft.loss_panel("The lamp"))
    assert panel.before.value == folders[0] and panel.after.value == str(run.folder)
    assert any(token["value"] for token in panel.strips[2].tokens)
    assert ft.comparison_panel(after=run).config.text == TEXT
    early.newest.click()
    assert ready(early).found == panel.found and early.after.value == str(run.folder)


# Transfer, search, ladder


def test_transfer_is_drawn_as_it_is_measured(folders):
    panel = ft.transfer_panel(TEXT, 1, ModelChoice(folders[0]))
    for method in ("scratch", "lora"):
        panel.methods[method].value = False
    panel.length.value = 16
    panel.button.click()
    ready(panel)
    assert len(panel.points) == 6 and all(point.done for point in panel.points)
    points, _ = panels.run_code(panel)
    assert points == [(p.method, p.share, pytest.approx(p.perplexity)) for p in panel.points]
    for box in panel.methods.values():
        box.value = False
    panel.button.click()
    failed(panel, "Choose at least one way")


class Training:
    """What stands for a training panel: something with settings."""

    def __init__(self):
        self.settings = Settings(ft.Config(length=16, batch=4, device="cpu"))


def test_a_range_test_and_a_search_are_taken_over(folders):
    training = Training()
    panel = ft.range_panel(TEXT, 6, ModelChoice(folders[0]), training)
    panel.button.click()
    ready(panel)
    (losses, suggestion), _ = panels.run_code(panel)
    assert losses == pytest.approx(panel.test.losses) and suggestion == panel.test.suggestion
    panel.test = ft.RangeTest((1e-3, 1e-2, 1e-1, 1.0, 10.0), (5.0, 4.0, 3.0, 2.0, 9.0), 5)
    panel.take.click()
    assert training.settings.config.learning_rate == panel.test.suggestion

    search = ft.search_panel(TEXT, 2, ModelChoice(folders[0]), training)
    search.how.value, search.steps.value = "random", 1
    search.button.click()
    ready(search)
    best, _ = panels.run_code(search)
    assert best == ft.best_trial(search.trials) and not search.take.disabled
    search.take.click()
    assert training.settings.config.batch == best.settings["batch"]


def test_training_in_a_panel_can_be_stopped(folders):
    panel = ft.transfer_panel(TEXT, 10_000, ModelChoice(folders[0]))
    panel.button.click()
    panel.stop()
    assert panel.wait() and panel.state == "stale"


def test_the_ladder_panel(m, monkeypatch):
    from lablib.finetuning.panel import ladder

    stage = ft.stages("cpu")[0]
    measured = [
        None,
        ft.Measurement(stage, 100.0, 10**8, 0.1),
        ft.Measurement(stage, 120.0, 10**7, 0.1),
    ]
    monkeypatch.setattr(ladder, "benchmark_stages", lambda *_, **__: (one for one in measured))
    panel = ft.ladder_panel(model=opened(m))
    panel.button.click()
    assert ready(panel).found == measured[1:]
    assert "100 MB" in panel.table.value and "1.20" in panel.table.value
    assert "ft.benchmark_stages(m, text, shape='own', seconds=1.5" in panel.foot.code
