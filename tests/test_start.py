"""`lablab`: the labs from an installed package, in a folder of one's own, with nothing lost."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import venv
from importlib.metadata import entry_points

import pytest

from lablib import start
from lablib.exercises import afresh
from lablib.exercises.records import ExerciseError
from lablib.start import FIRST, HANDED_OUT, hand_out, main
from tests.conftest import ROOT
from tests.test_project import PROJECT, locked

SECOND = "labs/01_tokenization.ipynb"


@pytest.fixture
def edition(tmp_path):
    """The labs of an edition: two notebooks, and what does not belong to it."""
    folder = tmp_path / "edition"
    for name in (FIRST, SECOND, "pages/index.html", "labs/old/x.ipynb", "labs/runs/a/state.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{name} of 1")
    return folder


@pytest.fixture
def mine(tmp_path):
    return tmp_path / "Meine Übungen"


def names(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_labs_and_pages_are_copied_and_nothing_that_was_left_lying_about(edition, mine):
    handed = hand_out(edition, mine)
    assert names(mine) == sorted([HANDED_OUT, FIRST, SECOND, "pages/index.html"])
    assert sorted(handed.new) == sorted([FIRST, SECOND, "pages/index.html"])
    assert handed.sentence() == "3 files are new."


def test_the_second_time_nothing_changes(edition, mine):
    hand_out(edition, mine)
    (mine / FIRST).write_text("mine")
    before = {name: (mine / name).read_bytes() for name in names(mine)}
    assert hand_out(edition, mine).sentence() == ""
    assert {name: (mine / name).read_bytes() for name in names(mine)} == before


def test_a_new_edition_renews_what_was_left_alone_and_stands_beside_what_was_written(edition, mine):
    hand_out(edition, mine)
    (mine / FIRST).write_text("mine")
    for name in (FIRST, SECOND):
        (edition / name).write_text(f"{name} of 2")
    handed = hand_out(edition, mine)
    assert handed.renewed == (SECOND,) and (mine / SECOND).read_text() == f"{SECOND} of 2"
    beside = "labs/00_start_here-new.ipynb"
    assert handed.kept == {FIRST: beside} and "You changed labs/00_start" in handed.sentence()
    assert (mine / FIRST).read_text() == "mine"
    assert (mine / beside).read_text() == f"{FIRST} of 2"
    assert hand_out(edition, mine).sentence() == ""  # once is enough


def test_a_file_that_was_never_handed_out_is_a_learners_own(edition, mine):
    """Labs copied by hand before, or the list of what was handed out is lost."""
    (mine / "labs").mkdir(parents=True)
    (mine / FIRST).write_text("mine")
    assert list(hand_out(edition, mine).kept) == [FIRST]
    assert (mine / FIRST).read_text() == "mine"
    for damage in ("{", "[1]", '"x"'):
        (mine / HANDED_OUT).write_text(damage)
        hand_out(edition, mine)
        assert (mine / FIRST).read_text() == "mine"


def test_what_was_deleted_comes_back(edition, mine):
    hand_out(edition, mine)
    (mine / SECOND).unlink()
    assert hand_out(edition, mine).new == (SECOND,)


def test_the_command_opens_the_first_lab_in_the_folder(mine, monkeypatch, capsys):
    opened = []
    monkeypatch.setattr("jupyterlab.labapp.main", lambda args: opened.append((os.getcwd(), args)))
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("MALLOC_ARENA_MAX", "")
    monkeypatch.delenv("MALLOC_ARENA_MAX")
    assert main([str(mine), "--no-browser", "--port=8899"]) == 0
    assert opened == [(str(mine), [FIRST, "--no-browser", "--port=8899"])]
    assert f"The labs are in {mine}." in capsys.readouterr().out
    assert (mine / FIRST).read_bytes() == (ROOT / FIRST).read_bytes()
    assert os.environ["MALLOC_ARENA_MAX"] == "1"  # what the server has, kernels have


@pytest.mark.process
@pytest.mark.skipif(not shutil.which("make"), reason="needs make")
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="of Linux's C library")
@pytest.mark.parametrize("target", ["lab", "app"])
def test_kernels_that_make_starts_have_one_heap(target, tmp_path):
    """In place of JupyterLab and Voila something that says what they would have been given."""
    for name in ("jupyter", "voila"):
        (tmp_path / name).write_text("#!/bin/sh\necho heaps: $MALLOC_ARENA_MAX\n")
        (tmp_path / name).chmod(0o755)
    command = ["make", "-f", str(ROOT / "Makefile"), target, f"BIN={tmp_path}"]
    command += ["-o", f".venv/{target}"]  # as if the environment were there
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert "heaps: 1" in done.stdout.splitlines(), done.stderr


def test_a_folder_that_cannot_be_written_is_replaced_and_said(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert main([str(tmp_path / "file/labs"), "--copy-only"]) == 0
    assert (tmp_path / "home/language-model-labs/labs" / FIRST).is_file()
    assert "is used in its place" in capsys.readouterr().out


def test_a_package_without_the_labs_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(start, "_CHECKOUT", tmp_path)
    assert main([str(tmp_path / "mine"), "--copy-only"]) == 1
    assert "came without the labs: install language-model-labs" in capsys.readouterr().err


def test_a_lab_that_was_handed_out_can_be_started_afresh_without_git(mine, progress):
    hand_out(ROOT, mine)
    notebook = mine / "labs/06_sampling.ipynb"
    original = notebook.read_bytes()
    notebook.write_bytes(original.replace(b"temperature", b"mine"))
    kept = afresh.start_afresh("sampling", mine / "labs")
    assert notebook.read_bytes() == original and b"mine" in kept[notebook].read_bytes()
    (mine / HANDED_OUT).unlink()
    with pytest.raises(ExerciseError, match="git does not know"):
        afresh.start_afresh("sampling", mine / "labs")


@pytest.fixture
def progress(tmp_path, monkeypatch):
    monkeypatch.setenv("LABLIB_PROGRESS", str(tmp_path / "progress.jsonl"))


# The wheel


@pytest.fixture
def installed(tmp_path):
    """A virtual environment with the wheel in it, and the other packages of the tests'."""
    pytest.importorskip("hatchling", reason="the wheel is built by hatchling")
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-q"]
    subprocess.run([*build, "--wheel-dir", str(tmp_path), str(ROOT)], check=True)
    (wheel,) = tmp_path.glob("language_model_labs-*.whl")
    venv.create(tmp_path / "env")  # pip is among the other packages
    site = next((tmp_path / "env/lib").glob("python*/site-packages"))
    others = [path for path in sys.path if path.endswith("site-packages")]
    (site / "others.pth").write_text("\n".join(others))
    pip = [str(tmp_path / "env/bin/python"), "-m", "pip", "install", "-q", "--no-index"]
    subprocess.run([*pip, "--no-deps", "--ignore-installed", str(wheel)], check=True)
    return tmp_path / "env"


RUN = """
import json, sys, nbformat
from nbclient import NotebookClient
book = nbformat.read("00_start_here.ipynb", as_version=4)
book.cells.append(nbformat.v4.new_code_cell(
    "import lablib, json; from lablib.widgets import WORKER\\n"
    "print(json.dumps([lablib.__file__, WORKER.join(300)]))"))
NotebookClient(book, timeout=600, kernel_name="python3").execute()
print(book.cells[-1].outputs[-1].text)
"""


@pytest.mark.process
@pytest.mark.skipif(sys.platform == "win32", reason="the paths are those of Linux and macOS")
@pytest.mark.timeout(900)
def test_the_wheel_in_a_new_environment_brings_the_labs_and_the_first_one_runs(tmp_path, installed):
    own = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "LABLIB_PROGRESS")}
    own |= {"HOME": str(tmp_path), "PATH": f"{installed / 'bin'}:{os.environ['PATH']}"}
    command = [str(installed / "bin/lablab"), "mine", "--copy-only"]
    done = subprocess.run(command, cwd=tmp_path, env=own, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "The labs are in mine."
    labs = tmp_path / "mine/labs"
    tracked = subprocess.run(
        ["git", "ls-files", "labs"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert names(labs) == sorted(name.removeprefix("labs/") for name in tracked)
    (labs / "jupyter").mkdir()
    run = subprocess.run(
        [str(installed / "bin/python"), "-c", RUN],
        cwd=labs, env=own | {"JUPYTER_PATH": kernel(tmp_path, installed)},
        capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-2000:]
    place, drawn = json.loads(run.stdout)
    assert drawn and place.startswith(str(installed))


def kernel(tmp_path, installed):
    """Where Jupyter finds the new environment's kernel."""
    folder = tmp_path / "jupyter/kernels/python3"
    folder.mkdir(parents=True)
    argv = [str(installed / "bin/python"), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "Python 3", "language": "python"}
    (folder / "kernel.json").write_text(json.dumps(spec))
    return str(tmp_path / "jupyter")


# One line to start from a clone


@pytest.mark.skipif(not shutil.which("make"), reason="needs make")
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="CUDA comes with Linux's torch")
@pytest.mark.parametrize("gpu", [False, True])
def test_make_lab_takes_the_build_without_cuda_where_there_is_no_gpu(tmp_path, gpu):
    """What make would run, with a path on which there is `nvidia-smi` or not."""
    for tool in ("make", "grep", "uname", "sh"):
        (tmp_path / tool).symlink_to(shutil.which(tool))
    if gpu:
        (tmp_path / "nvidia-smi").symlink_to(shutil.which("true"))
    said = subprocess.run(
        ["make", "-n", "-f", str(ROOT / "Makefile"), ".venv/lab", "-W", "requirements.lock"],
        cwd=ROOT, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    line = f"torch=={locked()['torch']} --index-url https://download.pytorch.org/whl/cpu"
    assert (line in " ".join(said.split())) != gpu
    assert said.index("-e '.[minilm]'") > said.find("--index-url")


def test_pixi_brings_python_and_make_and_then_make_does_the_same_as_everywhere():
    file = tomllib.loads((ROOT / "pixi.toml").read_text(encoding="utf-8"))
    assert set(file["dependencies"]) == {"python", "make"}
    assert file["dependencies"]["python"].startswith("3.12")  # as conda's list has it
    assert file["tasks"] == {"lab": "make lab"} and re.search("^lab:", makefile(), re.M)
    assert "\npixi run lab\n" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_line_for_uv_takes_the_lock_an_extra_that_is_there_and_opens_the_first_lab():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (line,) = re.findall("^uvx .*$", readme, re.M)
    _, *options, command, lab = shlex.split(line)
    given = dict(zip(options[1::2], options[2::2], strict=True))
    assert options[0] == "--torch-backend=auto"  # no CUDA where there is no GPU
    assert given["-c"] == "requirements.lock" and lab == FIRST
    extra = re.fullmatch(r"\.\[(\w+)\]", given["--with-editable"])[1]
    assert extra in PROJECT["optional-dependencies"]
    found = {point.name: point.dist.name for point in entry_points(group="console_scripts")}
    assert found[command] == given["--from"] == "jupyterlab"


def makefile():
    return (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_command_is_that_of_the_package():
    assert PROJECT["scripts"] == {"lablab": "lablib.start:main"}
