"""The same few sentences as in the tests of the parts."""

from tests.training.conftest import stream, tokenizer  # noqa: F401
