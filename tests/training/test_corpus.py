"""A tokenizer gives any text back, and batches are windows of it, each seen once in an epoch."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from lablib.training.corpus import batch
from tests.training.fox import TEXT


@given(st.text())
def test_the_tokenizer_gives_any_text_back(tokenizer, text):
    text = text.encode("utf-8", "ignore").decode()
    assert tokenizer.decode(tokenizer.encode(text), clean_up_tokenization_spaces=False) == text


def test_the_stream_is_the_text(tokenizer, stream):
    assert stream[-1] == tokenizer.eos_token_id
    assert tokenizer.decode(stream[:-1]) == TEXT


def test_an_epoch_visits_every_window_once():
    stream = np.arange(1000, dtype=np.uint16)
    per_epoch = (1000 // 10 - 1) // 3
    first = [i for s in range(per_epoch) for i in batch(stream, s, 3, 10, seed=1)[:, 0].tolist()]
    assert len(set(first)) == 3 * per_epoch
    assert len({i % 10 for i in first}) == 1
    again = batch(stream, 5, 3, 10, seed=1)
    assert torch.equal(again, batch(stream, 5, 3, 10, seed=1))
    assert not torch.equal(again, batch(stream, 5 + per_epoch, 3, 10, seed=1))
