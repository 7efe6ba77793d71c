"""The judge panel: type a text, and see what the classifier says and which words it goes by."""

from ipywidgets import HTML, VBox

from lablib.transfer.compute.classifier import Prediction, predict
from lablib.transfer.compute.judge import WAYS, Attribution, pushes
from lablib.transfer.figures import judge as figures
from lablib.transfer.panel.judged import ClassifierPanel, push_strip, show_pushes
from lablib.transfer.panel.shared import SharedClassifier, Trained
from lablib.widgets import Drawing, PlotPlace, TextInput
from lablib.widgets.html import escape
from lablib.widgets.layout import mark_main

EXAMPLE = "I expected nothing, and I was not disappointed."


class JudgePanel(ClassifierPanel):
    """Ask the notebook's classifier about any text, and which words it goes by.

    A text, the probabilities of the classes, and two opinions on which words matter.
    `said` and `found` are what is drawn.

    Args:
        text: a text; it can be edited.
        desk: what the panels share; None for the one of all panels.
    """

    said: Prediction | None = None

    def __init__(self, text: str = EXAMPLE, desk: SharedClassifier | None = None) -> None:
        self.input = TextInput(value=text, label="Text to judge", limit=2000)
        self.words, self.place, self.reason = HTML(), PlotPlace(), HTML()
        self.strips = {way: push_strip(way) for way in WAYS}
        self.titles = {
            "occlusion": HTML(escape("Each word hidden in turn:")),
            "gradient": HTML(escape("Gradient × input:")),
        }
        self.rows = VBox()
        mark_main(self.input, self.place)
        self.found: dict[str, Attribution] = {}
        super().__init__(
            "Type a text",
            "The classifier answers as you type. Under it, what each word adds to the "
            "class it chose.",
            [self.input, self.words, self.place, self.rows, self.reason],
            controls=[self.input],
            desk=desk,
        )

    def draw_for(self, trained: Trained) -> Drawing:
        """What the classifier says, then what pushed it there."""
        (said,) = predict(trained.classifier, [self.input.value])
        yield None
        figures.draw_prediction(self.open_plot(figures.prediction_plot), said)
        self.said, self.words.value = said, escape(figures.prediction_words(said))
        yield None
        for way, strip in self.strips.items():
            self.found[way] = pushes(trained.classifier, said.text, said.label, way)  # type: ignore[arg-type]
            show_pushes(strip, self.found[way])
            yield None
        self.rows.children = [part for way in WAYS for part in (self.titles[way], self.strips[way])]
        self.reason.value = escape(figures.push_words(*self.found.values()))

    def code_for(self) -> str:
        """The prediction, and both opinions on it."""
        return (
            f"(one,) = tr.predict(last.classifier, [{self.input.value!r}])\n"
            "[tr.pushes(last.classifier, one.text, one.label, way) for way in tr.WAYS]"
        )


judge_panel = JudgePanel
