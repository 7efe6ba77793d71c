"""The two tasks of pretraining: losses equal to the model's own, and the tiny BERT learns."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import tensor

from lablib import data
from lablib.masking import (
    IGNORE_INDEX,
    exercise,
    learn,
    next_sentence,
    pretraining_loss,
    weighted_loss,
)
from lablib.masking.compute.learning import KEPT, MASKED, RANDOM
from tests.examples import examples

TEXT = "The old zebra sat on the keys, was he? She was on the mat."


@pytest.mark.parametrize("whole_words", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_the_loss_is_the_models_own(m, words_only, seed, whole_words):
    done = exercise(m, TEXT, seed, rate=0.4, mask=0.6, random=0.2, whole_words=whole_words)
    stock = words_only(m).model(tensor([done.seen]), labels=tensor([done.labels]))
    assert done.loss == pytest.approx(stock.loss.item(), abs=1e-4)
    for place, (fate, loss) in enumerate(zip(done.corruption_types, done.losses, strict=True)):
        assert bool(fate) == (loss is not None) == (done.labels[place] != IGNORE_INDEX)
        same = done.seen[place] == done.read.ids[place]
        assert same == (fate in ("", KEPT))
        if fate == MASKED:
            assert done.seen[place] == m.tokenizer.mask_token_id
        assert fate != RANDOM or not same
    assert [row["place"] for row in done.table()] == [
        p for p, fate in enumerate(done.corruption_types) if fate
    ]
    assert exercise(m, TEXT, seed, 0.4, 0.6, 0.2, whole_words) == done


@examples(30)
@given(st.text(), st.integers(0, 5), st.floats(0, 1))
def test_any_text_can_be_corrupted(m, text, seed, rate):
    done = exercise(m, text, seed, rate)
    special = [id in m.tokenizer.all_special_ids for id in done.read.ids]
    assert not any(fate for fate, mark in zip(done.corruption_types, special, strict=True) if mark)
    assert done.loss is None or done.loss >= 0


def test_shares_that_are_none(m):
    with pytest.raises(ValueError, match="from 0 to 1"):
        exercise(m, TEXT, rate=2)
    assert exercise(m, TEXT, rate=0).loss is None


def test_next_sentence_is_the_models_own(m):
    pair = m.tokenizer("the cat sat.", "the mat is old.", return_tensors="pt")
    expected = m.model(**pair).seq_relationship_logits.softmax(-1)[0, 0]
    ours = next_sentence(m, "the cat sat.", "the mat is old.")
    assert ours == pytest.approx(expected.item(), abs=1e-5)
    assert 0 <= next_sentence(m, "cat " * 500, "\ud800") <= 1
    assert 0 <= next_sentence(m, "", "") <= 1


def test_a_model_without_that_head(m, words_only, gpt):
    with pytest.raises(ValueError, match=r"has no next-sentence head.*minilm-masked"):
        next_sentence(words_only(m), "a", "b")
    with pytest.raises(ValueError, match="has no next-sentence head"):
        pretraining_loss(words_only(m), data.text("lighthouse"))
    with pytest.raises(ValueError, match="does not fill in masks"):
        next_sentence(gpt, "a", "b")


def test_a_batch_of_pretraining(m):
    loss = pretraining_loss(m, data.text("lighthouse"), seed=3, pairs=8, length=24)
    assert len(loss.pairs) == 8
    chances = [p.probability if p.follows else 1 - p.probability for p in loss.pairs]
    mean = -sum(map(math.log, chances)) / 8
    assert loss.next_sentence == pytest.approx(mean, abs=1e-4)
    assert {pair.follows for pair in loss.pairs} == {True, False}
    assert sum(pair.asked for pair in loss.pairs) > 0
    assert loss.total(0.5, 2) == pytest.approx(0.5 * loss.words + 2 * loss.next_sentence)
    assert loss.total() == weighted_loss(loss.words, loss.next_sentence, 1, 1)
    for pair in loss.pairs:
        assert pair.seen.startswith("[CLS]") and pair.seen.endswith("[SEP]")
        assert pair.first and pair.second


def test_the_batch_has_the_loss_of_the_stock_model(m):
    loss = pretraining_loss(m, data.text("lighthouse"), rate=0.3, mask=1.0, random=0.0)
    hidden = sum(pair.seen.count("[MASK]") for pair in loss.pairs)
    assert hidden == sum(pair.asked for pair in loss.pairs)
    from lablib.masking import corrupt
    from lablib.training.corpus import batch, token_stream
    from lablib.training.objective import sentence_pairs

    rng = torch.Generator().manual_seed(0)
    stream = token_stream([data.text("lighthouse")], m.tokenizer)
    rows = sentence_pairs(batch(stream, 0, 8, 45, 0), m.tokenizer, rng)
    made = corrupt(rows["input_ids"], m.tokenizer, rng, 0.3, 1.0, 0.0)
    stock = m.model(
        input_ids=made.ids,
        token_type_ids=rows["token_type_ids"],
        labels=made.labels,
        next_sentence_label=rows["next_sentence_label"],
    )
    assert loss.total() == pytest.approx(stock.loss.item(), abs=1e-4)


def test_nothing_hidden_and_too_short_a_text(m):
    assert pretraining_loss(m, data.text("lighthouse"), rate=0.0).words == 0.0
    with pytest.raises(ValueError, match="take a longer one"):
        pretraining_loss(m, "The cat sat.")


@pytest.mark.training
def test_a_tiny_bert_learns_inside_inference_mode():
    with torch.inference_mode():
        steps = list(learn(steps=40, every=20))
    assert [step.step for step in steps] == [0, 20, 40]
    assert steps[0].loss is None and steps[-1].total == 40
    assert steps[0].heldout_loss > 5.5 > 4.6 > steps[-1].heldout_loss
    assert steps[0].most_common == steps[-1].most_common > 0.1
    assert steps[-1].guesses[0].text == "the"
    with torch.inference_mode():
        again = list(learn(steps=40, every=20))
    assert again[-1].heldout_loss == pytest.approx(steps[-1].heldout_loss, abs=0.02)


def test_a_text_too_short_to_learn_from():
    with pytest.raises(ValueError, match="at least 1,000 words"):
        next(learn("The cat sat on the mat. " * 10))
    with pytest.raises(ValueError, match="at least 1 step"):
        next(learn(steps=0))
