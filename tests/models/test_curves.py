from lablib.models.curves import Point, read_curve, write_curve


def test_points_are_read_back(tmp_path):
    points = [Point(0, 0.0, 0.1, 6.25), Point(200, 1.5, 0.2079, 5.1741)]
    write_curve(tmp_path / "curve.csv", points)
    assert read_curve(tmp_path / "curve.csv") == points
    assert read_curve(tmp_path / "other.csv") == []
