"""The panel: one anatomy for every picture of every lab."""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any

import ipywidgets

from lablib import models
from lablib.widgets.cell import close_when_run_again
from lablib.widgets.choice import Choice
from lablib.widgets.closing import held
from lablib.widgets.frame import Foot, Head
from lablib.widgets.worker import Progress, Slot, Status, Work

PROGRESS_SECONDS = 0.1
"""Least time between two progress messages: ten a second is what reaches a browser unharmed."""


class RateLimit:
    """When a picture that grows is due to be drawn again: at once, and then ten times a second.

    Example:
        >>> limit = RateLimit()
        >>> limit.due(), limit.due()
        (True, False)
    """

    def __init__(self) -> None:
        self._last = float("-inf")

    def due(self) -> bool:
        """Whether it is time; what asks and is told so draws."""
        now = time.monotonic()
        is_due = now - self._last > PROGRESS_SECONDS
        if is_due:
            self._last = now
        return is_due


class Panel(ipywidgets.VBox):
    """Title, model badge, body, status line and code fold, over one slot of the worker.

    A room's panel gives the body and calls `run` with its work; everything about being live
    (dropping what is overtaken, progress, stop, errors in words, changing the model) is here.

    Args:
        title: one line.
        body: the text being worked on, the controls, the picture, from top to bottom.
        choice: the model or tokenizer it uses; None for a panel that needs none.
        subtitle: one sentence under the title.
        code: gives the lines of public calls behind the picture, with the current values in them.

    Attributes:
        stand_in: the script of `lablib.pages.stand_ins` that answers for it on a page without a
            kernel; "" for a panel that is greyed there.

    Example:
        >>> panel = Panel("Counting", [])
        >>> def work():
        ...     yield
        >>> panel.run(work)
        >>> panel.wait(), panel.state
        (True, 'ready')
    """

    stand_in = ""

    def __init__(
        self,
        title: str,
        body: Sequence[ipywidgets.Widget],
        choice: Choice | None = None,
        subtitle: str = "",
        code: Callable[[], str] | None = None,
    ) -> None:
        self.head = Head(title=title, subtitle=subtitle)
        self.foot = Foot()
        self.slot = Slot(self._show_status)
        self._code = code
        self._choice = choice
        self._shown = 0.0
        self.head.on_msg(self._on_head)
        self.foot.on_msg(self._on_foot)
        super().__init__([self.head, *body, self.foot])
        self.add_class("lab-panel")
        if choice is not None:
            self.head.choices, self.head.noun = choice.menu(), choice.noun
            choice.observe(self._follow_choice, "loaded")
            self._show_choice()
        close_when_run_again(self)

    @property
    def state(self) -> str:
        """One of "ready", "working", "stale" and "failed"."""
        return self.foot.state

    @property
    def choice(self) -> Choice:
        """The choice of a panel that has one."""
        if self._choice is None:
            raise ValueError("This panel uses no model.")
        return self._choice

    def model(self) -> models.LoadedModel:
        """The open model, loading it at first use; call it inside work."""
        loaded: models.LoadedModel = self.choice.open(self.slot)
        return loaded

    def run(self, work: Work, delay: float = 0.0) -> None:
        """Ask for `work` (a generator function, see `worker`) after `delay` seconds of quiet.

        From here on the panel is not ready, though the worker may not have begun.
        """
        self._show_status(Status("working"))
        self._shown = 0.0  # what holds the work up is said without delay
        self.slot.submit(work, delay)

    def stop(self) -> None:
        """Drop what is running or waiting."""
        self.slot.stop()

    def mark_stale(self) -> None:
        """Drop what is running, and say that the picture is older than the controls."""
        self.stop()
        self._show_status(Status("stale"))

    def wait(self, timeout: float = 60.0) -> bool:
        """Wait until this panel has nothing to do; False if it takes longer than `timeout`."""
        return self.slot.wait(timeout)

    @property
    def closed(self) -> bool:
        """Whether it was taken away for good."""
        return self.comm is None

    def close(self) -> None:
        """Take the panel away for good, with all that is in it: it follows nothing any more, and
        its memory is given back.
        """
        if self.closed:  # or never whole, which Python closes as well when it goes
            return
        if self._choice is not None:  # others may share it and go on
            self._choice.unobserve(self._follow_choice, "loaded")
        self.slot.stop()
        for part in held(self):
            part.close()
        super().close()

    def show_code(self) -> None:
        """Bring the code under the picture up to date with the controls."""
        if self._code:
            self.foot.code = self._code()

    def page_state(self) -> dict[str, Any]:
        """What a page must know of a panel: also, if it has a stand-in there, its parts by name.

        >>> panel = Panel("Counting", [], choice=Choice("pocket-gpt2"))
        >>> panel.stand_in = "counting"
        >>> sorted(panel.page_state()["live"]["parts"])
        ['foot', 'head']
        """
        state: dict[str, Any] = self.get_state()
        if self.stand_in:
            parts = {name: part.model_id for name, part in parts_of(self)}
            choice = self.choice
            state["live"] = {
                "script": self.stand_in,
                "model": choice.chosen,
                "noun": choice.noun,
                "parts": parts,
                "data": self.page_data(),
            }
        return state

    def page_data(self) -> dict[str, Any]:
        """What the stand-in needs besides the parts, as JSON can have it: nothing, as a rule."""
        return {}

    def model_changed(self) -> None:
        """Called on the worker's thread when another model (or tokenizer, whatever is chosen here)
        was opened. Rooms draw anew here.
        """

    def _on_head(self, _: object, message: dict[str, Any], __: object) -> None:
        name = str(message.get("open", ""))

        def work() -> Generator[Progress | None, None, None]:
            self.choice.open(self.slot, name)
            yield None

        self.run(work)

    def _on_foot(self, _: object, message: dict[str, Any], __: object) -> None:
        if message.get("stop"):
            self.stop()
        if message.get("here"):
            self.slot.page_is_here()

    def _follow_choice(self, _: object) -> None:
        self._show_choice()

    def _show_choice(self) -> None:
        self.head.model_name, self.head.why = self.choice.badge()
        if self.choice.loaded is not None:
            self.model_changed()

    def _show_status(self, status: Status) -> None:
        if status.progress and time.monotonic() - self._shown < PROGRESS_SECONDS:
            return
        self._shown = time.monotonic()
        with self.foot.hold_sync():
            self.foot.state = status.state
            self.foot.share = status.progress.share if status.progress else None
            self.foot.text = status_text(status)
            self.foot.message = status.failure.message if status.failure else ""
            self.foot.details = status.failure.details if status.failure else ""
            if status.state == "ready":
                self.show_code()


def parts_of(box: ipywidgets.Box) -> Iterator[tuple[str, ipywidgets.Widget]]:
    """The widgets that a box of ours has as attributes, and those that are in these, by their
    names: `text`, `sliders.top_k`, `buttons.0`. Each comes once.

    >>> box = ipywidgets.VBox()
    >>> box.field, box.buttons = ipywidgets.Text(), [ipywidgets.Button()]
    >>> [name for name, _ in parts_of(box)]
    ['field', 'buttons.0']
    """
    seen: set[str] = set()
    for name, part in _named("", _public(box)):
        if part.model_id not in seen:
            seen.add(part.model_id)
            yield name, part


def _named(name: str, value: Any) -> Iterator[tuple[str, ipywidgets.Widget]]:
    """The widgets in a widget's attributes, a dict or a list, with the way that leads to each."""
    if isinstance(value, ipywidgets.Widget):
        yield name, value
        value = _public(value) if isinstance(value, ipywidgets.Box) else {}
    if isinstance(value, list | tuple):
        value = dict(enumerate(value))
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _named(f"{name}.{key}" if name else str(key), inner)


def _public(box: ipywidgets.Box) -> dict[str, Any]:
    return {name: value for name, value in vars(box).items() if not name.startswith("_")}


def status_text(status: Status) -> str:
    """The words after the state's name.

    >>> status_text(Status("ready", seconds=0.0312))
    'in 31 ms'
    >>> status_text(Status("working", Progress(3, 10, "tokens")))
    '3 of 10 tokens'
    """
    if status.progress:
        return progress_text(status.progress, status.seconds or 0.0)
    if status.state == "stale":
        return "the picture may be older than the controls"
    if status.seconds is None:
        return ""
    return (
        f"in {status.seconds * 1000:.0f} ms" if status.seconds < 1 else f"in {status.seconds:.1f} s"
    )


def progress_text(progress: Progress, seconds: float) -> str:
    """How far, and how long still, judging by the `seconds` it took so far.

    >>> progress_text(Progress(1, 4, "blocks"), seconds=10)
    '1 of 4 blocks, about 30 s left'
    """
    if not progress.total:
        return progress.text
    text = f"{progress.done:,.0f} of {progress.total:,.0f} {progress.text}".strip()
    left = seconds / progress.share - seconds if progress.share else 0.0
    return f"{text}, about {left:.0f} s left" if left >= 1 else text
