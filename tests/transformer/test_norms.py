"""Gradients at the start, where the norm stands first and where it stands last."""

import math

import pytest
import torch

from lablib import transformer as tf


def test_with_one_block_there_is_hardly_a_difference():
    assert tf.gradient_sizes(1).last == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("blocks", [4, 12])
def test_the_last_gradients_differ_by_the_root_of_the_depth(blocks):
    found = tf.gradient_sizes(blocks)
    assert found.pre.shape == found.post.shape == (blocks,)
    assert found.last == pytest.approx(math.sqrt(blocks), rel=0.4)


def test_post_norm_does_not_fall_with_the_depth_and_pre_norm_does():
    shallow, deep = tf.gradient_sizes(3), tf.gradient_sizes(12)
    assert float(deep.post[-1] / shallow.post[-1]) == pytest.approx(1, abs=0.3)
    assert float(deep.pre[-1] / shallow.pre[-1]) == pytest.approx(0.5, abs=0.15)


def test_the_same_seed_gives_the_same_and_leaves_the_random_state():
    state = torch.get_rng_state()
    assert tf.gradient_sizes(2, seed=3).pre.equal(tf.gradient_sizes(2, seed=3).pre)
    assert not tf.gradient_sizes(2, seed=4).pre.equal(tf.gradient_sizes(2, seed=3).pre)
    assert torch.get_rng_state().equal(state)


def test_a_model_without_blocks():
    with pytest.raises(ValueError, match="at least one block"):
        tf.gradient_sizes(0)
