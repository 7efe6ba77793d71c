"""The residual panel: what each part adds to the stream, and to the score of the next token."""

from collections.abc import Callable

import ipywidgets

from lablib.transformer.compute.residual import (
    Attribution,
    Lengths,
    Units,
    attribution,
    lengths,
    unit_words,
    units,
)
from lablib.transformer.figures import residual as figures
from lablib.widgets import AnyModel, Drawing, LivePanel, TextInput, as_choice
from lablib.widgets.controls import slider, toggles
from lablib.widgets.html import escape
from lablib.widgets.layout import mark_main
from lablib.widgets.plot import Plot

SCORE, LENGTHS, UNITS = "Who adds to the score", "Length of the vectors", "Feed-forward units"
RAISED = 3
"""How many tokens stand beside a unit."""


class ResidualPanel(LivePanel):
    """See what every part of a model adds: to the next token's score, to the stream, unit by unit.

    Three views of one text. `result` is what is in sight, None before the first.

    Args:
        text: the text at the start; it can be edited.
        view: "Who adds to the score", "Length of the vectors" or "Feed-forward units".
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "models, transformer as tf"
    stand_in = "residual"

    def __init__(
        self, text: str = "The cat sat on the", view: str = SCORE, model: AnyModel = None
    ) -> None:
        self.text = TextInput(value=text, label="Text")
        self.choose = toggles("Show", [SCORE, LENGTHS, UNITS], view, each=200)
        self.block = slider("Block", 3, 0, 5, width=300)
        self.words = ipywidgets.HTML()
        self.places = {name: ipywidgets.VBox() for name in (SCORE, LENGTHS, UNITS)}
        self.plots: dict[str, Plot] = {}
        for place in self.places.values():
            mark_main(self.choose, place)
        self.result: Attribution | Lengths | Units | None = None
        super().__init__(
            "The residual stream",
            "Every part adds its result to the token’s vector; at the end the sum is scored.",
            [self.text, self.choose, self.block, *self.places.values(), self.words],
            controls=[self.text, self.choose, self.block],
            choice=as_choice(model, "causal"),
        )

    def draw(self) -> Drawing:
        """Draw the view that is chosen."""
        view = self.choose.value
        for name, place in self.places.items():
            place.layout.display = None if name == view else "none"
        self.block.layout.display = None if view == UNITS else "none"
        m = self.model()
        yield None
        if view == SCORE:
            shares = self.result = attribution(m, self.text.value)
            figures.draw_attribution(self._plot(figures.attribution_plot), shares)
            self.words.value = escape(figures.attribution_words(shares))
        elif view == LENGTHS:
            seen = self.result = lengths(m, self.text.value)
            figures.draw_lengths(self._plot(figures.lengths_plot), seen)
            self.words.value = escape(figures.lengths_words(seen))
        else:
            self.block.max = m.model.config.get_text_config().num_hidden_layers - 1
            fired = self.result = units(m, self.text.value, self.block.value)
            yield None
            raised = [unit_words(m, fired.block, unit, RAISED) for unit in fired.top(figures.UNITS)]
            figures.draw_units(self._plot(figures.units_plot), fired, raised)
            self.words.value = escape(figures.units_words(fired))
        self.text.note = self.result.tokens.note

    def _plot(self, make: Callable[[], Plot]) -> Plot:
        """The plot of the view in sight, made at first use: it takes a second."""
        view = self.choose.value
        if view not in self.plots:
            self.plots[view] = make()
            self.places[view].children = [self.plots[view]]
        return self.plots[view]

    def code_lines(self) -> str:
        """The numbers behind the view that is chosen."""
        text = f"text = {self.text.value!r}\n"
        if self.choose.value == SCORE:
            return f"{text}found = tf.attribution(m, text)\nfound.names, found.added"
        if self.choose.value == LENGTHS:
            added = "found.attention, found.feed_forward"
            return f"{text}found = tf.lengths(m, text)\nfound.stream, {added}"
        return (
            f"{text}fired = tf.units(m, text, block={self.block.value})\n"
            f"fired.activations[:, list(fired.top({figures.UNITS}))]"
        )


residual_panel = ResidualPanel
