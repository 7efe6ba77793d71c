"""The multi-head panel: what each head of a layer adds to its output, through W^O."""

import ipywidgets

from lablib.attention.compute.multihead import HeadParts, head_parts
from lablib.attention.figures import multihead as figures
from lablib.attention.panel.head_choice import ANY_KIND, HeadChoice
from lablib.widgets import AnyModel, Drawing, LivePanel, TextInput, TokenStrip, as_choice
from lablib.widgets.html import escape
from lablib.widgets.layout import mark_main
from lablib.widgets.tokens import token_dicts


class MultiheadPanel(LivePanel):
    """See how the heads of a layer share its output: each head's part through W^O, by its length.

    `parts` are those in sight, None before the first.

    Args:
        text: the text at the start; it can be edited.
        layer: from 0.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "attention as at, models"

    def __init__(
        self, text: str = "The little dog ran to the", layer: int = 0, model: AnyModel = None
    ) -> None:
        self.text = TextInput(value=text, label="Text")
        self.place = HeadChoice(layer, None, lambda: self.redraw())
        self.strip = TokenStrip(selection="one", label="Choose a token", legend=False)
        self.words, self.table = ipywidgets.HTML(), ipywidgets.HTML()
        mark_main(self.strip, self.table)
        self.parts: HeadParts | None = None
        super().__init__(
            "Many heads, one output",
            "Each head's output goes through its own rows of W^O, and the results are added up. "
            "A head's share is the length of what it adds.",
            [self.text, self.place, self.strip, self.words, self.table],
            controls=[self.text],
            choice=as_choice(model, ANY_KIND),
        )
        self.strip.observe(lambda _: self._show(), "selected")

    @property
    def token(self) -> int:
        """Which token is chosen; the last one if none is."""
        last = len(self.parts.tokens.ids) - 1 if self.parts else 0
        return self.strip.selected[0] if self.strip.selected else last

    def draw(self) -> Drawing:
        """Run the model, and show what the heads of the layer add."""
        m = self.model()
        self.place.fit(m)
        parts = head_parts(m, self.text.value, self.place.layer)
        yield None
        self.text.note = parts.tokens.note
        self.parts = None  # the strip tells of its new tokens before all is there
        self.strip.tokens = token_dicts(parts.tokens.ids, m.tokenizer)
        self.parts = parts
        self._show()

    def _show(self) -> None:
        if self.parts is None:
            return
        self.words.value = escape(figures.shares_words(self.parts, self.token))
        self.table.value = figures.shares_table(self.parts, self.token)
        self.show_code()

    def code_lines(self) -> str:
        """Each head's share for the chosen token."""
        return (
            f"text = {self.text.value!r}\n"
            f"parts = at.head_parts(m, text, layer={self.place.layer})\n"
            f"parts.shares[:, {self.token}]"
        )


multihead_panel = MultiheadPanel
