"""What pushed a decision, held against reading again by hand and against differences."""

import pytest
import torch

from lablib.transfer import pushes
from lablib.transfer.compute.judge import log_odds

TEXT = "the soup was not badly good, so fine!"


def odds_of(tiny, ids, number):
    with torch.inference_mode():
        return float(log_odds(tiny.model(input_ids=ids).logits[0], number))


def test_occlusion_is_the_difference_of_two_readings(tiny):
    found = pushes(tiny, TEXT)
    number = tiny.names.index(found.name)
    ids = tiny.read([TEXT])["input_ids"]
    assert found.log_odds == pytest.approx(odds_of(tiny, ids, number), abs=1e-5)
    assert found.words == ("the", "soup", "was", "not", "badly", "good", ",", "so", "fine", "!")
    first = 1
    for word, value in zip(found.words, found.values, strict=True):
        hidden = ids.clone()
        size = len(tiny.tokenizer.tokenize(word))
        hidden[0, first : first + size] = tiny.tokenizer.mask_token_id
        first += size
        expected = found.log_odds - odds_of(tiny, hidden, number)
        assert value == pytest.approx(expected, abs=1e-4)


def test_gradient_times_input_is_the_slope_along_the_words_own_vectors(tiny):
    found = pushes(tiny, TEXT, "fine", "gradient")
    ids = tiny.read([TEXT])["input_ids"]
    vectors = tiny.model.get_input_embeddings()(ids).detach().double()
    model = tiny.model.double()

    def odds(scale, place):
        moved = vectors.clone()
        moved[0, place] *= scale
        with torch.no_grad():
            return float(log_odds(model(inputs_embeds=moved).logits[0].double(), 1))

    try:
        slopes = [(odds(1.001, p) - odds(0.999, p)) / 0.002 for p in (1, 2, 3, 4)]
    finally:
        tiny.model.float()
    assert list(found.values[:4]) == pytest.approx(slopes, abs=2e-2)


def test_it_works_where_gradients_are_forbidden(tiny):
    with torch.inference_mode():
        inside = pushes(tiny, TEXT, way="gradient")
    assert inside == pushes(tiny, TEXT, way="gradient")


def test_with_two_classes_the_log_odds_are_the_difference():
    scores = torch.tensor([[1.0, -2.0], [0.5, 4.0]])
    assert log_odds(scores, 1).tolist() == [-3.0, 3.5]


def test_top_ranks_by_size(tiny):
    ranked = pushes(tiny, TEXT).top(3)
    assert [abs(v) for _, v in ranked] == sorted((abs(v) for _, v in ranked), reverse=True)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((" \n",), "no word"),
        (("fine", "excellent"), "choose of bad, fine, good"),
        (("fine", None, "guess"), "occlusion or gradient"),
    ],
)
def test_what_cannot_be_asked_is_said(tiny, arguments, says):
    with pytest.raises(ValueError, match=says):
        pushes(tiny, *arguments)


def test_long_and_odd_texts(tiny):
    assert len(pushes(tiny, "good " * 500).words) == tiny.length - 2
    assert pushes(tiny, "\ud800 😀 مرحبا".encode("utf-8", "replace").decode()).words
