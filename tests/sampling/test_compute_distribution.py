"""The knobs, held against the logits processors of transformers and against hand computation."""

import math
from itertools import permutations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import (
    LogitsProcessorList,
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
    TypicalLogitsWarper,
)

from lablib.sampling import Knobs, distribution, draw, entropy, stages, uniforms
from lablib.sampling.compute import distribution as compute
from tests.examples import examples

INF = math.inf


def peer(logits, knobs, previous=()):
    """The distribution transformers draws from, by its own processors in its own order."""
    steps = LogitsProcessorList()
    if knobs.repetition_penalty != 1:
        steps.append(RepetitionPenaltyLogitsProcessor(float(knobs.repetition_penalty)))
    ids = torch.tensor([list(previous)], dtype=torch.long)
    if knobs.temperature == 0:  # greedy: the argmax, and none of the steps below
        best = steps(ids, logits[None].clone())[0].argmax()
        return torch.nn.functional.one_hot(best, len(logits)).float()
    if knobs.temperature != 1:
        steps.append(TemperatureLogitsWarper(float(knobs.temperature)))
    if knobs.top_k:
        steps.append(TopKLogitsWarper(knobs.top_k))
    if knobs.top_p < 1:
        steps.append(TopPLogitsWarper(knobs.top_p))
    if knobs.min_p > 0:
        steps.append(MinPLogitsWarper(knobs.min_p))
    if 0 < knobs.typical_p < 1:
        steps.append(TypicalLogitsWarper(knobs.typical_p))
    return steps(ids, logits[None].clone())[0].softmax(0)


def check(logits, knobs, previous=()):
    ours = distribution(logits, knobs, previous)
    torch.testing.assert_close(ours, peer(logits, knobs, previous), atol=1e-6, rtol=0)
    # 50,257 shares of 32 bits: how far their sum is off depends on the processor.
    assert ours.sum(dtype=torch.float64) == pytest.approx(1, abs=5e-5)


knob_values = st.builds(
    Knobs,
    temperature=st.sampled_from([0.1, 0.7, 1.0, 1.5, 3.0]),
    top_k=st.sampled_from([0, 1, 2, 5, 40, 10_000]),
    top_p=st.sampled_from([0.0, 0.1, 0.5, 0.9, 0.95, 1.0]),
    min_p=st.sampled_from([0.0, 0.02, 0.1, 0.5, 1.0]),
    typical_p=st.sampled_from([0.05, 0.2, 0.9, 1.0]),
    repetition_penalty=st.sampled_from([0.5, 1.0, 1.2, 2.0]),
)


@examples(300)
@given(
    knobs=knob_values,
    seed=st.integers(0, 10**6),
    size=st.integers(1, 300),
    data=st.data(),
)
def test_random_logits_give_the_distribution_of_transformers(knobs, seed, size, data):
    logits = torch.randn(size, generator=torch.Generator().manual_seed(seed)) * 4
    previous = data.draw(st.lists(st.integers(0, size - 1), max_size=8)) or [0]
    check(logits, knobs, previous)


@examples(150)
@given(
    values=st.lists(st.sampled_from([-2.0, 0.0, 0.5, 3.0, -INF]), min_size=1, max_size=12).filter(
        lambda values: max(values) > -INF
    ),
    knobs=knob_values,
)
def test_ties_and_removed_tokens_are_treated_as_in_transformers(values, knobs):
    check(torch.tensor(values), knobs, [0, len(values) - 1])


@pytest.mark.parametrize("name", ["data-visualization", "artificial-intelligence"])
@pytest.mark.parametrize(
    "knobs",
    [
        Knobs(),
        Knobs(temperature=0),
        Knobs(temperature=0.7, top_p=0.95),
        Knobs(temperature=1.3, top_k=50, top_p=0.9, min_p=0.02),
        Knobs(typical_p=0.2),
        Knobs(typical_p=0.95, repetition_penalty=1.3),
        Knobs(top_p=0.999),
        Knobs(min_p=0.1, repetition_penalty=0.8),
        Knobs(top_k=100_000),
    ],
    ids=str,
)
def test_the_real_gpt2_gives_the_distribution_of_transformers(shared, name, knobs):
    real = np.load(shared / "gpt2_reference" / f"{name}.npz")
    check(torch.from_numpy(real["logits"]), knobs, real["ids"].tolist())


EDGE = {
    "all equal": torch.zeros(10),
    "one token": torch.tensor([3.0]),
    "only one possible": torch.tensor([-INF, 2.0, -INF]),
    "far apart": torch.tensor([1e4, 0.0, -1e4]),
    "a tie at the top": torch.tensor([1.0, 5.0, 5.0, -1.0]),
}


@pytest.mark.parametrize("logits", EDGE.values(), ids=EDGE)
@pytest.mark.parametrize(
    "knobs",
    [
        Knobs(temperature=0),
        Knobs(top_k=1),
        Knobs(top_k=99),
        Knobs(top_p=0.0),
        Knobs(top_p=1.0),
        Knobs(top_p=0.5),
        Knobs(min_p=1.0),
        Knobs(typical_p=0.5),
        Knobs(repetition_penalty=5.0),
        Knobs(temperature=0, top_k=3, top_p=0.5, min_p=0.5, typical_p=0.5),
    ],
    ids=str,
)
def test_edges(logits, knobs):
    check(logits, knobs, [0])


def test_typical_p_of_zero_keeps_the_most_typical_token():
    # entropy of (0.1, 0.6, 0.3) is 0.898 nats; the surprisal of 0.3, 1.204, is the closest
    probabilities = torch.tensor([0.1, 0.6, 0.3])
    assert distribution(probabilities.log(), Knobs(typical_p=0)).tolist() == [0, 0, 1]


def test_stages_by_hand():
    # 8/15 4/15 2/15 1/15; top-k 3 removes 1/15; then top-p 0.8 of (8 4 2)/14 keeps 12/14
    logits = torch.tensor([8.0, 4.0, 2.0, 1.0]).log()
    result = {s.name: s for s in stages(logits, Knobs(top_k=3, top_p=0.8))}
    assert tuple(result) == ("model", *compute.STAGES)
    assert result["model"].probabilities.tolist() == pytest.approx([8 / 15, 4 / 15, 2 / 15, 1 / 15])
    assert result["top_k"].removed_mass == pytest.approx(1 / 15)
    assert result["top_k"].kept == 3
    assert result["top_p"].removed_mass == pytest.approx(2 / 14)
    assert result["top_p"].probabilities.tolist() == pytest.approx([2 / 3, 1 / 3, 0, 0])
    assert result["top_p"].entropy == pytest.approx(math.log2(3) - 2 / 3)
    assert result["min_p"].removed_mass == 0
    assert result["min_p"].effective_choices == pytest.approx(2 ** (math.log2(3) - 2 / 3))


@given(knobs=knob_values, seed=st.integers(0, 99))
@examples(50)
def test_the_last_stage_is_the_distribution_and_stages_only_remove(knobs, seed):
    logits = torch.randn(50, generator=torch.Generator().manual_seed(seed))
    result = stages(logits, knobs, [1, 2])
    assert torch.equal(result[-1].probabilities, distribution(logits, knobs, [1, 2]))
    kept = [stage.kept for stage in result]
    assert kept == sorted(kept, reverse=True) and kept[-1] >= 1
    for stage in result:
        assert stage.probabilities.shape == (50,)
        assert stage.probabilities.sum() == pytest.approx(1, abs=1e-5)
        assert 1 <= stage.effective_choices <= stage.kept + 1e-3
        assert 0 <= stage.removed_mass < 1


def test_a_tokens_probability_may_vanish_without_the_token_being_removed():
    cold = stages(torch.tensor([0.0, 10.0]), Knobs(temperature=0.01))[2]
    assert cold.probabilities[0] == 0 and cold.kept == 2 and cold.removed_mass == 0


def test_the_order_of_the_stages_matters():
    logits = torch.tensor([3.0, 2.0, 1.0])
    knobs = Knobs(repetition_penalty=10.0, top_k=1)
    late = ("temperature", "top_k", "top_p", "min_p", "typical_p", "repetition_penalty")
    assert distribution(logits, knobs, [0]).argmax() == 1
    assert distribution(logits, knobs, [0], order=late).argmax() == 0


def test_every_order_gives_a_distribution():
    logits = torch.randn(20, generator=torch.Generator().manual_seed(1))
    knobs = Knobs(0.5, 8, 0.9, 0.05, 0.9, 1.4)
    for order in permutations(compute.STAGES):
        assert distribution(logits, knobs, [3], order=order).sum() == pytest.approx(1, abs=1e-6)


def test_an_order_that_is_not_a_permutation_is_refused():
    with pytest.raises(ValueError, match="each of these stages once"):
        distribution(torch.zeros(3), Knobs(), order=("temperature",))


@pytest.mark.parametrize(
    "logits",
    [torch.tensor([0.0, math.nan]), torch.tensor([INF, 0.0]), torch.tensor([-INF, -INF])],
)
def test_scores_that_are_not_numbers_are_refused(logits):
    with pytest.raises(ValueError, match="check the weights"):
        distribution(logits, Knobs())


@pytest.mark.parametrize("logits", [torch.zeros(2, 3), torch.zeros(0), torch.tensor(1.0)])
def test_only_one_position_at_a_time(logits):
    with pytest.raises(ValueError, match="one position"):
        distribution(logits, Knobs())


def test_half_precision_is_computed_in_float32_and_float64_stays():
    logits = torch.randn(9)
    assert distribution(logits.bfloat16(), Knobs(top_p=0.5)).dtype == torch.float32
    assert distribution(logits.double(), Knobs(top_p=0.5)).dtype == torch.float64


def test_the_logits_are_left_as_they_were():
    logits = torch.randn(30)
    before = logits.clone()
    stages(logits, Knobs(0.5, 8, 0.9, 0.05, 0.9, 1.4), [1])
    assert torch.equal(logits, before)


def test_ids_outside_the_vocabulary_are_not_penalised():
    logits = torch.tensor([1.0, 2.0])
    assert torch.equal(compute.repetition_penalty(logits, 2.0, [7, -1]), logits)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"temperature": -0.1}, "temperature must be 0 (greedy) or above, and it was -0.1."),
        ({"temperature": math.nan}, "temperature must be 0 (greedy) or above, and it was nan."),
        ({"temperature": INF}, "temperature must be 0 (greedy) or above, and it was inf."),
        ({"temperature": "hot"}, "temperature must be a number, and it was 'hot'."),
        ({"temperature": None}, "temperature must be a number, and it was None."),
        ({"temperature": True}, "temperature must be a number, and it was True."),
        ({"top_k": -1}, "top_k must be a whole number, 0 (keep all) or above, and it was -1."),
        ({"top_k": 2.5}, "top_k must be a whole number, 0 (keep all) or above, and it was 2.5."),
        ({"top_p": 1.01}, "top_p must be from 0 to 1, and it was 1.01."),
        ({"min_p": -1}, "min_p must be from 0 to 1, and it was -1."),
        ({"typical_p": 2}, "typical_p must be from 0 to 1, and it was 2."),
        ({"repetition_penalty": 0}, "repetition_penalty must be above 0, and it was 0."),
    ],
)
def test_wrong_knobs_get_a_sentence(wrong, sentence):
    with pytest.raises((TypeError, ValueError)) as error:
        Knobs(**wrong)
    assert str(error.value) == sentence


def test_numbers_of_numpy_are_numbers():
    assert Knobs(temperature=np.float32(0.5), top_k=np.int64(3)).top_k == 3


def test_entropy():
    assert entropy(torch.ones(8) / 8) == pytest.approx(3)
    assert entropy(torch.tensor([1.0, 0.0])) == 0
    assert entropy(torch.full((50_257,), 1 / 50_257)) == pytest.approx(math.log2(50_257), abs=1e-5)


@examples(200)
@given(
    weights=st.lists(st.integers(0, 5), min_size=1, max_size=20).filter(any),
    u=st.floats(0, 1, exclude_max=True),
)
def test_a_draw_is_the_inverse_of_the_cumulative_distribution(weights, u):
    p = torch.tensor(weights, dtype=torch.float64) / sum(weights)
    id = draw(p, u)
    assert p[id] > 0
    ranked = sorted(range(len(p)), key=lambda i: (-p[i], -i))
    before = float(sum(p[i] for i in ranked[: ranked.index(id)]))
    assert before - 1e-9 <= u <= before + float(p[id]) + 1e-9


def test_draws_have_the_frequencies_of_the_distribution():
    p = torch.tensor([0.1, 0.2, 0.3, 0.4])
    counts = np.bincount([draw(p, u) for u in uniforms(3, 4000)], minlength=4)
    assert counts / 4000 == pytest.approx(p.numpy(), abs=0.03)


@given(seed=st.integers(0, 2**70), n=st.integers(0, 40))
def test_uniforms_depend_on_the_seed_alone(seed, n):
    numbers = uniforms(seed, n)
    assert numbers.shape == (n,) and ((numbers >= 0) & (numbers < 1)).all()
    assert (numbers == uniforms(seed, 50)[:n]).all()


@pytest.mark.parametrize("seed", [-1, 1.5, "x", None, True])
def test_a_wrong_seed_gets_a_sentence(seed):
    with pytest.raises((TypeError, ValueError), match=r"^seed must be .*0 or above, and it was"):
        uniforms(seed, 3)


TINY = [5e-324, 1e-320, 1e-46, 1e-45, 1e-40, 1e-38]


@pytest.mark.parametrize("temperature", TINY)
@pytest.mark.parametrize("scores", [[1.0, 3.0, 2.0], [0.0, 0.0, -1.0], [-INF, -2.0, -3e38], [0.0]])
def test_a_tiny_temperature_is_greedy(temperature, scores):
    """At a tie the best share the probability, as at every temperature above 0."""
    best = [float(score == max(scores)) for score in scores]
    found = distribution(torch.tensor(scores), Knobs(temperature=temperature))
    assert found.tolist() == [share / sum(best) for share in best]
    assert draw(found, 0.3) in [id for id, share in enumerate(best) if share]


@examples(200)
@given(
    scores=st.lists(
        st.floats(-(2.0**127), 2.0**127, width=32) | st.just(-INF), min_size=1, max_size=6
    ),
    temperature=st.floats(0, 1e308),
    penalty=st.floats(0, 1e308, exclude_min=True),
    shares=st.tuples(*[st.floats(0, 1)] * 3),
    order=st.permutations(compute.STAGES),
)
def test_no_knob_makes_what_is_not_a_number(scores, temperature, penalty, shares, order):
    if max(scores) == -INF:
        scores = [*scores, 0.0]
    top_p, min_p, typical_p = shares
    knobs = Knobs(
        temperature=temperature, repetition_penalty=penalty, top_k=3,
        top_p=top_p, min_p=min_p, typical_p=typical_p,
    )  # fmt: skip
    found = distribution(torch.tensor(scores), knobs, previous=[0, 1], order=order)
    assert found.isfinite().all() and float(found.sum()) == pytest.approx(1, abs=1e-5)
    assert 0 <= draw(found, 0.7) < len(scores)


@pytest.mark.parametrize(
    "name", ["temperature", "top_p", "min_p", "typical_p", "repetition_penalty"]
)
@pytest.mark.parametrize("value", [math.nan, INF, -INF, -1e-320, -0.5])
def test_what_is_no_setting_is_refused_in_a_sentence(name, value):
    with pytest.raises(ValueError, match=f"{name} must be .* and it was"):
        Knobs(**{name: value})


def test_a_number_of_draws_is_not_below_0():
    with pytest.raises(ValueError, match="n must be 0 or above"):
        uniforms(1, -3)
