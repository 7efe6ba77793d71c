"""The positions panel: how order gets into a model, and whether attention notices it."""

from collections.abc import Sequence

import ipywidgets
from torch import Tensor

from lablib.attention.compute.positions import Shuffle, learned_positions, shuffle, sinusoidal
from lablib.attention.figures import positions as figures
from lablib.attention.panel.head_choice import ANY_KIND
from lablib.attention.views.head_map import HeadMap
from lablib.widgets import AnyModel, Drawing, LivePanel, TextInput, TokenStrip, as_choice
from lablib.widgets.controls import button, checkbox, toggles
from lablib.widgets.html import escape
from lablib.widgets.layout import mark_main
from lablib.widgets.tokens import token_dicts

WAVES, LEARNED, SHUFFLED = "Sines and cosines", "Learned by the model", "Shuffle the words"
POSITIONS = 40
"""How many positions are drawn."""
_TOLD, _UNTOLD = "with_positions", "without_positions"
_COLOURS = [
    {
        "name": name,
        "label": f"{name.replace('_', ' ')}: attention moved",
        "help": "Which share of a head's weight lies elsewhere after the shuffle.",
        "low": 0.0,
        "high": 1.0,  # or what is 0 but for rounding would be coloured as a picture of its own
    }
    for name in (_UNTOLD, _TOLD)
]


class PositionsPanel(LivePanel):
    """See how a model knows where words stand, and shuffle them to see whether attention notices.

    Three views: the sinusoidal vectors, the model's learned ones, and a shuffled text.
    `vectors` are the positions in sight and `shuffles` the last shuffle with and without positions;
    None before the first.

    Args:
        text: the text at the start; it can be edited.
        view: which of the three views at first: "Sines and cosines", "Learned by the model" or
            "Shuffle the words".
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "attention as at, models"

    def __init__(
        self,
        text: str = "The cat sat on the mat and slept",
        view: str = WAVES,
        model: AnyModel = None,
    ) -> None:
        self.text = TextInput(value=text, label="Text")
        self.choose = toggles("Show", [WAVES, LEARNED, SHUFFLED], view, each=200)
        self.again = button("Shuffle again")
        self.masked = checkbox("keep the causal mask", True)
        self.shuffling = ipywidgets.HBox([self.again, self.masked])
        self.strip = TokenStrip(label="The shuffled text", legend=False)
        self.map = HeadMap(metrics=_COLOURS)
        self.stage, self.words = ipywidgets.VBox(), ipywidgets.HTML()
        self.picture = ipywidgets.HTML()
        mark_main(self.choose, self.stage)
        self.vectors: Tensor | None = None
        self.seed = 0
        self.shuffles: tuple[Shuffle, Shuffle] | None = None
        super().__init__(
            "Where words stand",
            "Dot products know no order. A vector for each position brings it in: made of waves in "
            "the first Transformer, learned in GPT-2 and BERT.",
            [self.text, self.choose, self.stage, self.words],
            controls=[self.text, self.choose, self.masked],
            choice=as_choice(model, ANY_KIND),
        )
        self.again.on_click(lambda _: self._shuffle_again())

    def draw(self) -> Drawing:
        """Draw the view that is chosen."""
        if self.choose.value == SHUFFLED:
            yield from self._draw_shuffle()
            return
        if self.choose.value == LEARNED:
            vectors = learned_positions(self.model())[:POSITIONS]
        else:
            vectors = sinusoidal(POSITIONS, POSITIONS)
        yield None
        self.vectors = vectors
        self.picture.value = figures.positions_picture(vectors)
        self._set_stage([self.picture])
        self.words.value = escape(figures.positions_words(vectors))

    def _draw_shuffle(self) -> Drawing:
        m, masked = self.model(), self.masked.value
        told = shuffle(m, self.text.value, self.seed)
        yield None
        untold = shuffle(m, self.text.value, self.seed, positions=False, masked=masked)
        yield None
        self.shuffles = (told, untold)
        self.text.note = told.before.note
        self.masked.layout.display = None if told.before.kind == "causal" else "none"
        self.strip.tokens = token_dicts(told.after.queries.ids, m.tokenizer)
        self.map.show({_TOLD: told.noticed, _UNTOLD: untold.noticed})
        self.words.value = escape(figures.shuffle_words(told, untold))
        self._set_stage([self.shuffling, self.strip, self.map])

    def _set_stage(self, widgets: Sequence[ipywidgets.Widget]) -> None:
        """Show these in the place of others; the same ones stay as they are."""
        if self.stage.children[-1:] != (widgets[-1],):
            self.stage.children = tuple(widgets)

    def _shuffle_again(self) -> None:
        self.seed += 1
        self.redraw()

    def code_lines(self) -> str:
        """The numbers behind the view that is chosen."""
        text = f"text = {self.text.value!r}\n"
        if self.choose.value == SHUFFLED:
            mask = "" if self.masked.value else ", masked=False"
            return (
                f"{text}told = at.shuffle(m, text, seed={self.seed})\n"
                f"untold = at.shuffle(m, text, seed={self.seed}, positions=False{mask})\n"
                "told.noticed, untold.noticed"
            )
        vectors = f"at.sinusoidal({POSITIONS}, {POSITIONS})"
        if self.choose.value == LEARNED:
            vectors = f"at.learned_positions(m)[:{POSITIONS}]"
        return f"{text}positions = {vectors}\nat.products_by_distance(positions)"


positions_panel = PositionsPanel
