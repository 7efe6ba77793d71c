"""Joint filling: equal to brute force on a small vocabulary, and never worse than the others."""

import math

import pytest
import torch

from lablib.masking import ORDERS, compare_orders, fill, fill_in_order, fill_joint, prepare
from lablib.masking.compute import joint as jt
from lablib.masking.compute.fill import chain_rule_log_probs

FEW = ("the", "cat", "sat", "on", "mat", ".")


def brute_force(m, text):
    """Every combination with its joint log-probability, one forward pass for each beginning."""
    read = prepare(m, text)
    totals = {}

    def go_on(row, masks, chosen, total):
        if not masks:
            totals[chosen] = total
            return
        with torch.no_grad():
            logits = m.model(torch.tensor([row])).prediction_logits[0, masks[0]]
        for id, chance in enumerate(logits.log_softmax(-1).tolist()):
            filled = [*row[: masks[0]], id, *row[masks[0] + 1 :]]
            go_on(filled, masks[1:], (*chosen, id), total + chance)

    go_on(list(read.ids), list(read.masks), (), 0.0)
    return sorted(totals.items(), key=lambda item: -item[1])


@pytest.mark.parametrize("text", ["the [MASK] sat on [MASK].", "[MASK][MASK][MASK]", "a [MASK]."])
@pytest.mark.parametrize("seed", range(3))
def test_joint_filling_is_brute_force(tiny, text, seed):
    m = tiny(seed, words=FEW)
    found, expected = fill_joint(m, text, k=7), brute_force(m, text)
    assert found.exact
    assert [filling.ids for filling in found.fillings] == [ids for ids, _ in expected[:7]]
    assert [filling.log_probability for filling in found.fillings] == pytest.approx(
        [total for _, total in expected[:7]], abs=1e-4
    )
    assert math.fsum(math.exp(total) for _, total in expected) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("seed", range(4))
def test_a_narrow_search_says_whether_it_is_exact(tiny, seed, monkeypatch):
    m = tiny(seed, words=FEW)
    text = "[MASK] [MASK] [MASK]"
    read = prepare(m, text)
    best = [ids for ids, _ in brute_force(m, text)]
    for beams in (1, 2, 4, 30, 2000):
        fillings, exact = jt._search(m, read, beams, 1, None)
        assert not exact or fillings[0].ids == best[0]
    assert exact
    monkeypatch.setattr(jt, "NARROWEST", 1)
    wide = fill_joint(m, text, k=1)
    assert wide.exact and wide.fillings[0].ids == best[0]
    monkeypatch.setattr(jt, "TOKENS", 0)
    assert fill_joint(m, text, k=1).beams == 1


def test_the_orders_by_hand(m):
    text = "the [MASK] sat on [MASK]."
    read, alone = prepare(m, text), fill(m, text)
    independent = fill_in_order(m, text, "independent")
    assert independent.ids == tuple(alone.top(1, mask)[0].id for mask in (0, 1))
    assert independent.claimed == pytest.approx(
        alone.top(1, 0)[0].probability * alone.top(1, 1)[0].probability, rel=1e-4
    )
    left = fill_in_order(m, text, "left to right")
    first = m.tokenizer.convert_ids_to_tokens(left.ids[0])
    assert left.ids[0] == independent.ids[0] and left.order == (0, 1)
    row = list(read.ids)
    row[read.masks[0]] = left.ids[0]
    then = m.model(torch.tensor([row])).prediction_logits[0, read.masks[1]].softmax(-1)
    assert left.ids[1] == int(then.argmax()), first
    assert left.claimed == pytest.approx(left.probability, rel=1e-4)
    certain = fill_in_order(m, text, "most certain first")
    tops = [alone.top(1, mask)[0].probability for mask in (0, 1)]
    assert certain.order[0] == tops.index(max(tops))
    assert certain.ids[certain.order[0]] == independent.ids[certain.order[0]]


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_more_probable_than_the_joint_best(tiny, seed):
    m = tiny(seed)
    orders, joint = compare_orders(m, "[MASK] cat [MASK] on [MASK]", k=3)
    assert list(orders) == list(ORDERS)
    best = joint.fillings[0].log_probability
    assert joint.exact
    for filling in orders.values():
        assert filling.log_probability <= best + 1e-4
    read = prepare(m, "[MASK] cat [MASK] on [MASK]")
    again = chain_rule_log_probs(
        m, read.ids, read.masks, [filling.ids for filling in joint.fillings]
    ).sum(1)
    assert again.tolist() == pytest.approx([f.log_probability for f in joint.fillings], abs=1e-4)
    assert [row["pieces"] for row in joint.table()] == [f.pieces for f in joint.top()]


def test_fifty_masks(m):
    found = fill_joint(m, "[MASK] " * 50, k=2)
    assert len(found.fillings[0].ids) == 46 and found.beams == 16
    assert len(fill_in_order(m, "[MASK] " * 50, "independent").ids) == 46


def test_what_cannot_be_filled(m):
    for call in (fill_joint, fill_in_order):
        with pytest.raises(ValueError, match="no mask"):
            call(m, "the cat")
    with pytest.raises(ValueError, match="1 or more"):
        fill_joint(m, "[MASK]", k=0)
    with pytest.raises(ValueError, match="most certain first, not 'backwards'"):
        fill_in_order(m, "[MASK]", "backwards")
