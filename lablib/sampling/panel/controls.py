"""The knobs as sliders, for the panels that send them to the model, and as code."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import ipywidgets

from lablib.sampling.compute.knobs import CONTROLS, OFF, STAGES, Control, Knobs, turned
from lablib.sampling.compute.mirostat import MIROSTAT_CONTROLS, Mirostat
from lablib.widgets.controls import slider
from lablib.widgets.layout import Fold

UNUSED_LIMIT = "Mirostat moves the surprisal limit itself: the fixed one is not used."


class KnobSliders(ipywidgets.VBox):
    """A slider for each knob, six in sight; `value` is the `Knobs` they stand for, `mirostat` the
    `Mirostat` beside them, None if its target is 0.

    Args:
        on_change: called, with nothing, when a slider was moved.
        simple: the temperature alone is in sight.

    Example:
        >>> sliders = KnobSliders(Knobs(temperature=0.5))
        >>> sliders.value
        Knobs(temperature=0.5, top_k=0, top_p=1.0, min_p=0.0, typical_p=1.0, repetition_penalty=1.0)
    """

    def __init__(
        self,
        knobs: Knobs = OFF,
        on_change: Callable[[], object] = lambda: None,
        mirostat: Mirostat | None = None,
        simple: bool = False,
    ) -> None:
        seen = ("temperature",) if simple else STAGES
        self.sliders = {one.name: _slider(one, getattr(knobs, one.name)) for one in CONTROLS}
        moving = {"target": 0.0, "rate": Mirostat().rate} | (asdict(mirostat) if mirostat else {})
        self.moving = {one.name: _slider(one, moving[one.name]) for one in MIROSTAT_CONTROLS}
        self.words = ipywidgets.HTML()
        for each in (*self.sliders.values(), *self.moving.values()):
            each.observe(lambda _: self._turned(on_change), "value")
        first, further = (
            [each for name, each in self.sliders.items() if (name in seen) == in_sight]
            for in_sight in (True, False)
        )
        fold = Fold("More knobs", [_rows([*further, *self.moving.values()]), self.words])
        super().__init__([_rows(first), fold], layout={"width": "100%"})
        self._turned(lambda: None)

    def _turned(self, on_change: Callable[[], object]) -> None:
        unused = self.mirostat and self.value.max_surprisal
        self.words.value = UNUSED_LIMIT if unused else ""
        on_change()

    @property
    def value(self) -> Knobs:
        """The knobs as the sliders stand."""
        return Knobs(**{name: slider.value for name, slider in self.sliders.items()})

    @property
    def mirostat(self) -> Mirostat | None:
        """What moves the limit of surprisal; None for nothing."""
        values = {name: slider.value for name, slider in self.moving.items()}
        return Mirostat(**values) if values["target"] else None


def _slider(one: Control, value: float) -> ipywidgets.Widget:
    tip = f"{one.help} Elsewhere: {one.elsewhere}." if one.elsewhere else one.help
    fine: dict[str, Any] = {"readout_format": ".4f"} if one.step < 0.01 else {}
    ends = (one.least, one.most, one.step)
    return slider(one.label, value, *ends, width=300, label=132, tooltip=tip, **fine)


def _rows(sliders: list[ipywidgets.Widget]) -> ipywidgets.Box:
    return ipywidgets.Box(sliders, layout={"flex_flow": "row wrap", "width": "100%"})


def knobs_code(knobs: Knobs) -> str:
    """The call that makes these knobs, with only what is turned in it.

    >>> knobs_code(Knobs(temperature=0.7, top_k=5))
    'sp.Knobs(temperature=0.7, top_k=5)'
    """
    return f"sp.Knobs({', '.join(f'{name}={value!r}' for name, value in turned(knobs).items())})"


def mirostat_code(mirostat: Mirostat | None) -> str:
    """The argument that makes a text as surprising as one likes, "" for none.

    >>> mirostat_code(Mirostat(3.0, 0.5)), mirostat_code(None)
    (', mirostat=sp.Mirostat(target=3.0, rate=0.5)', '')
    """
    return f", mirostat=sp.{mirostat!r}" if mirostat else ""


def mirostats_lines(mirostats: Sequence[Mirostat | None]) -> str:
    """The lines that make one for each of several settings; "" where none has one.

    >>> mirostats_lines([None, Mirostat(3.0, 0.5)]).splitlines()[2]
    '    sp.Mirostat(target=3.0, rate=0.5),'
    """
    calls = [f"    {f'sp.{one!r}' if one else None},\n" for one in mirostats]
    return f"mirostats = [\n{''.join(calls)}]\n" if any(mirostats) else ""
