"""The forward pass in plain lines is GPT-2's."""

import inspect

import pytest
import torch

from lablib import models
from lablib import transformer as tf

TEXTS = ["a", "Once upon a time", "The whale swam away, and the sea was calm. " * 8]


@pytest.mark.parametrize("text", TEXTS)
def test_it_gives_the_pocket_models_scores(text):
    m = models.load("pocket-gpt2", device="cpu")
    ids = m.tokenizer(text).input_ids
    with torch.inference_mode():
        wanted = m.model(torch.tensor([ids])).logits[0]
    torch.testing.assert_close(tf.forward(m.model.state_dict(), ids), wanted, rtol=1e-5, atol=2e-5)


def test_other_sizes_and_a_head_of_its_own(make):
    m = make("gpt2", tie_word_embeddings=False)
    with torch.inference_mode():
        m.model.lm_head.weight.normal_()
        wanted = m.model(torch.tensor([[5, 6, 7, 5]])).logits[0]
    found = tf.forward(m.model.state_dict(), [5, 6, 7, 5], head_size=8)
    torch.testing.assert_close(found, wanted, rtol=1e-5, atol=1e-5)


def test_a_file_of_weights_has_the_tied_head_once(gpt2):
    weights = gpt2.model.state_dict()
    wanted = tf.forward(weights, [1, 2], head_size=8)
    del weights["lm_head.weight"]
    torch.testing.assert_close(tf.forward(weights, [1, 2], head_size=8), wanted)


def test_it_is_thirty_lines():
    source = inspect.getsource(inspect.unwrap(tf.forward)).split('"""')[2]
    assert len([line for line in source.splitlines() if line.strip()]) <= 30
