"""The tokens that were likely at one place, as buttons."""

from collections.abc import Callable, Sequence

import ipywidgets

from lablib.numbers import percent
from lablib.sampling.compute.generation import ALTERNATIVES, Alternative
from lablib.widgets.tokens import visible


class Alternatives(ipywidgets.VBox):
    """A line of words and a button for each token that could have stood there.

    Args:
        on_choose: called with the id of the token whose button was pressed.
    """

    def __init__(self, on_choose: Callable[[int], object]) -> None:
        self.words = ipywidgets.Label()
        self.buttons = [ipywidgets.Button() for _ in range(ALTERNATIVES)]
        self.shown: Sequence[Alternative] = ()
        for place, button in enumerate(self.buttons):
            button.on_click(lambda _, place=place: on_choose(self.shown[place].id))
        wrapped = ipywidgets.Layout(flex_flow="row wrap", width="100%")
        super().__init__([self.words, ipywidgets.HBox(self.buttons, layout=wrapped)])
        self.show((), None)

    def show(self, alternatives: Sequence[Alternative], taken: int | None) -> None:
        """Offer these tokens; `taken` is the one that stands there now."""
        self.shown = alternatives
        self.words.value = (
            "Likely here by the model alone, before the knobs; press one to go on from it:"
            if alternatives
            else "Choose a token of the text to see what else was likely there."
        )
        for place, button in enumerate(self.buttons):
            button.layout.display = None if place < len(alternatives) else "none"
            if place < len(alternatives):
                other = alternatives[place]
                button.description = f"{visible(other.text)}  {percent(other.probability, 1)}"
                button.disabled = other.id == taken
