"""How the models of this room got better while they learned: with a pretrained encoder, without.

The points were measured while the models were trained (see `lablib.pretraining.curve`), and lie in
the models' folders.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lablib.models import entries
from lablib.models.curves import Point, read_curve

BEGINNINGS = {"minilm-masked": "with MiniLM's encoder", "pocket-bert": "without pretraining"}
"""How each model began, by its name."""


@dataclass(frozen=True)
class Curve:
    """One training.

    Attributes:
        model: the name of what came of it.
        began: how it began, in words.
        vocabulary: how many entries it chooses from.
        points: what was measured on a text it did not learn from, in the order of the steps.
    """

    model: str
    began: str
    vocabulary: int
    points: tuple[Point, ...]

    def accuracy_at(self, minutes: float) -> float | None:
        """The share of hidden tokens guessed after some minutes, on the line between two points;
        None outside them.

        >>> points = Point(0, 0.0, 0.1, 6.0), Point(100, 2.0, 0.3, 4.0)
        >>> Curve("a", "somehow", 10, points).accuracy_at(1.0)
        0.2
        """
        for left, right in zip(self.points, self.points[1:], strict=False):
            if left.minutes <= minutes <= right.minutes and left.minutes < right.minutes:
                share = (minutes - left.minutes) / (right.minutes - left.minutes)
                return left.accuracy + share * (right.accuracy - left.accuracy)
        return None

    def table(self) -> list[dict[str, Any]]:
        """One row per point: `model`, `step`, `minutes`, `accuracy`, `loss`."""
        return [{"model": self.model, **vars(point)} for point in self.points]


def learning_curves() -> tuple[Curve, ...]:
    """The trainings whose points came with the labs.

    Both models read the same books on the same processor; the minutes are those of one core, spent
    on learning alone. (Both have since gone on from where their curves end, with prose of today.)
    They differ in more than their beginning: in size, in which weights learn, in the
    batches, and in their vocabularies, so that other tokens are hidden. The curves do not say what
    pretraining is worth; `transfer.measure_transfer` does.

    Example:
        >>> curves = learning_curves()
        >>> curves[0].model, curves[0].vocabulary
        ('minilm-masked', 30522)
    """
    folders = {name: entries.local_folder(name) for name in BEGINNINGS}
    curves = [_curve(name, folder) for name, folder in folders.items() if folder]
    return tuple(curve for curve in curves if curve.points)


def _curve(name: str, folder: Path) -> Curve:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    points = tuple(read_curve(folder / "curve.csv"))
    return Curve(name, BEGINNINGS[name], config["vocab_size"], points)
