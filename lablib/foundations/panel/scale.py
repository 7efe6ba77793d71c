"""The scale panel: from layers, width and tokens to parameters, operations, memory and money."""

from collections.abc import Generator

import ipywidgets

from lablib.foundations.compute.devices import DEVICES, TrainingCost, training_bill
from lablib.foundations.compute.scale import Shape, training_flops
from lablib.foundations.figures import scale as figures
from lablib.foundations.panel.live import NAMED, LivePanel
from lablib.widgets.html import escape
from lablib.widgets.layout import Tabs, beside, mark_main
from lablib.widgets.plot import Plot
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
    """A model that is only thought of: how large, and what it takes to train and to serve it.

    `shape` and `bill` are what is drawn.
    """

    def __init__(self, shape: Shape, tokens: float, device: str) -> None:
        self.preset = ipywidgets.Dropdown(
            options=["choose one …", *PRESETS], description="Begin from", style=NAMED
        )
        self.layers = _number(shape.layers, "Layers", 200)
        self.width = _number(shape.width, "Width", 65_536)
        self.vocabulary = _number(shape.vocabulary, "Vocabulary", 1_000_000)
        self.context = _number(shape.context, "Context", 1_000_000)
        self.tokens = ipywidgets.FloatLogSlider(
            tokens, min=6, max=14, step=0.02, description="Tokens", style=NAMED
        )
        self.tokens.readout_format = ".2e"
        self.device = ipywidgets.Dropdown(
            options=list(DEVICES), value=device, description="Device", style=NAMED
        )
        self.count = _number(8, "How many", 1_000_000)
        self.batch = _number(8, "Texts at once", 100_000)
        self.use = ipywidgets.FloatSlider(
            0.4, min=0.05, max=1, step=0.05, description="Utilisation", style=NAMED
        )
        self.use.readout_format = ".0%"
        self.price = ipywidgets.BoundedFloatText(
            DEVICES[device].price, min=0, max=1000, description="Dollars an hour", style=NAMED
        )
        for control in (self.preset, self.device, self.price, self.tokens, self.use):
            control.layout.width = "100%"
        self.place = ipywidgets.VBox()
        self.plot: Plot | None = None
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
            [
                beside(
                    ipywidgets.VBox([self.preset, *sizes, *means]),
                    ipywidgets.VBox([self.words, Tabs(views)]),
                    widths=(288, 560),
                )
            ],
            controls=(*sizes, *means),
            work=self._answer,
            subtitle="A model of GPT-2's kind: its parameters counted exactly; operations, time "
            "and money at the utilisation you expect.",
            code=self._lines,
        )
        start_from(self.preset, self._take, sizes)
        self.device.observe(self._take_price, "value")

    def _take(self, name: str) -> None:
        shape, self.tokens.value = PRESETS[name]
        self.layers.value, self.width.value = shape.layers, shape.width
        self.vocabulary.value, self.context.value = shape.vocabulary, shape.context

    def _take_price(self, _: object) -> None:
        self.price.value = DEVICES[self.device.value].price

    def _answer(self) -> Generator[None, None, None]:
        if self.plot is None:
            self.plot = figures.scale_plot()
            self.place.children = [self.plot]
            self.known.value = figures.known_table()
        yield
        device, tokens = DEVICES[self.device.value], self.tokens.value
        self.shape = shape = Shape(
            self.layers.value, self.width.value, self.vocabulary.value, self.context.value
        )
        flops = training_flops(shape.parameters, tokens)
        self.bill = training_bill(flops, device, self.count.value, self.use.value, self.price.value)
        names = f"{self.count.value:,} × {self.device.value}"
        figures.draw_scale(self.plot, shape.parameters, tokens)
        self.words.value = escape(figures.scale_words(shape, tokens, flops, self.bill, names))
        self.memory.value = figures.memory_table(shape, self.batch.value, device.gigabytes)
        self.parts.value = figures.parts_table(shape)

    def _lines(self) -> str:
        shape = self.shape
        return (
            "from lablib import foundations as fo\n\n"
            f"shape = fo.Shape({shape.layers}, {shape.width}, {shape.vocabulary}, "
            f"{shape.context})\n"
            f"flops = fo.training_flops(shape.parameters, {self.tokens.value!r})\n"
            f"bill = fo.training_bill(flops, fo.DEVICES[{self.device.value!r}], "
            f"{self.count.value}, {self.use.value!r}, {self.price.value!r})\n"
            f"memory = fo.training_memory(shape, 'bf16', batch={self.batch.value})\n"
            "shape.parameters, bill, memory"
        )


def _number(value: int, name: str, most: int) -> ipywidgets.BoundedIntText:
    field = ipywidgets.BoundedIntText(value, min=1, max=most, description=name, style=NAMED)
    field.layout.width = "100%"
    return field


def scale_panel(
    layers: int = 12,
    width: int = 768,
    vocabulary: int = 50_257,
    context: int = 1024,
    tokens: float = 1e10,
    device: str = "A100",
) -> ScalePanel:
    """Compute what a model of GPT-2's kind would take: parameters, training, memory, money.

    Args:
        layers, width, vocabulary, context: its shape; all can be changed.
        tokens: read in training, from a million to a hundred trillion.
        device: one of `DEVICES`.

    Raises:
        ValueError: for a shape that is none.
    """
    return ScalePanel(Shape(layers, width, vocabulary, context), tokens, device)
