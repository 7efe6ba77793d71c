"""The norms panel: gradients at the start of training, with the norm before and after."""

import ipywidgets

from lablib.transformer.compute.norms import GradientSizes, gradient_sizes
from lablib.transformer.figures import norms as figures
from lablib.widgets import Drawing, LivePanel
from lablib.widgets.controls import seed_field, slider
from lablib.widgets.html import escape
from lablib.widgets.layout import in_row, mark_main


class NormsPanel(LivePanel):
    """See why large models normalise first: gradients of both kinds of model, block by block.

    Two new models that differ in where the norm stands. `sizes` are those in sight, None before
    the first.

    Args:
        blocks: how many blocks both models have at the start.
    """

    imports = "transformer as tf"

    def __init__(self, blocks: int = 6) -> None:
        self.blocks = slider("Blocks", blocks, 1, 24, width=400, continuous_update=False)
        self.seed = seed_field(width=200)
        self.words = ipywidgets.HTML()
        self.place = ipywidgets.VBox(layout={"width": "100%"})
        mark_main(self.blocks, self.place)
        self.sizes: GradientSizes | None = None
        super().__init__(
            "Norm first or norm last?",
            "Two new models, alike but for where the norm goes: how large is the first gradient?",
            [in_row(self.blocks, self.seed), self.place, self.words],
            controls=[self.blocks, self.seed],
        )

    def draw(self) -> Drawing:
        """Compute the gradients of both models."""
        yield None
        self.sizes = gradient_sizes(self.blocks.value, self.seed.value)
        figures.draw_gradients(self.open_plot(figures.gradients_plot), self.sizes)
        self.words.value = escape(figures.gradients_words(self.sizes))

    def code_lines(self) -> str:
        """Both models' gradients."""
        return (
            f"found = tf.gradient_sizes(blocks={self.blocks.value}, seed={self.seed.value})\n"
            "found.pre, found.post"
        )


norms_panel = NormsPanel
