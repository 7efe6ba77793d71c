"""Rows of a batch that begin where they differ: the numbers are those of rows that were always
there, and a model that cannot be read so is not.
"""

import pytest
import torch

from lablib.attention.compute.ablation import Experiment
from lablib.attention.compute.asking import ask
from lablib.attention.compute.growing import blocks_of, growing, in_order
from tests.attention.conftest import CAUSAL

TEXT = "The old lamp at the corner"
SETS = [[(1, 0)], (), [(0, 3), (1, 2)], [(1, 1)]]


def watched(make, name):
    """A model, and how many rows its first block is given at each call."""
    m, seen = make(name), []
    first = next(part for path, part in m.model.named_modules() if path.endswith(".0"))
    first.register_forward_pre_hook(
        lambda _, args, named: seen.append(len(args[0] if args else named["hidden_states"])),
        with_kwargs=True,
    )
    return m, seen


@pytest.mark.parametrize("name", CAUSAL)
def test_rows_join_at_their_lowest_head_and_say_what_each_says_alone(make, name):
    m, seen = watched(make, name)
    experiment, asked = Experiment(m), ask(m, TEXT)
    together = experiment.run(asked, SETS)
    assert seen[-1] == 1, "only the whole model's row comes to the first block"
    for heads, (distribution, loss) in zip(SETS, together, strict=True):
        [(alone, alone_loss)] = experiment.run(asked, [heads])
        torch.testing.assert_close(distribution, alone, atol=1e-5, rtol=1e-4)
        assert loss == pytest.approx(alone_loss, abs=1e-5)


def test_a_model_whose_rows_know_of_each_other_gets_all_rows_from_the_first_block(make):
    m, seen = watched(make, "gpt2")
    m.model.transformer.h[1].register_forward_pre_hook(
        lambda _, args: (args[0] - args[0].mean(0, keepdim=True), *args[1:])
    )
    Experiment(m).run(ask(m, TEXT), SETS)
    assert seen[-1] == len(SETS)


def test_a_model_whose_blocks_fail_with_more_rows_gets_all_rows_from_the_first_block(make):
    m, seen = watched(make, "gpt2")

    def only_once(_, args):
        if len(args[0]) > seen[-1]:
            raise RuntimeError("These rows were not there before.")

    m.model.transformer.h[1].register_forward_pre_hook(only_once)
    Experiment(m).run(ask(m, TEXT), SETS)
    assert seen[-1] == len(SETS)


def test_heads_that_are_in_no_blocks_of_their_own_have_none():
    model = torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.Linear(1, 1))
    assert blocks_of(model, list(model)) is None
    assert blocks_of(model, []) is None


def test_hooks_are_gone_when_it_fails():
    block = torch.nn.Linear(2, 2)
    with pytest.raises(RuntimeError), growing([block], [[(0, 0)]]):
        assert len(block(torch.ones(1, 2))) == 2
        raise RuntimeError
    assert len(block(torch.ones(1, 2))) == 1
    assert in_order([[(0, 1)], [(0, 0)]]) == [0, 1]
