"""The scale panel: from layers, width and tokens to parameters, operations, memory and money."""

from typing import Any

import ipywidgets

from lablib.foundations.compute.devices import DEVICES, TrainingCost, training_bill
from lablib.foundations.compute.scale import Shape, training_flops
from lablib.foundations.figures import scale as figures
from lablib.widgets import Drawing, LivePanel, PlotPlace
from lablib.widgets.controls import dropdown, log_slider, number, slider
from lablib.widgets.html import escape
from lablib.widgets.layout import Tabs, beside, mark_main
from lablib.widgets.presets import start_from

PRESETS = {
    "pocket-gpt2": (Shape(6, 256, 4096, 256), 1.39e7),
    "GPT-2 small": (Shape(12, 768), 1e10),
    "GPT-2 medium": (Shape(24, 1024), 1e10),
    "GPT-2 large": (Shape(36, 1280), 1e10),
    "GPT-2 XL": (Shape(48, 1600), 1e10),
    "GPT-3": (Shape(96, 12288, 50_257, 2048), 3e11),
}
"""Shapes to begin from, with tokens; GPT-2's own tokens were never published."""


class ScalePanel(LivePanel):
    """Compute what a model of GPT-2's kind would take: parameters, training, memory, money.

    `shape` and `bill` are what is drawn.

    Args:
        layers, width, vocabulary, context: its shape; all can be changed.
        tokens: read in training, from a million to a hundred trillion.
        device: one of `DEVICES`.

    Raises:
        ValueError: for a shape that is none.
    """

    imports = "foundations as fo"

    def __init__(
        self,
        layers: int = 12,
        width: int = 768,
        vocabulary: int = 50_257,
        context: int = 1024,
        tokens: float = 1e10,
        device: str = "A100",
    ) -> None:
        shape = Shape(layers, width, vocabulary, context)
        self._make_controls(shape, tokens, device)
        self.place = PlotPlace()
        self.words, self.parts, self.memory, self.known = (ipywidgets.HTML() for _ in range(4))
        self.shape, self.bill = shape, TrainingCost(0.0, 0.0, 0.0)
        sizes = [self.layers, self.width, self.vocabulary, self.context, self.tokens]
        means = [self.device, self.count, self.use, self.price, self.batch]
        views = {
            "Beside known models": self.place,
            "Memory": self.memory,
            "Parameters": self.parts,
            "The models marked": self.known,
        }
        mark_main(self.layers, self.place)
        super().__init__(
            "What would it take?",
            "A model of GPT-2's kind: its parameters counted exactly; operations, time "
            "and money at the utilisation you expect.",
            [
                beside(
                    ipywidgets.VBox([self.preset, *sizes, *means]),
                    ipywidgets.VBox([self.words, Tabs(views)]),
                    widths=(288, 560),
                )
            ],
            controls=[*sizes, *means],
        )
        start_from(self.preset, self._take, sizes)
        self.device.observe(self._take_price, "value")

    def _make_controls(self, shape: Shape, tokens: float, device: str) -> None:
        """How large the model is, what it reads, and what it is trained on."""
        look: dict[str, Any] = {"width": "100%", "label": 116}
        self.preset = dropdown("Begin from", ["choose one …", *PRESETS], **look)
        self.layers = number("Layers", shape.layers, 1, 200, **look)
        self.width = number("Width", shape.width, 1, 65_536, **look)
        self.vocabulary = number("Vocabulary", shape.vocabulary, 1, 1_000_000, **look)
        self.context = number("Context", shape.context, 1, 1_000_000, **look)
        self.tokens = log_slider("Tokens", tokens, 6, 14, 0.02, readout_format=".2e", **look)
        self.device = dropdown("Device", list(DEVICES), device, **look)
        self.count = number("How many", 8, 1, 1_000_000, **look)
        self.batch = number("Texts at once", 8, 1, 100_000, **look)
        self.use = slider("Utilisation", 0.4, 0.05, 1, 0.05, readout_format=".0%", **look)
        self.price = number("Dollars an hour", DEVICES[device].price, 0.0, 1000, **look)

    def _take(self, name: str) -> None:
        shape, self.tokens.value = PRESETS[name]
        self.layers.value, self.width.value = shape.layers, shape.width
        self.vocabulary.value, self.context.value = shape.vocabulary, shape.context

    def _take_price(self, _: object) -> None:
        self.price.value = DEVICES[self.device.value].price

    def draw(self) -> Drawing:
        """Reckon the model that the controls describe."""
        plot = self.open_plot(figures.scale_plot)
        self.known.value = figures.known_table()
        yield None
        device, tokens = DEVICES[self.device.value], self.tokens.value
        self.shape = shape = Shape(
            self.layers.value, self.width.value, self.vocabulary.value, self.context.value
        )
        flops = training_flops(shape.parameters, tokens)
        self.bill = training_bill(flops, device, self.count.value, self.use.value, self.price.value)
        names = f"{self.count.value:,} × {self.device.value}"
        figures.draw_scale(plot, shape.parameters, tokens)
        self.words.value = escape(figures.scale_words(shape, tokens, flops, self.bill, names))
        self.memory.value = figures.memory_table(shape, self.batch.value, device.gigabytes)
        self.parts.value = figures.parts_table(shape)

    def code_lines(self) -> str:
        """The parameters, the bill and the memory."""
        shape = self.shape
        return (
            f"shape = fo.Shape({shape.layers}, {shape.width}, {shape.vocabulary}, "
            f"{shape.context})\n"
            f"flops = fo.training_flops(shape.parameters, {self.tokens.value!r})\n"
            f"bill = fo.training_bill(flops, fo.DEVICES[{self.device.value!r}], "
            f"{self.count.value}, {self.use.value!r}, {self.price.value!r})\n"
            f"memory = fo.training_memory(shape, 'bf16', batch={self.batch.value})\n"
            "shape.parameters, bill, memory"
        )


scale_panel = ScalePanel
