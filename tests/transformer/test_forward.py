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


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda w, ids: ({}, ids), "no weights of a GPT-2"),
        (lambda w, ids: (w, [10**6]), "from 0 to [0-9]+, and one is 1000000"),
        (lambda w, ids: (w, [-1]), "one is -1"),
        (lambda w, ids: (w, [0.5]), "whole numbers .* one is 0.5"),
        (lambda w, ids: (w, torch.tensor([ids])), "whole numbers"),
        (lambda w, ids: (w, ids * 100), "know 64 places, and there are 300"),
        (lambda w, ids: (w, ids, 7), "whole heads of 7"),
    ],
)
def test_what_cannot_be_computed_is_said(gpt2, change, said):
    with pytest.raises(ValueError, match=said):
        tf.forward(*change(gpt2.model.state_dict(), [1, 2, 3]))


def test_ids_may_be_a_tensor(gpt2):
    weights, ids = gpt2.model.state_dict(), [1, 2, 3]
    torch.testing.assert_close(
        tf.forward(weights, torch.tensor(ids), 8), tf.forward(weights, ids, 8)
    )
