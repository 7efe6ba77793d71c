"""A fine-tuned model as one HTML file: it writes what the library writes, with no network."""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from lablib import models, pages
from lablib import sampling as sp
from lablib.finetuning.__main__ import main
from lablib.models.entries import local_folder
from lablib.pages import taking_away as module
from lablib.training.config import Config
from lablib.training.run import Run, train
from tests.browser.axe import findings
from tests.conftest import forget

PROMPT = "The soup is <b>hot</b> & the"


@dataclass
class Made:
    """A run, its page, and the model that the library opens."""

    run: Run
    file: Path
    model: object


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A small run with LoRA, taken away."""
    folder = tmp_path_factory.mktemp("away") / "<i>run"
    config = Config(
        text="cookbook", method="lora", steps=2, length=16, learning_rate=1e-2, device="cpu"
    )
    train(config, folder)
    run = Run.open(folder)
    file = pages.take_away(run, folder / "mine.html", PROMPT)
    return Made(run, file, models.load(run.result, device="cpu"))


@pytest.fixture
def opened(disk, made):
    """The page from the disk, in a browser without a network; nothing may be asked for."""
    page = disk.new_page()
    page.set_viewport_size({"width": 1366, "height": 768})
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda m: m.type in ("error", "warning") and wrong.append(m.text))
    page.on("request", lambda r: r.url.startswith(("file:", "blob:")) or wrong.append(r.url))
    page.set_default_timeout(120_000)
    page.goto(made.file.as_uri())
    page.get_by_text("tokens read.").wait_for()
    yield page
    forget(page)
    page.close()
    assert wrong == []


def written(page, **settings):
    """What the page writes after its prompt."""
    for name, value in settings.items():
        page.get_by_role("spinbutton", name=name).fill(str(value))
    page.get_by_role("button", name="Write").click()
    page.get_by_text("Written").wait_for()
    text = page.get_by_label("Text", exact=True).input_value()
    assert text.startswith(PROMPT)
    return text.removeprefix(PROMPT)


def by_library(made, knobs, count):
    """A seed, and what the library writes with it: the first one with which all of it is firm."""
    for seed in range(200):
        steps = list(sp.generate(made.model, PROMPT, knobs, seed, count))
        if are_firm(made.model, steps, knobs, seed):
            return seed, made.model.tokenizer.decode([step.id for step in steps])
    raise AssertionError("Each of these texts hangs on the rounding of a processor.")


def are_firm(m, steps, knobs, seed):
    """Whether scores that differ by no more than rounding give the same tokens.

    The weights were trained here, so each processor has its own, and close calls of its own.
    """
    generator = torch.Generator().manual_seed(0)
    for step, u in zip(steps, sp.uniforms(seed, len(steps)), strict=True):
        scores = sp.Session(m).next_logits(step.previous)
        for _ in range(8):
            near = scores + 1e-4 * (2 * torch.rand(scores.shape, generator=generator) - 1)
            if sp.draw(sp.distribution(near, knobs, step.previous), u) != step.id:
                return False
    return True


@pytest.mark.parametrize(
    "knobs",
    [sp.Knobs(temperature=0), sp.Knobs(temperature=0.9, top_p=0.9)],
    ids=["greedy", "by chance"],
)
def test_it_writes_what_the_library_writes(opened, made, knobs):
    count = 12
    seed, expected = by_library(made, knobs, count)
    settings = {"Temperature": knobs.temperature, "Top-p": knobs.top_p, "Seed": seed}
    assert written(opened, Tokens=count, **settings) == expected


def test_what_comes_next_and_where_a_head_looks_are_the_library_s(opened, made):
    m = made.model
    logits = sp.next_logits(m, sp.prepare(m, PROMPT))
    best = sp.distribution(logits, sp.Knobs(temperature=0.8, top_p=0.95)).max()
    first = opened.locator("#next tbody td").nth(1)
    assert float(first.inner_text().removesuffix("%")) / 100 == pytest.approx(float(best), rel=0.01)

    ids = m.tokenizer(PROMPT, return_tensors="pt").input_ids
    with torch.no_grad():
        eager = models.load(made.run.result, device="cpu", attention="eager").model
        row = eager(ids, output_attentions=True).attentions[2][0, 3, -1]
    opened.get_by_label("Layer").select_option("2")
    opened.get_by_label("Head").select_option("3")
    tokens = opened.locator("#tokens button")
    assert tokens.count() == ids.shape[1]
    shares = [float(one.get_attribute("title").removesuffix("%")) / 100 for one in tokens.all()]
    assert shares == pytest.approx(row.tolist(), abs=2e-3)
    tokens.nth(1).press("Enter")
    assert tokens.nth(2).get_attribute("title") == "comes later"


def test_writing_can_be_stopped(opened):
    opened.get_by_role("spinbutton", name="Tokens").fill("1000")
    opened.get_by_role("button", name="Write").click()
    opened.get_by_text("tokens/s").wait_for()
    opened.get_by_role("button", name="Stop").click()
    opened.get_by_text("Written").wait_for()
    assert opened.get_by_role("button", name="Write").is_enabled()


def test_everybody_can_use_it(opened):
    for scheme in ("light", "dark"):
        opened.emulate_media(color_scheme=scheme)
        assert findings(opened, "html") == []
    opened.set_viewport_size({"width": 400, "height": 800})
    assert opened.evaluate("document.documentElement.scrollWidth") <= 400


def test_names_and_prompts_stay_text(made):
    text = made.file.read_text(encoding="utf-8")
    assert "<i>run" not in text and PROMPT not in text
    assert text.count("<script") == 4


def test_an_adapter_is_taken_with_its_base(made, tmp_path):
    again = pages.take_away(made.run.folder / "adapter", tmp_path / "mine.html", PROMPT)
    weights = re.compile(r'"values":"[^"]+"')
    first, second = (weights.search(file.read_text("utf-8"))[0] for file in (made.file, again))
    assert first == second


def test_an_adapter_alone_is_refused(made, tmp_path):
    shutil.copytree(made.run.folder / "adapter", tmp_path / "alone")
    with pytest.raises(ValueError, match="merge_and_unload"):
        pages.take_away(tmp_path / "alone", tmp_path / "mine.html")


def test_weights_in_several_files_become_one(tmp_path):
    m = models.load("pocket-gpt2", device="cpu")
    m.model.save_pretrained(tmp_path / "parts", max_shard_size="3MB")
    m.tokenizer.save_pretrained(tmp_path / "parts")
    assert len(list((tmp_path / "parts").glob("*.safetensors"))) > 1
    with module._whole(tmp_path / "parts") as folder:
        assert load_file(folder / "model.safetensors").keys() == m.model.state_dict().keys() - {
            "lm_head.weight"
        }


@pytest.mark.parametrize(
    "change, says",
    [
        ({"model_type": "llama"}, "model_type of this one is 'llama'"),
        ({"activation_function": "relu"}, "activation_function of this one is 'relu'"),
        ({"architectures": ["GPT2ForSequenceClassification"]}, "tells classes apart"),
    ],
)
def test_what_the_engine_does_not_compute_is_refused(tmp_path, change, says):
    pocket = local_folder("pocket-gpt2")
    for file in pocket.iterdir():
        if file.name != "config.json":
            (tmp_path / file.name).symlink_to(file)
    config = json.loads((pocket / "config.json").read_text(encoding="utf-8")) | change
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ValueError, match=says):
        pages.take_away(tmp_path, tmp_path / "mine.html")
    assert not (tmp_path / "mine.html").exists()


def test_a_model_too_large_is_refused_with_its_size(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LIMIT", 5)
    with pytest.raises(ValueError, match=r"would have 1\d MB, more than the 5 MB"):
        pages.take_away(local_folder("pocket-gpt2"), tmp_path / "mine.html")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_a_model_is_told(tmp_path):
    with pytest.raises(ValueError, match="There is no model in"):
        pages.take_away(tmp_path, tmp_path / "mine.html")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder nobody can write in")
def test_where_nothing_can_be_written_it_is_said(made, tmp_path):
    with pytest.raises(ValueError, match=r"mine\.html"):
        pages.take_away(made.run, "/proc/mine.html")
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit, match="file"):
        main(["page", str(made.run.folder), str(tmp_path / "file/mine.html")])


def test_the_command_line_writes_the_page(made, tmp_path, capsys):
    page = tmp_path / "mine.html"
    main(["page", str(made.run.folder), str(page)])
    assert f"mine.html ({page.stat().st_size / 1e6:.1f} MB)" in capsys.readouterr().out
    assert 14e6 < page.stat().st_size < 18e6
    with pytest.raises(SystemExit, match="There is no model in"):
        main(["page", str(tmp_path), str(tmp_path / "mine.html")])
