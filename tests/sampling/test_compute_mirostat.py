"""Mirostat, held against the loop of its authors' program, written out slowly."""

import math

import pytest
import torch

from lablib.sampling import (
    Knobs,
    Mirostat,
    draw,
    generate,
    generate_rows,
    next_logits,
    uniforms,
)
from lablib.sampling.compute import distribution


def slow(m, prompt, target, rate, seed, count):
    """github.com/basusourya/mirostat, second version: cut before the first token that is more
    surprising than mu, draw from what is left, correct mu by how far the model's own surprisal is
    off. Gives the ids, and of each place the mu and the mass that is cut.
    """
    ids, mu, written, places = list(prompt), 2 * target, [], []
    for u in uniforms(seed, count):
        p = m.model(torch.tensor([ids])).logits[0, -1].detach().softmax(0)
        kept = p.clone()
        for id, probability in enumerate(p.tolist()):
            if -math.log2(probability) > mu and probability < float(p.max()):
                kept[id] = 0
        id = draw(kept / kept.sum(), u)
        places.append((mu, 1 - float(kept.sum())))
        mu -= rate * (-math.log2(float(p[id])) - target)
        ids.append(id)
        written.append(id)
    return written, places


@pytest.mark.parametrize("target", [0.5, 2.0, 5.0])
def test_it_writes_what_its_authors_program_writes(m, target):
    prompt = m.tokenizer("Once")["input_ids"]
    steps = generate(m, "Once", seed=4, max_new_tokens=12, mirostat=Mirostat(target, 0.3))
    ids, places = slow(m, prompt, target, 0.3, 4, 12)
    steps = [*steps]
    assert [step.id for step in steps] == ids
    for step, (limit, cut) in zip(steps, places, strict=True):
        assert step.knobs.max_surprisal == pytest.approx(max(limit, 0), abs=1e-4)
        assert step.limit_mass == pytest.approx(cut, abs=1e-4)
    assert len({limit for limit, _ in places}) > 1 and any(cut > 0 for _, cut in places)


def test_a_fixed_limit_beside_it_is_not_used(m):
    how = {"seed": 4, "max_new_tokens": 8, "mirostat": Mirostat(3.0, 0.3)}
    both = [*generate(m, "Once", Knobs(max_surprisal=0.1), **how)]
    alone = [*generate(m, "Once", **how)]
    assert [step.id for step in both] == [step.id for step in alone]
    assert [step.knobs for step in both] == [step.knobs for step in alone]


def test_a_fixed_limit_takes_the_mass_that_is_more_surprising(m):
    (step,) = generate(m, "Once", Knobs(max_surprisal=3.0), max_new_tokens=1)
    p = next_logits(m, "Once").softmax(0)
    assert step.limit_mass == pytest.approx(float(p[p < 2**-3.0].sum()), abs=1e-5)
    (free,) = generate(m, "Once", max_new_tokens=1)
    assert free.limit_mass == 0


def test_each_token_goes_through_the_stages_once(m, monkeypatch):
    cuts = []

    def counted(scores, *rest):
        cuts.append(rest)
        return cut(scores, *rest)

    cut = distribution._APPLY["max_surprisal"]
    monkeypatch.setitem(distribution._APPLY, "max_surprisal", counted)
    assert len([*generate(m, "Once", max_new_tokens=3, mirostat=Mirostat(3.0))]) == len(cuts) == 3


def test_texts_written_together_are_those_written_alone(m):
    rows = [(Knobs(), 4), (Knobs(temperature=1.5), 4), (Knobs(), 5)]
    moving = [Mirostat(2.0, 0.3), None, Mirostat(3.0, 0.5)]
    together = zip(*generate_rows(m, "Once", rows, 8, mirostats=moving), strict=True)
    for steps, (knobs, seed), mirostat in zip(together, rows, moving, strict=True):
        alone = generate(m, "Once", knobs, seed, 8, mirostat=mirostat)
        assert [step.id for step in steps] == [step.id for step in alone]
    with pytest.raises(ValueError, match=r"one for each text \(3\)"):
        next(generate_rows(m, "Once", rows, 8, mirostats=moving[:2]))


def test_a_branch_goes_on_with_the_limit_it_had(m):
    how = {"seed": 2, "mirostat": Mirostat(2.0, 0.5)}
    steps = [*generate(m, "Once", Knobs(temperature=1.5), max_new_tokens=8, **how)]
    more = [*generate(m, "Once", Knobs(temperature=1.5), max_new_tokens=4, after=steps[:4], **how)]
    assert [step.id for step in more] == [step.id for step in steps[4:]]
    limits = [step.knobs.max_surprisal for step in steps]
    assert [step.knobs.max_surprisal for step in more] == pytest.approx(limits[4:], rel=1e-4)
    assert float(more[0].distribution()[more[0].id]) == pytest.approx(more[0].probability)


def test_a_text_is_about_as_surprising_as_was_asked(m):
    """Of a model whose best token has some 2.5 bits and whose own texts have some 4."""
    for target in (3.2, 4.0):
        steps = [*generate(m, "Once", max_new_tokens=55, mirostat=Mirostat(target, 0.3))]
        mean = sum(step.surprisal for step in steps) / len(steps)
        assert mean == pytest.approx(target, abs=0.6)


@pytest.mark.parametrize(
    ("values", "words"), [((0, 0.1), "target"), ((math.inf, 0.1), "target"), ((3, 2), "rate")]
)
def test_what_cannot_be_used_is_said(values, words):
    with pytest.raises(ValueError, match=words):
        Mirostat(*values)


def test_the_limit_never_switches_itself_off():
    assert Mirostat(1.0, 1.0).limit([30.0]) > 0
