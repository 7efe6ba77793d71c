"""The same tiny models and the same end of every run as in the tests of the engine."""

from tests.training.conftest import gpt2, m, runs_end, t5, tiny  # noqa: F401
