"""The patching panel: where in a model is the difference between two prompts carried?"""

import ipywidgets

from lablib.transformer.compute.patching import PATCHED, Patching, patch
from lablib.transformer.figures import patching as figures
from lablib.widgets import AnyModel, Drawing, LivePanel, PlotPlace, Progress, TextInput, as_choice
from lablib.widgets.controls import dropdown, text_line, toggles
from lablib.widgets.html import escape
from lablib.widgets.layout import Tabs, beside, in_row, mark_main
from lablib.widgets.panel import RateLimit

EVERYWHERE = ("all places", -1)
"""The first entry of the menu of places; a menu shows nothing where its value is None."""


class PatchingPanel(LivePanel):
    """Put single activations of a run on one prompt into the run on another, and see how much of
    the first prompt's answer returns.

    `found` is the result as far as it is known, None before the first.

    Args:
        clean: the prompt that the patches are taken from; it can be edited.
        corrupted: the prompt that they are put into, which has as many tokens.
        part: what is patched: "residual", "attention", "feed-forward" or "heads".
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "models, transformer as tf"

    def __init__(
        self,
        clean: str = "The king was so tired that",
        corrupted: str = "The queen was so tired that",
        part: str = "residual",
        model: AnyModel = None,
    ) -> None:
        self.clean = TextInput(value=clean, label="From this prompt")
        self.corrupted = TextInput(value=corrupted, label="into this one")
        self.part = toggles("Patch", PATCHED, part, each="auto")
        tip = "A token after the first prompt; empty for the one the second makes less likely"
        self.answers = [
            text_line("Answers", tooltip=tip, width=180, placeholder="automatic"),
            text_line("or", tooltip=tip, width=140, label=20, placeholder="automatic"),
        ]
        self.at = dropdown("At", [EVERYWHERE], width=220)
        self.place, self.words, self.table = PlotPlace(), ipywidgets.HTML(), ipywidgets.HTML()
        mark_main(self.part, self.place)
        self.found: Patching | None = None
        super().__init__(
            "Cut it out of one run, put it into another",
            "One activation of the first run takes its place in the second: how much of the first "
            "answer returns?",
            [
                beside(self.clean, self.corrupted, widths=(400, 400)),
                in_row(self.part, *self.answers, self.at),
                Tabs({"Chart": self.place, "Table": self.table}),
                self.words,
            ],
            controls=[self.clean, self.corrupted, self.part, *self.answers, self.at],
            choice=as_choice(model, ("causal", "masked")),
        )

    def draw(self) -> Drawing:
        """Try patch after patch, drawing what returns."""
        self.at.layout.display = None if self.part.value == "heads" else "none"
        m = self.model()
        yield None
        limit = RateLimit()
        for found in patch(
            m,
            self.clean.value,
            self.corrupted.value,
            self.part.value,
            self._answers(),
            self._where(),
        ):
            self.found = found
            if limit.due() or found.done == found.total:
                self._show(found)
            yield Progress(found.done, found.total, "patches")

    def clear(self) -> None:
        """Another picture must not stand beside prompts that cannot be compared; their places are
        not known, so heads are patched at all of them again.
        """
        self.at.options = [EVERYWHERE]
        self.found, self.place.layout.display = None, "none"
        self.words.value = self.table.value = ""

    def _answers(self) -> tuple[str, str] | None:
        """The two tokens to compare, None where both fields are empty."""
        one, other = (field.value for field in self.answers)
        return (one, other) if one or other else None

    def _where(self) -> int | None:
        """At which place heads are patched, None for all."""
        one_place = self.part.value == "heads" and self.at.value != EVERYWHERE[1]
        return self.at.value if one_place else None

    def _show(self, found: Patching) -> None:
        self.place.layout.display = None
        figures.draw_patching(self.open_plot(figures.patching_plot), found)
        self.words.value = escape(figures.patching_words(found))
        self.table.value = figures.patching_table(found)
        self.clean.note, self.corrupted.note = found.clean.note, found.corrupted.note
        places = [(name, place) for place, name in enumerate(figures.places(found))]
        if [*self.at.options] != [EVERYWHERE, *places]:
            self.at.options = [EVERYWHERE, *places]

    def code_lines(self) -> str:
        """The patches of the part that is chosen, and what returns."""
        answers, place = self._answers(), self._where()
        more = "" if answers is None else f", answers={answers!r}"
        more += "" if place is None else f", {place=}"
        return (
            f"clean, corrupted = {self.clean.value!r}, {self.corrupted.value!r}\n"
            f"*_, found = tf.patch(m, clean, corrupted, {self.part.value!r}{more})\n"
            "found.texts, found.returned"
        )


patching_panel = PatchingPanel
