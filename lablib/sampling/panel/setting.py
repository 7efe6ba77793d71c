"""One of the settings that are compared: its knobs and its text."""

from collections.abc import Callable
from dataclasses import replace

import ipywidgets

from lablib.sampling.compute.knobs import CONTROLS, OFF, Knobs, turned
from lablib.sampling.compute.mirostat import Mirostat
from lablib.sampling.panel.controls import KnobSliders
from lablib.widgets import TokenStrip
from lablib.widgets.controls import button
from lablib.widgets.layout import beside, in_row

PARTS = "parts from the text above"


class Setting(ipywidgets.VBox):
    """A setting's name, its knobs (folded away behind the name) and the text it writes.

    Args:
        knobs: how the knobs stand at first.
        on_change: called when a knob was turned.
        on_remove: called with the setting when it should go.
        mirostat: what moves its limit of surprisal at first.
    """

    def __init__(
        self,
        knobs: Knobs,
        on_change: Callable[[], object],
        on_remove: Callable[["Setting"], object],
        mirostat: Mirostat | None = None,
    ) -> None:
        self.sliders = KnobSliders(knobs, self._turned, mirostat)
        self.name = ipywidgets.ToggleButton(
            tooltip="Turn the knobs of this setting", layout={"width": "auto"}
        )
        self.name.add_class("lab-wrapping")
        self.remove = button("Remove", "Remove this setting", width=80)
        self.strip = TokenStrip(value_label="probability by the model alone", marks=[PARTS])
        self.strip.layout.min_height = "64px"  # so that a text written anew moves nothing
        self._on_change = on_change
        self.name.observe(lambda _: self._fold(), "value")
        self.remove.on_click(lambda _: on_remove(self))
        self._fold()
        self._show_name()
        head = in_row(self.name, self.remove)
        super().__init__([beside(head, self.strip, widths=(208, 656)), self.sliders])

    @property
    def knobs(self) -> Knobs:
        """The knobs as they stand."""
        return self.sliders.value

    @property
    def mirostat(self) -> Mirostat | None:
        """What moves the limit of surprisal, as its sliders stand."""
        return self.sliders.mirostat

    @property
    def words(self) -> str:
        """What is turned, in words."""
        return knobs_words(self.knobs, self.mirostat)

    def _turned(self) -> None:
        self._show_name()
        self._on_change()

    def _show_name(self) -> None:
        self.name.description = self.strip.label = self.words

    def _fold(self) -> None:
        self.sliders.layout.display = None if self.name.value else "none"


def knobs_words(knobs: Knobs, mirostat: Mirostat | None = None) -> str:
    """The knobs that are turned, in words; a fixed limit of surprisal is not used beside Mirostat.

    >>> knobs_words(Knobs(temperature=0.7, top_p=0.95)), knobs_words(Knobs(temperature=0))
    ('temperature 0.7, top-p 0.95', 'greedy')
    >>> knobs_words(Knobs(max_surprisal=4.0), Mirostat(3.0))
    'mirostat 3 bits'
    """
    knobs = replace(knobs, max_surprisal=OFF.max_surprisal) if mirostat else knobs
    values = turned(knobs)
    words = [f"{one.label.lower()} {values[one.name]:g}" for one in CONTROLS if one.name in values]
    if knobs.temperature == 0:
        words[0] = "greedy"
    if mirostat:
        words.append(f"mirostat {mirostat.target:g} bits")
    return ", ".join(words) or "no knob turned"
