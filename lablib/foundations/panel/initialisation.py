"""The initialisation panel: what the first weights do to a signal, layer by layer."""

from ipywidgets import HTML

from lablib.foundations.compute.initialisation import ACTIVATIONS, INITS, Signal, signal
from lablib.foundations.figures import initialisation as figures
from lablib.widgets import Drawing, LivePanel, PlotPlace
from lablib.widgets.controls import seed_field, slider, toggles
from lablib.widgets.html import escape
from lablib.widgets.layout import Fold, in_row, mark_main


class InitialisationPanel(LivePanel):
    """Show what the first weights do to a signal on its way through the layers.

    The spread of the activations after each layer for every start, and the histograms of one.
    `signals` holds what is drawn, by the name of the start.

    Args:
        init: one of `INITS`.
        activation: one of `ACTIVATIONS`.
    """

    imports = "foundations as fo"

    def __init__(self, init: str = "too small", activation: str = "tanh") -> None:
        self.init = toggles("First weights", list(INITS), init, each="auto")
        self.activation = toggles("Activation", list(ACTIVATIONS), activation, each="auto")
        self.layers, self.seed = slider("Layers", 8, 1, 20), seed_field(width=200)
        self.place, self.words, self.table = PlotPlace(), HTML(), HTML()
        mark_main(self.init, self.place)
        self.signals: dict[str, Signal] = {}
        super().__init__(
            "Before the first step",
            "Random vectors go through a network that has learned nothing yet: a little "
            "too small, eight times over, is nothing.",
            [
                in_row(self.init, self.activation),
                in_row(self.layers, self.seed),
                self.place,
                self.words,
                Fold("After the last layer, in numbers", [self.table]),
            ],
            controls=[self.init, self.activation, self.layers, self.seed],
        )

    def draw(self) -> Drawing:
        """Send the vectors through with every start."""
        plot = self.open_plot(figures.signal_plot, list(INITS))
        yield None
        chosen, activation = self.init.value, self.activation.value
        self.signals = {
            name: signal(name, activation, self.layers.value, seed=self.seed.value)
            for name in INITS
        }
        figures.draw_signals(plot, self.signals, chosen)
        self.words.value = escape(figures.signal_words(chosen, activation, self.signals[chosen]))
        self.table.value = figures.signal_table(self.signals)

    def code_lines(self) -> str:
        """The signal with the start that is chosen."""
        return (
            f"signal = fo.signal({self.init.value!r}, {self.activation.value!r}, "
            f"layers={self.layers.value}, seed={self.seed.value})\n"
            "signal.table()"
        )


initialisation_panel = InitialisationPanel
