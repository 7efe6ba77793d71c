"""What the pages' figures are made of, without a browser and a kernel that take their time."""

import pytest

from tests.benchmarks.__main__ import line
from tests.benchmarks.bench_pages import Round, made, sizes, table, tokens_per_second

ROUNDS = [
    Round(1.0, 4.0, 90.0, 9.0, 30.0),
    Round(5.0, 3.0, 50.0, 8.0, 20.0),
    Round(1.5, 9.0, 70.0, 12.0, 70.0),
]


def test_each_figure_is_the_median_of_the_rounds():
    assert list(map(line, table(ROUNDS))) == [
        "| page opened → bars / a kernel's | 1.5 | 9 | s |  | 2 | yes |",
        "| page opened → bars of a typed prompt / a kernel's | 4 | 9 | s |  |  |  |",
        "| a panel writes on a page / in a kernel | 70 | 30 | tokens/s |  | 60 | yes |",
    ]


def test_too_slow_is_not_reached():
    lines = list(map(line, table([Round(2.1, 4.0, 59.0, 9.0, 30.0)])))
    assert [text.endswith("| no |") for text in lines] == [True, False, True]


def test_a_folder_of_pages_is_as_large_as_its_files(tmp_path):
    (tmp_path / "a.html").write_bytes(b"x" * 1_500_000)
    (tmp_path / "weights.js").write_bytes(b"x" * 39_000_000)
    whole = made(tmp_path)
    assert [row["ours"] for row in sizes(20_000_000, whole)] == [20, 40.5]
    assert [line(row).endswith("| no |") for row in sizes(20_000_000, whole)] == [False, True]


def test_where_no_pages_were_made_their_size_is_left_out(tmp_path):
    assert made(tmp_path / "pages") is None
    assert len(sizes(20_000_000, None)) == 1


def test_a_speed_is_read_or_missed():
    assert tokens_per_second("in 980 ms, 101 tokens/s") == 101
    with pytest.raises(AssertionError, match="no speed is said"):
        tokens_per_second("in 980 ms")
