"""The gate panel: a threshold, and who is wrongly refused or wrongly let through."""

import ipywidgets

from lablib.foundations.compute.threshold import counts_at, sweep
from lablib.transfer.compute.data import read_labelled
from lablib.transfer.compute.gate import Judged, judge_all, wrongly
from lablib.transfer.figures import gate as figures
from lablib.widgets import Drawing, LivePanel, ModelChoice, PlotPlace, Progress, as_choice
from lablib.widgets.controls import dropdown, slider
from lablib.widgets.html import escape
from lablib.widgets.layout import beside, in_row, mark_main

CLASSIFIERS = {"counted words": "counting", "a frozen encoder": "frozen"}
SET, UNWANTED = "pirate", "pirate"


class GatePanel(LivePanel):
    """Move the threshold of a gate that refuses pirate talk, and read whom it is wrong about.

    `judged` holds every text with its score.

    Args:
        threshold: from which score on a text is refused.
        classifier: what the gate reads with, "counting" or "frozen".
        model: a name, hub id or folder of an encoder, for "frozen".
    """

    imports = "transfer as tr"

    def __init__(
        self,
        threshold: float = 0.5,
        classifier: str = "counting",
        model: str | ModelChoice = "minilm",
    ) -> None:
        self.threshold = slider("Threshold", threshold, 0, 1, 0.01, width=400)
        self.classifier = dropdown("It reads with", CLASSIFIERS, classifier, width=300, label=100)
        self.place, self.words = PlotPlace(), ipywidgets.HTML()
        self.refused, self.passed = ipywidgets.HTML(), ipywidgets.HTML()
        self.judged: list[Judged] = []
        self._read: tuple[str, str] | None = None
        mark_main(self.threshold, self.place)
        super().__init__(
            "A gate against pirate talk",
            "80 sentences of pirates and 80 others; each is judged by a gate that has not read it.",
            [
                in_row(self.threshold, self.classifier),
                self.place,
                self.words,
                beside(self.refused, self.passed, widths=(400, 400)),
            ],
            controls=[self.threshold, self.classifier],
            choice=as_choice(model, "encoder"),
        )

    def draw(self) -> Drawing:
        """Judge all texts if that was not done before, then draw what the threshold makes of it."""
        asked = (self.classifier.value, self.choice.chosen)
        if asked != self._read:
            yield from self._judge(*asked)
            self._read = asked
        yield None
        labels = [int(one.unwanted) for one in self.judged]
        scores = [one.score for one in self.judged]
        threshold = self.threshold.value
        plot = self.open_plot(figures.gate_plot)
        figures.draw_gate(plot, sweep(labels, scores), threshold)
        self.words.value = escape(figures.gate_words(counts_at(labels, scores, threshold)))
        refused, passed = wrongly(self.judged, threshold)
        self.refused.value = figures.wrong_table("Wrongly refused", refused)
        self.passed.value = figures.wrong_table("Wrongly let through", passed)

    def _judge(self, classifier: str, model: str) -> Drawing:
        for judged in judge_all(read_labelled(SET), UNWANTED, classifier, model):
            if judged is not None:
                self.judged = judged
            yield Progress(0, 0, "the texts are read")

    def code_lines(self) -> str:
        """The texts that the gate is wrong about."""
        model = f", model={self.choice.chosen!r}" if self.classifier.value == "frozen" else ""
        return (
            f"labelled = tr.read_labelled({SET!r})\n"
            f"*_, judged = tr.judge_all(labelled, {UNWANTED!r}, {self.classifier.value!r}{model})\n"
            f"refused, passed = tr.wrongly(judged, {self.threshold.value:.6g})\n"
            "[one.text for one in refused], [one.text for one in passed]"
        )


gate_panel = GatePanel
