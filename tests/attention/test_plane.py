"""Queries and keys on a plane: held against scikit-learn's or numpy's principal components."""

import numpy as np
import pytest
import torch

from lablib import attention as at
from lablib.attention.compute.corpus import passages
from lablib.attention.figures import plane as figures
from lablib.numbers import percent
from tests.attention.conftest import UNWATCHABLE

TEXT = "The old lamp at the old corner goes out at ten. " * 4
MODELS = ("gpt2", "llama", "qwen3", "gpt_neox", "bert")


@pytest.mark.parametrize("name", MODELS)
def test_the_plane_is_that_of_the_covariance_matrix(make, name):
    m = make(name)
    read = passages(m, TEXT, size=24)[:3]
    found = at.head_plane(m, read, (1, 2))
    seen = [at.vectors(m, passage, 1) for passage in read]
    queries, keys = (
        np.concatenate([getattr(each, part)[2].numpy() for each in seen]).astype(np.float64)
        for part in ("query", "key")
    )
    both = np.concatenate([queries - queries.mean(0), keys - keys.mean(0)])
    values, directions = np.linalg.eigh(both.T @ both)
    expected = both @ directions[:, ::-1][:, :2]
    points = torch.cat([found.queries, found.keys]).numpy()
    np.testing.assert_allclose(np.abs(points), np.abs(expected), atol=1e-3, rtol=1e-3)
    np.testing.assert_allclose(found.shares, values[::-1][:2] / values.sum(), atol=1e-5)
    assert len(found.tokens) == len(found.queries) == len(queries)
    assert found.tokens == tuple(token for passage in read for token in passage.tokens)
    assert found.places[: len(read[0])] == tuple(range(len(read[0])))


def test_keys_moved_together_give_the_same_attention(gpt2):
    seen = at.vectors(gpt2, TEXT[:40], 0)
    moved = at.steps(seen.query, seen.key - seen.key.mean(1, keepdim=True), seen.value)
    torch.testing.assert_close(moved.weights, seen.weights, rtol=0, atol=1e-5)


def test_what_has_no_plane_is_said(make, gpt2):
    read = passages(gpt2, TEXT, size=24)
    with pytest.raises(ValueError, match="at least one passage"):
        at.head_plane(gpt2, [], (0, 0))
    with pytest.raises(ValueError, match="heads 0 to 3"):
        at.head_plane(gpt2, read, (0, 4))
    for name in UNWATCHABLE:
        with pytest.raises(ValueError, match="Choose another model"):
            at.head_plane(make(name), read, (0, 0))


def test_the_plot_has_every_token_twice(gpt2):
    found = at.head_plane(gpt2, passages(gpt2, "<b>Hello</b> you", size=12), (0, 1))
    plot = figures.plane_plot()
    figures.draw_plane(plot, found)
    for cloud, points in zip(plot.data, (found.queries, found.keys), strict=True):
        torch.testing.assert_close(torch.tensor(cloud.x), points[:, 0])
        torch.testing.assert_close(torch.tensor(cloud.y), points[:, 1])
        assert len(cloud.customdata) == len(found.tokens)
    assert plot.layout.xaxis.title.text == f"{percent(float(found.shares[0]))} of the differences"
    assert "Layer 0, head 1" in figures.plane_words(found)
