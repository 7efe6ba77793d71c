"""The map of all heads: layers × heads, coloured by a metric; a click opens a head or mutes it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets
from numpy.typing import ArrayLike

from lablib.widgets.assets import source

_HERE = Path(__file__).parent


class HeadMap(anywidget.AnyWidget):
    """One cell for each head of a model; its colour is the metric that is chosen in the menu.

    Attributes:
        metrics: what the menu offers: dicts with `name` and `label`, and if wanted `help` (one
            sentence), `unit`, `low` and `high` (the ends of the colours; by default those of the
            values), and `palette` ("viridis", "cividis", or "signed" for numbers of two signs).
        metric: the name of the chosen one.
        opened: the head that was clicked, (layer, head), or empty.
        muted: the heads that are muted, each (layer, head).
        can_mute: whether the reader can switch from opening to muting.
        mode: what a click does: "open" or "mute".

    Example:
        >>> heads = HeadMap(metrics=[{"name": "entropy", "label": "entropy", "unit": "bits"}])
        >>> heads.show({"entropy": [[0.5, 1.0, 2.0]]})
        >>> heads.size, heads.metric, len(heads.values)
        ([1, 3], 'entropy', 12)
    """

    _esm = source(_HERE / "head_map.js")
    _css = source(_HERE / "head_map.css")
    link_traits = ("metric", "opened", "muted", "mode")

    size: Any = traitlets.List(traitlets.Int(), [0, 0]).tag(sync=True)
    metrics: Any = traitlets.List(traitlets.Dict()).tag(sync=True)
    values = traitlets.Bytes().tag(sync=True)
    can_mute = traitlets.Bool(False).tag(sync=True)
    metric = traitlets.Unicode().tag(sync=True, echo_update=False)
    opened: Any = traitlets.List(traitlets.Int()).tag(sync=True, echo_update=False)
    muted: Any = traitlets.List(traitlets.List(traitlets.Int())).tag(sync=True, echo_update=False)
    mode = traitlets.Enum(["open", "mute"], "open").tag(sync=True, echo_update=False)

    def show(self, values: Mapping[str, ArrayLike]) -> None:
        """Colour the map.

        Args:
            values: for each metric's name its numbers, [layers, heads].

        Raises:
            ValueError: if a metric has no numbers, or theirs are not of one shape.
        """
        arrays = [np.asarray(values.get(metric["name"], ()), "float32") for metric in self.metrics]
        shapes = {array.shape for array in arrays}
        if len(shapes) != 1 or len(size := shapes.pop()) != 2:
            names = ", ".join(metric["name"] for metric in self.metrics)
            raise ValueError(f"Each of {names} needs numbers of one shape, [layers, heads].")
        with self.hold_sync():
            self.size = list(size)
            self.values = b"".join(array.tobytes() for array in arrays)
            self.metric = self.metric or self.metrics[0]["name"]
            self.opened = self._within(self.opened)
            self.muted = [place for place in self.muted if self._within(place)]

    @traitlets.validate("metric")
    def _known_metric(self, proposal: Any) -> str:
        names = [metric["name"] for metric in self.metrics]
        if proposal.value not in ["", *names]:
            raise traitlets.TraitError(f"The metric is one of {', '.join(names)}.")
        return proposal.value

    @traitlets.validate("muted")
    def _each_once(self, proposal: Any) -> list[list[int]]:
        return sorted({tuple(place): list(place) for place in proposal.value}.values())

    def _within(self, place: list[int]) -> list[int]:
        """A place that is there in the map; else none."""
        there = all(0 <= index < length for index, length in zip(place, self.size, strict=False))
        return place if there else []
