"""The knobs as sliders, for the panels that send them to the model, and as code."""

from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any

import ipywidgets

from lablib.sampling.compute.knobs import CONTROLS, OFF, STAGES, Control, Knobs
from lablib.widgets.controls import slider
from lablib.widgets.layout import Fold


class KnobSliders(ipywidgets.VBox):
    """A slider for each knob, six in sight; `value` is the `Knobs` they stand for.

    Args:
        on_change: called, with nothing, when a slider was moved.

    Example:
        >>> sliders = KnobSliders(Knobs(temperature=0.5))
        >>> sliders.value
        Knobs(temperature=0.5, top_k=0, top_p=1.0, min_p=0.0, typical_p=1.0, repetition_penalty=1.0)
    """

    def __init__(self, knobs: Knobs = OFF, on_change: Callable[[], object] = lambda: None) -> None:
        self.sliders = {one.name: _slider(one, getattr(knobs, one.name)) for one in CONTROLS}
        for each in self.sliders.values():
            each.observe(lambda _: on_change(), "value")
        first, further = (
            [each for name, each in self.sliders.items() if (name in STAGES) == in_sight]
            for in_sight in (True, False)
        )
        super().__init__(
            [_rows(first), Fold("More knobs", [_rows(further)])], layout={"width": "100%"}
        )

    @property
    def value(self) -> Knobs:
        """The knobs as the sliders stand."""
        return Knobs(**{name: slider.value for name, slider in self.sliders.items()})


def _slider(one: Control, value: float) -> ipywidgets.Widget:
    tip = f"{one.help} Elsewhere: {one.elsewhere}." if one.elsewhere else one.help
    fine: dict[str, Any] = {"readout_format": ".4f"} if one.step < 0.01 else {}
    ends = (one.least, one.most, one.step)
    return slider(one.label, value, *ends, width=300, label=116, tooltip=tip, **fine)


def _rows(sliders: list[ipywidgets.Widget]) -> ipywidgets.Box:
    return ipywidgets.Box(sliders, layout={"flex_flow": "row wrap", "width": "100%"})


def knobs_code(knobs: Knobs) -> str:
    """The call that makes these knobs, with only what is turned in it.

    >>> knobs_code(Knobs(temperature=0.7, top_k=5))
    'sp.Knobs(temperature=0.7, top_k=5)'
    """
    neutral, values = asdict(OFF), asdict(knobs)
    turned = [f.name for f in fields(Knobs) if values[f.name] != neutral[f.name]]
    return f"sp.Knobs({', '.join(f'{name}={values[name]!r}' for name in turned)})"
