"""The mistakes panel: the surest errors on the test part, and the words that led to them."""

from collections.abc import Generator

import ipywidgets

from lablib.transfer.compute.classifier import Prediction, predict
from lablib.transfer.compute.judge import Attribution, pushes
from lablib.transfer.compute.scoring import worst
from lablib.transfer.figures import mistakes as figures
from lablib.transfer.panel.judged import ClassifierPanel, push_strip, show_pushes
from lablib.transfer.panel.shared import DESK, SharedClassifier, Trained
from lablib.widgets.html import escape
from lablib.widgets.layout import mark_main, scrolling_rows

SHOWN = 5


class MistakesPanel(ClassifierPanel):
    """A strip for each of the worst mistakes.

    `found` holds what is drawn: for each mistake what was said and what pushed.
    """

    def __init__(self, desk: SharedClassifier) -> None:
        self.way = ipywidgets.ToggleButtons(
            options=[("hide each word", "occlusion"), ("gradient × input", "gradient")],
            description="Method",
        )
        self.titles = [ipywidgets.HTML() for _ in range(SHOWN)]
        self.strips = [push_strip("occlusion") for _ in range(SHOWN)]
        self.words = ipywidgets.HTML()
        self.list = scrolling_rows(416)
        mark_main(self.way, self.list)
        self.found: list[tuple[Prediction, Attribution]] = []
        super().__init__(
            "The worst mistakes",
            [self.way, self.words, self.list],
            controls=(self.way,),
            subtitle="Test texts of which the classifier was surest and wrong. Each word is "
            "coloured by what it did for the class that was said.",
            desk=desk,
        )

    def _ask(self, trained: Trained) -> Generator[None, None, None]:
        test, names = trained.labelled.test, trained.labelled.names
        said = predict(trained.classifier, test.texts)
        yield
        self.found = []
        for place in worst(said, test.labels, SHOWN):
            one = said[place]
            pushed = pushes(trained.classifier, one.text, one.label, self.way.value)
            title, strip = self.titles[len(self.found)], self.strips[len(self.found)]
            title.value = escape(figures.mistake_words(one, names[test.labels[place]]))
            show_pushes(strip, pushed)
            self.found.append((one, pushed))
            yield
        rows = zip(self.titles, self.strips, strict=True)
        self.list.children = [part for row in list(rows)[: len(self.found)] for part in row]
        self.words.value = escape("" if self.found else "There is no mistake in the test part.")

    def _asked(self) -> str:
        return (
            f"places = tr.worst(said, labelled.test.labels, {SHOWN})\n"
            "[tr.pushes(last.classifier, said[i].text, said[i].label, "
            f"{self.way.value!r}) for i in places]"
        )


def mistakes_panel(desk: SharedClassifier | None = None) -> MistakesPanel:
    """The test texts that the notebook's classifier is surest and wrong about.

    Args:
        desk: what the panels share; None for the one of all panels.
    """
    return MistakesPanel(desk or DESK)
