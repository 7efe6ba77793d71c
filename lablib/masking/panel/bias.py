"""The bias panel: what a model expects of whom, in many wordings."""

from collections.abc import Sequence

import ipywidgets

from lablib.masking.compute.bias import TEMPLATES, WORDS, Probe, probe
from lablib.masking.figures import bias as figures
from lablib.masking.figures import shared
from lablib.widgets import AnyModel, Drawing, LivePanel, as_choice
from lablib.widgets.controls import text_line
from lablib.widgets.html import escape
from lablib.widgets.layout import Tabs, beside, mark_main
from lablib.widgets.plot import Plot

CAN_AND_CANNOT = (
    "What this shows: how much more this model expects a word after one subject than after the "
    "other, in these sentences. What it does not show: what is true of people, why the model "
    "expects it, or what the model would do in other sentences. A difference that changes sign "
    "from template to template is no finding. A model that read books of a century ago repeats "
    "the roles those books gave."
)


class BiasPanel(LivePanel):
    """Compare what a model expects after two subjects, over several templates.

    `result` is what is drawn.

    Args:
        templates: sentences with one `[X]` and one `[MASK]`; they can be edited.
        subjects: the two that are compared.
        words: what is asked for at the mask.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.

    Raises:
        ValueError: for another number of subjects than two.
    """

    imports = "masking as mk, models"
    result: Probe | None = None

    def __init__(
        self,
        templates: Sequence[str] = TEMPLATES,
        subjects: Sequence[str] = ("he", "she"),
        words: Sequence[str] = WORDS,
        model: AnyModel = None,
    ) -> None:
        self.templates = ipywidgets.Textarea(
            "\n".join(templates), rows=5, description="Templates", layout={"width": "100%"}
        )
        if len(subjects) != 2:
            raise ValueError("Give two subjects to compare, such as he and she.")
        first, second = subjects
        self.first, self.second = text_line("[X] is", first), text_line("or", second)
        self.words = ipywidgets.Textarea(
            ", ".join(words), rows=3, description="Words", layout={"width": "100%"}
        )
        self.means, self.differences = ipywidgets.VBox(), ipywidgets.VBox()
        self.plots: list[Plot] = []
        self.sentence, self.table = ipywidgets.HTML(), ipywidgets.HTML()
        views = {"Means": self.means, "Differences": self.differences, "Table": self.table}
        mark_main(self.words, self.means)
        super().__init__(
            "What does the model expect of whom?",
            "One template a line, with [X] for the subject and [MASK] for the word. Each "
            "word is asked for after both subjects, in every template.",
            [
                beside(
                    ipywidgets.VBox([self.templates, self.first, self.second, self.words]),
                    ipywidgets.VBox([Tabs(views), self.sentence]),
                    widths=(376, 480),
                ),
                ipywidgets.HTML(escape(CAN_AND_CANNOT)),
            ],
            controls=[self.templates, self.first, self.second, self.words],
            choice=as_choice(model, "masked"),
        )

    def _asked(self) -> tuple[list[str], tuple[str, str], list[str]]:
        """Templates, subjects and words as they stand in the fields."""
        templates = [line.strip() for line in self.templates.value.splitlines() if line.strip()]
        words = [word.strip() for word in self.words.value.split(",") if word.strip()]
        return templates, (self.first.value, self.second.value), words

    def draw(self) -> Drawing:
        """Ask for every word in every sentence."""
        m, asked = self.model(), self._asked()
        yield None
        self.result = found = probe(m, *asked, progress=self.slot.report)
        if not self.plots:
            self.plots = [
                shared.dumbbell_plot("mean log-probability (nats)"), figures.probe_plot(),
            ]  # fmt: skip
        dumbbells, differences = self.plots
        shared.draw_dumbbells(dumbbells, found.subjects, figures.probe_rows(found))
        figures.draw_probe(differences, found)
        self.means.children, self.differences.children = [dumbbells], [differences]
        self.sentence.value = escape(figures.probe_words(found))
        self.table.value = figures.probe_table(found)

    def clear(self) -> None:
        """Take the picture away."""
        self.result, self.means.children, self.differences.children = None, [], []
        self.sentence.value = self.table.value = ""

    def code_lines(self) -> str:
        """The differences as a table."""
        templates, subjects, words = self._asked()
        listed = "".join(f"    {template!r},\n" for template in templates)
        return (
            f"templates = [\n{listed}]\n"
            f"found = mk.probe(m, templates, {subjects!r}, {words!r})\n"
            "found.table()"
        )


bias_panel = BiasPanel
