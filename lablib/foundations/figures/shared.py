"""What several panels of this room show alike."""

from typing import Any

from lablib.widgets.plot import COLOURS, SYMBOLS

DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


LEFT, RIGHT = [0.0, 0.46], [0.56, 1.0]
"""Where two plots side by side begin and end."""


def line(place: int, name: str, axis: str = "", mode: str = "lines", **more: Any) -> dict[str, Any]:
    """A trace in the look of its place in the list; `axis` is "" or "2" for the plot's right side.

    >>> line(0, "SGD", "2")["xaxis"]
    'x2'
    """
    return {
        "type": "scatter",
        "mode": mode,
        "name": name,
        "xaxis": f"x{axis}",
        "yaxis": f"y{axis}",
        "line": {"color": COLOURS[place], "dash": DASHES[place]},
        "marker": {"symbol": SYMBOLS[place], "size": 7, "color": COLOURS[place]},
        **more,
    }
