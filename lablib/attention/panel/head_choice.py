"""Models that have heads, and choosing one of them."""

from collections.abc import Callable

import ipywidgets

from lablib.attention.compute.metrics import METRICS
from lablib.models import Kind, LoadedModel
from lablib.widgets.controls import slider

ANY_KIND: tuple[Kind, ...] = ("causal", "masked", "encoder", "seq2seq")
"""Whatever has attention. Of a sequence-to-sequence model it is the encoder that is shown."""
OFFERED = [
    {"name": name, "label": metric.title, "help": metric.meaning, "unit": metric.unit}
    for name, metric in METRICS.items()
]
"""The metrics, as a map of heads offers them."""
MOST_LAYERS = 1000


class HeadChoice(ipywidgets.HBox):
    """Two sliders: a layer, and a head of it.

    Args:
        layer: from 0.
        head: from 0; None where a whole layer is chosen.
        on_change: called when another was chosen.
    """

    def __init__(self, layer: int, head: int | None, on_change: Callable[[], object]) -> None:
        self.layer_slider, self.head_slider = (
            slider(name, value, 0, max(value, MOST_LAYERS), width=300)
            for name, value in (("Layer", layer), ("Head", head or 0))
        )
        self._fitting = False
        children = [self.layer_slider] if head is None else [self.layer_slider, self.head_slider]
        for each in children:
            each.observe(lambda _: self._fitting or on_change(), "value")
        super().__init__(children)

    @property
    def layer(self) -> int:
        """The layer, from 0."""
        return self.layer_slider.value

    @property
    def head(self) -> int:
        """The head, from 0."""
        return self.head_slider.value

    def fit(self, m: LoadedModel) -> None:
        """Offer the layers and heads that a model has; what it lacks becomes its last."""
        config = m.model.config.get_text_config()
        self._fitting = True
        # A model without attention may have neither; what it lacks is said by whoever asks for it.
        self.layer_slider.max = getattr(config, "num_hidden_layers", 1) - 1
        self.head_slider.max = getattr(config, "num_attention_heads", 1) - 1
        self._fitting = False
