"""The worker: latest wins, turns are taken, nothing raised is lost."""

import threading
import time

import pytest

from lablib.widgets import worker as worker_module
from lablib.widgets.worker import Cancelled, Progress, Slot, Worker


@pytest.fixture
def worker(monkeypatch):
    monkeypatch.setattr(worker_module, "_has_libraries", lambda: True)
    return Worker()


def slot_and_record(worker):
    seen = []
    return Slot(seen.append, worker), seen


def states(seen):
    return [status.state for status in seen]


def test_one_request_runs_to_the_end(worker):
    slot, seen = slot_and_record(worker)
    ran_on = []

    def work():
        ran_on.append(threading.current_thread())
        yield Progress(1, 2, "things")

    slot.submit(work)
    assert worker.join()
    assert states(seen) == ["working", "working", "ready"]
    assert seen[1].progress == Progress(1, 2, "things")
    assert ran_on[0] is not threading.main_thread()


def test_in_voila_nothing_is_drawn_before_the_page_is_there(worker, monkeypatch):
    """It cannot make a widget that holds one which it has not yet been told of."""
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
    slots, drawn = [slot_and_record(worker)[0] for _ in range(2)], []

    def work():
        drawn.append(threading.current_thread())
        yield

    for slot in slots:
        slot.submit(work)
    assert worker._thread is None and not drawn
    slots[0].page_is_here()
    assert worker.join() and len(drawn) == 2


def test_elsewhere_a_page_that_is_there_begins_nothing(worker, monkeypatch):
    """Its cell may just be importing what would be imported."""
    begun = []
    monkeypatch.setattr(worker, "begin", lambda: begun.append(True))
    monkeypatch.setattr(worker_module, "after_cell", lambda action: None)
    monkeypatch.setattr(worker_module, "_has_libraries", lambda: False)
    slot, _ = slot_and_record(worker)
    slot.submit(lambda: iter(()))
    slot.page_is_here()
    assert not begun


def test_in_voila_nobody_waits_for_a_page_for_ever(worker, monkeypatch):
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
    monkeypatch.setattr(worker_module, "PAGE_SECONDS", 0.01)
    slot, seen = slot_and_record(worker)
    changed = threading.Event()

    def work():
        changed.set()
        yield

    slot.submit(work)
    assert changed.wait(60)
    assert worker.join() and states(seen) == ["working", "ready"]


def test_the_latest_of_many_wins_and_earlier_ones_are_closed(worker):
    slot, seen = slot_and_record(worker)
    finished, closed, submitted = [], [], threading.Event()

    def work(n):
        def steps():
            try:
                is_last = False
                while not is_last:  # nobody finishes before all are there
                    is_last = submitted.is_set()
                    time.sleep(0.002)
                    yield
                finished.append(n)
            except GeneratorExit:
                closed.append(n)
                raise

        return steps

    for n in range(200):
        slot.submit(work(n))
        time.sleep(0.001)
    submitted.set()
    assert worker.join()
    assert finished == [199]
    assert 199 not in closed
    assert states(seen)[-1] == "ready"
    assert states(seen).count("ready") == 1


def test_a_delay_lets_a_burst_pass(worker):
    slot, _ = slot_and_record(worker)
    runs = []

    def work(n):
        def steps():
            runs.append(n)
            yield

        return steps

    for n in range(50):
        slot.submit(work(n), delay=0.2)
    assert worker.join()
    assert runs == [49]


def test_two_panels_take_turns(worker):
    order = []

    def work(name):
        def steps():
            for _ in range(5):
                order.append(name)
                yield

        return steps

    gate = threading.Event()

    def hold():
        gate.wait(10)
        yield

    first, _ = slot_and_record(worker)
    second, _ = slot_and_record(worker)
    third, _ = slot_and_record(worker)
    third.submit(hold)
    first.submit(work("a"))
    second.submit(work("b"))
    gate.set()
    assert worker.join()
    assert "".join(order) == "ababababab"


def test_stop_leaves_the_picture_stale(worker):
    slot, seen = slot_and_record(worker)
    begun = threading.Event()

    def endless():
        while True:
            begun.set()
            time.sleep(0.002)
            yield

    slot.submit(endless)
    assert begun.wait(10)
    slot.stop()
    assert worker.join()
    assert states(seen)[-1] == "stale"
    slot.stop()
    assert states(seen).count("stale") == 1


def test_an_exception_is_told_and_the_worker_lives_on(worker):
    slot, seen = slot_and_record(worker)

    def broken():
        yield
        raise ValueError("the prompt is empty: type a word")

    slot.submit(broken)
    assert worker.join()
    assert seen[-1].state == "failed"
    assert seen[-1].failure.message == "the prompt is empty: type a word"
    assert "broken" in seen[-1].failure.details

    def fine():
        yield

    slot.submit(fine)
    assert worker.join()
    assert seen[-1].state == "ready"


def test_an_overtaken_call_learns_it_when_it_reports(worker):
    slot, seen = slot_and_record(worker)
    begun, outcome = threading.Event(), []

    def download():
        begun.set()
        try:
            while True:
                time.sleep(0.002)
                slot.report(1, 2, "MB")
        except Exception:
            outcome.append("swallowed")
        except Cancelled:
            outcome.append("overtaken")
            raise
        yield

    slot.submit(download)
    assert begun.wait(10)
    slot.stop()
    assert worker.join()
    assert outcome == ["overtaken"]
    assert states(seen)[-1] == "stale"


def test_work_may_replace_itself(worker):
    slot, seen = slot_and_record(worker)
    ran = []

    def second():
        ran.append("second")
        yield

    def first():
        slot.submit(second)
        yield
        ran.append("never")

    slot.submit(first)
    assert worker.join()
    assert ran == ["second"]
    assert states(seen)[-1] == "ready"


def test_gradients_are_off(worker):
    import torch

    slot, _ = slot_and_record(worker)
    modes = []

    def work():
        modes.append(torch.is_inference_mode_enabled())
        yield

    slot.submit(work)
    assert worker.join()
    assert modes == [True]


def test_memory_is_given_back_once_when_there_is_nothing_to_do(monkeypatch):
    """After that the thread waits for work without an end."""
    given, rests = [], []
    monkeypatch.setattr(worker_module, "IDLE_SECONDS", 0.02)
    # Of other tests' threads the last ones rest just now, too.
    monkeypatch.setattr(
        worker_module, "give_back_memory", lambda: given.append(threading.current_thread())
    )
    worker = Worker()
    rest = worker._changed.wait
    monkeypatch.setattr(
        worker._changed, "wait", lambda seconds=None: (rests.append(seconds), rest(seconds))[1]
    )
    slot = Slot(lambda status: None, worker)
    for times in (1, 2):
        rests.clear()
        slot.submit(lambda: iter(()))
        while not (rests and rests[-1] is None):
            time.sleep(0.01)
        assert given.count(worker._thread) == times


SHELL = """
import sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.parent_header = {"msg_type": "execute_request"}
run = lambda *lines: shell.run_cell("\\n".join(lines)).raise_error()
run("import sys", "from lablib.widgets import Panel", "panel = Panel('Title', [])", "said = []")
run("panel.foot.observe(lambda change: said.append(change.new), 'text')", "def work(): yield")
"""


def test_the_first_panel_of_a_kernel_is_there_before_the_libraries(python):
    """And they are there before the next cell, which may import them too: of two threads that
    import one at once, one may find it half done.
    """
    said = python(
        SHELL + "run('panel.run(work)', 'print(panel.state, \"torch\" in sys.modules)')\n"
        "run('print(said[0])')\n"
        "run('import transformers; print(hasattr(transformers, \"PreTrainedTokenizerBase\"))')\n"
        "print('transformers.modeling_utils' in sys.modules)\n"
        "run('print(panel.wait(), panel.state)')"
    )
    first, second, *_ = said.splitlines()
    assert first == "working False" and second.startswith("loading torch and transformers")
    assert said.split()[-4:] == ["True", "True", "True", "ready"]


def test_waiting_in_the_first_cell_is_answered(python):
    said = python(SHELL + "run('panel.run(work)', 'print(panel.wait(), panel.state)')")
    assert said.split() == ["True", "ready"]


def test_outside_of_a_notebook_the_libraries_come_at_once(python):
    said = python(
        "import sys; from lablib.widgets import Slot\n"
        "def work(): yield\n"
        "Slot(lambda status: None).submit(work)\n"
        "print('torch' in sys.modules, 'transformers.modeling_utils' in sys.modules)"
    )
    assert said.split() == ["True", "True"]
