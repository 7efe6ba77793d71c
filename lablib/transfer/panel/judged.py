"""What the two panels share that look at single texts: they follow the classifier."""

from collections.abc import Generator, Sequence
from typing import Any

import ipywidgets

from lablib.transfer.compute.judge import Attribution
from lablib.transfer.figures import judged as figures
from lablib.transfer.panel.shared import NOTHING_TRAINED, OPENING, SharedClassifier, Trained
from lablib.widgets import Panel, TokenStrip
from lablib.widgets.html import escape

QUIET_SECONDS = 0.1


def push_strip(way: str) -> TokenStrip:
    """An empty strip for one of the `WAYS`."""
    name = {"occlusion": "Occlusion: each word hidden in turn", "gradient": "Gradient × input"}[way]
    return TokenStrip(value_label="adds to the log-odds", label=name)


def show_pushes(strip: TokenStrip, found: Attribution) -> None:
    """Put the words into a strip, coloured by what each does."""
    with strip.hold_sync():
        strip.scale = figures.push_scale(found)
        strip.tokens = figures.push_tokens(found)


class ClassifierPanel(Panel):
    """A panel that asks the notebook's classifier anew when it or a control changes.

    A kind of it has `_ask`, which draws for a classifier, and `_asked`, the lines for it.
    """

    def __init__(
        self,
        title: str,
        body: Sequence[Any],
        controls: Sequence[Any],
        subtitle: str,
        desk: SharedClassifier,
    ) -> None:
        self.desk = desk
        self.hint = ipywidgets.HTML()
        super().__init__(title, [self.hint, *body], subtitle=subtitle, code=self._lines)
        for control in controls:
            control.observe(lambda _: self.run(self._answer, QUIET_SECONDS), "value")
        desk.observe(lambda _: self.run(self._answer), "trained")
        self.run(self._answer)

    def _answer(self) -> Generator[None, None, None]:
        trained = self.desk.trained
        said = " ".join(trained.classifier.notes) if trained else NOTHING_TRAINED
        self.hint.value = escape(said)
        yield
        if trained:
            yield from self._ask(trained)

    def _ask(self, trained: Trained) -> Generator[None, None, None]:
        raise TypeError(f"{type(self).__name__} does not say what it asks.")

    def _asked(self) -> str:
        raise TypeError(f"{type(self).__name__} does not show its code.")

    def _lines(self) -> str:
        trained = self.desk.trained
        return OPENING + trained.code + self._asked() if trained else ""
