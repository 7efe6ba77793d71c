"""What the two panels share that look at single texts: they follow the classifier."""

from collections.abc import Sequence
from typing import Any

import ipywidgets

from lablib.transfer.compute.judge import Attribution
from lablib.transfer.figures import judged as figures
from lablib.transfer.panel.shared import DESK, NOTHING_TRAINED, SharedClassifier, Trained
from lablib.widgets import Drawing, LivePanel, TokenStrip
from lablib.widgets.html import escape
from lablib.widgets.tokens import signed_scale


def push_strip(way: str) -> TokenStrip:
    """An empty strip for one of the `WAYS`."""
    name = {"occlusion": "Occlusion: each word hidden in turn", "gradient": "Gradient × input"}[way]
    return TokenStrip(value_label="adds to the log-odds", label=name)


def show_pushes(strip: TokenStrip, found: Attribution) -> None:
    """Put the words into a strip, coloured by what each does."""
    with strip.hold_sync():
        strip.scale = signed_scale(found.values, "nats")
        strip.tokens = figures.push_tokens(found)


class ClassifierPanel(LivePanel):
    """A panel that asks the notebook's classifier, anew when it changes.

    A kind of it has `draw_for`, which draws for a classifier, and `code_for`, the lines for it.

    Args:
        desk: what the panels share; None for the one of all panels.
    """

    imports = "transfer as tr"

    def __init__(
        self,
        title: str,
        subtitle: str,
        body: Sequence[Any],
        controls: Sequence[Any],
        desk: SharedClassifier | None,
    ) -> None:
        self.desk = desk or DESK
        self.hint = ipywidgets.HTML()
        super().__init__(title, subtitle, [self.hint, *body], controls=controls)
        self.desk.observe(lambda _: self.redraw(), "trained")

    def draw(self) -> Drawing:
        """Draw for the classifier, or say that there is none yet."""
        trained = self.desk.trained
        said = " ".join(trained.classifier.notes) if trained else NOTHING_TRAINED
        self.hint.value = escape(said)
        yield None
        if trained:
            yield from self.draw_for(trained)

    def code_lines(self) -> str:
        """The lines that train the classifier, and those that ask it."""
        trained = self.desk.trained
        return trained.code + self.code_for() if trained else ""

    def draw_for(self, trained: Trained) -> Drawing:
        """The work that draws for a classifier."""
        raise TypeError(f"{type(self).__name__} does not say what it asks.")

    def code_for(self) -> str:
        """The lines that ask the classifier."""
        raise TypeError(f"{type(self).__name__} does not show its code.")
