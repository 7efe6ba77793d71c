"""The marks of slow tests: each kind is told by what a test uses; an unmarked one is stopped."""

import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
import torch
from hypothesis import settings

from lablib.widgets import Slot
from tests.conftest import ROOT
from tests.examples import FEW, ends, examples
from tests.executed import executed_once, shared_home
from tests.kinds import LARGE, STEPS

NOTHING = [sys.executable, "-c", ""]


def train(steps, size=LARGE):
    weight = torch.nn.Parameter(torch.zeros(size))
    optimizer = torch.optim.SGD([weight], lr=0.1)
    for _ in range(steps):
        weight.grad = torch.ones(size)
        optimizer.step()


def test_a_second_python_needs_its_mark():
    with pytest.raises(pytest.fail.Exception, match=r"mark it with @pytest\.mark\.process"):
        subprocess.run(NOTHING)
    subprocess.run(["git", "--version"], capture_output=True)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows cannot fork")
def test_so_does_a_fork():
    with pytest.raises(pytest.fail.Exception, match=r"mark it with @pytest\.mark\.process"):
        os.fork() or os._exit(0)


@pytest.mark.process
def test_with_its_mark_it_starts():
    assert subprocess.run(NOTHING).returncode == 0


@pytest.mark.process
@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows cannot fork")
def test_with_its_mark_it_forks():
    child = os.fork() or os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


def test_a_small_model_may_learn_for_long():
    train(10 * STEPS, size=2)


def test_much_training_needs_its_mark():
    train(STEPS)
    with pytest.raises(pytest.fail.Exception, match=r"mark it with @pytest\.mark\.training"):
        train(1)


@pytest.mark.training
def test_with_its_mark_it_trains():
    train(STEPS + 1)


def test_what_another_thread_does_is_not_the_tests():
    failures = []

    def work():
        try:
            train(STEPS + 1)
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert failures == []


def test_who_waits_for_a_thread_needs_its_mark():
    with pytest.raises(pytest.fail.Exception, match=r"mark it with @pytest\.mark\.live"):
        Slot(print).wait()


@pytest.mark.live
def test_with_its_mark_it_waits():
    assert Slot(print).wait()


def test_a_fixture_gives_its_mark(request, python):
    assert request.node.get_closest_marker("process")
    assert python("print(1 + 1)") == "2\n"


@pytest.mark.notebook
def test_a_notebook_is_run_once(tmp_path):
    labs, home = tmp_path / "labs", tmp_path / "home"
    labs.mkdir(), home.mkdir()
    cell = nbformat.v4.new_code_cell("open('said', 'a').write('once')")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), labs / "one.ipynb")
    first, second = (executed_once(labs / "one.ipynb", home, {}) for _ in range(2))
    assert (second.folder / "said").read_text() == "once"
    assert first == second and first.book.cells[0].outputs[0].data["text/plain"] == "4"
    assert [path.name for path in labs.iterdir()] == ["one.ipynb"]


@pytest.fixture
def profile():
    """Puts one of Hypothesis's profiles in the place of the one of this run."""
    before = settings.get_current_profile_name()
    yield settings.load_profile
    settings.load_profile(before)


def test_the_fast_loop_tries_few_examples(profile):
    profile("whole")
    assert examples(300).max_examples == 300 and examples(3).max_examples == 3
    profile("fast")
    assert examples(300).max_examples == settings.default.max_examples == FEW
    assert examples(3).max_examples == 3 and examples(3).deadline is None


def test_nothing_else_says_how_many():
    for path in {*ROOT.glob("tests/**/*.py")} - {ROOT / "tests/examples.py", Path(__file__)}:
        said = re.findall(r"[@ ]settings\(|settings\.load_profile", path.read_text())
        assert len(said) == (path == ROOT / "tests/conftest.py"), path


@pytest.mark.process
@pytest.mark.parametrize("processes", [[], ["-n", "1"]])
def test_a_room_is_its_two_folders(processes):
    command = [sys.executable, "-m", "pytest", "--fast", "--room", "data", "-k", "require or texts"]
    said = subprocess.run([*command, *processes, "-v"], cwd=ROOT, capture_output=True, text=True)
    ran = set(re.findall(r"\b(lablib|tests)/(\w+)\S*::", said.stdout))
    assert ran == {("lablib", "data"), ("tests", "data")}, said.stdout


def test_a_look_into_every_room_leaves_out_what_waits(warm_python):
    command = [warm_python, "-m", "pytest", "--fast", "tests/masking", "--collect-only", "-q"]
    room, wide = (
        subprocess.run([*command, *more], cwd=ROOT, capture_output=True, text=True).stdout
        for more in ([], ["--wide"])
    )
    assert "test_joint.py" in wide and "test_panels.py" not in wide and "test_panels.py" in room


def test_of_a_table_it_tries_the_first_and_the_last_case():
    names = [*(f"a[{case}]" for case in range(20)), "b", "c[0]", "c[1]"]
    some = [item.nodeid for item in ends([SimpleNamespace(nodeid=name) for name in names])]
    assert some == ["a[0]", "a[19]", "b", "c[0]", "c[1]"]


def test_only_the_processes_of_one_run_share_its_notebooks(tmp_path):
    class Worker:
        workerinput = None

    bases = [tmp_path / "1" / "popen-gw0", tmp_path / "1" / "popen-gw1", tmp_path / "2"]
    for base in bases:
        base.mkdir(parents=True)
    one, other = (shared_home(Worker(), base) for base in bases[:2])
    assert one == other == tmp_path / "1" / "executed" and one.is_dir()
    assert shared_home(object(), bases[2]) == tmp_path / "2" / "executed"
