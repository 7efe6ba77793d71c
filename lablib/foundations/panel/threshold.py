"""The threshold panel: accuracy, precision, recall and F1 as one line moves."""

from collections.abc import Generator, Sequence

import ipywidgets

from lablib.foundations.compute.threshold import Counts, counts_at, example_scores, sweep
from lablib.foundations.figures import threshold as figures
from lablib.foundations.panel.live import NAMED, LivePanel
from lablib.widgets.html import escape
from lablib.widgets.layout import beside, in_row, mark_main
from lablib.widgets.plot import Plot

Given = tuple[Sequence[int], Sequence[float]]


class ThresholdPanel(LivePanel):
    """Scores of two kinds of examples, a threshold between yes and no, and the measures.

    `counts` is what the threshold makes of them.
    """

    def __init__(self, given: Given | None, threshold: float) -> None:
        self.threshold = ipywidgets.FloatSlider(
            threshold, min=0, max=1, step=0.01, description="Threshold", style=NAMED
        )
        self.share = ipywidgets.FloatLogSlider(
            0.05, min=-2.5, max=-0.25, step=0.05, description="Share of yes", style=NAMED
        )
        self.share.readout_format = ".1%"
        self.quality = ipywidgets.FloatSlider(
            2.0, min=0, max=4, step=0.1, description="How far apart", style=NAMED
        )
        made = [] if given else [self.share, self.quality]
        for slider in (self.threshold, self.share, self.quality):
            slider.layout.width = "284px"
        self.place = ipywidgets.VBox()
        self.plot: Plot | None = None
        self.words, self.table, self.measures = (ipywidgets.HTML() for _ in range(3))
        mark_main(self.threshold, self.place)
        self.counts: Counts | None = None
        self._given = given
        self._drawn: tuple[float, float] | None = None
        super().__init__(
            "Yes from here on",
            [
                in_row(self.threshold, *made),
                self.place,
                self.words,
                beside(self.table, self.measures, widths=(320, 320)),
            ],
            controls=(self.threshold, *made),
            work=self._answer,
            subtitle="A classifier gives each example a score; a threshold makes a yes or a no of "
            "it. To the right it is surer and finds less.",
            code=self._lines,
        )

    def _answer(self) -> Generator[None, None, None]:
        if self.plot is None:
            self.plot = figures.threshold_plot()
            self.place.children = [self.plot]
        yield
        setting = self.share.value, self.quality.value
        labels, scores = self._given or example_scores(*setting)
        if self._drawn != setting:
            figures.draw_scores(self.plot, labels, scores, sweep(labels, scores))
            self._drawn = setting
        self.counts = counts_at(labels, scores, self.threshold.value)
        figures.draw_threshold(self.plot, self.threshold.value)
        self.words.value = escape(figures.threshold_words(self.counts))
        self.table.value = figures.counts_table(self.counts)
        self.measures.value = figures.measure_table(self.counts)

    def _lines(self) -> str:
        made = f"fo.example_scores({self.share.value:.6g}, {self.quality.value:.6g})"
        given = f"{list(self._given[0])}, {list(self._given[1])}" if self._given else made
        return (
            "from lablib import foundations as fo\n\n"
            f"labels, scores = {given}\n"
            f"counts = fo.counts_at(labels, scores, {self.threshold.value:.6g})\n"
            "counts.accuracy, counts.precision, counts.recall, counts.f1"
        )


def threshold_panel(
    labels: Sequence[int] | None = None,
    scores: Sequence[float] | None = None,
    threshold: float = 0.5,
) -> ThresholdPanel:
    """Move the threshold between yes and no, and watch the measures.

    Args:
        labels: 1 or 0 for each example; None for examples that are made by drawing.
        scores: from 0 to 1, for each example.
        threshold: where the slider stands at the start.

    Raises:
        ValueError: for labels without scores, or the other way round.
    """
    if (labels is None) != (scores is None):
        raise ValueError("Give labels and scores, or neither.")
    given = None if labels is None or scores is None else (list(labels), list(scores))
    return ThresholdPanel(given, threshold)
