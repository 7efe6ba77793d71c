"""What the questions say is so: their figures, measured."""

import pytest

from lablib import data, models
from lablib.foundations.compute.counting import costs, split_text
from lablib.foundations.compute.descent import descend
from lablib.foundations.compute.initialisation import signal
from lablib.foundations.compute.ngrams import NGrams
from lablib.foundations.compute.perplexity import surprise
from lablib.foundations.compute.scale import Shape
from lablib.transfer.exercises.solutions import bits_per_byte


@pytest.fixture(scope="module")
def pocket():
    return models.load("pocket-gpt2")


def test_longer_contexts_hardly_change_the_almanac(pocket):
    split = split_text(data.text("almanac"), pocket.tokenizer)
    rows = costs(split, pocket.tokenizer)
    assert (round(rows[2].heldout, 2), round(rows[5].heldout, 2)) == (2.03, 2.02)
    assert rows[5].known / rows[2].known == pytest.approx(5 / 6, abs=0.03)


def test_the_table_wins_on_the_tale(pocket):
    split = split_text(data.text("lighthouse"), pocket.tokenizer)
    assert round(costs(split, pocket.tokenizer)[2].heldout, 2) == 0.70
    assert surprise(pocket, split.heldout_text).bits_per_byte == pytest.approx(1.14, abs=0.01)


@pytest.mark.parametrize("text", ["The cat sat on the mat.", "né 🦩", "a"])
def test_bits_per_byte_from_a_perplexity_are_those_of_the_text(pocket, text):
    read = surprise(pocket, text)
    found = bits_per_byte(read.perplexity, len(read.ids), text)
    assert found == pytest.approx(read.bits_per_byte, rel=1e-6)


def test_nothing_is_said_where_nothing_was_counted():
    assert not NGrams([0, 1, 2, 0, 1], 3, order=3, smoothing="none").distribution([1, 1]).any()


def test_too_small_a_start_is_as_small_as_it_says():
    assert 1e-8 < signal("too small", "tanh").std[-1] < 1e-7


def test_the_highest_rate_is_the_predictions():
    assert not descend("SGD", 0.098, "ravine", 400).diverged
    assert descend("SGD", 0.102, "ravine", 2000).diverged


def test_a_block_has_that_many_parameters():
    assert Shape(2, 768).parameters - Shape(1, 768).parameters == 7_087_872
