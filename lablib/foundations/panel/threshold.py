"""The threshold panel: accuracy, precision, recall and F1 as one line moves."""

from collections.abc import Sequence

import ipywidgets

from lablib.foundations.compute.threshold import Counts, counts_at, example_scores, sweep
from lablib.foundations.figures import threshold as figures
from lablib.widgets import Drawing, LivePanel, PlotPlace
from lablib.widgets.controls import log_slider, slider
from lablib.widgets.html import escape
from lablib.widgets.layout import beside, in_row, mark_main


class ThresholdPanel(LivePanel):
    """Move the threshold between yes and no, and watch the measures.

    `counts` is what the threshold makes of them.

    Args:
        labels: 1 or 0 for each example; None for examples that are made by drawing.
        scores: from 0 to 1, for each example.
        threshold: where the slider stands at the start.

    Raises:
        ValueError: for labels without scores, or the other way round.
    """

    imports = "foundations as fo"
    counts: Counts | None = None

    def __init__(
        self,
        labels: Sequence[int] | None = None,
        scores: Sequence[float] | None = None,
        threshold: float = 0.5,
    ) -> None:
        if (labels is None) != (scores is None):
            raise ValueError("Give labels and scores, or neither.")
        self._given = None if labels is None or scores is None else (list(labels), list(scores))
        look = {"width": 284, "label": 116}
        self.threshold = slider("Threshold", threshold, 0, 1, 0.01, **look)
        self.share = log_slider("Share of yes", 0.05, -2.5, -0.25, 0.05, **look)
        self.share.readout_format = ".1%"
        self.quality = slider("How far apart", 2.0, 0, 4, 0.1, **look)
        made = [] if self._given else [self.share, self.quality]
        self.place = PlotPlace()
        self.words, self.table, self.measures = (ipywidgets.HTML() for _ in range(3))
        mark_main(self.threshold, self.place)
        self._drawn: tuple[float, float] | None = None
        super().__init__(
            "Yes from here on",
            "A classifier gives each example a score; a threshold makes a yes or a no of "
            "it. To the right it is surer and finds less.",
            [
                in_row(self.threshold, *made),
                self.place,
                self.words,
                beside(self.table, self.measures, widths=(320, 320)),
            ],
            controls=[self.threshold, *made],
        )

    def draw(self) -> Drawing:
        """Draw the scores if they are others, and the line between yes and no."""
        plot = self.open_plot(figures.threshold_plot)
        yield None
        setting = self.share.value, self.quality.value
        labels, scores = self._given or example_scores(*setting)
        if self._drawn != setting:
            figures.draw_scores(plot, labels, scores, sweep(labels, scores))
            self._drawn = setting
        self.counts = counts_at(labels, scores, self.threshold.value)
        figures.draw_threshold(plot, self.threshold.value)
        self.words.value = escape(figures.threshold_words(self.counts))
        self.table.value = figures.counts_table(self.counts)
        self.measures.value = figures.measure_table(self.counts)

    def code_lines(self) -> str:
        """The measures at the threshold."""
        made = f"fo.example_scores({self.share.value:.6g}, {self.quality.value:.6g})"
        given = f"{list(self._given[0])}, {list(self._given[1])}" if self._given else made
        return (
            f"labels, scores = {given}\n"
            f"counts = fo.counts_at(labels, scores, {self.threshold.value:.6g})\n"
            "counts.accuracy, counts.precision, counts.recall, counts.f1"
        )


threshold_panel = ThresholdPanel
