"""The kinds of tests that take long: how a test is told to be of one, and who finds a new one.

`make check` leaves all of them out, `make check ROOM=…` all but `DEEP`. A test has the mark of its
kind by the place of its file, by a fixture it uses, or by hand (`@pytest.mark.process`). One that
does what a kind is about without having its mark fails, in every run, with a sentence that names
the mark: so the fast loop stays fast. What counts is what a test does, never how long it takes,
which another machine decides.
"""

import functools
import os
import re
import subprocess
import sys
import threading

import pytest

STEPS = 5
"""How many steps of an optimizer a test without the mark `training` may make."""
LARGE = 100_000
"""Steps count for models of so many parameters and more: two numbers in a valley cost nothing."""

KINDS = {
    "browser": "drives JupyterLab, Voila or a lab's page in a browser",
    "view": "shows one of our views in a browser, without a kernel",
    "notebook": "looks at a notebook that was run",
    "process": "starts a second Python",
    "content": "tries what the labs say, or take for an answer, one by one",
    "training": f"makes more than {STEPS} steps of an optimizer with a model of some size",
    "large": "opens a model, a vocabulary or a text of real size",
    "pages": "makes a lab's page, or has Node compute what it shows",
    "live": "waits for a panel or a run to do its work",
}
LONG = ("browser", "notebook")
"""Kinds whose tests take a minute and more."""
DEEP = {"pages", "live"}
"""Kinds that are fast enough for who works on one room, and too much for a look into every room."""
BY_FIXTURE = {
    "browser": "view",
    "executed": "notebook",
    "python": "process",
    "begin_process": "process",
    "bug_runs": "training",
    "sharded_run": "process",
    "warm_python": "process",
    "hub": "process",  # a download is one
}
BY_PLACE = {
    "lablib/children.py": "process",
    "lablib/finetuning/compute/ladder.py": "process",
    "lablib/finetuning/compute/over_time.py": "live",
    "lablib/pages": "pages",
    "lablib/training/run.py": "live",
    "lablib/widgets/live.py": "live",
    "lablib/widgets/panel.py": "live",
    "lablib/widgets/worker.py": "live",
    "tests/benchmarks": "process",
    "tests/browser": "browser",
    "tests/exercises/test_answers.py": "content",
    "tests/labs/test_claims.py": "content",
    "tests/pages": "pages",
    "tests/training/test_processes.py": "process",
    "tests/training/test_run.py": "training",  # in threads of its own
    "tests/widgets/test_closing.py": "live",
    "tests/widgets/test_live.py": "live",
    "tests/widgets/test_reopening.py": "live",
    "tests/widgets/test_worker.py": "live",
}
"""Folders and files, whose tests and examples are all of a kind."""
PANEL = re.compile(r"tests/\w+/test_(\w+_)?panels?(_\w+)?\.py")
"""The files of panels' tests, by their names."""
WAITING = {"lablib.widgets.worker": "Slot", "lablib.training.run": "Run"}
"""By their modules, the classes whose `wait` waits for another thread's work."""


def kinds_of(place, fixtures=()):
    """The kinds that a test has by its file's path in the project and by its fixtures' names.

    >>> sorted(kinds_of("tests/browser/test_pages.py", ["browser", "executed"]))
    ['browser', 'notebook']
    >>> kinds_of("tests/widgets/test_html.py", ["page", "browser"])
    {'view'}
    >>> kinds_of("tests/masking/test_panels.py")
    {'live'}
    """
    parents = [place, *(place[:end] for end, letter in enumerate(place) if letter == "/")]
    found = {BY_PLACE[one] for one in parents if one in BY_PLACE}
    found |= {kind for fixture, kind in BY_FIXTURE.items() if fixture in fixtures}
    found |= {"live"} if PANEL.fullmatch(place) else set()
    return found - {"view", "live"} if "browser" in found else found


class Guard:
    """Stops a test that does what a kind is about and has not its mark.

    Only what the test's own thread does counts: work that a panel's worker still has to do belongs
    to no test in particular. The functions that start a process are wrapped, and those that wait
    for threads: an audit hook would be told of every import, every file and every `id()` as well,
    and double the time of all.
    """

    def __init__(self):
        self._kinds = None
        self._steps = 0
        self._counts_steps = False
        self._waiting = set()
        subprocess.Popen.__init__ = self._watched(subprocess.Popen.__init__, starts_slow_python)
        if hasattr(os, "fork"):  # not on Windows
            os.fork = self._watched(os.fork, lambda: True)

    def begin(self, kinds):
        """A test with these marks begins."""
        self._kinds, self._steps = kinds, 0
        if "torch" in sys.modules and not self._counts_steps:
            from torch.optim.optimizer import register_optimizer_step_post_hook

            register_optimizer_step_post_hook(self._on_step)
            self._counts_steps = True
        for name in (WAITING.keys() & sys.modules.keys()) - self._waiting:
            whole = getattr(sys.modules[name], WAITING[name])
            whole.wait = self._watched(whole.wait, lambda *_, **__: True, "live", KINDS)
            self._waiting.add(name)

    def end(self):
        """What happens until the next test is nobody's."""
        self._kinds = None

    def _watched(self, start, is_slow, kind="process", others=LONG):
        @functools.wraps(start)
        def watched(*args, **options):
            if is_slow(*args, **options):
                self._require(kind, others)
            return start(*args, **options)

        return watched

    def _on_step(self, optimizer, *_):
        groups = optimizer.param_groups
        self._steps += sum(p.numel() for group in groups for p in group["params"]) >= LARGE
        if self._steps > STEPS:
            self._require("training")

    def _require(self, kind, others=()):
        if self._kinds is None or threading.current_thread() is not threading.main_thread():
            return
        if not self._kinds & {kind, *others}:
            pytest.fail(
                f"This test {KINDS[kind]}, so `make check` should leave it out: mark it with "
                f"@pytest.mark.{kind}, or name its file in BY_PLACE of tests/kinds.py."
            )


def starts_slow_python(process, command, *_, executable=None, **options):
    """Whether a `Popen` with this command starts the interpreter of the tests.

    The process in which the tokenizers' library trains does not count: it imports nothing else, and
    takes a tenth of a second.

    >>> starts_slow_python(None, [sys.executable, "-c", "1"]), starts_slow_python(None, "git init")
    (True, False)
    """
    words = f"{executable} {command}"
    return sys.executable in words and "lablib.tokenization.compute.trainer" not in words
