"""What the transformer lab teaches, seen without its checks.

`tests/exercises/test_rooms.py` holds each question to its right answer and typical wrong ones.
"""

import re

import pytest
import torch

from lablib import models
from lablib import transformer as tf
from lablib.exercises import Bug, Exercise, Prediction, lab, loader
from lablib.transformer.exercises import checks, solutions

broken = loader.broken("transformer")
RECORDS = lab("transformer")
ID = "transformer/"
GIRL = "Once upon a time there was a little girl who lived in a"


@pytest.fixture(scope="module")
def pocket():
    return models.load("pocket-gpt2", device="cpu")


@pytest.fixture(scope="module")
def weights(pocket):
    return pocket.model.state_dict()


def told(name):
    """All that is said to whoever answers a prediction."""
    return " ".join(option.feedback for option in RECORDS[ID + name].answer)


def test_the_lab_asks_as_much_as_it_promises():
    kinds = [type(record) for record in RECORDS.values()]
    assert [kinds.count(kind) for kind in (Prediction, Exercise, Bug)] == [7, 8, 7]
    stars = [one for one in RECORDS.values() if type(one) is Exercise and one.difficulty == 1]
    assert len(stars) == 4


# The steps lead to the model.


def test_the_steps_are_the_models_parts(pocket, weights):
    seen = tf.parts(pocket, "The cat sat on the mat")
    ids, first = list(seen.tokens.ids), seen.blocks[0]
    close = torch.testing.assert_close
    close(solutions.embed(weights, ids), seen.embeddings)

    def w(name):
        return weights[f"transformer.h.0.{name}"]

    norm = solutions.layer_norm(seen.embeddings, w("ln_1.weight"), w("ln_1.bias"))
    close(norm, first.norms[0], rtol=1e-4, atol=1e-5)
    q, k, v = (norm @ w("attn.c_attn.weight") + w("attn.c_attn.bias")).chunk(3, -1)
    heads = [
        solutions.one_head(*parts)
        for parts in zip(*(x.split(64, -1) for x in (q, k, v)), strict=True)
    ]
    attention = solutions.merge(heads, w("attn.c_proj.weight"), w("attn.c_proj.bias"))
    close(attention, first.attention, rtol=1e-4, atol=1e-4)
    network = (
        w("mlp.c_fc.weight"),
        w("mlp.c_fc.bias"),
        w("mlp.c_proj.weight"),
        w("mlp.c_proj.bias"),
    )
    close(solutions.feed_forward(first.norms[1], *network), first.mlp, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("text", checks.TEXTS)
def test_the_last_step_is_the_model(pocket, weights, text):
    ids = pocket.tokenizer(text).input_ids
    with torch.inference_mode():
        wanted = pocket.model(torch.tensor([ids])).logits[0]
    torch.testing.assert_close(solutions.forward(weights, ids), wanted, rtol=0, atol=1e-4)


def test_what_a_check_hands_out_is_not_the_shared_model(pocket):
    (weights, _), *_ = checks.CHECKS[ID + "forward"].cases()
    weights["transformer.wte.weight"].zero_()
    assert pocket.model.transformer.wte.weight.abs().sum() > 0


# What each bug does.


def test_a_norm_over_the_tokens_lets_the_future_in_and_has_no_single_token():
    x = torch.randn(4, 8)
    other = x.clone()
    other[-1] += 1
    assert not torch.allclose(broken.normalise(x)[0], broken.normalise(other)[0])
    torch.testing.assert_close(solutions.normalise(x)[0], solutions.normalise(other)[0])
    assert broken.normalise(x[:1]).isnan().all()


def test_relu_for_gelu_is_a_small_bug(pocket, weights, monkeypatch):
    low, high = re.search(
        r"only (\S+) to (\S+) bits", RECORDS[ID + "relu-for-gelu"].question
    ).groups()
    for text in (GIRL, "The whale swam away, and the sea was calm."):
        ids = pocket.tokenizer(text).input_ids
        right = loss(solutions.forward(weights, ids), ids)
        with monkeypatch.context() as patch:
            patch.setattr(solutions, "gelu", lambda x, approximate: x.relu())
            wrong = loss(solutions.forward(weights, ids), ids)
        assert float(low) - 0.05 < wrong - right < float(high) + 0.05


def loss(logits, ids):
    return float(torch.nn.functional.cross_entropy(logits[:-1], torch.tensor(ids[1:]))) / 0.693147


def test_a_head_of_zeros_makes_all_tokens_alike(weights):
    file = {name: part for name, part in weights.items() if name != "lm_head.weight"}
    assert not broken.head_matrix(file).any()
    assert solutions.head_matrix(file) is file["transformer.wte.weight"]


def test_an_rnn_cannot_be_computed_in_any_order():
    x = torch.randn(5, 4)
    order = torch.tensor([3, 1, 4, 0, 2])
    same = solutions.encode(x[order], checks._attend)
    torch.testing.assert_close(same, solutions.encode(x, checks._attend)[order])
    assert not torch.allclose(
        broken.encode(x[order], checks._attend), broken.encode(x, checks._attend)[order]
    )


# The figures in the questions.


def test_what_is_missed_least(pocket):
    said = told("missed-least")
    losses = {part: tf.ablate(pocket, GIRL, [part]).loss_after for part in tf.PARTS}
    assert losses["attention"] < losses["positions"] < losses["feed-forward"]
    assert losses["feed-forward"] > 12
    whole = tf.ablate(pocket, GIRL).loss_before
    pairs = re.findall(r"from (\S+) to about (\S+) bits", said)
    for name, (before, after) in zip(
        ("positions", "attention", "feed-forward"), pairs, strict=True
    ):
        assert float(before) == pytest.approx(whole, abs=0.1)
        assert float(after) == pytest.approx(losses[name], rel=0.05)


def test_the_queen_is_nearest_to_the_king(pocket):
    found = tf.neighbours(pocket, "king", k=10)
    assert found.texts[0] == " queen" and " King" in found.texts
    assert f"a cosine of {float(found.cosines[0]):.2f}" in told("nearest-to-king")


def test_two_bears(pocket):
    found = tf.in_context(
        pocket, "bear", "In the wood there lived a bear", "It was more than he could bear"
    )
    assert found.places == (6, 6) and float(found.same[0]) == pytest.approx(1, abs=1e-4)
    assert float(found.same[-1]) == pytest.approx(0.6, abs=0.05)
    assert float(found.others[-1]) == pytest.approx(0.4, abs=0.05)


def test_the_size_of_a_matrix(pocket):
    found = tf.projection(pocket, "Once", 0, 0)
    assert RECORDS[ID + "size-of-a-matrix"].answer.value == found.matrix.numel()


def test_who_adds_the_score(pocket):
    found = tf.attribution(pocket, "The cat sat on the")
    assert found.text == " floor"
    share, score = re.search(r"nothing, (\S+) of ([\d.]+\d)", told("who-adds")).groups()
    assert float(score) == pytest.approx(found.score, abs=0.1)
    assert float(share) == pytest.approx(float(found.added[0]), abs=0.02)


def test_four_times_as_deep():
    ratio = tf.gradient_sizes(24).pre[-1] / tf.gradient_sizes(6).pre[-1]
    assert float(ratio) == pytest.approx(0.5, abs=0.15)


def test_two_thirds_of_a_block_are_its_feed_forward(pocket):
    block = pocket.model.transformer.h[0]
    network = sum(part.numel() for part in block.mlp.parameters())
    assert network / sum(part.numel() for part in block.parameters()) == pytest.approx(
        2 / 3, abs=0.01
    )
