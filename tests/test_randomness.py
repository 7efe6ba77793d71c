"""What has a seed depends on nothing else: not on who draws meanwhile, and it disturbs nobody."""

import ast
import random
import re
import threading
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.checkpoint import checkpoint

from lablib import masking as mk
from lablib import models
from lablib import sampling as sp
from lablib.exercises.running import run
from lablib.foundations.compute.descent import train_net
from lablib.foundations.compute.initialisation import signal
from lablib.foundations.compute.overfitting import Regularization, fit
from lablib.randomness import Draws, _standing_in, drawing, replayed, seeded
from lablib.training.flops import measured_peak
from tests.noise import noise

LABLIB = Path(__file__).parents[1] / "lablib"

# No line of lablib draws from a generator of the whole process

GLOBAL = {
    "torch": {
        "manual_seed", "seed", "get_rng_state", "set_rng_state", "initial_seed",
        "default_generator",
    },
    "torch.random": {"fork_rng", "manual_seed", "get_rng_state", "set_rng_state"},
    "torch.cuda": {"manual_seed", "manual_seed_all", "get_rng_state", "set_rng_state"},
    "transformers": {"set_seed"},
    "accelerate.utils": {"set_seed"},
}  # fmt: skip
"""Names that seed or copy a generator of the whole process."""
OWN = {
    "random": {"Random"},
    "np.random": {"default_rng", "Generator", "PCG64", "SeedSequence"},
    "numpy.random": {"default_rng", "Generator", "PCG64", "SeedSequence"},
}
"""Names that make a generator of one's own."""
DRAWS = {
    "rand", "randn", "randint", "randperm", "rand_like", "randn_like", "randint_like", "normal",
    "bernoulli", "multinomial", "poisson", "binomial", "normal_", "uniform_", "bernoulli_",
    "random_", "exponential_", "geometric_", "cauchy_", "log_normal_", "xavier_normal_",
    "xavier_uniform_", "kaiming_normal_", "kaiming_uniform_", "trunc_normal_", "orthogonal_",
    "sparse_", "dropout",
}  # fmt: skip
"""Calls of torch that draw, unless they get a `generator`."""
MAKES_WEIGHTS = {"Linear", "Embedding", "Conv1d", "Conv2d", "LSTM", "GRU", "from_config"}
SEEDED = {"seeded", "drawing"}


def dotted(node):
    return ast.unparse(node) if isinstance(node, ast.Attribute | ast.Name) else ""


def global_draws(code):
    """The lines of a module that use a generator of the whole process."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            child.parent = node
    return sorted({node.lineno for node in ast.walk(tree) if is_global_draw(node)})


def is_global_draw(node):
    if isinstance(node, ast.ImportFrom):
        return any(
            name.name in GLOBAL.get(node.module, ())
            or (node.module in OWN and name.name not in OWN[node.module])
            for name in node.names
        )
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value)
        if node.attr in GLOBAL.get(owner, ()):
            return True
        if owner in OWN and node.attr not in OWN[owner]:
            return True
    if isinstance(node, ast.Call):
        name = dotted(node.func).rpartition(".")[2]
        if name in ("default_rng", "SeedSequence") and not node.args:
            return True
        drawn = name in DRAWS and "." in dotted(node.func)
        if (drawn or name in MAKES_WEIGHTS) and not is_given(node):
            return not is_in_seeded_block(node)
    return False


def is_given(call):
    """Whether a call draws from a generator that it names."""
    if re.search(r"(default_rng|Random|Generator)\(", ast.unparse(call.func)):
        return True
    return any(keyword.arg in ("generator", "rng") for keyword in call.keywords)


def is_in_seeded_block(node):
    while node := getattr(node, "parent", None):
        if isinstance(node, ast.With) and any(
            isinstance(item.context_expr, ast.Call) and dotted(item.context_expr.func) in SEEDED
            for item in node.items
        ):
            return True
    return False


@pytest.mark.parametrize(
    "line",
    [
        "torch.manual_seed(0)", "with torch.random.fork_rng(): pass", "torch.get_rng_state()",
        "random.seed(0)", "random.choices([1])", "np.random.rand()", "np.random.default_rng()",
        "np.random.SeedSequence()",
        "torch.randn(3)", "weight.normal_(std=1.0)", "nn.Linear(2, 2)", "F.dropout(x)",
        "from random import choice", "from transformers import set_seed",
        "AutoModel.from_config(config)",
    ],
)  # fmt: skip
def test_each_kind_of_global_draw_is_seen(line):
    assert global_draws(line) == [1]


@pytest.mark.parametrize(
    "line",
    [
        "torch.Generator().manual_seed(0)", "random.Random(0).choice([1])",
        "np.random.default_rng(3).normal()", "torch.randn(3, generator=rng)",
        "np.random.SeedSequence([3, 4]).generate_state(1)",
        "with seeded(0): nn.Linear(2, 2)", "with drawing(draws), other(): torch.rand(2)",
    ],
)  # fmt: skip
def test_a_generator_of_ones_own_is_none(line):
    assert global_draws(line) == []


EXCEPT = {
    "exercises/running.py": "it stands in for Python's own generator, and draws nothing itself",
    "finetuning/compute/measuring.py": "a process of its own, forked to measure time and memory",
    "foundations/compute/initialisation.py": "the rules in INITS are called in a seeded block",
    "warm.py": "a kernel's first act, before anybody draws: it takes NumPy a seed of its own",
    "training/methods.py": "`prepare`, which calls all that draws there, is a seeded block",
}
"""What `global_draws` takes for one and why it is none."""


@pytest.mark.parametrize(
    "path", sorted(LABLIB.rglob("*.py")), ids=lambda path: path.relative_to(LABLIB).as_posix()
)
def test_nothing_in_lablib_draws_from_a_generator_of_the_process(path):
    name = path.relative_to(LABLIB).as_posix()
    found = global_draws(path.read_text(encoding="utf-8"))
    assert bool(found) == (name in EXCEPT), found


# What torch draws in a seeded block


def everything():
    """What draws, called as models call it, without a generator."""
    x, square = torch.ones(4, 4), torch.eye(8).view(1, 1, 8, 8)
    return [
        torch.rand(3), torch.randn(3), torch.randint(9, (3,)), torch.randperm(5),
        torch.rand_like(x), torch.randn_like(x), torch.randint_like(x, 9),
        torch.normal(0.0, 1.0, (3,)), torch.normal(x, x), torch.bernoulli(x / 2),
        torch.multinomial(x, 2), torch.poisson(x), x.clone().uniform_(), x.clone().exponential_(),
        F.dropout(x, 0.5), nn.Dropout(0.5)(x), F.alpha_dropout(x, 0.5, True),
        F.dropout1d(x, 0.5), F.rrelu(-x, training=True), F.gumbel_softmax(x),
        F.scaled_dot_product_attention(square, square, square, dropout_p=0.5),
        torch.native_dropout(x, 0.5, True)[0],
        nn.LSTM(3, 3, 2, dropout=0.5)(torch.ones(2, 2, 3))[0].detach(),
        nn.Linear(3, 3).weight.detach(), nn.Embedding(3, 3).weight.detach(),
        nn.init.trunc_normal_(torch.empty(3)), nn.init.orthogonal_(torch.empty(3, 3)),
        torch.distributions.Dirichlet(x).sample(), torch.distributions.Gamma(x, x).sample(),
    ]  # fmt: skip


def equal(one, other):
    return len(one) == len(other) and all(map(torch.equal, one, other))


def states():
    return torch.get_rng_state().tolist(), random.getstate(), np.random.get_state()[1].tolist()


def test_the_numbers_are_those_of_the_seed_and_nobody_elses_change():
    torch.manual_seed(3)
    expected = everything()
    before = states()
    with seeded(3):
        assert equal(everything(), expected)
    assert states() == before


def test_the_numbers_are_the_same_while_others_draw():
    with seeded(3):
        expected = everything()
    found = []

    def work():
        for _ in range(20):
            with seeded(3):
                found.append(everything())

    with noise():
        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert len(found) == 40 and all(equal(each, expected) for each in found)


def test_a_block_in_a_block_and_one_that_fails_leave_the_outer_one_as_it_was():
    with seeded(1):
        expected = torch.rand(4)
    with seeded(1):
        first = torch.rand(2)
        with pytest.raises(ZeroDivisionError), seeded(2):
            torch.rand(5)
            _ = 1 / 0
        assert torch.equal(torch.cat([first, torch.rand(2)]), expected)


def test_what_is_computed_once_more_drops_the_same():
    def block(x):
        return F.dropout(x * x, 0.5) * x

    def gradient(apply):
        x = torch.ones(50, requires_grad=True)
        with seeded(4):
            y = F.dropout(apply(F.dropout(x, 0.1)), 0.5)
        with noise():
            y.sum().backward()
        return y.detach(), x.grad

    def again(x):
        return checkpoint(
            block, x, use_reentrant=False, preserve_rng_state=False, context_fn=replayed
        )

    assert equal(gradient(block), gradient(again))


def test_a_kernel_that_takes_no_generator_finds_ours_in_the_devices_place(monkeypatch):
    """As on a GPU, whose generators two of the CPU stand for here."""
    theirs, ours = torch.Generator().manual_seed(1), torch.Generator().manual_seed(2)
    expected = [torch.rand(3, generator=torch.Generator().manual_seed(seed)) for seed in (1, 2)]
    monkeypatch.setattr(torch.cuda, "default_generators", (theirs,), raising=False)
    with _standing_in(ours, torch.device("cuda:0")):
        assert torch.equal(torch.rand(3, generator=theirs), expected[1])
    assert torch.equal(torch.rand(3, generator=theirs), expected[0])
    assert not torch.equal(torch.rand(3, generator=ours), expected[1])  # it has gone on


def test_without_a_block_a_copy_gives_what_is_to_come():
    draws = Draws(7)
    with drawing(draws):
        torch.rand(3)
    copy = draws.copy()
    with drawing(draws):
        expected = torch.rand(3)
    with drawing(copy):
        assert torch.equal(torch.rand(3), expected)


# Panels' numbers, with a seed, while others draw


def fitted():
    return [each.line for each in fit(Regularization(dropout=0.5), seed=1, steps=40)]


def corrupted():
    m = models.load("pocket-bert", kind="masked", device="cpu")
    ids = torch.tensor(m.tokenizer("the old man sat by the sea").input_ids)
    return [mk.corrupt(ids, m.tokenizer, torch.Generator().manual_seed(1)).ids]


def generated():
    m = models.load("pocket-gpt2", device="cpu")
    return [torch.tensor([step.id for step in sp.generate(m, "Once", sp.Knobs(), 5, 8)])]


def learned_words():
    return [torch.tensor([step.loss for step in mk.learn(steps=2, every=2)][1:])]


def checked():
    def drawn():
        import random as inside

        return [random.random(), inside.random(), torch.rand(1).item()]

    return [torch.tensor(run(drawn, []).value)]


@pytest.mark.training
@pytest.mark.parametrize(
    "result",
    [
        fitted, corrupted, generated, learned_words, checked,
        lambda: [train_net("Adam", 0.01, steps=10).losses],
        lambda: [signal("Xavier").std, signal("He", "ReLU").gradients],
    ],
    ids=["overfitting", "corruption", "generation", "masked words", "check", "descent", "start"],
)  # fmt: skip
def test_a_panels_result_is_the_same_while_others_draw(result):
    expected = result()
    before = states()
    assert equal(result(), expected)
    assert states() == before
    with noise():
        assert all(equal(result(), expected) for _ in range(3))


def test_measuring_a_device_draws_from_nobody():
    before = states()
    measured_peak.cache_clear()
    assert measured_peak("cpu", "fp32") > 0 and states() == before
