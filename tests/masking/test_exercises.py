"""What the questions of this lab say, held against torch, transformers and the lab's own model."""

import math

import pytest
import torch
import torch.nn.functional as F
from transformers import pipeline

from lablib import masking as mk
from lablib import models
from lablib.exercises import Bug, Exercise, Prediction, grade, lab, loader
from lablib.masking.exercises import solutions
from lablib.masking.exercises.practice import practice_bert

broken = loader.broken("masking")

RECORDS = list(lab("masking").values())
TEXT = "The cat sat on the [MASK]."


def test_the_lab_asks_enough_for_its_story():
    bugs = [record for record in RECORDS if isinstance(record, Bug)]
    checked = [record for record in RECORDS if isinstance(record, Exercise)]
    assert len([record for record in RECORDS if isinstance(record, Prediction)]) >= 7
    assert len(checked) - len(bugs) >= 7
    assert len(bugs) >= 4


# The solutions against others' code.


def test_the_best_guess_is_that_of_the_pipeline():
    model, tokenizer = practice_bert()
    text = "the old cat sat on the [MASK] ."
    inputs = tokenizer(text, return_tensors="pt")
    ids = inputs.input_ids[0].tolist()
    best, probability = solutions.best_guess(
        model(**inputs).logits[0], ids, tokenizer.mask_token_id
    )
    expected = pipeline("fill-mask", model=model, tokenizer=tokenizer)(text)[0]
    assert best == expected["token"]
    assert probability == pytest.approx(expected["score"], abs=1e-5)


def test_the_score_is_minus_the_sum_of_the_losses():
    rows, ids = torch.randn(6, 9).log_softmax(-1), [2, 7, 8, 1, 5, 3]
    loss = F.nll_loss(rows[1:-1], torch.tensor(ids[1:-1]), reduction="sum")
    assert solutions.pseudo_log_likelihood(rows, ids) == pytest.approx(-float(loss), rel=1e-5)


def test_the_masked_loss_is_the_cross_entropy_at_the_mask():
    model, tokenizer = practice_bert()
    ids = tokenizer("the old cat sat", return_tensors="pt").input_ids
    answer = ids[0, 3].item()
    loss = solutions.masked_loss(model, tokenizer, "the old cat sat", 3)
    ids[0, 3] = tokenizer.mask_token_id
    expected = -model(input_ids=ids).logits[0, 3].log_softmax(-1)[answer]
    assert loss == pytest.approx(float(expected), rel=1e-5)


def test_the_masked_loss_asks_for_its_place_and_not_for_what_differs():
    """What is chosen can be shown unchanged, as the exercise on labels says: here, a mask."""
    model, tokenizer = practice_bert()
    ids = tokenizer("the old [MASK] sat", return_tensors="pt").input_ids
    expected = -model(input_ids=ids).logits[0, 3].log_softmax(-1)[tokenizer.mask_token_id]
    loss = solutions.masked_loss(model, tokenizer, "the old [MASK] sat", 3)
    assert loss == pytest.approx(float(expected), rel=1e-5)


def test_spread_and_mean_are_those_of_torch():
    first, second = torch.randn(2, 5)
    difference = first - second
    mean, spread = solutions.difference_and_spread(first.tolist(), second.tolist())
    assert mean == pytest.approx(float(difference.mean()), rel=1e-4)
    assert spread == pytest.approx(float(difference.std()), rel=1e-4)


# What each bug does, seen without our checks.


def test_softmax_over_the_text_sums_to_one_down_the_columns():
    logits = torch.randn(5, 7)
    _, wrong = broken.guesses(logits, range(5), 7)
    _, right = solutions.guesses(logits, range(5), 7)
    assert [sum(row) for row in right] == pytest.approx([1.0] * 5)
    assert sum(map(sum, wrong)) == pytest.approx(7.0)


def test_the_place_moves_when_a_long_text_is_cut():
    model, tokenizer = practice_bert()
    short, long = "the cat sat on the [MASK] .", "a dog ran . " * 3 + "the [MASK] sat on the mat ."
    assert broken.guess(model, tokenizer, short) == solutions.guess(model, tokenizer, short)
    assert broken.guess(model, tokenizer, long) != solutions.guess(model, tokenizer, long)


def test_the_rest_of_a_word_gives_it_away():
    tokenizer = practice_bert()[1]
    seen, _ = broken.hide_word("the rhinoceros slept", tokenizer, 1)
    assert seen == ["the", "[MASK]", "##cer", "##os", "slept"]
    seen, hidden = solutions.hide_word("the rhinoceros slept", tokenizer, 1)
    assert "".join(seen) == "the" + 3 * "[MASK]" + "slept"
    assert hidden == ["rhino", "##cer", "##os"]


# What the predictions say of the model that comes with the labs.


@pytest.fixture(scope="module")
def minilm():
    return models.load("minilm-masked", kind="masked")


def test_mat_is_far_down_and_the_list_is_the_vocabulary(minilm):
    filled = mk.fill(minilm, TEXT)
    assert filled.probabilities.shape == (1, 30522)
    assert {"bed", "floor", "table", "door", "ground"} <= {guess.text for guess in filled.top()}
    assert 2e-4 < mk.score_word(minilm, TEXT, "mat").probability < 3e-3


def test_the_two_best_words_clash(minilm):
    orders, joint = mk.compare_orders(minilm, "The [MASK] [MASK] was very old.", k=1)
    assert orders["independent"].pieces == ("other", "he")
    assert orders["independent"].log_probability < joint.fillings[0].log_probability - 1


def test_the_cat_tells_more_of_the_bed_than_sitting_does(minilm):
    found = mk.evidence(minilm, TEXT, "bed")
    costs = dict(zip([word.text for word in found.words], found.changes, strict=True))
    assert max(costs, key=costs.__getitem__) == "cat" and costs["sat"] > 0.1


def test_all_words_feel_the_change_of_one(minilm):
    pair = mk.compare_sentences(
        minilm, "The keys to the cabinet is on the table.",
        "The keys to the cabinet are on the table.",
    )  # fmt: skip
    for word in pair.pairs:
        assert abs(word.first_log_probability - word.second_log_probability) > 2e-5


def test_the_sentence_head_likes_a_sentence_said_twice(minilm):
    first = "He opened the door and looked into the dark room."
    twice, good = (
        mk.next_sentence(minilm, first, second) for second in (first, "There was nobody in it.")
    )
    assert twice > good > 0.5


def test_soldiers_are_he_about_three_times_as_much(minilm):
    found = mk.probe(minilm, words=["soldier"])
    assert (found.differences > 0).all()
    assert 2 < math.exp(found.table()[0]["mean"]) < 4.5


def test_the_head_start_is_as_the_prediction_says():
    after = {curve.model: curve.accuracy_at(6.0) for curve in mk.learning_curves()}
    assert after["minilm-masked"] == pytest.approx(0.34, abs=0.01)
    assert after.get("pocket-bert", 0.29) == pytest.approx(0.29, abs=0.01)


# Odd answers.


def test_answers_in_plain_words_when_the_kind_is_wrong():
    said = grade("masking/mask-word", lambda pieces, number: " ".join(pieces)).message
    assert "This should be a list of 6 texts; you gave a text." in said
    assert "list of 2 numbers" in grade("masking/best-guess", lambda logits, ids, mask: 3).message
    assert "Not `0.5`" in grade("masking/rhinoceros", 0.5).message


def test_code_that_changes_its_tokenizer_spoils_no_other():
    practice_bert()[1].truncation_side = "left"
    assert practice_bert()[1].truncation_side == "right"
    assert practice_bert()[0] is practice_bert()[0]
