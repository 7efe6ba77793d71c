"""Three lenses: held against autograd's own Jacobian, numpy's least squares and scipy's entropy."""

import numpy as np
import pytest
import torch
from scipy.stats import entropy

from lablib import attention as at
from lablib import models
from lablib.attention.compute import lenses as module
from lablib.attention.compute.corpus import passages
from lablib.attention.compute.layers import say, stream
from lablib.attention.figures import lenses as figures
from tests.attention.conftest import CAUSAL, ENCODER_DECODER, UNWATCHABLE
from tests.panels import hooks_left

TEXT = "The old lamp at the old corner goes out at ten. " * 20
MODELS = ("gpt2", "llama", "qwen3", "gpt_neox", "mistral")


def fitted(m):
    *_, found = at.fit_lenses(m, TEXT, jacobians=1)
    return found


@pytest.fixture(scope="module")
def found(make):
    return fitted(make("gpt2"))


def split(m):
    """The passages that errors are measured on and those that lenses are fitted to."""
    cut = passages(m, TEXT)
    order = torch.randperm(len(cut), generator=torch.Generator().manual_seed(0)).tolist()
    rows = torch.tensor([cut[place].ids for place in order])
    held = max(1, len(rows) // 5)
    return rows[:held], rows[held:]


def before_the_norm(m, rows):
    """The vectors before each block and after the last, by hooks on the blocks, in float64."""
    seen = []
    body = m.model.base_model
    blocks = next(part for name, part in body.named_children() if name in ("h", "layers"))
    hooks = [
        block.register_forward_pre_hook(
            lambda _, given, named: seen.append((given or tuple(named.values()))[0]),
            with_kwargs=True,
        )
        for block in blocks
    ]
    last = blocks[-1].register_forward_hook(
        lambda _, __, output: seen.append(output if torch.is_tensor(output) else output[0])
    )
    try:
        m.model(rows)
    finally:
        for hook in (*hooks, last):
            hook.remove()
    return seen


@pytest.mark.parametrize("name", CAUSAL | UNWATCHABLE)
def test_the_last_vectors_lead_to_what_the_model_says(make, name):
    m = make(name)
    rows = torch.tensor([[5, 6, 7, 8]])
    with torch.inference_mode():
        said = say(m.model, stream(m.model, {"input_ids": rows})[-1])
        torch.testing.assert_close(said, m.model(rows).logits.float(), rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", MODELS)
def test_the_jacobian_is_the_mean_of_autograds_own(make, name):
    m = make(name)
    found, row, first = fitted(m), split(m)[1][:1], 16
    with torch.no_grad():
        seen = before_the_norm(m, row)
    body = m.model.base_model
    blocks = next(part for one, part in body.named_children() if one in ("h", "layers"))

    def summed(vectors, layer):
        """The last vectors, summed over places, if those of a layer from `first` on are these."""

        def put(_, given, named):
            new = torch.cat([seen[layer][:, :first], vectors[None]], 1)
            if given:
                return (new, *given[1:]), named
            return given, {**named, next(iter(named)): new}

        hook = blocks[layer].register_forward_pre_hook(put, with_kwargs=True)
        try:
            return before_the_norm(m, row)[-1][0, first:].sum(0)
        finally:
            hook.remove()

    for layer in range(2):
        start = seen[layer][0, first:]
        whole = torch.autograd.functional.jacobian(lambda v, at=layer: summed(v, at), start)
        torch.testing.assert_close(found.jacobian[layer], whole.mean(1), rtol=1e-3, atol=1e-4)


def test_the_tuned_lens_is_numpys_least_squares(gpt2, found):
    own = split(gpt2)[1]
    with torch.no_grad():
        seen = [each[:, 16:].flatten(0, 1).double() for each in before_the_norm(gpt2, own)]
    assert found.fitted == len(seen[0])
    for layer in range(2):
        inputs = torch.cat([seen[layer], torch.ones(len(seen[layer]), 1)], 1).numpy()
        # Ridge regression is least squares with a row for each number that is held back.
        held_back = np.sqrt(module.RIDGE * np.square(inputs[:, :-1]).sum(0).mean()) * np.eye(33)
        targets = np.concatenate([seen[-1].numpy(), np.zeros((33, 32))])
        expected, *_ = np.linalg.lstsq(np.concatenate([inputs, held_back]), targets)
        np.testing.assert_allclose(found.tuned[layer].numpy(), expected, rtol=0, atol=2e-3)


@pytest.mark.parametrize("lens", at.LENSES)
def test_an_error_is_scipys_relative_entropy_on_what_was_held_out(gpt2, found, lens):
    held = split(gpt2)[0]
    with torch.no_grad():
        seen = [each[:, 16:].flatten(0, 1) for each in before_the_norm(gpt2, held)]
        said = gpt2.model(held).logits[:, 16:].flatten(0, 1).softmax(-1)
        for layer in range(2):
            vectors = found.carry(lens, layer, seen[layer])
            head, norm = gpt2.model.lm_head, gpt2.model.transformer.ln_f
            read = head(norm(vectors)).softmax(-1)
            expected = entropy(said.double().numpy(), read.double().numpy(), axis=-1).mean()
            assert float(found.divergence[lens][layer]) == pytest.approx(expected, rel=1e-3)
            same = (said.argmax(-1) == read.argmax(-1)).float().mean()
            assert float(found.agreement[lens][layer]) == pytest.approx(float(same), abs=1e-6)
    assert found.measured == len(said)


def test_through_the_last_layer_a_lens_carries_nothing(found):
    vectors = torch.randn(3, 32)
    assert found.carry("logit", 1, vectors) is vectors
    assert found.carry("jacobian", 1, vectors).equal(vectors @ found.jacobian[1].T)


def test_what_is_known_grows(gpt2):
    steps = list(at.fit_lenses(gpt2, TEXT, jacobians=2))
    assert [each.done for each in steps] == sorted(each.done for each in steps)
    assert steps[-1].done == steps[-1].total and steps[-1].passages == 2
    first_known = {
        lens: next(place for place, each in enumerate(steps) if each.known(lens))
        for lens in at.LENSES
    }
    assert first_known["logit"] < first_known["tuned"] < first_known["jacobian"]


def test_a_path_is_the_probability_of_one_token(gpt2, found):
    path = at.lens_path(gpt2, found, "Hello, you.")
    lens = at.logit_lens(gpt2, "Hello, you.", k=1)
    assert path.token == int(lens.ids[-1, -1, 0])
    assert path.best["logit"] == tuple(row[-1][0] for row in lens.texts)
    for name in at.LENSES:
        assert float(path.probabilities[name][-1]) == pytest.approx(
            float(lens.probabilities[-1, -1, 0]), abs=1e-6
        )
    pinned = at.lens_path(gpt2, found, "Hello, you.", "z")
    assert pinned.text == "z" and pinned.best == path.best
    with pytest.raises(ValueError, match="one is followed"):
        at.lens_path(gpt2, found, "Hello, you.", "zz")


def test_frozen_weights_and_the_shared_model(make):
    m = make("llama", seed=3)
    m.model.requires_grad_(False)
    assert float(fitted(m).jacobian.abs().sum()) > 0
    assert not hooks_left(m.model)


@pytest.mark.parametrize("name", ["bert", *ENCODER_DECODER])
def test_models_that_do_not_go_on_are_refused(make, name):
    with pytest.raises(ValueError, match="choose a next-word model"):
        next(at.fit_lenses(make(name), TEXT))


def test_what_cannot_be_fitted_is_refused(gpt2, monkeypatch):
    with pytest.raises(ValueError, match="too short"):
        next(at.fit_lenses(gpt2, "Hello."))
    with pytest.raises(ValueError, match="jacobians must be 1 or above"):
        next(at.fit_lenses(gpt2, TEXT, jacobians=0))
    monkeypatch.setattr(module, "MAP_BYTES", 1000)
    with pytest.raises(ValueError, match="choose a smaller model"):
        next(at.fit_lenses(gpt2, TEXT))


def test_the_sentences_say_which_lens_is_least_off(found):
    words = figures.lenses_words(found)
    best = min(at.LENSES, key=lambda lens: float(found.divergence[lens].mean()))
    assert figures.NAMES[best] in words.split(".")[0]


def test_lenses_of_another_model_are_refused(found):
    other = models.load("pocket-gpt2", device="cpu")
    with pytest.raises(ValueError, match="fitted to another model"):
        at.lens_path(other, found, "Once upon")
