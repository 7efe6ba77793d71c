"""Tiny models, as in the sampling room."""

from tests.sampling.conftest import m, tiny  # noqa: F401
