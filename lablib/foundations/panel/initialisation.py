"""The initialisation panel: what the first weights do to a signal, layer by layer."""

from collections.abc import Generator

import ipywidgets

from lablib.foundations.compute.initialisation import ACTIVATIONS, INITS, Signal, signal
from lablib.foundations.figures import initialisation as figures
from lablib.foundations.panel.live import LivePanel, toggles
from lablib.widgets.html import escape
from lablib.widgets.layout import Fold, in_row, mark_main
from lablib.widgets.plot import Plot


class InitialisationPanel(LivePanel):
    """The spread of the activations after each layer for every start, and the histograms of one.

    `signals` holds what is drawn, by the name of the start.
    """

    def __init__(self, init: str, activation: str) -> None:
        self.init = toggles(list(INITS), init, "First weights")
        self.activation = toggles(list(ACTIVATIONS), activation, "Activation")
        self.layers = ipywidgets.IntSlider(8, min=1, max=20, description="Layers")
        self.seed = ipywidgets.BoundedIntText(0, min=0, max=2**31 - 1, description="Seed")
        self.seed.layout.width = "200px"
        self.place = ipywidgets.VBox()
        self.plot: Plot | None = None
        self.words, self.table = ipywidgets.HTML(), ipywidgets.HTML()
        mark_main(self.init, self.place)
        self.signals: dict[str, Signal] = {}
        super().__init__(
            "Before the first step",
            [
                in_row(self.init, self.activation),
                in_row(self.layers, self.seed),
                self.place,
                self.words,
                Fold("After the last layer, in numbers", [self.table]),
            ],
            controls=(self.init, self.activation, self.layers, self.seed),
            work=self._answer,
            subtitle="Random vectors go through a network that has learned nothing yet: a little "
            "too small, eight times over, is nothing.",
            code=self._lines,
        )

    def _answer(self) -> Generator[None, None, None]:
        if self.plot is None:
            self.plot = figures.signal_plot(list(INITS))
            self.place.children = [self.plot]
        yield
        chosen, activation = self.init.value, self.activation.value
        self.signals = {
            name: signal(name, activation, self.layers.value, seed=self.seed.value)
            for name in INITS
        }
        figures.draw_signals(self.plot, self.signals, chosen)
        self.words.value = escape(figures.signal_words(chosen, activation, self.signals[chosen]))
        self.table.value = figures.signal_table(self.signals)

    def _lines(self) -> str:
        return (
            "from lablib import foundations as fo\n\n"
            f"signal = fo.signal({self.init.value!r}, {self.activation.value!r}, "
            f"layers={self.layers.value}, seed={self.seed.value})\n"
            "signal.table()"
        )


def initialisation_panel(init: str = "too small", activation: str = "tanh") -> InitialisationPanel:
    """Show what the first weights do to a signal on its way through the layers.

    Args:
        init: one of `INITS`.
        activation: one of `ACTIVATIONS`.
    """
    return InitialisationPanel(init, activation)
