"""`make bench`: every figure beside its peer, measured in this run, as a Markdown table.

Names of modules as arguments measure only those: `make bench ARGS="knobs startup"`.
"""

import importlib
import os
import platform
import sys
from typing import Any

from tests import ROOT

MODULES = sorted(
    path.stem.removeprefix("bench_") for path in (ROOT / "tests/benchmarks").glob("bench_*.py")
)


def main(names: list[str]) -> None:
    """Measure and print, a line as soon as it is known."""
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print("| what | ours | peer | unit | ratio | goal | reached |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name in names or MODULES:
        for row in importlib.import_module(f"tests.benchmarks.bench_{name}").rows():
            print(line(row), flush=True)


def line(row: dict[str, Any]) -> str:
    """One row of the table."""
    figures = [readable(row.get(key)) for key in ("ours", "peer")]
    ratio = f"{row['ratio']:.2f}" if row.get("ratio") is not None else ""
    goal = f"{row['goal']:g}" if row.get("goal") is not None else ""
    unit = row.get("unit", "")
    return f"| {row['name']} | {' | '.join(figures)} | {unit} | {ratio} | {goal} | {reached(row)} |"


def readable(number: float | None) -> str:
    """A number with three digits, or all those before the point.

    >>> readable(0.12345), readable(468_000.4), readable(None)
    ('0.123', '468,000', '')
    """
    if number is None:
        return ""
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.3g}"


def reached(row: dict[str, Any]) -> str:
    """Whether the goal was reached: for the ratio where there is one, else for our own figure.

    >>> reached({"ours": 5.0, "goal": 16, "less_is_better": True})
    'yes'
    """
    if row.get("goal") is None:
        return ""
    figure = row["ratio"] if row.get("ratio") is not None else row["ours"]
    below = row.get("less_is_better", False)
    return "yes" if (figure <= row["goal"] if below else figure >= row["goal"]) else "no"


if __name__ == "__main__":
    main(sys.argv[1:])
