"""Smaller copies: what was done to the weights, and what is measured. No timing is tested."""

import pytest
import torch
from torch import nn

from lablib.foundations.compute.perplexity import surprise
from lablib.foundations.compute.shrinking import half_copy, int8_copy, measure, pruned_copy, shrink
from tests.sampling.conftest import m, tiny  # noqa: F401

TEXT = "The keeper lit the lamp, and the cat said nothing at all."


@pytest.fixture(scope="module")
def model(m):  # noqa: F811
    from lablib.models import LoadedModel
    from tests.sampling.panels import CARD

    return LoadedModel(m.model, m.tokenizer, CARD, m.device, "A test needs it.")


def test_a_copy_leaves_the_model_as_it_was(model):
    before = {name: tensor.clone() for name, tensor in model.model.state_dict().items()}
    list(shrink(model, TEXT, 0.5))
    assert all(torch.equal(before[name], t) for name, t in model.model.state_dict().items())
    assert type(model.model.transformer.h[0].attn.c_attn).__name__ == "Conv1D"


def test_the_copies_get_smaller(model):
    whole, half, eighth, pruned = shrink(model, TEXT, 0.5)
    assert 0.48 < half.file_bytes / whole.file_bytes < 0.55
    assert eighth.file_bytes < 0.6 * whole.file_bytes
    assert pruned.file_bytes == whole.file_bytes and pruned.packed_bytes < whole.packed_bytes
    assert whole.bits_per_byte == pytest.approx(surprise(model, TEXT).bits_per_byte, rel=1e-5)


def test_eight_bits_change_the_scores_a_little(model):
    small = int8_copy(model)
    ids = torch.tensor([model.tokenizer(TEXT).input_ids])
    with torch.inference_mode():
        ours, theirs = small.model(ids).logits, model.model(ids).logits
    assert 0 < (ours - theirs).abs().mean() < 0.1 * theirs.std()
    assert not [layer for layer in small.model.modules() if type(layer) is nn.Linear]


@pytest.mark.parametrize("share", [0.0, 0.25, 0.9])
def test_that_share_of_each_matrix_is_zero(model, share):
    layer = pruned_copy(model, share).model.transformer.h[0].mlp.c_fc
    assert (layer.weight == 0).float().mean() == pytest.approx(share, abs=0.001)
    original = model.model.transformer.h[0].mlp.c_fc.weight.T
    kept = layer.weight != 0
    assert torch.equal(layer.weight[kept], original[kept])
    if share:
        assert original[~kept].abs().max() <= original[kept].abs().min()


def test_nothing_pruned_is_the_model(model):
    same = measure("same", pruned_copy(model, 0.0), TEXT)
    assert same.bits_per_byte == pytest.approx(surprise(model, TEXT).bits_per_byte, rel=1e-6)


def test_sixteen_bits(model):
    assert {t.dtype for t in half_copy(model).model.parameters()} == {torch.bfloat16}


def test_what_cannot_be_set_to_zero_is_refused(model):
    with pytest.raises(ValueError, match="from 0 to 1"):
        pruned_copy(model, 1.2)
    with pytest.raises(ValueError, match="type a text"):
        next(shrink(model, ""))
