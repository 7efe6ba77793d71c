"""The same gap for a model that reads the left only: equal to its own scores, by hand."""

import pytest
import torch

from lablib.masking import fill_from_left


def test_from_the_left_alone_it_is_the_next_token(gpt):
    found = fill_from_left(gpt, "Once [MASK] a time", k=5)
    ids = torch.tensor([gpt.tokenizer("Once")["input_ids"]])
    expected = gpt.model(ids).logits[0, -1].softmax(-1).topk(5)
    assert [guess.id for guess in found.guesses] == expected.indices.tolist()
    chances = [guess.probability for guess in found.guesses]
    assert chances == pytest.approx(expected.values.tolist(), abs=1e-5)
    assert (found.left, found.right, found.note) == ("Once", " a time", "")
    assert fill_from_left(gpt, "Once [MASK] else", k=5).guesses == found.guesses


def test_whole_sentences_are_scored_by_hand(gpt, monkeypatch):
    monkeypatch.setattr("lablib.masking.compute.causal.TOKENS_AT_ONCE", 30)
    found = fill_from_left(gpt, "Once [MASK] a time", k=4, candidates=12)
    left, right = (gpt.tokenizer(text)["input_ids"] for text in ("Once", " a time"))
    totals = {}
    first = gpt.model(torch.tensor([left])).logits[0, -1].log_softmax(-1)
    for id in first.topk(12).indices.tolist():
        ids = torch.tensor([[*left, id, *right]])
        chances = gpt.model(ids).logits[0].log_softmax(-1)
        rest = sum(float(chances[len(left) + i, token]) for i, token in enumerate(right))
        totals[id] = float(first[id]) + rest
    shares = torch.tensor(list(totals.values())).softmax(0).tolist()
    ranked = sorted(zip(shares, totals, strict=True), reverse=True)[:4]
    assert [guess.id for guess in found.rescored] == [id for _, id in ranked]
    expected = [share for share, _ in ranked]
    assert [g.probability for g in found.rescored] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("text", ["[MASK]", "a [MASK]", "[MASK] a", "[MASK] [MASK]", "é [MASK]😀"])
def test_any_gap(gpt, text):
    found = fill_from_left(gpt, text, k=3)
    assert len(found.guesses) == len(found.rescored) == 3
    assert sum(guess.probability for guess in found.rescored) <= 1 + 1e-5


def test_a_gap_in_small_letters_is_one(gpt):
    """The panel takes it, so what its code shows must take it too."""
    assert fill_from_left(gpt, "a [mask] b", k=3) == fill_from_left(gpt, "a [MASK] b", k=3)


def test_long_texts_are_cut_and_said(gpt):
    found = fill_from_left(gpt, "cat " * 99 + "[MASK]" + " mat" * 99)
    assert "left out" in found.note


def test_without_a_gap_or_a_model_that_writes(gpt, m):
    with pytest.raises(ValueError, match=r"type \[MASK\]"):
        fill_from_left(gpt, "Once")
    with pytest.raises(ValueError, match="does not predict the next token"):
        fill_from_left(m, "Once [MASK]")


def test_the_end_of_a_line_before_the_gap_is_read(gpt):
    """Only the space goes, which the next token would bring itself."""
    from lablib.sampling import next_logits

    found = fill_from_left(gpt, "a line\n[MASK] of it", k=3)
    assert found.left == "a line\n"
    expected = next_logits(gpt, "a line\n").softmax(-1).topk(3)
    assert [guess.id for guess in found.guesses] == expected.indices.tolist()
    assert fill_from_left(gpt, "a line [MASK]", k=3).left == "a line"
