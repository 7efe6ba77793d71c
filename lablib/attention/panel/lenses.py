"""The lenses panel: three lenses side by side, how far each is off, and a token's path."""

from collections.abc import Iterator

import ipywidgets

from lablib import data
from lablib.attention.compute.lenses import Lenses, LensPath, fit_lenses, lens_path
from lablib.attention.figures import lenses as figures
from lablib.models import LoadedModel
from lablib.training.texts import read_text
from lablib.widgets import AnyModel, Drawing, LivePanel, PlotPlace, Progress, TextInput, as_choice
from lablib.widgets.controls import combobox, text_line, toggles
from lablib.widgets.html import escape
from lablib.widgets.layout import Tabs, beside, in_row, mark_main
from lablib.widgets.plot import Plot


class LensesPanel(LivePanel):
    """Look into the layers through three lenses, and see how far each is off: the logit lens, the
    Jacobian lens and the tuned lens, fitted and measured as one looks on.

    `found` has the lenses as far as they are fitted, `path` what they say of the text; None before
    the first.

    Args:
        text: the text whose end is looked at; it can be edited.
        token: the token that is followed; "" for the one that the model finds the likeliest.
        corpus: what the lenses are fitted to and measured on: the name of a text that comes with
            the labs, a file, a folder, or the text itself.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "attention as at, data, models"

    def __init__(
        self,
        text: str = "The king and the queen lived in a",
        token: str = "",
        corpus: str = "almanac",
        model: AnyModel = None,
    ) -> None:
        self._make_controls(text, token, corpus)
        self.errors, self.place = ipywidgets.VBox(), PlotPlace()
        self.words, self.table = ipywidgets.HTML(), ipywidgets.HTML()
        mark_main(self.text, self.place)
        mark_main(self.measure, self.errors)
        self.found: Lenses | None = None
        self.path: LensPath | None = None
        self._fitted: tuple[LoadedModel, str] | None = None
        self._fitting: Iterator[Lenses] = iter(())
        self._error_plot: Plot | None = None
        super().__init__(
            "Three lenses and their errors",
            "What would the model say after a layer? Three answers, each compared with "
            "what it says in the end.",
            [
                self.text,
                in_row(self.token, self.corpus, self.measure),
                beside(
                    self.errors,
                    Tabs({"The token’s path": self.place, "What each lens says": self.table}),
                    widths=(400, 420),
                ),
                self.words,
            ],
            controls=[self.text, self.token, self.corpus, self.measure],
            choice=as_choice(model, "causal"),
        )

    def _make_controls(self, text: str, token: str, corpus: str) -> None:
        """What is read and followed, and what the lenses are fitted to."""
        self.text = TextInput(value=text, label="Text")
        tip = "The token to follow; empty for the one the model finds the likeliest in the end"
        self.token = text_line(
            "Follow", token, tooltip=tip, width=230, label=50, placeholder="the likeliest"
        )
        tip = "A text that comes with the labs, a file, a folder, or the text itself"
        self.corpus = combobox("Fitted to", data.names(), corpus, tooltip=tip, width=260, label=70)
        self.measure = toggles("Error", figures.MEASURES, "divergence", each="auto")

    def draw(self) -> Drawing:
        """Fit the lenses, if that is not done yet, and draw what is known so far."""
        m = self.model()
        if self._fitted != (m, self.corpus.value):
            self.found = None
            self._fitting = fit_lenses(m, read_text(self.corpus.value))
            self._fitted = (m, self.corpus.value)
        self.path = None
        if self.found is not None:
            self._show(m, self.found)
        for found in self._fitting:
            is_news = self.found is None or found.divergence is not self.found.divergence
            self.found = found
            if is_news:
                self._show(m, found)
            yield Progress(found.done, found.total, "steps")
        if self.found is not None:
            self._show(m, self.found)

    def stop(self) -> None:
        """What is fitted stays; fitting does not go on when another control is moved."""
        self._fitting = iter(())
        super().stop()

    def _show(self, m: LoadedModel, found: Lenses) -> None:
        """Draw the errors that are known, and the text through the lenses that are fitted."""
        if self._error_plot is None:
            self._error_plot = figures.lens_plot("%{y:.3g}")
            self.errors.children = [self._error_plot]
        figures.draw_errors(self._error_plot, found, self.measure.value)
        self.path = lens_path(m, found, self.text.value, self.token.value)
        self.text.note = self.path.tokens.note
        figures.draw_path(self.open_plot(figures.lens_plot, "%{y:.1%}"), self.path, found)
        self.table.value = figures.path_table(self.path, found)
        self.words.value = escape(figures.lenses_words(found))

    def clear(self) -> None:
        """No path beside an error; lenses that are fitted stay."""
        self.path, self.words.value, self.table.value = None, "", ""
        if self.found is None:
            self._fitted = None

    def code_lines(self) -> str:
        """The lenses, their errors, and the path of the token that is followed."""
        shipped = self.corpus.value in data.names()
        self.imports = (
            type(self).imports if shipped else "attention as at, finetuning as ft, models"
        )
        text = f"{'data.text' if shipped else 'ft.read_text'}({self.corpus.value!r})"
        token = f", {self.token.value!r}" if self.token.value else ""
        return (
            f"text = {self.text.value!r}\n"
            f"*_, lenses = at.fit_lenses(m, {text})\n"
            f"path = at.lens_path(m, lenses, text{token})\n"
            f"lenses.{self.measure.value}, path.probabilities"
        )


lenses_panel = LensesPanel
