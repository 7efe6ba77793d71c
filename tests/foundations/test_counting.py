"""A part kept back, and what an n-gram model writes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lablib import data
from lablib.foundations.compute.counting import count, split_text, write
from lablib.foundations.compute.ngrams import NGrams
from tests.sampling.conftest import byte_tokenizer

TOKENIZER = byte_tokenizer()


def test_the_parts_are_the_text():
    text = data.text("lighthouse")
    split = split_text(text, TOKENIZER)
    assert TOKENIZER.decode(split.heldout) == split.heldout_text
    assert text.strip("\n").endswith(split.heldout_text)
    assert TOKENIZER.decode(split.train) + "\n\n" + split.heldout_text == text.strip("\n")
    assert split.heldout_bytes == len(split.heldout) == pytest.approx(0.2 * len(text), rel=0.2)


@given(st.text())
def test_any_text_is_split_or_refused_in_words(text):
    try:
        split = split_text(text, TOKENIZER)
    except ValueError as error:
        assert "too short" in str(error)
    else:
        assert split.train and split.heldout


def test_counting_learns_from_the_first_part_only():
    split = split_text("ab " * 41 + "zz " * 9, TOKENIZER)
    model = count(split, TOKENIZER, 2, "none")
    z = TOKENIZER.encode("z")[0]
    assert model.distribution([])[z] == 0.0


def test_the_same_seed_writes_the_same():
    model = NGrams(np.random.default_rng(0).integers(0, 9, 500), 9, order=3)
    texts = [write(model, [1, 2], 30, seed) for seed in (5, 5, 6)]
    assert texts[0] == texts[1] != texts[2] and len(texts[0]) == 30


def test_it_stops_where_nothing_is_expected():
    assert write(NGrams([0, 1, 2, 3], 4, order=2, smoothing="none"), [1], 9) == [2, 3]
    with pytest.raises(ValueError, match="length must be 0 or above, and it was -3"):
        write(NGrams([0, 1, 2, 3], 4, order=2), [1], -3)
