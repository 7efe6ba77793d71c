"""Contrastive search is the formula of its paper, for models of every kind; its ends and bad input.

`transformers` has it no longer (it moved to a repository that is run as code), so the peer is the
formula in a loop that reads every candidate whole.
"""

import pytest
import torch

from lablib.models.text import vectors
from lablib.sampling import contrastive_search, prepare
from lablib.sampling.compute.contrastive import MOST_CANDIDATES
from lablib.sampling.compute.reading import Reader

from .test_ways import opened_family


@torch.no_grad()
def states_and_scores(model, ids):
    """What a model gives for one text, read whole: the vectors that its head takes, the scores."""
    seen = []
    head = model.get_output_embeddings()
    handle = head.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    try:
        logits = model(torch.tensor([ids]), use_cache=False).logits[0]
    finally:
        handle.remove()
    return seen[-1][0].double(), logits[-1].double()


def slow(m, ids, k, alpha, steps):
    """Su et al. 2022, equation 5, for one candidate after another; the tokens and all scores."""
    ids, found = list(ids), []
    for _ in range(steps):
        _, logits = states_and_scores(m.model, ids)
        p = logits.exp() / logits.exp().sum()
        scores = {}
        for v in sorted(range(len(p)), key=lambda v: -p[v])[:k]:
            h, _ = states_and_scores(m.model, [*ids, v])
            s = [float(h[-1] @ h_j / (h[-1].norm() * h_j.norm())) for h_j in h[:-1]]
            scores[v] = (1 - alpha) * float(p[v]) - alpha * max(s)
        ids.append(max(scores, key=scores.get))
        found.append(scores)
    return ids, found


@pytest.mark.parametrize(("k", "alpha"), [(4, 0.6), (2, 0.3), (7, 0.9), (5, 1.0)])
@pytest.mark.parametrize("seed", range(3))
def test_it_is_the_papers_formula(tiny, seed, k, alpha):
    m = tiny(seed)
    steps = list(contrastive_search(m, "Once", k, alpha, 9))
    ids, found = slow(m, prepare(m, "Once").ids, k, alpha, len(steps))
    assert [*steps[-1].previous, steps[-1].id] == ids
    for step, scores in zip(steps, found, strict=True):
        assert [one.id for one in step.candidates] == list(scores)
        assert [one.score for one in step.candidates] == pytest.approx(
            list(scores.values()), abs=1e-5
        )


@pytest.mark.parametrize("family", ["Llama", "GPT-NeoX", "OPT", "Gemma 3", "GPT-1", "BLOOM"])
def test_every_kind_of_model_gives_the_formulas_text(family):
    m = opened_family(family)
    steps = list(contrastive_search(m, "ab", 3, 0.6, 6))
    ids, _ = slow(m, prepare(m, "ab").ids, 3, 0.6, len(steps))
    assert [*steps[-1].previous, steps[-1].id] == ids


@pytest.mark.parametrize(("k", "alpha"), [(1, 0.6), (5, 0.0)])
def test_without_a_choice_or_a_penalty_it_is_greedy(m, k, alpha):
    ids = torch.tensor([prepare(m, "Once").ids])
    greedy = m.model.generate(
        ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=12,
        pad_token_id=m.tokenizer.eos_token_id,
    )  # fmt: skip
    steps = list(contrastive_search(m, "Once", k, alpha, 12))
    assert [step.id for step in steps] == greedy[0, ids.shape[1] :].tolist()


def test_a_step_names_the_token_that_is_nearest(m):
    *_, step = contrastive_search(m, "Once upon", 4, 0.6, 3)
    for one in step.candidates:
        h, _ = states_and_scores(m.model, [*step.previous, one.id])
        cosines = torch.cosine_similarity(h[-1:], h[:-1])
        assert one.nearest == int(cosines.argmax())
        assert one.penalty == pytest.approx(float(cosines.max()), abs=1e-5)
    log_p = states_and_scores(m.model, list(step.previous))[1].log_softmax(0)
    assert step.log_probability == pytest.approx(float(log_p[step.id]), abs=1e-4)


def test_it_ends_where_the_text_does(tiny):
    m = tiny(0)
    steps = list(contrastive_search(m, "Once", 3, 0.6, 6))
    assert [step.end for step in steps] == [None] * 5 + ["length"]
    m.model.generation_config.eos_token_id = steps[2].id
    ended = list(contrastive_search(m, "Once", 3, 0.6, 6))
    assert ended[-1].end == "end of text"
    assert [s.id for s in ended] == [s.id for s in steps][: len(ended)]
    assert list(contrastive_search(m, "Once", 3, 0.6, 0)) == []


def test_the_context_ends_it(tiny):
    m = tiny(1, context=8)
    steps = list(contrastive_search(m, "Once", 3, 0.6, 20))
    assert steps[-1].end == "context full"
    assert len(steps[-1].previous) + 1 == 8


def test_more_candidates_than_tokens_are_all_tokens():
    m = opened_family("Llama")
    few = list(contrastive_search(m, "ab", MOST_CANDIDATES, 0.6, 1))
    assert len(few[0].candidates) == min(MOST_CANDIDATES, vectors(m.model))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"k": 0}, "k must be 1 or above"),
        ({"k": 51}, "k must be at most 50"),
        ({"alpha": -0.1}, "alpha must be from 0 to 1"),
        ({"alpha": float("nan")}, "alpha must be from 0 to 1"),
        ({"max_new_tokens": -1}, "max_new_tokens must be 0 or above"),
    ],
)
def test_bad_input_is_a_sentence(m, wrong, words):
    with pytest.raises(ValueError, match=words):
        list(contrastive_search(m, "Once", **wrong))


def test_xlnet_has_no_vectors_to_compare():
    with pytest.raises(ValueError, match="XLNetLMHeadModel does not give a vector"):
        list(contrastive_search(opened_family("XLNet"), "a", 2, 0.5, 3))


def test_a_model_without_vectors_is_refused_in_a_sentence(m, monkeypatch):
    reader = Reader(m.model, keeps_states=True)
    forward = m.model.forward

    def bare(*args, output_hidden_states=None, **more):
        return forward(*args, **more)

    monkeypatch.setattr(m.model, "forward", bare)
    with pytest.raises(ValueError, match="does not give a vector for each token"):
        reader.read([[1, 2]])


def test_a_reader_keeps_the_states_of_what_it_read_last(m):
    reader = Reader(m.model, keeps_states=True)
    reader.read([[1, 2, 3]])
    reader.select([0, 0])
    reader.read([[4, 5], [6, 7]])
    assert reader.states.shape == (2, 2, 32)
    for row, last in zip(reader.states, ([4, 5], [6, 7]), strict=True):
        whole, _ = states_and_scores(m.model, [1, 2, 3, *last])
        torch.testing.assert_close(row, whole[-2:].float(), atol=1e-4, rtol=1e-4)
