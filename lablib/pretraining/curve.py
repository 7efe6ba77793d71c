"""How a model got better: its points are measured and written while it learns."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from lablib.models.curves import Point, read_curve, write_curve
from lablib.pretraining.evaluation import TokenScore


def record(
    losses: Iterator[tuple[int, float]],
    measure: Callable[[], TokenScore],
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


def _point(step: int, minutes: float, score: TokenScore) -> Point:
    return Point(step, minutes, score.accuracy, score.loss)
