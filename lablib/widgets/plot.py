"""A plotly plot in the colours of the page, light or dark, that is changed in place.

Importing this module takes a second, because plotly's widget does: import it where a plot is drawn.
"""

import gzip
from collections.abc import Sequence
from importlib.metadata import version
from threading import Lock
from types import SimpleNamespace
from typing import Any, ClassVar, Self

import ipywidgets
import traitlets
from plotly import optional_imports

from lablib.numbers import finite
from lablib.widgets.assets import STATIC, source

_get_module = optional_imports.get_module


def _get_light_module(name: str, **options: Any) -> Any:
    """What plotly asks for, but of nbformat only the version, which is all it looks at: with the
    module would come a grammar of web addresses, which takes seconds to set up.
    """
    if name == "nbformat":
        return SimpleNamespace(__version__=version(name))
    return _get_module(name, **options)


optional_imports.get_module = _get_light_module
try:
    from plotly.graph_objects import FigureWidget
finally:
    optional_imports.get_module = _get_module

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Six colours that colour-blind people tell apart (Okabe and Ito 2008)."""

SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x")
"""A shape to go with each colour, so that nothing hangs on colour alone."""

LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
"""In one line above the plot."""


def marked_line(place: int, name: str, size: int = 8, **more: Any) -> dict[str, Any]:
    """A trace: a line with a mark at each point, in the look of its place among the plot's lines.

    Args:
        size: of a mark.
        more: of the trace; what is said of its `line` goes with the colour.

    >>> marked_line(1, "loss", line={"dash": "dot"})["line"]
    {'color': '#d55e00', 'dash': 'dot'}
    """
    line = {"color": COLOURS[place], **more.pop("line", {})}
    marker = {"symbol": SYMBOLS[place], "size": size}
    look = {"type": "scatter", "mode": "lines+markers", "line": line, "marker": marker}
    return {**look, "name": name, **more}


_AXIS = {"gridcolor": "rgba(128, 128, 128, 0.25)", "zeroline": False, "automargin": True}
_LAYOUT: dict[str, Any] = {
    "autosize": True,
    "paper_bgcolor": "rgba(0, 0, 0, 0)",
    "plot_bgcolor": "rgba(0, 0, 0, 0)",
    "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
    # Said here and not in the style sheet: plotly makes room for the letters it measures.
    "font": {"size": 13, "family": "var(--jp-ui-font-family, system-ui, sans-serif)"},
    "dragmode": False,
}


class PlotlyScript(ipywidgets.Widget):
    """plotly's script, five megabytes, once for all plots of a kernel; it is never in sight.

    A page that is opened or loaded again asks for the state of every widget, and waits seconds for
    it and no longer: with the script in each plot it would wait in vain.

    Attributes:
        script: its text, compressed with gzip; quickly, since that is done once in each kernel.

    Example:
        >>> PlotlyScript.of_kernel() is PlotlyScript.of_kernel()
        True
    """

    script = traitlets.Bytes().tag(sync=True)
    _only: ClassVar[Self | None] = None
    _lock: ClassVar[Lock] = Lock()

    @classmethod
    def of_kernel(cls) -> Self:
        """The one of this kernel; a new one if it was closed, as `Widget.close_all` does."""
        with cls._lock:  # plots are made by the worker's thread, and by cells
            if cls._only is None or cls._only.comm is None:
                cls._only = cls(script=gzip.compress(str(FigureWidget._esm).encode(), 1))
            return cls._only

    def __repr__(self) -> str:
        return object.__repr__(self)  # without the script


class Plot(FigureWidget):
    """One plot for the life of its panel: change it inside `with plot.batch_update():`.

    Say in words or in a table beside it what it shows: a screen reader cannot read the plot.

    Args:
        traces: plotly traces, empty ones to be filled later.
        height: in pixels; it does not change.
        layout: plotly layout; its axes get the common look.
    """

    _esm = source(STATIC / "plot.js")
    _css = source(STATIC / "plot.css")
    _carrier = traitlets.Unicode().tag(sync=True)

    def __init__(self, traces: Sequence[Any], height: int, **layout: Any) -> None:
        axes = {name: _AXIS | axis for name, axis in layout.items() if name[1:5] == "axis"}
        self._carrier = PlotlyScript.of_kernel().model_id
        super().__init__(list(traces), layout=_LAYOUT | {"height": height} | layout | axes)
        self._config = {"displayModeBar": False, "responsive": True}
        self.add_class("lab-plot")

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> dict[str, Any]:
        """The state, with gaps in place of NaN and infinity; a whole one has in it what was changed
        since the plot was made.

        plotly tells of changes to the pages that are open, and leaves the state as it was: a page
        that is loaded anew would show an empty plot.
        """
        state: dict[str, Any] = super().get_state(key, drop_defaults)
        if key is None and getattr(self, "_layout_obj", None) is not None:
            now = {"_widget_data": self._data, "_widget_layout": self.layout.to_plotly_json()}
            to_json = self.trait_metadata("_widget_data", "to_json")
            state |= {name: to_json(value, self) for name, value in now.items()}
        clean: dict[str, Any] = finite(state)
        return clean

    def page_state(self) -> dict[str, Any]:
        """What a page without a kernel must know: there the script comes with the plot."""
        state = self.get_state()
        del state["_carrier"]
        return state | {"_plotly": str(FigureWidget._esm)}
