"""How a model got better: points of (step, minutes, held-out accuracy) in a small file."""

import csv
from dataclasses import asdict, dataclass, fields
from pathlib import Path


@dataclass(frozen=True)
class Point:
    """What was measured at one moment of a training.

    Attributes:
        step: optimizer steps done.
        minutes: processor time spent on them (of one core).
        accuracy: share of the tokens asked for (masked, or of a target) guessed in held-out text,
            0 to 1.
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
