"""The projections panel: where one head's queries, keys and values come from."""

import ipywidgets

from lablib.attention.compute.text import read
from lablib.attention.panel.head_choice import HeadChoice
from lablib.transformer.compute.projections import WHICH, Projection, projection
from lablib.transformer.figures import projections as figures
from lablib.widgets import AnyModel, Drawing, LivePanel, TextInput, TokenStrip, as_choice
from lablib.widgets.controls import slider, toggles
from lablib.widgets.html import escape
from lablib.widgets.layout import in_row, mark_main
from lablib.widgets.tokens import token_dicts

MOST_TOKENS = 24
"""Of a longer text the rows would be too low to tell apart."""


class ProjectionsPanel(LivePanel):
    """See a head's queries, keys or values made: a token's vector times the head's own matrix.

    A text, a head, and x · W_Q, x · W_K or x · W_V with its real numbers. `projection` is the one
    in sight, None before the first.

    Args:
        text: the text at the start; it can be edited.
        layer: from 0.
        head: from 0.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "attention as at, models, transformer as tf"
    stand_in = "projections"

    def __init__(
        self,
        text: str = "The little dog ran to the",
        layer: int = 3,
        head: int = 3,
        model: AnyModel = None,
    ) -> None:
        self.text = TextInput(value=text, label="Text")
        self.one_head = HeadChoice(layer, head, lambda: self.redraw())
        self.which = toggles("Product", [f"{name} {figures.LETTERS[name]}" for name in WHICH])
        self.number = slider("Number", 30, 0, 63, width=300)
        self.strip = TokenStrip(selection="one", label="Choose a token", legend=False)
        self.place, self.words = ipywidgets.VBox(layout={"width": "100%"}), ipywidgets.HTML()
        mark_main(self.number, self.place)
        self.projection: Projection | None = None
        super().__init__(
            "Queries, keys and values are products",
            "A head multiplies each token’s vector by three matrices of its own.",
            [
                self.text, self.one_head, in_row(self.which, self.number), self.strip, self.place,
                self.words,
            ],
            controls=[self.text, self.which],
            choice=as_choice(model, ("causal", "masked", "encoder")),
        )  # fmt: skip
        self.strip.observe(lambda _: self._show(), "selected")
        self.number.observe(lambda _: self._show(), "value")

    @property
    def token(self) -> int:
        """Which token is chosen; the last one if none is."""
        return self.strip.selected[0] if self.strip.selected else len(self.strip.tokens) - 1

    def draw(self) -> Drawing:
        """Run the model, and multiply."""
        m = self.model()
        self.one_head.fit(m)
        reading = read(m, self.text.value, limit=MOST_TOKENS)
        which = WHICH[self.which.index]
        found = projection(m, reading, self.one_head.layer, self.one_head.head, which)
        yield None
        self.text.note = reading.note
        self.projection = None  # the strip tells of its new tokens before all is there
        self.strip.tokens = token_dicts(reading.ids, m.tokenizer)
        self.number.max = found.result.shape[1] - 1
        self.projection = found
        self.open_plot(figures.product_plot)
        self._show()

    def _show(self) -> None:
        if self.projection is None or self.plot is None:
            return
        figures.draw_product(self.plot, self.projection, self.token, self.number.value)
        said = (
            figures.sum_words(self.projection, self.token, self.number.value),
            figures.turned_words(self.projection),
        )
        self.words.value = escape(" ".join(filter(None, said)))
        self.show_code()

    def code_lines(self) -> str:
        """The product, and the chosen number of it."""
        place = f"layer={self.one_head.layer}, head={self.one_head.head}"
        return (
            f"text = at.read(m, {self.text.value!r}, limit={MOST_TOKENS})\n"
            f"found = tf.projection(m, text, {place}, which={WHICH[self.which.index]!r})\n"
            "product = found.inputs @ found.matrix + found.bias\n"
            f"product[{self.token}, {self.number.value}]"
        )


projections_panel = ProjectionsPanel
