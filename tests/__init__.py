"""The tests, which mirror the rooms, and the benchmarks."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
"""The checkout."""
