"""Heads over a corpus: TransformerLens' definitions of what a head does, numpy's spreads, hooks."""

import math

import numpy as np
import pytest
import torch

from lablib import attention as at
from lablib.attention.compute import corpus
from lablib.attention.compute.corpus import PATTERNS, passages
from tests.attention.conftest import UNWATCHABLE
from tests.attention.test_ablation import hooked

TEXT = "The old lamp at the old corner goes out at ten. " * 6


@pytest.fixture(scope="module")
def found(make):
    *_, last = at.scan(make("gpt2"), TEXT, size=24)
    return last


def own_attention(m, passage):
    """What the model itself gives as its attention, [layers, heads, query, key]."""
    model = m.model
    before = model.config._attn_implementation
    model.set_attn_implementation("eager")
    with torch.inference_mode():
        output = model(torch.tensor([passage.ids]), output_attentions=True)
    model.set_attn_implementation(before)
    return torch.cat(output.attentions)


def patterns_of_transformer_lens(ids):
    """The detection patterns of transformer_lens/head_detector.py (TransformerLens 2)."""
    tokens, size = np.array(ids), len(ids)
    previous = np.eye(size, k=-1)
    duplicate = np.tril(np.equal(tokens[:, None], tokens[None, :]).astype(float))
    np.fill_diagonal(duplicate, 0)
    induction = np.roll(duplicate, 1, axis=1)
    induction[:, 0] = 0
    return {
        "previous_token": previous,
        "same_token": duplicate,
        "induction": np.tril(induction),
    }


@pytest.mark.parametrize("name", ["gpt2", "llama", "qwen3", "gpt_neox"])
def test_scores_are_those_of_transformer_lens(make, name):
    """Its score is a share of all attention; ours is one of the tokens that have such a place."""
    m = make(name)
    *_, last = at.scan(m, TEXT, size=24)
    for place, passage in enumerate(last.passages):
        weights = own_attention(m, passage).double().numpy()
        for metric, pattern in patterns_of_transformer_lens(passage.ids).items():
            score = (weights * pattern).sum((-2, -1)) / weights.sum((-2, -1))
            asked = pattern.any(-1).sum()
            expected = score * len(passage) / asked
            np.testing.assert_allclose(last.values[metric][place], expected, atol=1e-5)


@pytest.mark.parametrize("name", ["gpt2", "bert", "bloom", "bart"])
def test_a_scan_is_every_metric_of_every_passage(make, name):
    m = make(name)
    *_, last = at.scan(m, TEXT, size=24)
    assert len(last.passages) == last.total and last.note == ""
    for place, passage in enumerate(last.passages):
        expected = at.head_metrics(at.maps(m, passage))
        for metric in at.METRICS:
            torch.testing.assert_close(
                last.values[metric][place], getattr(expected, metric), equal_nan=True
            )


def test_means_and_spreads_are_numpys(found):
    assert len(found.passages) > 5
    for metric in at.METRICS:
        values = found.values[metric].double().numpy()
        np.testing.assert_allclose(found.mean(metric), np.nanmean(values, 0), atol=1e-6)
        np.testing.assert_allclose(found.spread(metric), np.nanstd(values, 0, ddof=1), atol=1e-5)


def test_what_only_one_passage_tells_has_no_spread():
    values = torch.full((3, 1, 1), math.nan)
    values[1] = 0.5
    scanned = at.Scan((), {"induction": values}, 3, "")
    assert scanned.mean("induction").item() == 0.5
    assert scanned.spread("induction").isnan().item()
    assert scanned.tenths("induction", (0, 0)) == [[1]]


def test_what_is_known_grows_and_stays(make):
    states = list(at.scan(make("gpt2"), TEXT, size=24))
    assert [len(state.passages) for state in states] == list(range(1, states[-1].total + 1))
    early, last = states[1], states[-1]
    assert early.passages == last.passages[:2] and early.size == (2, 4)
    assert early.values["entropy"].equal(last.values["entropy"][:2])


def test_passages_cut_the_text_and_come_in_an_order_drawn_by_lot(make, found):
    m = make("gpt2")
    cut = passages(m, TEXT, 24)
    ids = m.tokenizer(TEXT).input_ids
    joined = [id for passage in cut for id in passage.ids]
    assert joined == ids[: len(joined)] and len(ids) - len(joined) < 24
    assert {len(passage) for passage in cut} == {24}
    assert sorted(p.ids for p in found.passages) == sorted(p.ids for p in cut)
    assert list(found.passages) != cut
    *_, again = at.scan(m, TEXT, size=24)
    *_, other = at.scan(m, TEXT, size=24, seed=1)
    assert again.passages == found.passages != other.passages


def test_a_passage_has_the_marks_that_the_model_knows(bert):
    cut = passages(bert, TEXT, 24)
    assert all((p.tokens[0], p.tokens[-1]) == ("[CLS]", "[SEP]") for p in cut)
    assert {len(passage) for passage in cut} == {24}
    assert "".join(cut[0].tokens[1:-1]) == TEXT[:22]


def test_a_passage_is_no_longer_than_the_context_and_a_short_text_is_one(make):
    m = make("gpt2")
    assert {len(passage) for passage in passages(m, TEXT, 1000)} == {64}
    assert [len(passage) for passage in passages(m, "short", 24)] == [5]
    for text in ("", "a"):
        with pytest.raises(ValueError, match="too short"):
            next(at.scan(m, text))
    for size in (-1, 0, 1):
        with pytest.raises(ValueError, match=f"it was {size}"):
            next(at.scan(m, TEXT, size=size))


def test_of_a_long_text_the_beginning_is_read_and_that_is_said(make, monkeypatch):
    monkeypatch.setattr(corpus, "MOST", 100)
    *_, last = at.scan(make("gpt2"), TEXT, size=24)
    assert last.total == 4
    assert last.note == "The text has 288 characters and the first 100 are read here."


def test_tenths_lead_from_the_strongest_passages_to_the_weakest(found):
    for metric in ("previous_token", "induction"):
        values = found.values[metric][:, 1, 2].tolist()
        tenths = found.tenths(metric, (1, 2))
        ranked = [place for tenth in tenths for place in tenth]
        known = [place for place, value in enumerate(values) if not math.isnan(value)]
        assert ranked == sorted(known, key=lambda place: -values[place])
        sizes = [len(tenth) for tenth in tenths]
        assert len(sizes) == min(10, len(known)) and max(sizes) - min(sizes) <= 1


def scanned(**means):
    """A scan of one passage with these means, each [heads] of one layer."""
    unknown = torch.full((1, 1, 3), math.nan)
    values = {
        name: torch.tensor([[means[name]]]) if name in means else unknown for name in PATTERNS
    }
    return at.Scan((), values, 1, "")


def test_a_head_is_named_for_that_in_which_it_stands_above_the_others():
    one = scanned(
        previous_token=[0.5, 0.5, 0.8], first_token=[0.1, 0.2, 0.1], induction=[0.02, 0.01, 0.01]
    )
    assert [one.name((0, head)) for head in range(3)] == [
        "induction",
        "first_token",
        "previous_token",
    ]


@pytest.mark.parametrize("name", ["gpt2", "llama", "qwen3", "gpt_neox"])
def test_muting_costs_what_hooks_say(make, name):
    m = make(name)
    *_, last = at.scan(m, TEXT, size=24)
    *_, cost = at.muting_cost(m, last, (1, 2), others=3)
    assert cost.heads[0] == (1, 2) and len(set(cost.heads)) == 4
    assert cost.cost.shape == (last.total, 4)
    for column, head in enumerate(cost.heads):
        model = hooked(m, [head])
        for row, passage in enumerate(last.passages):
            ids = torch.tensor([passage.ids])
            with torch.inference_mode():
                before, after = (each(ids, labels=ids).loss for each in (m.model, model))
            expected = float(after - before) / math.log(2)
            assert float(cost.cost[row, column]) == pytest.approx(expected, abs=1e-5)


def test_means_spreads_and_errors_of_the_cost(make, found):
    states = list(at.muting_cost(make("gpt2"), found, (0, 0), others=10))
    assert [len(state.cost) for state in states] == list(range(1, found.total + 1))
    assert states[0].spread.isnan().all() and states[0].error.isnan().all()
    cost, many = states[-1], found.total
    assert len(cost.heads) == 8, "a model of eight heads has seven others"
    values = cost.cost.double().numpy()
    np.testing.assert_allclose(cost.mean, values.mean(0), atol=1e-6)
    np.testing.assert_allclose(cost.spread, values.std(0, ddof=1), atol=1e-6)
    np.testing.assert_allclose(cost.error, values.std(0, ddof=1) / many**0.5, atol=1e-6)
    assert cost.over([0, 3]) == pytest.approx(values[[0, 3], 0].mean(), abs=1e-6)
    assert math.isnan(states[0].over([3]))


def test_a_masked_model_is_asked_for_every_word_of_the_passages(bert):
    *_, last = at.scan(bert, TEXT[:60], size=24)
    *_, cost = at.muting_cost(bert, last, (1, 0), others=1)
    for row, passage in enumerate(last.passages):
        expected = at.ablate(bert, passage, [(1, 0)]).loss_change
        assert float(cost.cost[row, 0]) == pytest.approx(expected, abs=1e-5)


def test_what_cannot_be_muted_is_refused_in_a_sentence(make, found):
    with pytest.raises(ValueError, match="others must be 0 or above, and it was -1"):
        next(at.muting_cost(make("gpt2"), found, (0, 0), others=-1))
    with pytest.raises(ValueError, match="layers 0 to 1 with heads 0 to 3"):
        next(at.muting_cost(make("gpt2"), found, (2, 0)))
    for name in UNWATCHABLE:
        with pytest.raises(ValueError, match="in a way of its own"):
            next(at.muting_cost(make(name), found, (0, 0)))
    with pytest.raises(ValueError, match="gives no attention"):
        next(at.scan(make("mamba"), TEXT))
