"""What is seen of a run while it goes on, and after."""

from collections.abc import Sequence
from dataclasses import dataclass

import ipywidgets

from lablib.finetuning.figures import run as figures
from lablib.finetuning.figures import shared
from lablib.training.records import Record
from lablib.training.run import Run, describe
from lablib.widgets.closing import put_in
from lablib.widgets.html import escape
from lablib.widgets.layout import Fold, beside
from lablib.widgets.plot import Plot


@dataclass(frozen=True)
class Pace:
    """What the speed of a run is held against: FLOP for each token, and FLOP/s at best."""

    flops: float = 0.0
    peak: float = 0.0


class RunView(ipywidgets.VBox):
    """Readouts, losses, learning rate and gradient norm, notes and samples of one run.

    Attributes:
        records: what is drawn.
        pace: what the speed is held against.
    """

    def __init__(self) -> None:
        self.readouts, self.samples = ipywidgets.HTML(), ipywidgets.HTML()
        self.notes, self.outcome = ipywidgets.HTML(), ipywidgets.HTML()
        self.records: list[Record] = []
        self.pace = Pace()
        self.losses: Plot | None = None
        self.pulse: Plot | None = None
        super().__init__([])

    def prepare(self) -> None:
        """Make the plots, which takes seconds the first time, and empty all else."""
        if self.losses is None:
            self.losses, self.pulse = figures.loss_plot(), figures.lr_and_grad_norm_plot()
        for part in (self.readouts, self.samples, self.notes, self.outcome):
            part.value = ""
        parts = [
            self.readouts,
            beside(ipywidgets.VBox([self.losses]), self.samples, widths=(560, 280)),
            self.notes,
            self.outcome,
            Fold("Learning rate and gradient", [self.pulse]),
        ]
        put_in(self, parts)

    def draw(self, run: Run, records: Sequence[Record]) -> None:
        """Bring everything up to these records."""
        self.records = list(records)
        assert self.losses is not None and self.pulse is not None, "prepare comes first"
        figures.draw_losses(self.losses, records)
        figures.draw_lr_and_grad_norm(self.pulse, records)
        pace = self.pace
        numbers = figures.readouts(records, run.total, pace.flops, pace.peak)
        self.readouts.value = figures.other_process(run.other_process) + numbers
        self.notes.value = escape(figures.notes(records))
        self.samples.value = shared.samples(records)

    def conclude(self, run: Run) -> None:
        """Say what it has come to."""
        self.outcome.value = escape(shared.outcome_words(describe(run)))
