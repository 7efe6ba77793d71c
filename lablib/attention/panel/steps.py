"""The steps panel: one head from its queries and keys to its output, every number in sight."""

from lablib.attention.compute.multihead import LayerVectors, vectors
from lablib.attention.compute.text import read
from lablib.attention.panel.head_choice import ANY_KIND, HeadChoice
from lablib.attention.views.steps import StepsView
from lablib.widgets import AnyModel, Drawing, LivePanel, TextInput, as_choice
from lablib.widgets.layout import mark_main

MOST_TOKENS = 64
"""Of a longer text the matrices would be too large to point at a cell."""


class StepsPanel(LivePanel):
    """Watch one head of a real model compute softmax(QKᵀ/√d_k)V, stage by stage.

    `vectors` are those of the layer in sight, None before the first.

    Args:
        text: the text at the start; it can be edited.
        layer: from 0.
        head: from 0.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
        scale: whether the scores are divided by √d_k at first; there is a switch.
    """

    imports = "attention as at, models"
    stand_in = "steps"

    def __init__(
        self,
        text: str = "The little dog ran to the",
        layer: int = 0,
        head: int = 0,
        model: AnyModel = None,
        scale: bool = True,
    ) -> None:
        self.text = TextInput(value=text, label="Text")
        self.place = HeadChoice(layer, head, lambda: self.redraw())
        self.view = StepsView(use_scale=scale)
        mark_main(self.place, self.view)
        self.vectors: LayerVectors | None = None
        super().__init__(
            "One head, step by step",
            "Queries meet keys, softmax makes weights of the products, and the weights mix the "
            "values. Point at a cell to see its sum.",
            [self.text, self.place, self.view],
            controls=[self.text],
            choice=as_choice(model, ANY_KIND),
        )
        self.view.observe(lambda _: self.show_code(), ["use_scale", "use_mask", "temperature"])

    def draw(self) -> Drawing:
        """Run the model, and hand one head's vectors to the view."""
        m = self.model()
        self.place.fit(m)
        reading = read(m, self.text.value, limit=MOST_TOKENS)
        self.text.note = reading.note
        found = vectors(m, reading, self.place.layer)
        yield None
        head = self.place.head
        self.vectors = found
        self.view.show(
            found.query[head],
            found.key[head],
            found.value[head],
            reading.tokens,
            causal=found.causal,
            scale=found.scale,
            bias=found.added(head),
            x=found.inputs,
        )

    def code_lines(self) -> str:
        """All stages of the head, with the switches as they stand."""
        view = self.view
        settings = f"masked={view.use_mask}, scale={view.use_scale}"
        return (
            f"text = {self.text.value!r}\n"
            f"reading = at.read(m, text, limit={MOST_TOKENS})\n"
            f"vectors = at.vectors(m, reading, layer={self.place.layer})\n"
            f"result = vectors.steps({settings}, temperature={view.temperature:g})\n"
            f"result.weights[{self.place.head}]"
        )


steps_panel = StepsPanel
