"""Beam search is transformers' beam search, with the whole tree to see."""

from itertools import pairwise

import pytest
import torch

from lablib.sampling import Knobs, beam_search, generate, grow_beams, prepare


def peer(m, prompt, beams, steps):
    ids = torch.tensor([prepare(m, prompt).ids])
    out = m.model.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        num_beams=beams,
        do_sample=False,
        max_new_tokens=steps,
        pad_token_id=m.tokenizer.eos_token_id,
        return_dict_in_generate=True,
        output_scores=True,
    )
    score = None if out.get("sequences_scores") is None else float(out.sequences_scores[0])
    return out.sequences[0, ids.shape[1] :].tolist(), score


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("beams", [1, 2, 3, 5])
def test_the_winner_is_that_of_transformers(tiny, seed, beams):
    m = tiny(seed)
    tree = beam_search(m, "Once", beams, 12)
    ids, score = peer(m, "Once", beams, 12)
    assert [node.id for node in tree.winner] == ids
    assert score is None or tree.finished[0].score == pytest.approx(score, abs=1e-5)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("beams", [1, 2, 4])
def test_the_winner_is_that_of_transformers_where_texts_end_early(tiny, seed, beams):
    m = tiny(seed)
    common = [node.id for node in beam_search(m, "a", 4, 6).steps[1]]
    m.model.generation_config.eos_token_id = common[: 1 + seed % 3]
    tree = beam_search(m, "a", beams, 15)
    ids, score = peer(m, "a", beams, 15)
    assert [node.id for node in tree.winner] == ids
    assert score is None or tree.finished[0].score == pytest.approx(score, abs=1e-5)


def test_the_tree_is_whole(m):
    tree = beam_search(m, "Once", 3, 7)
    assert len(tree.steps) == 7
    for nodes in tree.steps:
        assert len(nodes) == 6
        totals = [node.cumulative for node in nodes]
        assert totals == sorted(totals, reverse=True)
    assert all(node.parent == -1 for node in tree.steps[0])
    for before, nodes in pairwise(tree.steps):
        assert sum(node.kept for node in before) == 3
        for node in nodes:
            parent = before[node.parent]
            assert parent.kept and not parent.finished
            assert node.cumulative == pytest.approx(
                parent.cumulative + node.log_probability, abs=1e-4
            )
    assert [node.finished for node in tree.steps[-1]] == [True] * 3 + [False] * 3
    assert not any(node.kept for node in tree.steps[-1])


def test_a_nodes_probability_is_the_models(m):
    tree = beam_search(m, "Once", 3, 4)
    path = tree.path(3, 5)
    ids = [*prepare(m, "Once").ids, *(node.id for node in path)]
    logits = m.model(torch.tensor([ids])).logits[0].detach().log_softmax(-1)
    start = len(ids) - len(path)
    for place, node in enumerate(path, start):
        expected = float(logits[place - 1, node.id])
        assert node.log_probability == pytest.approx(expected, abs=1e-4)


def test_greedy_stands_beside_it(m):
    tree = beam_search(m, "Once", 2, 6)
    greedy = list(generate(m, "Once", Knobs(temperature=0), max_new_tokens=6))
    assert [step.id for step in tree.greedy] == [step.id for step in greedy]


def test_the_tree_can_be_watched_growing(m):
    trees = list(grow_beams(m, "Once", 3, 5))
    assert [len(tree.steps) for tree in trees] == [1, 2, 3, 4, 5]
    assert [len(tree.greedy) for tree in trees] == [1, 2, 3, 4, 5]
    assert all(tree.steps == trees[-1].steps[: len(tree.steps)] for tree in trees)
    assert trees[0].winner == (trees[0].steps[0][0],)
    assert trees[-1].steps == beam_search(m, "Once", 3, 5).steps
    assert trees[-1].finished and not trees[-2].finished


def test_the_text_is_the_winners(m):
    tree = beam_search(m, "Once", 3, 9)
    ids = [*tree.prompt.ids, *(node.id for node in tree.winner)]
    whole = m.tokenizer.decode(ids, clean_up_tokenization_spaces=False)
    assert "Once" + tree.text == whole


def test_the_table_has_a_row_per_candidate(m):
    table = beam_search(m, "Once", 2, 3).table()
    assert len(table) == 12
    assert table[5]["step"] == 1 and table[5]["place"] == 1


def test_the_context_limits_the_steps(m):
    prompt = "x" * 60
    assert len(beam_search(m, prepare(m, prompt), 2, 30).steps) == 4


@pytest.mark.parametrize(("beams", "steps"), [(0, 3), (2, 0), (-1, 1)])
def test_too_few_beams_or_steps(m, beams, steps):
    with pytest.raises(ValueError, match="at least 1"):
        beam_search(m, "a", beams, steps)


def test_too_many_beams_for_the_vocabulary(m):
    with pytest.raises(ValueError, match="use fewer"):
        beam_search(m, "a", 200, 2)


@pytest.mark.parametrize("penalty", [101.0, -1e308, float("nan")])
def test_a_penalty_that_no_length_can_bear_is_refused(tiny, penalty):
    with pytest.raises(ValueError, match="length_penalty must be from -100 to 100"):
        beam_search(tiny(0), "Once", 2, 3, length_penalty=penalty)
