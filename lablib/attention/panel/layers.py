"""The layers panel: the logit lens and attention rollout, for one text."""

from dataclasses import replace

import ipywidgets

from lablib.attention.compute.heads import AttentionMaps, maps
from lablib.attention.compute.layers import Lens, logit_lens, rollout
from lablib.attention.figures import layers as figures
from lablib.attention.panel.head_choice import ANY_KIND
from lablib.attention.views.weights import AttentionView
from lablib.widgets import AnyModel, Drawing, LivePanel, TextInput, as_choice
from lablib.widgets.controls import toggles
from lablib.widgets.html import escape
from lablib.widgets.layout import mark_main

LENS, ROLLOUT = "Logit lens", "Attention rollout"
_ABOUT = {
    LENS: "Which token the model would predict if it stopped after a layer.",
    ROLLOUT: "How much of each token can have reached each place, layer by layer. Half of each "
    "layer's result comes past the heads; all heads count alike.",
}


class LayersPanel(LivePanel):
    """Follow a text through the layers: what the model would say after each, and what flows where.

    `lens` and `reached` are those in sight, None before the first.

    Args:
        text: the text at the start; it can be edited.
        view: "Logit lens" or "Attention rollout".
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "attention as at, models"
    stand_in = "layers"

    def __init__(
        self,
        text: str = "The king and the queen lived in a",
        view: str = LENS,
        model: AnyModel = None,
    ) -> None:
        self.text = TextInput(value=text, label="Text")
        self.choose = toggles("Show", [LENS, ROLLOUT], view, each=200)
        self.about, self.words, self.table = (ipywidgets.HTML() for _ in range(3))
        self.view = AttentionView()
        mark_main(self.choose, self.table)
        mark_main(self.choose, self.view)
        self.lens: Lens | None = None
        self.reached: AttentionMaps | None = None
        super().__init__(
            "Through the layers",
            "What a token is about changes from layer to layer: from the token here to the one "
            "that comes next.",
            [self.text, self.choose, self.about, self.words, self.table, self.view],
            controls=[self.text, self.choose],
            choice=as_choice(model, ANY_KIND),
        )
        self.view.observe(lambda _: self.show_code(), "layer")

    def draw(self) -> Drawing:
        """Draw the lens or the rollout."""
        is_lens = self.choose.value == LENS
        self.about.value = escape(_ABOUT[self.choose.value])
        for widget, shown in (
            (self.words, is_lens),
            (self.table, is_lens),
            (self.view, not is_lens),
        ):
            widget.layout.display = None if shown else "none"
        m = self.model()
        if is_lens:
            self.lens = logit_lens(m, self.text.value)
            yield None
            self.text.note = self.lens.note
            self.words.value = escape(figures.lens_words(self.lens))
            self.table.value = figures.lens_table(self.lens)
            return
        found = maps(m, self.text.value)
        yield None
        self.text.note = found.note
        self.reached = replace(found, weights=rollout(found)[:, None])
        self.view.show(self.reached)

    def code_lines(self) -> str:
        """The likeliest tokens after each layer, or the rollout of the layer in sight."""
        text = f"text = {self.text.value!r}\n"
        if self.choose.value == LENS:
            return f"{text}lens = at.logit_lens(m, text)\nlens.texts, lens.probabilities"
        return f"{text}reached = at.rollout(at.maps(m, text))\nreached[{self.view.layer}]"


layers_panel = LayersPanel
