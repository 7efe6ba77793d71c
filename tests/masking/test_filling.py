"""Filling one gap: equal to the fill-mask pipeline of transformers; words of several pieces."""

import threading

import pytest
import torch
from transformers import pipeline

from lablib.masking import fill, logits_at, prepare, score_word
from lablib.masking.compute.reading import TOKENS_AT_ONCE, MaskedQuery, log_probabilities

SINGLE = [
    "the cat sat on the [MASK].",
    "[MASK]",
    "[MASK] cat",
    "zebra [MASK]ing!",
    "the \x00 [MASK] 😀 <b>",
    " [MASK] ",
]


@pytest.mark.parametrize("text", SINGLE)
@pytest.mark.parametrize("seed", range(3))
def test_one_mask_is_filled_as_the_pipeline_does(tiny, words_only, text, seed):
    m = tiny(seed)
    stock = pipeline("fill-mask", model=words_only(m).model, tokenizer=m.tokenizer, top_k=9)
    expected = stock(text)
    for ours in (m, words_only(m)):
        guesses = fill(ours, text, k=9).top()
        assert [guess.id for guess in guesses] == [row["token"] for row in expected]
        assert [guess.text for guess in guesses] == [row["token_str"] for row in expected]
        assert [guess.probability for guess in guesses] == pytest.approx(
            [row["score"] for row in expected], abs=1e-5
        )


def test_several_masks_are_filled_as_the_pipeline_does(m, words_only):
    text = "the [MASK] sat on [MASK]."
    stock = pipeline("fill-mask", model=words_only(m).model, tokenizer=m.tokenizer, top_k=4)
    filled = fill(m, text, k=4)
    for mask, expected in enumerate(stock(text)):
        assert [g.id for g in filled.top(mask=mask)] == [row["token"] for row in expected]
    assert filled.probabilities.shape == (2, len(m.tokenizer))
    assert filled.probabilities.sum(1).tolist() == pytest.approx([1, 1], abs=1e-5)
    assert [row["mask"] for row in filled.table()] == [0] * 4 + [1] * 4


@pytest.mark.parametrize("text", ["[MASK] " * 50, "[MASK]" * 3, "cat " * 500 + "[MASK]"])
def test_many_masks_only_masks_and_long_texts(m, text):
    filled = fill(m, text, k=10**9)
    assert len(filled.guesses) == len(filled.read.masks) >= 1
    assert len(filled.top()) == len(m.tokenizer)
    assert bool(filled.read.note) == (len(text) > 300)


def test_what_cannot_be_filled(m):
    with pytest.raises(ValueError, match="no mask in this text"):
        fill(m, "the cat")
    with pytest.raises(ValueError, match="1 or more, and it was 0"):
        fill(m, "[MASK]", k=0)


def test_scores_in_batches_padded_or_not_are_those_of_single_rows(m, monkeypatch):
    texts = ["the cat sat on the [MASK].", "[MASK] [MASK]", "a zebra was [MASK]!", "[MASK]."]
    read = [prepare(m, text) for text in texts]
    single = [logits_at(m, [r.ids], [r.masks]) for r in read]
    for tokens in (TOKENS_AT_ONCE, 20, 1):
        monkeypatch.setattr("lablib.masking.compute.reading.TOKENS_AT_ONCE", tokens)
        together = logits_at(m, [r.ids for r in read], [r.masks for r in read])
        assert torch.allclose(together, torch.cat(single), atol=1e-4)
    full = m.model(torch.tensor([read[0].ids])).prediction_logits[0, read[0].masks[0]]
    assert torch.allclose(single[0][0], full, atol=1e-5)


def test_progress_may_stop_it(m, monkeypatch):
    monkeypatch.setattr("lablib.masking.compute.reading.TOKENS_AT_ONCE", 1)
    seen = []
    logits_at(m, [[2, 4, 3]] * 3, [[1]] * 3, lambda done, total, text: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3)]

    def stop(*_):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        logits_at(m, [[2, 4, 3]] * 3, [[1]] * 3, stop)
    assert not m.model.base_model._forward_hooks


def test_another_thread_that_uses_the_model_is_not_concerned(m):
    ids = torch.tensor([[2, 7, 4, 3]])
    expected = m.model(ids).prediction_logits.detach()
    from lablib.masking.compute.reading import head_only_at

    seen = []
    with head_only_at(m.model, [[2]]):
        thread = threading.Thread(target=lambda: seen.append(m.model(ids).prediction_logits))
        thread.start()
        thread.join()
    assert seen[0].shape == expected.shape


def test_the_same_place_is_read_once(m, monkeypatch):
    rows = []
    original = logits_at
    monkeypatch.setattr(
        "lablib.masking.compute.reading.logits_at",
        lambda m, r, p, progress=None: rows.extend(r) or original(m, r, p),
    )
    row = (2, 7, 4, 3)
    answers = log_probabilities(
        m, [MaskedQuery(row, 2, 8), MaskedQuery(row, 2, 9), MaskedQuery(row, 1, 7)]
    )
    scores = original(m, [row], [[2]]).log_softmax(-1)[0]
    assert rows == [row, row]
    assert answers[:2].tolist() == pytest.approx([float(scores[8]), float(scores[9])])


def test_a_word_of_one_piece_has_the_probability_that_fill_gives(m):
    text = "the [MASK] sat on the [MASK]."
    filled = fill(m, text)
    for mask in (0, 1):
        score = score_word(m, text, "mat", mask)
        id = m.tokenizer.convert_tokens_to_ids("mat")
        assert score.ids == (id,) and score.pieces == ("mat",)
        assert score.probability == pytest.approx(float(filled.probabilities[mask, id]), rel=1e-4)


def test_a_word_of_several_pieces_is_scored_piece_by_piece(m):
    score = score_word(m, "the [MASK] sat on [MASK].", "keys", mask=1)
    assert score.pieces == ("key", "##s")
    before = fill(m, "the [MASK] sat on [MASK][MASK].").probabilities[1, score.ids[0]]
    after = fill(m, "the [MASK] sat on key[MASK].").read  # "key" and a mask for its end
    assert after.ids.count(m.tokenizer.mask_token_id) == 2
    end = fill(m, "the [MASK] sat on key[MASK].").probabilities[1, score.ids[1]]
    assert score.probability == pytest.approx(float(before * end), rel=1e-4)


@pytest.mark.parametrize("word", ["", "  ", "😀", "日本", "[MASK]"])
def test_words_that_cannot_be_asked_for(m, word):
    with pytest.raises(ValueError, match=r"Type a word|not in this model's vocabulary"):
        score_word(m, "the [MASK]", word)


def test_a_word_too_long_for_the_text(m):
    with pytest.raises(ValueError, match="so many pieces"):
        score_word(m, "cat " * 40 + "[MASK]", "zebrazebra" * 6)
