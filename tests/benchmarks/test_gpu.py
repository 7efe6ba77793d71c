"""The script for a GPU runs on a processor too, in small sizes; no part takes another with it."""

import json
import os
import shutil
import subprocess
import sys
import time
from itertools import count

import psutil
import pytest
from filelock import FileLock

from tests import ROOT
from tests.architecture import filled
from tests.benchmarks.gpu import __main__ as script
from tests.benchmarks.gpu import checks, report
from tests.benchmarks.gpu.running import run
from tests.benchmarks.gpu.sizes import SMALL
from tests.executed import shared_home

pytestmark = pytest.mark.timeout(900)  # of which the round takes one minute of a quiet core

ONLY_ON_A_GPU = {
    "half precision": "fp16 needs a GPU",
    "little memory": "only a GPU's memory can be cut",
}


@pytest.fixture(scope="module")
def small(pytestconfig, tmp_path_factory):
    """The folder of a round in small sizes, made by the first process of the tests that asks."""
    home = shared_home(pytestconfig, tmp_path_factory.getbasetemp())
    folder, done = home / "gpu", home / "gpu.done"
    with FileLock(home / "gpu.lock"):
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            make_round(folder)
            done.touch()
    return folder


def make_round(folder):
    """A round in small sizes, on the processor."""
    command = [sys.executable, "-m", "tests.benchmarks.gpu", "--small", "--seconds=800"]
    hidden = os.environ | {"CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*command, f"--folder={folder}"], cwd=ROOT, env=hidden, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_every_part_finds_something_or_says_why_not(small):
    parts = json.loads((small / report.JSON).read_text("utf-8"))["parts"]
    assert set(parts) == {name for name in script.PARTS if "compiled" not in name}
    for name, part in parts.items():
        if name in ONLY_ON_A_GPU:
            assert ONLY_ON_A_GPU[name] in part["missing"]
        else:
            assert part["found"] and not part["missing"], (name, part)


def test_all_checks_hold(small):
    results = json.loads((small / report.JSON).read_text("utf-8"))
    checks = {
        name: value
        for part in results["parts"].values()
        for name, value in part["found"].items()
        if isinstance(value, dict) and "ok" in value
    }
    assert len(checks) == 8 and all(check["ok"] for check in checks.values()), checks


def test_a_table_and_three_plots_are_written(small):
    text = (small / report.TABLE).read_text("utf-8")
    assert text.startswith("# CPU") and "half precision: not measured" in text
    assert "| fine-tuning, 2 rows / Trainer |" in text and "held-out loss" in text
    for name in report.PLOTS:
        assert f"({name}.svg)" in text
        assert "not measured" not in (small / f"{name}.svg").read_text("utf-8")


def slow(size, model):
    yield "first", 1
    time.sleep(600)


def failing(size, model):
    yield "first", 1
    raise ValueError("It went\nwrong.")


def killed(size, model):
    yield "first", 1
    os._exit(9)


def with_a_child(size, model):
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield "pid", process.pid


@pytest.mark.parametrize(
    ("part", "seconds", "why"),
    [
        (slow, 1, "it took more than 1 s"),
        (failing, 60, "ValueError: It went"),
        (killed, 60, "ended from outside"),
    ],
)
def test_a_part_that_goes_wrong_says_why_and_keeps_what_it_found(part, seconds, why, tmp_path):
    outcome = run(part, SMALL, tmp_path, tmp_path / "log", seconds)
    assert outcome.found == {"first": 1} and why in outcome.missing


def test_a_part_is_started_afresh_where_a_fork_would_see_no_gpu(tmp_path):
    outcome = run(checks.about, SMALL, tmp_path, tmp_path / "log", 200, "spawn")
    assert outcome.found["type"] in ("cpu", "cuda") and not outcome.missing


def test_without_a_gpu_nothing_large_is_begun(monkeypatch, tmp_path):
    monkeypatch.setattr(script, "wake", lambda: None)
    monkeypatch.setattr(script, "whereabouts", lambda *_: ({"type": "cpu", "name": "CPU"}, None))
    with pytest.raises(SystemExit, match="torch sees no GPU here"):
        script.main(["--folder", str(tmp_path / "results")])
    assert not (tmp_path / "results").exists()


def broken(size, model):
    raise RuntimeError("The NVIDIA driver on your system is too old.")
    yield


def test_a_gpu_that_cannot_be_used_says_why(monkeypatch, tmp_path):
    monkeypatch.setattr(script, "wake", lambda: None)
    monkeypatch.setattr(script, "which", lambda _: None)
    monkeypatch.setattr(checks, "about", broken)
    with pytest.raises(SystemExit, match=r"no GPU here \(RuntimeError: The NVIDIA driver"):
        script.main(["--folder", str(tmp_path / "results")])


def test_a_part_for_which_no_time_is_left_is_not_begun(tmp_path):
    assert run(slow, SMALL, tmp_path, tmp_path / "log", 0).missing == "the time was used up"


def test_what_a_part_has_started_ends_with_it(tmp_path):
    pid = run(with_a_child, SMALL, tmp_path, tmp_path / "log", 60).found["pid"]
    for _ in count():
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            break


def loop(speed, memory):
    return {"tokens_per_second": speed, "memory": memory, "mfu": speed / 1e6}


def test_the_readme_shows_what_gpus_have_done(tmp_path):
    """Ratios and what is reached are computed here by hand; a check that fails is named."""
    parts = {
        "ours": {"8": loop(500_000.0, 6000.0), "16": loop(520_000.0, 9000.0)},
        "Trainer": {"8": loop(200_000.0, 10_000.0)},
        "devices": {"logits": {"ok": False, "said": ""}, "losses": {"ok": True, "said": ""}},
    }
    results = {
        "about": {"name": "NVIDIA H200", "type": "cuda"},
        "parts": {name: {"found": found, "missing": ""} for name, found in parts.items()},
    }
    on_cpu = {"about": {"name": "CPU", "type": "cpu"}, "parts": {}}
    for name, one in (("nvidia-h200", results), ("cpu", on_cpu)):
        report.write(one, tmp_path / name)
    text = report.readme_rows(report.met(tmp_path))
    assert "**NVIDIA H200**" in text and "CPU" not in text and "does not hold: logits." in text
    speed, memory = (line for line in text.splitlines() if "8 rows / Trainer |" in line)
    assert speed.endswith("| 500,000 | 200,000 | tokens/s | 2.50 | 2 | yes |")
    assert memory.endswith("| 6,000 | 10,000 | MB | 0.60 | 0.7 | yes |")
    assert "| MFU at best | 0.52 |" in text
    assert "not measured" in (tmp_path / "cpu" / "ladder.svg").read_text("utf-8")


def test_a_second_round_adds_its_parts_to_the_same_device_only(tmp_path):
    about, part = {"name": "NVIDIA H200", "type": "cuda"}, {"found": {}, "missing": ""}
    first = {"about": about, "size": {"batches": (8, 16)}, "parts": {"ours": part}}
    assert report.earlier_parts(tmp_path, first) == {}
    report.write(first, tmp_path)
    assert report.earlier_parts(tmp_path, first | {"parts": {}}) == {"ours": part}
    assert report.earlier_parts(tmp_path, first | {"about": about | {"torch": "3"}}) == {}
    assert report.earlier_parts(tmp_path, first | {"size": {"batches": (8,)}}) == {}


def test_the_readme_is_what_the_results_say():
    """After a round on a GPU the script writes it anew."""
    text = report.README.read_text(encoding="utf-8")
    assert text.count("<!-- drawn:") == 1
    assert filled(text, {"gpu": report.readme_rows(report.met())}) == text
