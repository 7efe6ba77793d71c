"""The mistakes panel: the surest errors on the test part, and the words that led to them."""

import ipywidgets

from lablib.transfer.compute.classifier import Prediction, predict
from lablib.transfer.compute.judge import Attribution, pushes
from lablib.transfer.compute.scoring import worst
from lablib.transfer.figures import mistakes as figures
from lablib.transfer.panel.judged import ClassifierPanel, push_strip, show_pushes
from lablib.transfer.panel.shared import SharedClassifier, Trained
from lablib.widgets import Drawing
from lablib.widgets.controls import toggles
from lablib.widgets.html import escape
from lablib.widgets.layout import mark_main, scrolling_rows

SHOWN = 5


class MistakesPanel(ClassifierPanel):
    """The test texts that the notebook's classifier is surest and wrong about.

    A strip for each of the worst mistakes.
    `found` holds what is drawn: for each mistake what was said and what pushed.

    Args:
        desk: what the panels share; None for the one of all panels.
    """

    def __init__(self, desk: SharedClassifier | None = None) -> None:
        ways = [("hide each word", "occlusion"), ("gradient × input", "gradient")]
        self.way = toggles("Method", ways)
        self.titles = [ipywidgets.HTML() for _ in range(SHOWN)]
        self.strips = [push_strip("occlusion") for _ in range(SHOWN)]
        self.words = ipywidgets.HTML()
        self.list = scrolling_rows(416)
        mark_main(self.way, self.list)
        self.found: list[tuple[Prediction, Attribution]] = []
        super().__init__(
            "The worst mistakes",
            "Test texts of which the classifier was surest and wrong. Each word is "
            "coloured by what it did for the class that was said.",
            [self.way, self.words, self.list],
            controls=[self.way],
            desk=desk,
        )

    def draw_for(self, trained: Trained) -> Drawing:
        """Find the mistakes, then what pushed the classifier to each."""
        test, names = trained.labelled.test, trained.labelled.names
        said = predict(trained.classifier, test.texts)
        yield None
        self.found = []
        for place in worst(said, test.labels, SHOWN):
            one = said[place]
            pushed = pushes(trained.classifier, one.text, one.label, self.way.value)
            title, strip = self.titles[len(self.found)], self.strips[len(self.found)]
            title.value = escape(figures.mistake_words(one, names[test.labels[place]]))
            show_pushes(strip, pushed)
            self.found.append((one, pushed))
            yield None
        rows = zip(self.titles, self.strips, strict=True)
        self.list.children = [part for row in list(rows)[: len(self.found)] for part in row]
        self.words.value = escape("" if self.found else "There is no mistake in the test part.")

    def code_for(self) -> str:
        """What pushed the classifier to each of the mistakes."""
        return (
            f"places = tr.worst(said, labelled.test.labels, {SHOWN})\n"
            "[tr.pushes(last.classifier, said[i].text, said[i].label, "
            f"{self.way.value!r}) for i in places]"
        )


mistakes_panel = MistakesPanel
