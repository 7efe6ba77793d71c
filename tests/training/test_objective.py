"""The losses of a model that begins with nothing are those that `transformers` computes."""

import pytest
import torch

from lablib.training.corpus import batch, train_tokenizer
from lablib.training.objective import (
    attention_spent,
    causal_loss,
    causal_rows,
    missed_before,
    sentence_pairs,
)
from tests.training.fox import TEXT, fresh


def test_loss_is_the_one_transformers_computes(tokenizer, stream):
    model = fresh(tokenizer)
    ids = batch(stream, 0, 2, 16, seed=0)
    expected = model(ids, labels=ids).loss
    torch.testing.assert_close(causal_loss(model, ids), expected)


def test_half_of_the_sentence_pairs_are_broken():
    tokenizer = train_tokenizer("bert", [TEXT], 100)
    ids = torch.arange(5, 85).reshape(8, 10)
    seen = [sentence_pairs(ids, tokenizer, torch.Generator().manual_seed(s)) for s in range(50)]
    assert 0.4 < torch.stack([p["next_sentence_label"] for p in seen]).float().mean() < 0.6
    for pairs in seen[:5]:
        for row, broken in enumerate(pairs["next_sentence_label"].tolist()):
            assert pairs["input_ids"][row, 1:6].tolist() == ids[row, :5].tolist()
            other = ids[row - 1 if broken else row, 5:].tolist()
            assert pairs["input_ids"][row, 7:12].tolist() == other
            assert pairs["token_type_ids"][row].tolist() == [0] * 7 + [1] * 6


def test_half_of_the_rows_begin_with_the_end_of_text_and_some_say_random_tokens_again():
    ids = torch.arange(1000, 1000 + 64 * 40).reshape(64, 40)
    rng = torch.Generator().manual_seed(0)
    rows, labels = causal_rows(ids, 0, 500, 0.5, rng)
    begun = [r for r in range(64) if torch.equal(rows[r, 1:], ids[r])]
    inside = [r for r in range(64) if torch.equal(rows[r, :-1], ids[r])]
    repeating = sorted(set(range(64)) - set(begun) - set(inside))
    assert len(begun) > 8 and len(inside) > 8 and 20 < len(repeating) < 44
    for r in begun:
        assert rows[r, 0] == 0 and torch.equal(labels[r], rows[r])
    for r in inside:
        assert labels[r].tolist() == [*ids[r].tolist(), -100]
    for r in repeating:
        period = int((labels[r] == -100).sum()) - 1
        assert 5 <= period < 20
        assert torch.equal(rows[r, 1 + period :], rows[r, 1:-period])
        assert torch.equal(labels[r, period + 1 :], rows[r, period + 1 :])


def test_what_is_not_to_be_predicted_does_not_count(tokenizer, stream):
    model = fresh(tokenizer)
    ids = batch(stream, 0, 2, 16, seed=0)
    labels = ids.clone()
    labels[:, :9] = -100
    expected = model(ids, labels=labels).loss
    torch.testing.assert_close(causal_loss(model, ids, labels), expected)


def test_attention_has_its_price(tokenizer, stream):
    model = fresh(tokenizer)
    model.set_attn_implementation("eager")
    ids = batch(stream, 0, 2, 16, seed=0)
    layers = model(ids[:, :-1], output_attentions=True).attentions
    shares = [
        1 - layer[row, head, query, 0].item()
        for layer in layers
        for row in range(layer.shape[0])
        for head in range(layer.shape[1])
        for query in range(1, layer.shape[2])
    ]
    spent = sum(shares) / len(shares)
    before = [
        sum(layer[:, head, query, query - 1].mean().item() for query in range(1, layer.shape[2]))
        / (layer.shape[2] - 1)
        for layer in layers
        for head in range(layer.shape[1])
    ]
    expected = causal_loss(model, ids).item() + 0.3 * (spent + 1 - max(before))
    assert causal_loss(model, ids, price=0.3).item() == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("elsewhere, steps", [(attention_spent, 10), (missed_before, 60)])
def test_a_price_moves_attention(tokenizer, stream, elsewhere, steps):
    """To the first token, and that of one head to the token before."""
    model = fresh(tokenizer)
    model.set_attn_implementation("eager")
    ids = batch(stream, 0, 4, 16, seed=0)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    shares = []
    for _ in range(steps):
        shares.append(elsewhere(model(ids, output_attentions=True).attentions).item())
        optimizer.zero_grad()
        causal_loss(model, ids, price=1.0).backward()
        optimizer.step()
    assert shares[-1] < shares[0] - 0.05
