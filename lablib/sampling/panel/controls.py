"""The knobs as sliders, for the panels that send them to the model, and as code."""

from collections.abc import Callable
from dataclasses import asdict, fields

import ipywidgets

from lablib.sampling.compute.knobs import OFF, Knobs
from lablib.widgets.controls import slider

SLIDERS: dict[str, tuple[str, tuple[float, float, float], str]] = {
    "temperature": (
        "Temperature",
        (0.0, 2.0, 0.05),
        "Below 1 the likely become likelier, above 1 all become alike; 0 takes the likeliest.",
    ),
    "top_k": ("Top-k", (0, 200, 1), "Keep the k likeliest tokens; 0 keeps all."),
    "top_p": (
        "Top-p",
        (0.0, 1.0, 0.01),
        "Keep the likeliest tokens that together reach this probability; 1 keeps all.",
    ),
    "min_p": (
        "Min-p",
        (0.0, 1.0, 0.01),
        "Keep tokens at least this share as likely as the likeliest; 0 keeps all.",
    ),
    "typical_p": (
        "Typical-p",
        (0.05, 1.0, 0.05),
        "Keep the tokens closest to the expected surprise, up to this probability; 1 keeps all.",
    ),
    "repetition_penalty": (
        "Repetition",
        (0.5, 2.0, 0.05),
        "The repetition penalty: above 1, tokens that were there already become less likely.",
    ),
}
"""For each knob its label, the range of its slider, and what it does in one line."""


class KnobSliders(ipywidgets.Box):
    """A slider for each knob; `value` is the `Knobs` they stand for.

    Args:
        on_change: called, with nothing, when a slider was moved.

    Example:
        >>> sliders = KnobSliders(Knobs(temperature=0.5))
        >>> sliders.value
        Knobs(temperature=0.5, top_k=0, top_p=1.0, min_p=0.0, typical_p=1.0, repetition_penalty=1.0)
    """

    def __init__(self, knobs: Knobs = OFF, on_change: Callable[[], object] = lambda: None) -> None:
        self.sliders = {
            name: slider(label, getattr(knobs, name), *ends, width=300, label=116, tooltip=tip)
            for name, (label, ends, tip) in SLIDERS.items()
        }
        for each in self.sliders.values():
            each.observe(lambda _: on_change(), "value")
        layout = ipywidgets.Layout(flex_flow="row wrap", width="100%")
        super().__init__(list(self.sliders.values()), layout=layout)

    @property
    def value(self) -> Knobs:
        """The knobs as the sliders stand."""
        return Knobs(**{name: slider.value for name, slider in self.sliders.items()})


def knobs_code(knobs: Knobs) -> str:
    """The call that makes these knobs, with only what is turned in it.

    >>> knobs_code(Knobs(temperature=0.7, top_k=5))
    'sp.Knobs(temperature=0.7, top_k=5)'
    """
    neutral, values = asdict(OFF), asdict(knobs)
    turned = [f.name for f in fields(Knobs) if values[f.name] != neutral[f.name]]
    return f"sp.Knobs({', '.join(f'{name}={values[name]!r}' for name in turned)})"
