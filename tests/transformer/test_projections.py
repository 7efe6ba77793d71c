"""Queries, keys and values as products with the head's own matrices."""

import pytest
import torch

from lablib import attention as at
from lablib import transformer as tf
from tests.transformer.conftest import TEXT


@pytest.mark.parametrize("which", ["query", "key", "value"])
@pytest.mark.parametrize("name", ["gpt2", "bert", "roberta", "distilbert"])
def test_the_product_is_what_attention_works_with(make, name, which):
    m = make(name)
    for head in range(4):
        found = tf.projection(m, TEXT, 1, head, which)
        wanted = getattr(at.vectors(m, TEXT, 1), which)[head]
        torch.testing.assert_close(found.result, wanted, rtol=1e-4, atol=1e-5)
        assert found.matrix.shape == (32, 8) and not found.turned


@pytest.mark.parametrize("name", ["llama", "qwen2", "qwen3"])
def test_rotary_queries_and_keys_are_turned_afterwards(make, name):
    m = make(name)
    seen = at.vectors(m, TEXT, 1)
    for which in ("query", "key"):
        found = tf.projection(m, TEXT, 1, 2, which)
        assert found.turned
        if name != "qwen3":  # turning keeps the length; Qwen 3 norms first
            wanted = getattr(seen, which)[2].norm(dim=-1)
            torch.testing.assert_close(found.result.norm(dim=-1), wanted, rtol=1e-4, atol=1e-4)
    for head in range(4):
        value = tf.projection(m, TEXT, 1, head, "value")
        torch.testing.assert_close(value.result, seen.value[head], rtol=1e-4, atol=1e-5)
        assert not value.turned


def test_one_number_is_a_sum(gpt2):
    found = tf.projection(gpt2, TEXT, 0, 1, "key")
    total = found.terms(token=2, number=5).sum() + found.bias[5]
    torch.testing.assert_close(total, found.result[2, 5])


def test_what_is_not_there_is_refused(gpt2):
    with pytest.raises(ValueError, match="heads 0 to 3, and 4 was asked for"):
        tf.projection(gpt2, TEXT, 0, 4)
    with pytest.raises(ValueError, match="layers 0 to 1"):
        tf.projection(gpt2, TEXT, 2, 0)
    with pytest.raises(ValueError, match="which is one of query, key, value"):
        tf.projection(gpt2, TEXT, 0, 0, "output")
