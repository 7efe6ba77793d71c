"""The shift view: what a model reads at each place, what it is asked for, and where from."""

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from lablib.widgets.assets import source

_HERE = Path(__file__).parent


class ShiftView(anywidget.AnyWidget):
    """Two rows of tokens, and a line from each token to the place where it is asked for.

    A column is a dict: `reads` and `asked` (token texts made visible; "" where nothing is asked),
    `spoken_reads` and `spoken_asked` (the same in words), and `loss` (a number in words, or "").
    Arrow keys go from column to column; a line under the rows says what the chosen one shows.

    Attributes:
        label_shift: how many columns to the right the token asked for is read.
        current: the column that is chosen.

    Example:
        >>> column = {"reads": "The", "asked": "␣cat", "loss": "2.3"}
        >>> ShiftView(columns=[column]).label_shift
        1
    """

    _esm = source(_HERE / "shift.js")
    _css = source(_HERE / "shift.css")

    columns: Any = traitlets.List(traitlets.Dict()).tag(sync=True)
    label_shift = traitlets.Int(1).tag(sync=True)
    current = traitlets.Int(0).tag(sync=True)
    label = traitlets.Unicode("What is read and what is asked for").tag(sync=True)
