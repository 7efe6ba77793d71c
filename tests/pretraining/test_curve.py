"""The curve of a training: its points, and what a broken-off training leaves."""

import pytest

from lablib.models.curves import Point, read_curve, write_curve
from lablib.pretraining.curve import record
from lablib.pretraining.evaluation import MaskedScore


def measured():
    return MaskedScore(accuracy=0.25, loss=4.0, next_sentence=0.5)


def losses(start, stop):
    return ((step, 5.0) for step in range(start, stop))


def test_every_loss_is_passed_on_and_every_checkpoint_has_a_point(tmp_path):
    seen = list(record(losses(0, 7), measured, tmp_path / "curve.csv", every=3))
    assert seen == list(losses(0, 7))
    points = read_curve(tmp_path / "curve.csv")
    assert [point.step for point in points] == [0, 3, 6]
    assert {point.accuracy for point in points} == {0.25}


def test_a_resumed_training_goes_on_from_the_minutes_of_its_checkpoint(tmp_path):
    path = tmp_path / "curve.csv"
    write_curve(path, [Point(0, 0.0, 0.1, 6.0), Point(3, 2.0, 0.2, 5.0), Point(6, 4.0, 0.3, 4.0)])
    list(record(losses(3, 9), measured, path, every=3))
    points = read_curve(path)
    assert [point.step for point in points] == [0, 3, 6, 9]
    assert [point.minutes for point in points] == pytest.approx([0, 2, 2, 2], abs=0.1)
    assert points[2].accuracy == 0.25
