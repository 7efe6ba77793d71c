"""Position encodings, and who notices that words changed places."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lablib import attention as at
from tests.examples import examples

TEXT = "Hello, you."
TOLD_BY_NUMBER = ["gpt2", "opt", "gpt_neox", "llama", "mistral", "bert", "roberta", "distilbert"]


def test_sinusoidal_pairs_have_length_one_and_products_by_distance():
    found = at.sinusoidal(50, 16)
    assert found.unflatten(1, (8, 2)).norm(dim=-1).allclose(torch.ones(()))
    products = found @ found.T
    by_distance = at.products_by_distance(found)
    for distance in range(50):
        diagonal = products.diagonal(distance)
        assert diagonal.allclose(by_distance[distance].expand_as(diagonal), atol=1e-4)
    assert by_distance[0] == pytest.approx(8) and by_distance.argmax() == 0


def test_the_first_pair_turns_fastest():
    found = at.sinusoidal(4, 6)
    assert found[:, 0].allclose(torch.arange(4.0).sin())
    assert found[:, 5].allclose((torch.arange(4.0) * 10_000 ** (-4 / 6)).cos())


@pytest.mark.parametrize("positions, width", [(0, 4), (3, 5), (3, 0)])
def test_sinusoidal_refuses_odd_widths_and_no_positions(positions, width):
    with pytest.raises(ValueError, match="even width"):
        at.sinusoidal(positions, width)


@pytest.mark.parametrize(
    "name, rows", [("gpt2", 64), ("bert", 64), ("opt", 64), ("distilbert", 64)]
)
def test_learned_positions_are_the_models_table(make, name, rows):
    m = make(name)
    found = at.learned_positions(m)
    assert found.shape == (rows, 32)
    if name == "gpt2":
        assert found.equal(m.model.transformer.wpe.weight.detach())
    if name == "opt":  # its table has two rows before the first position
        assert found.equal(m.model.model.decoder.embed_positions.weight.detach()[2:])


def test_learned_positions_of_roberta_begin_after_padding(make):
    m = make("roberta")  # padding is id 0, so row 1 is the first position
    table = m.model.roberta.embeddings.position_embeddings.weight.detach()
    assert at.learned_positions(m).equal(table[1:])
    assert len(at.maps(m, "a" * 100).tokens) == 63


@pytest.mark.parametrize("name", ["llama", "t5", "bloom"])
def test_models_without_a_table_say_so(make, name):
    with pytest.raises(ValueError, match="has no table of positions"):
        at.learned_positions(make(name))


@pytest.mark.parametrize("name", TOLD_BY_NUMBER)
def test_without_positions_and_mask_attention_does_not_notice(make, name):
    m = make(name)
    blind = at.shuffle(m, TEXT, seed=1, positions=False, masked=False)
    assert sorted(blind.order) == list(range(len(blind.order))) != list(blind.order)
    torch.testing.assert_close(blind.put_back, blind.before.weights, rtol=0, atol=1e-5)
    assert blind.noticed.max() < 1e-5
    assert at.shuffle(m, TEXT, seed=1).noticed.min() > 0.05


def test_a_next_word_model_notices_by_its_mask_alone(gpt2):
    assert at.shuffle(gpt2, TEXT, positions=False).noticed.min() > 0.05


def test_shuffled_ids_are_the_same_tokens_with_the_marks_in_place(bert):
    found = at.shuffle(bert, "abcdef", seed=3)
    assert found.after.tokens[0] == "[CLS]" and found.after.tokens[-1] == "[SEP]"
    assert sorted(found.after.tokens) == sorted(found.before.tokens)
    assert [found.before.tokens[i] for i in found.order] == list(found.after.tokens)
    assert found.order == at.shuffle(bert, "abcdef", seed=3).order


def test_maps_with_everything_on_are_the_plain_maps(gpt2):
    found = at.shuffle(gpt2, TEXT)
    assert found.before.weights.equal(at.maps(gpt2, TEXT).weights)
    assert found.before.kind == "causal"
    assert at.shuffle(gpt2, TEXT, masked=False).before.kind == "encoder", "all tokens are seen"


def test_models_that_take_no_positions_say_so(make):
    with pytest.raises(ValueError, match="does not take positions as numbers"):
        at.shuffle(make("t5"), TEXT, positions=False)
    with pytest.raises(ValueError, match="in a way of its own"):
        at.shuffle(make("bloom"), TEXT, masked=False)


@examples(25)
@given(st.text(max_size=30), st.integers(0, 2**31))
def test_any_text_can_be_shuffled(bert, text, seed):
    found = at.shuffle(bert, text, seed)
    assert found.put_back.shape == found.before.weights.shape
    assert (found.noticed >= 0).all() and (found.noticed <= 1.0001).all()
