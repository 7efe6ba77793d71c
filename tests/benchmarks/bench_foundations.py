"""A control of a foundations panel moved until everything is drawn, in this process."""

from statistics import median
from typing import Any

from lablib import foundations as fo

GOAL_MS = 1000


def rows() -> list[dict[str, Any]]:
    """The median over a few changes, for each panel that answers a change at once."""
    return [
        _row("n of the n-gram panel", fo.ngram_panel(model="pocket-gpt2"), "n", (1, 2, 3, 4, 5)),
        _row("layers of the initialisation panel", fo.initialisation_panel(), "layers",
             (4, 6, 10, 12, 16)),
        _row("learning rate of the descent panel", fo.descent_panel(), "rate",
             (0.01, 0.02, 0.05, 0.2, 0.5)),
        _row("dropout of the overfitting panel", fo.overfitting_panel(), "dropout",
             (0.1, 0.2, 0.3, 0.4, 0.5)),
        _row("threshold of the threshold panel", fo.threshold_panel(), "threshold",
             (0.1, 0.2, 0.3, 0.6, 0.7)),
        _row("layers of the scale panel", fo.scale_panel(), "layers", (4, 6, 10, 14, 16)),
    ]  # fmt: skip


def _row(name: str, panel: Any, control: str, values: tuple[float, ...]) -> dict[str, Any]:
    panel.wait()
    times = []
    for value in values:
        getattr(panel, control).value = value
        panel.wait()
        times.append(_milliseconds(panel.foot.text))
    ours = median(times)
    return {"name": f"{name} moved until drawn", "ours": ours, "peer": None, "ratio": None,
            "unit": "ms", "goal": GOAL_MS, "less_is_better": True}  # fmt: skip


def _milliseconds(text: str) -> float:
    """The time that a panel's status line names: "in 31 ms" or "in 1.2 s"."""
    _, number, unit = text.split()
    return float(number) * (1000 if unit == "s" else 1)
