"""Counting in one pass equals tokenizing anew with the library at each size."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lablib.tokenization.compute.pipeline import backend
from lablib.tokenization.compute.sizes import MEASURED_BYTES, growth
from lablib.tokenization.compute.training import train_bpe, train_unigram, train_wordpiece
from tests.examples import examples

TEXT = "the cat sat on the mat; the hat that the cat sat on was flat. aaab aab ab banana\n" * 4


@pytest.fixture(scope="module")
def trained():
    return train_bpe([TEXT], 330)


def by_the_library(trained, size, text):
    lines = text.splitlines(keepends=True)
    encoder = backend(trained.at(size))
    return sum(len(encoder.encode(line, add_special_tokens=False).ids) for line in lines)


@given(text=st.text("aabcht \n", max_size=80) | st.text(max_size=30))
@examples(30)
def test_any_text_at_any_size(trained, text):
    grown = growth(trained, text)
    whole = backend(trained.tokenizer).encode(text, add_special_tokens=False)
    assert grown.tokens[-1] == len(whole.ids)
    for size in (256, 257, 280, len(trained.entries)):
        expected = backend(trained.at(size)).encode(text, add_special_tokens=False)
        assert grown.tokens[size - 256] == len(expected.ids)


def test_a_book_at_many_sizes(shared):
    book = (shared / "corpus/heldout/the-lilac-fairy-book.txt").read_text(encoding="utf-8")
    trained = train_bpe([book[:60_000]], 2000)
    text = book[100_000:130_000]
    grown = growth(trained, text)
    assert grown.sizes.tolist() == list(range(256, 2001))
    for size in (256, 300, 500, 1111, 1999, 2000):
        whole = backend(trained.at(size)).encode(text, add_special_tokens=False)
        assert grown.tokens[size - 256] == len(whole.ids)
    assert np.all(np.diff(grown.tokens) <= 0)
    assert grown.bytes_per_token[0] == 1
    assert grown.table()[0] == {"size": 256, "tokens": grown.bytes, "bytes_per_token": 1.0}


@pytest.mark.parametrize("make", [train_wordpiece, train_unigram])
def test_the_other_kinds_are_measured_at_some_sizes(make):
    trained = make([TEXT], 40)
    grown = growth(trained, TEXT)
    assert grown.sizes[0] == trained.smallest and grown.sizes[-1] == len(trained.entries)
    for size, tokens in zip(grown.sizes, grown.tokens, strict=True):
        assert tokens == by_the_library(trained, int(size), TEXT)


def test_two_merges_that_make_one_entry_are_counted_where_they_stand(trained):
    from dataclasses import replace

    doubled = replace(trained, merges=(*trained.merges, trained.merges[0]))
    assert growth(doubled, TEXT).tokens.tolist() == growth(trained, TEXT).tokens.tolist()


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800", "a" * 5000])
def test_odd_texts(trained, text):
    grown = growth(trained, text)
    assert grown.tokens[0] == grown.bytes == len(text.replace("\ud800", "\ufffd").encode())
    assert np.isfinite(grown.bytes_per_token).all()


def test_of_a_long_text_a_sample_is_counted(trained):
    assert 0.9 * MEASURED_BYTES < growth(trained, TEXT * 3000).bytes <= MEASURED_BYTES
