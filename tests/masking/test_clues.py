"""Which words carry a guess: each taken away by hand gives the same change."""

import copy
from math import log

import pytest
import torch

from lablib.masking import attention_from_mask, evidence, fill, score_word

TEXT = "the old zebra sat on the [MASK]."


def test_hiding_each_word_by_hand_gives_the_same(m):
    found = evidence(m, TEXT, "mat")
    assert [word.text for word in found.words] == ["the", "old", "zebra", "sat", "on", "the", "."]
    assert found.log_probability == pytest.approx(
        score_word(m, TEXT, "mat").log_probability, abs=1e-4
    )
    for number, (word, without) in enumerate(
        zip(found.words, found.ablated_log_probs, strict=True)
    ):
        masks = "[MASK]" * len(word.places)
        text = TEXT[: word.start] + masks + TEXT[word.end :]
        mask = len(word.places) if word.end < TEXT.index("[MASK]") else 0
        expected = score_word(m, text, "mat", mask).log_probability
        assert without == pytest.approx(expected, abs=1e-4)
        assert found.changes[number] == pytest.approx(found.log_probability - expected, abs=1e-4)
    assert found.replacements[1] == "[MASK]"


def test_the_answer_is_the_best_guess_if_none_is_given(m):
    found = evidence(m, TEXT)
    best = fill(m, TEXT).top(1)[0]
    assert found.answer == best.text
    assert found.log_probability == pytest.approx(log(best.probability), abs=1e-4)


def test_replacing_puts_the_favourite_other_word(m):
    found = evidence(m, TEXT, "mat", how="replace")
    for word, other, without in zip(
        found.words, found.replacements, found.ablated_log_probs, strict=True
    ):
        if len(word.places) > 1:
            continue
        hidden = TEXT[: word.start] + "[MASK]" + TEXT[word.end :]
        number = 0 if word.start < TEXT.index("[MASK]") else 1
        special = set(m.tokenizer.all_special_ids)
        own = m.tokenizer.convert_tokens_to_ids(word.text)
        guesses = fill(m, hidden, k=20).top(mask=number)
        favourite = next(g for g in guesses if g.id not in special | {own})
        assert other == favourite.text
        if not other.startswith("##"):
            # With spaces round it, lest a letter that took the place of the "." is joined to "mat".
            text = f"{TEXT[: word.start]} {other} {TEXT[word.end :]}"
            expected = score_word(m, text, "mat").log_probability
            assert without == pytest.approx(expected, abs=1e-4)


def test_an_answer_of_several_pieces_and_a_second_mask(m):
    text = "the [MASK] sat on [MASK]."
    found = evidence(m, text, "keys", mask=1)
    assert [word.text for word in found.words] == ["the", "sat", "on", "."]
    expected = score_word(m, text, "keys", mask=1).log_probability
    assert found.log_probability == pytest.approx(expected, abs=1e-4)
    assert found.read.ids[found.place] == m.tokenizer.mask_token_id
    assert len(found.read.masks) == 3
    ranked = [change for _, change in found.top()]
    assert ranked == sorted(ranked, key=lambda change: -abs(change))
    assert [row["word"] for row in found.table()] == ["the", "sat", "on", "."]


def test_what_cannot_be_asked(m):
    with pytest.raises(ValueError, match="no mask"):
        evidence(m, "the cat")
    with pytest.raises(ValueError, match="no other word"):
        evidence(m, "[MASK]")
    with pytest.raises(ValueError, match="mask or replace"):
        evidence(m, TEXT, how="delete")
    with pytest.raises(ValueError, match="not in this model's vocabulary"):
        evidence(m, TEXT, "😀")


def test_attention_from_the_mask_is_a_share(m):
    pytest.importorskip("lablib.attention")
    found = evidence(m, TEXT, "keys")
    looks = attention_from_mask(m, found)
    twin = copy.deepcopy(m.model)
    twin.set_attn_implementation("eager")
    out = twin(torch.tensor([found.read.ids]), output_attentions=True).attentions
    row = torch.stack(out).mean((0, 2))[0, found.place]
    expected = [float(row[w.first : w.last].sum()) for w in found.words]
    assert looks.tolist() == pytest.approx(expected, abs=1e-5)
    assert sum(expected) < 1
