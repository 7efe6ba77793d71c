"""What is closed is gone: no widget, thread, file or memory of it is left in the kernel."""

import gc
import random
import time
import weakref
from pathlib import Path

import ipywidgets
import pytest
from ipywidgets.widgets.widget import _instances

from lablib.widgets import LivePanel, ModelChoice
from tests.benchmarks.bench_class import learner
from tests.benchmarks.long import day, used
from tests.odd import panels


class Following(LivePanel):
    """A panel that counts how often it is drawn."""

    def __init__(self, choice):
        self.text, self.drawn = ipywidgets.Text("a"), 0
        inner = ipywidgets.VBox([ipywidgets.HBox([self.text])])
        super().__init__("Following", "", [inner], controls=[self.text], choice=choice)

    def draw(self):
        yield
        self.drawn += 1


def until_gone(reference, seconds=60):
    """Wait until the worker has let go, too."""
    end = time.monotonic() + seconds
    while reference() is not None:
        gc.collect()
        assert time.monotonic() < end, "something holds on to the panel"
        time.sleep(0.01)


@pytest.fixture
def choice(monkeypatch):
    """A choice that opens nothing."""
    one = ModelChoice("pocket-gpt2")
    monkeypatch.setattr(one, "badge", lambda: ("name", "why"))
    return one


def test_a_closed_panel_follows_the_shared_model_no_more_and_the_others_do(choice):
    closed, open_one = Following(choice), Following(choice)
    assert closed.wait() and open_one.wait()
    closed.close()
    closed.close()  # twice is no error
    before = closed.drawn, open_one.drawn
    choice.loaded = object()
    assert closed.wait() and open_one.wait()
    assert (closed.drawn, open_one.drawn) == (before[0], before[1] + 1)


def test_all_widgets_of_a_closed_panel_are_closed(choice):
    before = set(_instances)
    panel = Following(choice)
    assert panel.wait() and set(_instances) - before
    panel.close()
    assert set(_instances) - before == set()


def test_the_memory_of_a_closed_panel_is_free(choice):
    panel = Following(choice)
    assert panel.wait()
    gone = weakref.ref(panel)
    panel.close()
    del panel
    until_gone(gone)


def test_what_a_panel_keeps_to_show_later_is_closed_with_it(choice):
    before = set(_instances)
    panel = Following(choice)
    panel.later = {"views": [ipywidgets.Button()]}
    panel.row = ipywidgets.HBox()
    panel.row.hidden = ipywidgets.IntSlider()
    assert panel.wait()
    panel.close()
    assert panel.closed and set(_instances) - before == set()


SHOWN = """import weakref
from lablib import tokenization as tk
made = globals().setdefault("made", [])
panel = tk.token_panel("Hello")
made.append(weakref.ref(panel))
panel"""
ASKED = """from lablib import exercises as ex
ex.predict("sampling/greedy-three", lambda: tk.token_panel("Hello"))"""
COUNTED = """import gc
from ipywidgets.widgets.widget import _instances
from lablib.widgets import WORKER
assert WORKER.join(60) and gc.collect() >= 0
print(len(_instances), sum(one() is not None for one in made))"""


@pytest.mark.process
def test_a_cell_that_is_run_again_lets_go_of_what_it_showed_before(tmp_path, kernels, monkeypatch):
    """In a kernel that is told which cell runs; what another cell shows stays."""
    monkeypatch.setenv("JUPYTER_PATH", str(kernels))
    with learner(tmp_path, "") as one:
        found = []
        for _ in range(4):
            one.run_cell(SHOWN, "first")
            one.run_cell(ASKED, "second")
            found.append([int(number) for number in one.run(COUNTED).split()])
        one.run_cell(SHOWN, "third")
        widgets, panels = map(int, one.run(COUNTED).split())
    assert found[1] == found[2] == found[3] and found[3][1] == 1
    assert widgets > found[3][0] and panels == 2


def test_a_panel_that_is_closed_while_it_works_is_stopped(choice):
    class Endless(Following):
        def draw(self):
            while True:
                yield

    panel = Endless(choice)
    panel.close()
    assert panel.wait()


def test_a_panel_whose_run_wants_a_new_folder_can_be_used_a_second_time():
    code = "from pathlib import Path\nPath('run').mkdir()\n" + panels()["tokenization.tokens"]
    assert [used(random.Random(0), code) for _ in range(2)] == [4, 4]
    assert not Path("run").exists()


@pytest.mark.content
def test_a_day_of_panels_leaves_neither_threads_nor_files_and_memory_is_flat():
    names = ("sampling.simple", "sampling.knobs", "attention.steps", "attention.multihead",
             "attention.positions", "tokenization.tokens", "tokenization.compare")  # fmt: skip
    found = day(120, [panels()[name] for name in names])
    first, last = found[0], found[-1]
    assert last.threads <= first.threads and last.files <= first.files
    assert last.widgets <= first.widgets
    assert last.megabytes < 1.1 * first.megabytes
