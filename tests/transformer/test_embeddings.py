"""Neighbours, the plane and a word in two sentences, computed another way."""

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from lablib import models
from lablib import transformer as tf

WORDS = ["king", "queen", "dog", "cat", "red", "green"]


@pytest.fixture(scope="module")
def pocket():
    return models.load("pocket-gpt2", device="cpu")


def vectors(m, words):
    matrix = m.model.get_input_embeddings().weight.detach().numpy()
    return np.stack([matrix[m.tokenizer(f" {word}").input_ids].mean(0) for word in words])


def test_neighbours_by_brute_force(pocket):
    found = tf.neighbours(pocket, "king", k=5)
    matrix = pocket.model.get_input_embeddings().weight.detach().numpy()
    [own] = pocket.tokenizer(" king").input_ids
    unit = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    cosines = unit @ unit[own]
    wanted = [i for i in np.argsort(-cosines) if i != own][:5]
    assert found.neighbours.tolist() == wanted and found.ids == (own,)
    np.testing.assert_allclose(found.cosines, cosines[wanted], rtol=1e-5)
    assert found.texts[0] == " queen"


def test_a_word_of_several_tokens_is_their_mean(pocket):
    found = tf.neighbours(pocket, "Monday", k=3)
    assert len(found.ids) > 1 and not set(found.ids) & set(found.neighbours.tolist())
    matrix = pocket.model.get_input_embeddings().weight.detach()
    wanted = torch.cosine_similarity(
        matrix[found.neighbours], matrix[list(found.ids)].mean(0)[None]
    )
    torch.testing.assert_close(found.cosines, wanted)


def test_no_copy_of_the_matrix_is_made(pocket):
    class Largest(TorchDispatchMode):
        numbers = 0

        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            out = function(*args, **(kwargs or {}))
            if torch.is_tensor(out) and out.untyped_storage().data_ptr() not in weights:
                self.numbers = max(self.numbers, out.numel())
            return out

    matrix = pocket.model.get_input_embeddings().weight
    weights = {matrix.untyped_storage().data_ptr()}
    with Largest() as seen:
        tf.neighbours(pocket, "king", k=5)
    assert len(matrix) <= seen.numbers < matrix.numel() / 100


def test_the_plane_is_that_of_the_covariance(pocket):
    found = tf.plane(pocket, WORDS)
    centred = vectors(pocket, WORDS)
    centred = centred - centred.mean(0)
    values, directions = np.linalg.eigh(centred.T @ centred)
    wanted = centred @ directions[:, [-1, -2]]
    np.testing.assert_allclose(np.abs(found.points.numpy()), np.abs(wanted), atol=1e-4)
    np.testing.assert_allclose(found.shares, values[[-1, -2]] / values.sum(), rtol=1e-4)


def test_what_the_plane_hides(pocket):
    found = tf.plane(pocket, WORDS)
    for points, nearest in (
        (vectors(pocket, WORDS), found.nearest),
        (found.points.numpy(), found.nearest_in_plane),
    ):
        for i, point in enumerate(points):
            distances = np.linalg.norm(points - point, axis=1)
            distances[i] = np.inf
            assert nearest[i] == int(distances.argmin())
    assert found.misled == tuple(
        i for i in range(6) if found.nearest[i] != found.nearest_in_plane[i]
    )


def test_words_count_once_and_three_are_needed(pocket):
    assert tf.plane(pocket, [*WORDS, "king"]).words == tuple(WORDS)
    with pytest.raises(ValueError, match="at least three different words"):
        tf.plane(pocket, ["king", "queen", "king"])
    with pytest.raises(ValueError, match="Type a word"):
        tf.neighbours(pocket, "  ")


def test_words_that_one_vector_stands_for_make_no_plane(pocket):
    bert = models.load("pocket-bert", device="cpu")
    with pytest.raises(ValueError, match="one vector for all these words"):
        tf.plane(bert, ["\U0001f642", "\U0001f643", "\U0001f600"])  # all of them unknown to it
    with pytest.raises(ValueError, match="at least three different words"):
        tf.plane(pocket, ["king", " king", "king "])


def test_a_word_in_two_sentences(pocket):
    one, other = "In the wood there lived a bear", "It was more than he could bear"
    found = tf.in_context(pocket, "bear", one, other)
    with torch.inference_mode():
        states = [
            pocket.model(
                **pocket.tokenizer(text, return_tensors="pt"), output_hidden_states=True
            ).hidden_states[:-1]
            for text in (one, other)
        ]
    for layer, (a, b) in enumerate(zip(*states, strict=True)):
        first, second = a[0].numpy(), b[0].numpy()
        pairs = (
            first
            @ second.T
            / np.outer(np.linalg.norm(first, axis=1), np.linalg.norm(second, axis=1))
        )
        assert found.same[layer] == pytest.approx(pairs[-1, -1], abs=1e-4)
        assert found.others[layer] == pytest.approx(pairs[:-1, :-1].mean(), abs=1e-4)
    assert found.places == (6, 6) and found.same[0] == pytest.approx(1, abs=1e-5)


def test_a_word_that_is_not_there(pocket):
    with pytest.raises(ValueError, match="'bear' should stand in both sentences"):
        tf.in_context(pocket, "bear", "A bear", "A wolf")
    with pytest.raises(ValueError, match="should stand in both"):
        tf.in_context(pocket, " ", "A bear", "A wolf")


@pytest.mark.parametrize(
    ("word", "one", "other", "ends"),
    [
        ("猫", "猫坐", "黑猫坐", (2, 5)),  # each character is three tokens
        ("👩‍🚀", "👩‍🚀 flew", "the 👩‍🚀", None),
        ("river bank", "The river bank", "A river bank.", None),
        ("مرحبا", "مرحبا you", "say مرحبا", None),
        ("Bear", "a bear", "the BEAR ran", None),
    ],
)
def test_any_word_is_found_where_it_ends(make, pocket, word, one, other, ends):
    for m in (pocket, make("bert")):
        found = tf.in_context(m, word, one, other)
        for reading, place, text in zip(found.readings, found.places, (one, other), strict=True):
            until = m.tokenizer.decode(reading.ids[: place + 1], skip_special_tokens=True)
            before = m.tokenizer.decode(reading.ids[:place], skip_special_tokens=True)
            written = text[: text.lower().rindex(word.lower()) + len(word)]
            assert until == written != before
    if ends:
        assert tf.in_context(pocket, word, one, other).places == ends


def test_a_word_in_pieces_is_found_in_a_model_of_word_pieces():
    m = models.load("pocket-bert", device="cpu")
    found = tf.in_context(m, "unthinkable", "It is unthinkable.", "An unthinkable day")
    pieces = m.tokenizer.tokenize("unthinkable")
    assert len(pieces) > 1 and found.places == (2 + len(pieces), 1 + len(pieces))


def test_a_word_beyond_what_is_read_is_not_found(make):
    m = make("gpt2")
    with pytest.raises(ValueError, match="'bear' should stand"):
        tf.in_context(m, "bear", "a bear", "a" * 100 + " bear")


@pytest.mark.parametrize("name", ["llama", "bert", "distilbert"])
def test_other_models(make, name):
    m = make(name)
    assert tf.neighbours(m, "a", k=4).cosines.shape == (4,)
    assert tf.plane(m, ["a", "b", "cd", "e"]).points.shape == (4, 2)
    assert tf.in_context(m, "b", "ab", "cb").same.shape == (3,)
