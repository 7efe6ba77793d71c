"""What pushed a token: held against a difference quotient, and asked step by step."""

import pytest
import torch

from lablib import attention as at
from lablib.sampling.compute import attribution as module
from lablib.sampling.compute.attribution import WAYS, attribution, grow_attribution
from tests.panels import hooks_left


def test_a_push_is_a_difference_quotient_along_a_vector(m):
    ids, place = m.tokenizer("Once upon a time").input_ids, 9
    found = attribution(m, ids, place).gradient
    assert found.shape == (place,)
    vectors = m.model.get_input_embeddings()(torch.tensor([ids[:place]])).detach()
    step = 1e-2

    def value(scale, one):
        changed = vectors.clone()
        changed[0, one] *= scale
        with torch.no_grad():
            return float(m.model(inputs_embeds=changed).logits[0, -1].log_softmax(-1)[ids[place]])

    for one in range(place):
        expected = (value(1 + step, one) - value(1 - step, one)) / (2 * step)
        assert float(found[one]) == pytest.approx(expected, abs=2e-3, rel=2e-2)


def test_it_is_the_answer_to_why(m):
    ids = m.tokenizer("Once upon a time").input_ids
    found, why = attribution(m, ids, 9), at.why(m, "Once upon a time", place=9)
    assert (found.ids, found.token) == (why.ids, why.token) == (tuple(ids[:9]), ids[9])
    for way in WAYS:
        torch.testing.assert_close(getattr(found, way), getattr(why, way))
    assert not hooks_left(m.model)


def test_what_is_quick_comes_first_and_the_rest_token_by_token(m, monkeypatch):
    monkeypatch.setattr(module, "SCORE_BYTES", 2 * 4 * 9 * m.model.config.vocab_size)
    ids = m.tokenizer("Once upon a time").input_ids
    grown = list(grow_attribution(m, ids, 9))
    assert [found.to_come for found in grown] == [9, 7, 5, 3, 1, 0]
    whole = grown[-1]
    assert whole.occlusion.isfinite().all()
    for found in grown:
        known = 9 - found.to_come
        torch.testing.assert_close(found.occlusion[:known], whole.occlusion[:known])
        assert found.occlusion[known:].isnan().all()
        assert found.gradient is whole.gradient and found.rollout is whole.rollout


def test_one_token_of_a_model_without_a_start_cannot_be_left_out(m, monkeypatch):
    def no_start(_):
        raise ValueError("The prompt is empty.")

    monkeypatch.setattr(module, "start_of_text", no_start)
    found = attribution(m, m.tokenizer("Once").input_ids, 1)
    assert found.occlusion.isnan().all() and found.to_come == 0


@pytest.mark.parametrize("place", [0, 4, -1])
def test_a_place_with_nothing_before_it_is_refused(m, place):
    with pytest.raises(ValueError, match="from place 1 to 3"):
        attribution(m, m.tokenizer("Once").input_ids, place)
