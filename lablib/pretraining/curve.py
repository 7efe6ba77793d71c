"""How a masked model got better: points of (step, minutes, held-out accuracy) in a small file."""

import csv
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from lablib.pretraining.evaluation import MaskedScore


@dataclass(frozen=True)
class Point:
    """What was measured at one moment of a training.

    Attributes:
        step: optimizer steps done.
        minutes: processor time spent on them (of one core).
        accuracy: share of the masked tokens of held-out text guessed, 0 to 1.
        loss: their loss in nats.
    """

    step: int
    minutes: float
    accuracy: float
    loss: float


def read_curve(path: Path) -> list[Point]:
    """The points of a file that `write_curve` wrote; none where there is no file."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Point(int(row["step"]), *(float(row[k]) for k in ("minutes", "accuracy", "loss")))
            for row in csv.DictReader(file)
        ]


def write_curve(path: Path, points: list[Point]) -> None:
    """Write points as comma-separated values under their names."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Point)])
        writer.writeheader()
        writer.writerows({k: round(v, 4) for k, v in asdict(point).items()} for point in points)


def record(
    losses: Iterator[tuple[int, float]],
    measure: Callable[[], MaskedScore],
    path: Path,
    every: int,
) -> Iterator[tuple[int, float]]:
    """Pass on a training's (step, loss), writing a point of its curve every `every` steps.

    Only the time of the training counts, not that of measuring. A resumed training goes on from
    the point of the checkpoint it starts with, so `every` is the number of steps between those.
    """
    points, began = read_curve(path) or [_point(0, 0.0, measure())], time.process_time()
    for step, loss in losses:
        if (step + 1) % every == 0:
            minutes = (time.process_time() - began) / 60
            points = [point for point in points if point.step < step + 1]
            points.append(_point(step + 1, points[-1].minutes + minutes, measure()))
            write_curve(path, points)
            began = time.process_time()
        yield step, loss


def _point(step: int, minutes: float, score: MaskedScore) -> Point:
    return Point(step, minutes, score.accuracy, score.loss)
