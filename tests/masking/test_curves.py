"""The learning curves: what came with the labs, read between the points, said in words."""

import pytest

from lablib import masking as mk
from lablib.masking.figures import curves as curves_figures
from lablib.models.curves import Point

FAST = mk.Curve("fast", "with help", 30522, (Point(0, 0.0, 0.1, 6.0), Point(10, 4.5, 0.4, 3.0)))
SLOW = mk.Curve("<b>", "alone", 99, (Point(0, 0.0, 0.0, 7.0), Point(10, 9.0, 0.3, 4.0)))


def test_between_two_points_the_line_counts():
    assert FAST.accuracy_at(0) == pytest.approx(0.1)
    assert FAST.accuracy_at(1.5) == pytest.approx(0.2)
    assert FAST.accuracy_at(4.6) is None


def test_models_are_compared_at_a_minute_both_reached():
    words = curves_figures.curves_words([FAST, SLOW])
    assert words.startswith("After 4 minutes fast (with help) guessed 36.7 % of the hidden tokens")
    assert "<b> (alone) guessed 13.3 %" in words and "out of 99 entries" in words
    assert "No learning curves" in curves_figures.curves_words([])


def test_names_stay_text():
    assert "&lt;b&gt;" in curves_figures.curves_table(
        [SLOW]
    ) and "<b>" not in curves_figures.curves_table([SLOW])
    assert "<b>" not in curves_figures.curves_plot([SLOW]).data[0].name


def test_the_curves_that_came_with_the_labs():
    curves = mk.learning_curves()
    assert curves[0].model == "minilm-masked"
    for curve in curves:
        minutes = [point.minutes for point in curve.points]
        assert minutes == sorted(minutes) and minutes[0] == 0
        assert curve.points[-1].accuracy > curve.points[0].accuracy
        assert [row["step"] for row in curve.table()] == [point.step for point in curve.points]
