"""The training panel and the list of runs, without a browser."""

import ast
import html
import re
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import torch
from ipywidgets.widgets.widget import _instances
from safetensors.torch import load_file

from lablib.finetuning import runs_panel, training_panel
from lablib.finetuning.panel.settings import PRESET_WORDS, Settings, config_code
from lablib.finetuning.panel.text_choice import NAMED, SHIPPED, TYPED, UPLOADED, TextChoice
from lablib.finetuning.panel.training import kind_of
from lablib.training import engine, folders
from lablib.training.config import PRESETS, Config, write_config
from lablib.training.run import Run
from lablib.widgets import ModelChoice, shared_choice
from lablib.widgets.closing import held
from tests.panels import ready, run_code
from tests.training.test_results import LABELLED, PAIRS

NOW = datetime.now()
TEXT = "The old man sat on the mat and the cat sat on the old man. " * 40


@pytest.fixture
def config(gpt2):
    return Config(
        model=gpt2, text=TEXT, steps=6, length=16, batch=4, evaluate_every=3, sample_every=3,
        sample_tokens=4, prompt="The old", device="cpu",
    )  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Code of panels makes its runs beside itself."""
    monkeypatch.chdir(tmp_path)
    return tmp_path / "runs"


@pytest.fixture(autouse=True)
def choices_of_its_own(monkeypatch):
    """A model that a test opens for all panels is that of no other test."""
    monkeypatch.setattr("lablib.widgets.choice._SHARED", {})


def until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def opened(config, folder):
    return ready(training_panel(config, folder, ModelChoice(config.model)))


def started(panel):
    panel.start.click()
    until(lambda: panel.live or panel.state == "failed" or panel.view.outcome.value)
    return panel


def values(records):
    return [(record.step, record.loss, record.heldout_loss) for record in records]


def test_it_says_whether_it_fits_then_learns_and_its_code_does_the_same(config, folder):
    panel = opened(config, folder)
    assert panel.forecast.value.startswith("It fits") and "6 steps, about" in panel.forecast.value
    assert "optimizer" in panel.bar.value and panel.pause.disabled and panel.end.disabled
    ready(started(panel))
    assert panel.the_run.state == "done" and len(panel.view.records) == 7
    assert list(panel.view.losses.data[2].x) == [0, 3, 6]
    assert "6 of 6" in panel.view.readouts.value and "step 3" in panel.view.samples.value
    assert panel.the_run.result.as_posix() in panel.opening.value
    told, names = run_code(panel)
    assert told == values(panel.view.records) and names["run"].folder != panel.the_run.folder


def test_from_the_forecast_to_the_last_step_its_text_is_read_once(
    config, folder, tmp_path, monkeypatch
):
    book, read, original = tmp_path / "book.txt", [], Path.read_bytes
    book.write_text(TEXT)

    def noted(path):
        read.append(path.name)
        return original(path)

    monkeypatch.setattr(Path, "read_bytes", noted)
    panel = ready(started(opened(replace(config, text=str(book)), folder)))
    assert panel.the_run.state == "done" and read.count("book.txt") == 1
    assert "text.txt" not in read


def test_a_panel_that_is_closed_leaves_nothing_and_its_run_goes_on(config, folder):
    """As when its cell is run again: the next panel takes the run up."""
    from lablib.widgets.plot import PlotlyScript

    PlotlyScript.of_kernel()  # stays for the plots of other panels
    others = set(_instances)
    panel = opened(replace(config, steps=100_000, sample_every=0), folder)
    panel.settings.controls["method"].value = "lora"
    ready(panel)
    started(panel)
    until(lambda: len(panel.view.records) > 3)
    panel.close()
    panel._watching.join(60)
    assert panel.live and not panel._is_watching()
    assert set(_instances) - others == set()
    panel.the_run.stop()
    assert panel.the_run.wait(60)


def test_pause_resume_stop_and_use(config, folder, monkeypatch):
    panel = started(opened(replace(config, steps=100_000, sample_every=0), folder))
    until(lambda: len(panel.view.records) > 3)
    assert panel.start.disabled and panel.settings.controls["epochs"].disabled
    panel.pause.click()
    until(lambda: "paused" in panel.foot.text)
    panel.go_on.click()
    seen = len(panel.view.records)
    until(lambda: len(panel.view.records) > seen)
    panel.foot._handle_custom_msg({"stop": True}, [])
    ready(panel)
    assert panel.the_run.state == "stopped" and not panel.settings.controls["epochs"].disabled
    steps = panel.view.records[-1].step
    panel.go_on.click()
    until(lambda: panel.view.records[-1].step > steps)
    panel.end.click()
    ready(panel)
    panel.use.click()
    ready(panel)
    assert shared_choice("causal").name == str(panel.the_run.result)


def shown_elsewhere(panel):
    """What the lines that the panel shows at its end make of its result."""
    lines = re.search(r"<pre[^>]*>(.*)</pre>", panel.opening.value, re.DOTALL)[1]
    names, made = {}, []
    for line in ast.parse(html.unescape(lines)).body:
        code = compile(ast.unparse(line), "panel", "eval" if isinstance(line, ast.Expr) else "exec")
        made.append(eval(code, names))
    return [one for one in made if one is not None]


@pytest.mark.parametrize(
    ("task", "model", "text"),
    [("causal", "gpt2", TEXT), ("masked", "pocket-bert", TEXT),
     ("classification", "pocket-bert", LABELLED), ("sequence", "t5", PAIRS)],
)  # fmt: skip
def test_of_every_task_the_result_opens_in_the_other_labs(request, folder, task, model, text):
    """By the lines that are shown, and by the button."""
    name = model if model.startswith("pocket") else request.getfixturevalue(model)
    config = Config(
        name, text, task, steps=2, batch=2, length=16, heldout=0.25, sample_every=0, device="cpu"
    )
    choice = ModelChoice(name, kind_of(config))
    panel = ready(started(ready(training_panel(config, folder, choice))))
    assert panel.the_run.state == "done"
    for shown in shown_elsewhere(panel):
        if task == "classification":
            assert shown[0].names == ("minus", "plus")
        else:
            assert ready(shown).choice.name == panel.the_run.result.as_posix()
    panel.use.click()
    ready(panel)
    assert shared_choice(kind_of(config)).name == str(panel.the_run.result)


def test_another_page_takes_up_the_run_that_goes_on(config, folder):
    """As after a reload, in a second tab, or beside a run that was started from a terminal."""
    config = replace(config, steps=100_000, sample_every=0)
    first = started(opened(config, folder))
    until(lambda: len(first.view.records) > 3)
    other = replace(config, text="play", batch=2)
    second = training_panel(other, folder, ModelChoice(config.model))
    until(lambda: len(second.view.records) > 5)
    assert second.the_run.folder == first.the_run.folder and second.config == config
    assert second.tabs.line.shown == 1 and second.start.disabled and not second.pause.disabled
    assert str(first.the_run.folder) in html.unescape(second.opening.value)
    second.end.click()
    assert ready(second).the_run.state == ready(first).the_run.state == "stopped"
    assert values(second.view.records) == values(first.view.records)
    assert list(second.view.losses.data[1].x) == list(first.view.losses.data[1].x)


def test_a_run_whose_kernel_is_gone_is_shown_and_goes_on(config, folder):
    run = Run(replace(config, steps=9, save_every=3), folder / "left")
    run.start()
    until(lambda: len(run.history) > 4)
    run.stop()
    assert run.wait(60)
    reached = run.history[-1].step
    folders.write_status(run.folder, state="running")  # as it is where a process was killed
    panel = training_panel(config, folder, ModelChoice(config.model))
    assert panel.wait() and panel.state == "failed" and "it can be resumed" in panel.foot.message
    assert [record.step for record in panel.view.records] == list(range(reached + 1))
    assert not panel.start.disabled and not panel.go_on.disabled and panel.end.disabled
    panel.go_on.click()
    until(lambda: panel.the_run.state == "done")
    assert [record.step for record in ready(panel).view.records] == list(range(10))


def test_a_second_kernel_follows_what_the_first_lets_go_on(config, folder):
    """Both saw it interrupted; the second to click starts nothing, and is told whose it is."""
    config = replace(config, steps=100_000, sample_every=0)
    run = Run(config, folder / "left")
    run.start()
    until(lambda: len(run.history) > 4)
    run.stop()
    assert run.wait(60)
    folders.write_status(run.folder, state="running")  # as it is where a process was killed
    first, second = (training_panel(config, folder, ModelChoice(config.model)) for _ in range(2))
    assert first.wait() and second.wait() and not second.go_on.disabled
    first.go_on.click()
    until(lambda: first.live and len(first.view.records) > len(second.view.records))
    assert "trains this run" not in first.view.readouts.value
    folders.write_status(run.folder, pid=1)  # the second's is another process then
    second.go_on.click()
    until(lambda: "Process 1 trains this run" in second.view.readouts.value)
    assert second.start.disabled and second.go_on.disabled and not second.pause.disabled
    assert "trains this run" not in first.view.readouts.value
    seen = len(second.view.records)
    until(lambda: len(second.view.records) > seen)
    second.end.click()
    ready(second), ready(first)
    assert values(second.view.records) == values(first.view.records)
    steps = [record.step for record in second.view.records]
    assert steps == list(range(len(steps))), "two wrote into one folder"
    assert "trains this run" not in second.view.readouts.value and not second.start.disabled


def test_a_run_that_is_done_is_left_to_the_list(config, folder):
    ready(started(opened(config, folder)))
    panel = opened(config, folder)
    assert panel.the_run is None and panel.forecast.value.startswith("It fits")
    assert panel.tabs.line.shown == 0


def test_a_run_that_fails_shows_its_sentence(config, folder, monkeypatch):
    def fail(state):
        raise ValueError("The run stopped at step 2: its loss is not a number.")

    panel = opened(config, folder)
    monkeypatch.setattr(engine, "fit", fail)
    panel.start.click()
    until(lambda: panel.the_run is not None)
    assert panel.wait() and panel.state == "failed"
    assert panel.foot.message.startswith("The run stopped at step 2")
    assert "Traceback" in panel.foot.details and not panel.go_on.disabled
    monkeypatch.undo()
    panel.go_on.click()
    assert ready(panel).the_run.state == "done"


@pytest.mark.parametrize(
    ("text", "words"), [("", "empty"), ("no-such-file.txt", "There is no text")]
)
def test_a_bad_text_is_refused_before_anything_runs(config, folder, text, words):
    panel = training_panel(replace(config, text=text), folder, ModelChoice(config.model))
    assert panel.wait() and panel.state == "failed" and words in panel.foot.message
    started(panel)
    assert panel.wait() and panel.state == "failed" and words in panel.foot.message


def test_settings_go_in_and_come_out():
    for config in (
        *PRESETS.values(),
        Config(steps=5, micro_batch=2, memory_limit=1.5, dropout=0.15),
    ):
        form = Settings(config)
        assert form.config == config
        assert form.controls["dropout"].label == str(config.dropout or "the model's own")


def test_a_preset_keeps_the_model_and_the_text():
    heard = []
    form = Settings(Config(model="distilgpt2", text="play"), lambda: heard.append(1))
    assert set(PRESET_WORDS.values()) == set(PRESETS)
    form.preset.value = "source"
    assert form.config == replace(PRESETS["source"], model="distilgpt2", text="play")
    assert heard


def test_only_the_settings_of_the_method_are_in_sight():
    form = Settings(Config())
    assert form.controls["rank"].layout.display == "none"
    form.controls["method"].value = "lora"
    assert form.controls["rank"].layout.display is None
    assert "LoRA" in form._help["method"].value


def test_the_form_is_of_few_widgets():
    """Each is a model that a page makes anew when it is loaded again, before it shows any panel."""
    before = set(_instances)
    form = Settings(Config())
    made = set(_instances) - before
    settings = len(form.controls)
    assert {one.model_id for one in (form, *held(form))} == made  # nothing is left over
    assert len(made) < 4 * settings


def test_a_config_as_code():
    config = Config(text="play", steps=5, labels=("a", "b"))
    assert eval(config_code(config), {"ft": type("ft", (), {"Config": Config})}) == config


def test_texts_come_from_four_places(tmp_path):
    assert TextChoice("play", tmp_path).source.value == SHIPPED
    assert TextChoice(TEXT, tmp_path).source.value == TYPED
    assert TextChoice("hf:some/set", tmp_path).value == "hf:some/set"
    heard = []
    choice = TextChoice("./a/path.txt", tmp_path, lambda: heard.append(1))
    assert choice.source.value == NAMED and choice.value == "./a/path.txt"
    choice.source.value = UPLOADED
    poem = {"name": "../My poem.txt", "type": "text/plain", "size": 5, "last_modified": NOW}
    choice.upload.set_trait("value", ({**poem, "content": memoryview(b"roses")},))
    assert choice.value == str(tmp_path / "texts/My-poem.txt") and len(heard) == 2
    assert (tmp_path / "texts/My-poem.txt").read_bytes() == b"roses"


def test_an_upload_into_a_folder_one_may_not_write_in_is_kept_elsewhere(tmp_path, monkeypatch):
    (tmp_path / "course").write_text("a file where the folder should be")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    choice = TextChoice("", tmp_path / "course" / "runs")
    choice.source.value = UPLOADED
    poem = {"name": "poem.txt", "type": "text/plain", "size": 5, "last_modified": NOW}
    choice.upload.set_trait("value", ({**poem, "content": memoryview(b"roses")},))
    assert Path(choice.value).read_bytes() == b"roses"
    assert Path(choice.value).is_relative_to(tmp_path / "home")
    assert "One may not write in" in choice.said.value and "home" in choice.said.value


def test_an_upload_that_can_be_kept_nowhere_is_said(tmp_path, monkeypatch):
    def nowhere(wanted):
        raise ValueError("One may not write anywhere.")

    monkeypatch.setattr("lablib.finetuning.panel.text_choice.writable", nowhere)
    choice = TextChoice("play", tmp_path)
    choice.source.value = UPLOADED
    poem = {"name": "poem.txt", "type": "text/plain", "size": 5, "last_modified": NOW}
    choice.upload.set_trait("value", ({**poem, "content": memoryview(b"roses")},))
    assert "poem.txt is not taken. One may not write anywhere." in choice.said.value


def test_the_list_shows_overlays_resumes_and_opens(config, folder):
    empty = ready(runs_panel(folder))
    assert "no run in this folder" in empty.table.value and empty.resume.disabled
    for seed in (0, 1):
        run = Run(replace(config, seed=seed), folder / f"run-{seed}")
        run.start()
        assert run.wait(60)
    left = folder / "left"
    folders.write_status(left, state="running", total=6)
    write_config(config, left / "config.toml")
    panel = ready(runs_panel(folder))
    assert len(panel.infos) == 3 and "interrupted" in panel.table.value
    panel.chosen.value = (folder / "run-0", folder / "run-1")
    ready(panel)
    assert len(panel.place.children[0].data) == 4 and panel.resume.disabled
    told, _ = run_code(panel)
    assert [len(each) for each in told] == [7, 7]
    panel.chosen.value = (left,)
    ready(panel)
    assert not panel.resume.disabled
    panel.resume.click()
    until(lambda: Run.open(left).state == "done")
    ready(panel)
    panel.chosen.value = (folder / "run-1",)
    ready(panel)
    panel.use.click()
    ready(panel)
    assert shared_choice("causal").name == str(folder / "run-1/model")


def test_a_run_is_taken_away_as_a_page_with_a_click(config, folder):
    run = Run(replace(config, model="pocket-gpt2", steps=1), folder / "one")
    run.start()
    assert run.wait(60)
    panel = ready(runs_panel(folder))
    assert not panel.away.disabled
    panel.away.click()
    ready(panel)
    size = (run.folder / "page.html").stat().st_size / 1e6
    assert f"one/page.html' ({size:.1f} MB)" in html.unescape(panel.said.value)
    assert 15e6 < (folder / "one/page.html").stat().st_size < 17e6


def test_a_lora_run_is_merged_with_a_click(config, folder):
    """Twice, as it is never written over; a run without an adapter has no such button."""
    for method in ("lora", "full"):
        run = Run(replace(config, method=method, steps=1), folder / method)
        run.start()
        assert run.wait(60)
    panel = ready(runs_panel(folder))
    panel.chosen.value = (folder / "full",)
    assert ready(panel).merging.disabled
    panel.chosen.value = (folder / "lora",)
    assert not ready(panel).merging.disabled
    for name in ("merged", "merged-2"):
        panel.merging.click()
        ready(panel)
        assert f"lora/{name}'" in html.unescape(panel.said.value)
        one, two = (load_file(folder / "lora" / n / "model.safetensors") for n in ("model", name))
        assert one.keys() == two.keys()
        for key in one:
            torch.testing.assert_close(one[key], two[key])
