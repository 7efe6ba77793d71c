"""Thirty learners on one server pay once for the weights: they are shared, not copied."""

from pathlib import Path

import pytest

from tests.benchmarks.bench_memory import LEARNERS, measure, private, save_checkpoint

WEIGHTS_MB = 498

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/smaps_rollup").exists(), reason="needs Linux's /proc"
)


def test_weights_are_shared_not_copied(tmp_path: Path):
    before, after = measure(save_checkpoint(tmp_path))
    for old, new in zip(before, after, strict=True):
        assert new["Rss"] - old["Rss"] > 0.9 * WEIGHTS_MB, "the weights were not read at all"
        assert new["Pss"] - old["Pss"] < WEIGHTS_MB / LEARNERS + 100, "they are not shared"
        assert private(new) - private(old) < 100, "they were copied"
