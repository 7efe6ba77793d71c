"""What a page writes is what the library and the sampling room write."""

import numpy as np
import pytest
import torch

from lablib import models
from lablib.sampling import Knobs, Mirostat, generate, uniforms
from tests.pages.conftest import PROMPTS

WRITE = """
[...m.write(models["pocket-gpt2"], a[0], { count: a[1], knobs: a[2], uniforms: a[3] })]
    .filter((step) => step !== null).map(({ id }) => id)
"""
NEUTRAL = {
    "temperature": 1,
    "top_k": 0,
    "top_p": 1,
    "min_p": 0,
    "typical_p": 1,
    "repetition_penalty": 1,
}


@pytest.fixture
def pocket():
    """The one that writes, as the library computes it."""
    return models.load("pocket-gpt2", device="cpu")


@pytest.fixture
def write(engine):
    """Writes on in Node."""

    def run(ids, count, uniforms=(), **knobs):
        return engine(WRITE, ids, count, {**NEUTRAL, **knobs}, list(uniforms))

    return run


@torch.inference_mode()
def test_greedy_text_is_the_librarys(write, pocket, few):
    """Each token is the one that the library finds most probable after those before it, but for
    rounding where two are as good as even."""
    for prompt in PROMPTS[: few(20)]:
        ids = pocket.tokenizer.encode(prompt)
        ours = write(ids, 100, temperature=0)
        scores = pocket.model(torch.tensor([ids + ours])).logits[0, len(ids) - 1 : -1]
        assert len(ours) == 100
        assert (scores.amax(-1) - scores[range(100), ours]).max() < 1e-4


@torch.inference_mode()
def test_greedy_text_is_what_the_library_generates(write, pocket):
    ids = pocket.tokenizer.encode(PROMPTS[0])
    theirs = pocket.model.generate(
        torch.tensor([ids]), max_new_tokens=100, do_sample=False, pad_token_id=0
    )
    assert write(ids, 100, temperature=0) == theirs[0, len(ids) :].tolist()


@pytest.mark.parametrize(
    "knobs",
    [
        {},
        {"temperature": 0.7, "top_p": 0.9},
        {"temperature": 1.3, "top_k": 50, "repetition_penalty": 1.3},
        {"min_p": 0.05},
        {"typical_p": 0.8},
    ],
)
def test_the_same_chance_draws_the_same_tokens(write, pocket, knobs):
    ids = pocket.tokenizer.encode(PROMPTS[0])
    theirs = generate(pocket, PROMPTS[0], Knobs(**knobs), 3, 20)
    assert write(ids, 20, uniforms(3, 20), **knobs) == [step.id for step in theirs]


MOVED = """
[...m.write(models["pocket-gpt2"], a[0],
    { count: 16, knobs: {}, uniforms: a[1], mirostat: a[2], surprisals: a[3] })]
    .filter((step) => step !== null)
    .map(({ id, knobs, limitMass }) => [id, knobs.max_surprisal, limitMass])
"""


@pytest.mark.parametrize(
    ("target", "rate", "before"), [(1.0, 0.1, 0), (3.0, 0.1, 0), (3.0, 0.6, 5), (6.0, 1.0, 9)]
)
def test_mirostat_moves_its_limit_as_the_library_does(pocket, engine, target, rate, before):
    how = {"seed": 3, "max_new_tokens": 16, "mirostat": Mirostat(target, rate)}
    path = [*generate(pocket, PROMPTS[0], seed=8, max_new_tokens=before)]
    steps = [*generate(pocket, PROMPTS[0], after=path, **how)]
    ids = [*pocket.tokenizer.encode(PROMPTS[0]), *(step.id for step in path)]
    surprisals = [step.surprisal for step in path]
    draws = uniforms(3, 16 + before)[before:].tolist()
    ours = engine(MOVED, ids, draws, {"target": target, "rate": rate}, surprisals)
    theirs = [[step.id, step.knobs.max_surprisal, step.limit_mass] for step in steps]
    assert [one[0] for one in ours] == [one[0] for one in theirs]
    np.testing.assert_allclose(ours, theirs, atol=2e-4)


def test_writing_ends_with_the_context(write, pocket):
    ids = [pocket.tokenizer.encode(" the")[0]] * 250
    theirs = [step.id for step in generate(pocket, " the" * 250, Knobs(), 0, 20)]
    ours = write(ids, 20, uniforms(0, 20))
    assert ours == theirs and len(ours) < 20


def test_writing_ends_with_the_text(write, pocket, engine):
    """Drawn until the end of a text comes; after it nothing is written."""
    ids = pocket.tokenizer.encode(PROMPTS[0])
    first = write(ids, 3, temperature=0)[2]
    engine('void (models["pocket-gpt2"].end = a[0])', first)
    try:
        assert write(ids, 50, temperature=0)[-1] == first
    finally:
        engine('void (models["pocket-gpt2"].end = a[0])', pocket.model.config.eos_token_id)


def test_a_number_next_to_one_still_draws_a_token(script_of):
    m = script_of("writing")
    code = "m.draw({ ids: [4, 2], weights: Float32Array.of(1, 1 / 3), total: 4 / 3 }, a[0])"
    assert [m(code, u) for u in (0, 0.7499, 0.7501, np.nextafter(1, 0))] == [4, 4, 2, 2]
