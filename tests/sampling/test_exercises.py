"""The questions of the sampling lab, held against transformers and torch."""

import random

import pytest
import torch
from transformers import (
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from lablib import models
from lablib import sampling as sp
from lablib.exercises import Bug, Exercise, Prediction, grade, lab, loader
from lablib.exercises.practice import practice_model
from lablib.sampling.exercises import solutions

broken = loader.broken("sampling")


def test_the_lab_asks_enough_for_its_story():
    def count(kind):
        return sum(isinstance(record, kind) for record in lab("sampling").values())

    assert count(Prediction) >= 6
    assert count(Exercise) - count(Bug) >= 7
    assert count(Bug) >= 4


# What each bug does, seen without our checks.


def test_without_do_sample_the_two_stories_are_one():
    first, second = broken.two_stories(*practice_model())
    assert first == second
    first, second = solutions.two_stories(*practice_model())
    assert first != second


def test_max_length_leaves_less_room_after_a_longer_prompt():
    model, tokenizer = practice_model()

    def written(function, prompt):
        return len(tokenizer(function(model, tokenizer, prompt)).input_ids) - len(prompt)

    assert written(broken.continue_greedily, "a" * 90) == 10
    assert written(broken.continue_greedily, "a" * 10) == 90


def test_greedy_search_gives_one_story_and_refuses_three():
    model, tokenizer = practice_model()
    inputs = tokenizer("Once upon a time", return_tensors="pt")
    one = model.generate(**inputs, max_length=100, num_return_sequences=1)
    assert one.shape == (1, 100)
    with pytest.raises(ValueError, match="num_return_sequences"):
        model.generate(**inputs, max_length=100, num_return_sequences=3)


def test_softmax_of_the_cut_sums_to_one_and_the_model_does_not():
    logits = torch.randn(50)
    assert sum(broken.most_likely(logits, 5).values()) == pytest.approx(1)
    assert sum(solutions.most_likely(logits, 5).values()) < 0.9


def test_the_penalty_comes_before_the_cut_as_in_transformers():
    logits, previous = torch.tensor([3.0, 2.5, 2.0, 1.0, -1.0]), [0, 1]
    scores = RepetitionPenaltyLogitsProcessor(2.0)(torch.tensor([previous]), logits[None].clone())
    expected = TopKLogitsWarper(2)(torch.tensor([previous]), scores).softmax(-1)[0]
    torch.testing.assert_close(solutions.next_probabilities(logits, previous, 2, 2.0), expected)
    assert not torch.allclose(broken.next_probabilities(logits, previous, 2, 2.0), expected)


def test_dividing_makes_a_negative_logit_more_likely():
    logits = torch.tensor([2.0, -4.0])
    assert (
        broken.penalise(logits, [1], 2.0)[1] > logits[1] > solutions.penalise(logits, [1], 2.0)[1]
    )


def test_an_unseeded_draw_differs_between_equal_distributions():
    fair = [0.5, 0.5]
    cold, hot = solutions.draw_both(fair, fair, 64, seed=3)
    assert cold == hot
    random.seed(4)  # somebody else may just have begun the shared generator with 3
    cold, hot = broken.draw_both(fair, fair, 64, seed=3)
    assert cold != hot


# The solutions against transformers and torch.


@pytest.mark.parametrize("seed", range(5))
def test_the_kept_sets_are_those_of_transformers(seed):
    logits = torch.randn(1, 40, generator=torch.Generator().manual_seed(seed)) * 3
    probabilities = logits.softmax(-1)[0]

    def kept(warper):
        left = warper(torch.zeros(1, 0, dtype=torch.long), logits.clone())[0].isfinite()
        return set(left.nonzero().flatten().tolist())

    assert solutions.kept_by_top_p(probabilities, 0.8) == kept(TopPLogitsWarper(0.8))
    assert solutions.kept_by_min_p(probabilities, 0.1) == kept(MinPLogitsWarper(0.1))


@pytest.mark.parametrize("seed", range(5))
def test_the_penalty_is_that_of_transformers(seed):
    logits = torch.randn(1, 40, generator=torch.Generator().manual_seed(seed))
    previous = [3, 3, 7, 20]
    expected = RepetitionPenaltyLogitsProcessor(1.3)(torch.tensor([previous]), logits.clone())[0]
    torch.testing.assert_close(solutions.penalise(logits[0], previous, 1.3), expected)


def test_the_worked_penalty_is_that_of_transformers():
    logits = torch.tensor([[2.0, -1.0, 0.5, -3.0]])
    expected = RepetitionPenaltyLogitsProcessor(2.0)(torch.tensor([[0, 1, 0]]), logits)
    assert grade("sampling/penalty-by-hand", expected[0]).state == "right"


def test_softmax_entropy_and_temperature_fit_together():
    logits = torch.tensor([3.0, 2.0, 1.0, 0.0])
    probabilities = solutions.softmax_with_temperature(logits, 0.7)
    torch.testing.assert_close(torch.tensor(probabilities), (logits / 0.7).softmax(-1))
    entropy = torch.distributions.Categorical(probs=torch.tensor(probabilities)).entropy()
    choices = solutions.effective_choices(torch.tensor(probabilities))
    assert choices == pytest.approx(float(entropy.exp()))
    assert solutions.temperature_for(logits, float(entropy)) == pytest.approx(0.7, abs=1e-4)


def test_a_drawn_token_is_as_frequent_as_it_is_probable():
    probabilities = torch.tensor([0.2, 0.5, 0.3])
    drawn = [solutions.draw(probabilities, (n + 0.5) / 1000) for n in range(1000)]
    assert [drawn.count(token) for token in range(3)] == [200, 500, 300]


def test_the_log_probability_is_minus_the_loss_of_a_model():
    model, tokenizer = practice_model()
    ids = tokenizer("Once upon a time", return_tensors="pt").input_ids
    with torch.no_grad():
        result = model(ids, labels=ids)
    total = solutions.log_probability(result.logits[0], ids[0].tolist(), 1)
    assert total / (ids.shape[1] - 1) == pytest.approx(-float(result.loss), rel=1e-5)


def test_the_cache_computes_as_many_positions_as_counted():
    model, tokenizer = practice_model()
    inputs = tokenizer("Once", return_tensors="pt")
    for cached in (True, False):
        seen = []
        hook = model.transformer.register_forward_hook(
            lambda module, args, result, seen=seen: seen.append(result[0].shape[1])
        )
        model.generate(**inputs, max_new_tokens=6, use_cache=cached)
        hook.remove()
        assert sum(seen) == solutions.positions_computed(4, 6, cached)


def test_the_rare_tail_number():
    guess = lab("sampling")["sampling/rare-tail"].answer
    assert guess.value == pytest.approx(100 * (1 - 0.95**100), abs=0.05)


def test_the_temperature_ratio_number():
    guess = lab("sampling")["sampling/temperature-ratio"].answer
    hot, cold = solutions.softmax_with_temperature([2.0, 1.0], 0.5)
    assert guess.value == pytest.approx(hot / cold, abs=1e-3)


def test_top_k_one_leaves_one_token_at_any_temperature():
    logits = torch.randn(30)
    left = solutions.next_probabilities(logits / 2, [], 1, 1.0)
    assert left.max() == 1 and left.argmax() == logits.argmax()


@pytest.mark.parametrize(
    ("knobs", "said"),
    [
        ({"temperature": 0.0}, "Leave the temperature at 1"),
        ({"top_k": 1, "top_p": 0.5}, "you turned 2"),
        ({"top_k": 2}, "2 tokens are left"),
        ({"top_p": 0.0001}, "Not always greedy: where the model is unsure"),
        ({"min_p": 0.99}, "Not always greedy: where the model is unsure"),
        ({"typical_p": 0.0}, "it is not the most likely"),
        ({"top_p": 0.0}, "two of them turn the same knob"),
    ],
)
def test_a_wrong_road_to_greedy_is_told_why(knobs, said):
    answer = [sp.Knobs(top_p=0.0), sp.Knobs(min_p=1.0), sp.Knobs(**knobs)]
    assert said in grade("sampling/roads-to-greedy", answer).message


def test_roads_to_greedy_must_be_three_knobs():
    assert "three `Knobs`" in grade("sampling/roads-to-greedy", sp.Knobs(top_k=1)).message
    assert grade("sampling/roads-to-greedy", ...).state == "unanswered"


@pytest.mark.parametrize("seed", range(5))
def test_the_solutions_do_what_the_lab_does(seed):
    logits = torch.randn(40, generator=torch.Generator().manual_seed(seed)) * 3
    plain = sp.distribution(logits, sp.Knobs())

    def kept(knobs):
        return set(sp.distribution(logits, knobs).nonzero().flatten().tolist())

    warm = torch.tensor(solutions.softmax_with_temperature(logits, 1.4))
    torch.testing.assert_close(warm, sp.distribution(logits, sp.Knobs(temperature=1.4)))
    assert solutions.kept_by_top_p(plain, 0.8) == kept(sp.Knobs(top_p=0.8))
    assert solutions.kept_by_min_p(plain, 0.1) == kept(sp.Knobs(min_p=0.1))
    descending, ids = plain.sort(descending=True)
    assert ids[solutions.draw(descending, 0.4)] == sp.draw(plain, 0.4)
    torch.testing.assert_close(
        solutions.next_probabilities(logits, [1, 2], 10, 1.3),
        sp.distribution(logits, sp.Knobs(top_k=10, repetition_penalty=1.3), previous=[1, 2]),
    )


def test_answers_in_plain_words_when_the_kind_is_wrong():
    def said(id, answer):
        return grade(id, answer).message

    assert "list of 3 numbers; you gave a number" in said(
        "sampling/softmax-temperature", lambda logits, temperature: 1.0
    )
    assert "without brackets" in said("sampling/softmax-temperature", [0.5, 0.5])
    assert "set of numbers" in said("sampling/top-p-kept", lambda probabilities, p: "all")
    far = said("sampling/temperature-for-entropy", lambda logits, target: 50.0)
    assert "the right one is lower" in far


def test_a_logit_of_zero_lets_forbidden_tokens_through():
    logits = torch.tensor([-1.0, -2.0, -3.0])
    wrong, right = (room.constrained(logits, [0, 1]) for room in (broken, solutions))
    assert wrong[2] > wrong[0] > 0
    assert right[2] == 0
    torch.testing.assert_close(right[:2], logits[:2].softmax(0))


def test_the_allowed_tokens_are_those_of_a_guide():
    m = models.load("pocket-gpt2", device="cpu")
    prompt, options = sp.prepare(m, "The"), [" king", " kings", " queen"]
    guide = sp.Guide(m, sp.choice_pattern(options), prompt)
    texts = m.tokenizer.batch_decode([[id] for id in range(len(m.tokenizer))])
    special = {m.tokenizer.decode([id]) for id in m.tokenizer.all_special_ids}
    known = [text for text in texts if text and text not in special and "\ufffd" not in text]
    of_guide = {texts[id] for id in guide.allowed(prompt.ids)}
    assert set(solutions.allowed(known, options, "")) == of_guide
