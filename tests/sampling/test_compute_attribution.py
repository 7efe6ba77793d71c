"""What pushed a token: held against a difference quotient along each vector."""

import pytest
import torch

from lablib import attention as at
from lablib.sampling.compute.attribution import attribution


def test_a_push_is_a_difference_quotient_along_a_vector(m):
    ids, place = m.tokenizer("Once upon a time").input_ids, 9
    found = attribution(m, ids, place)
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


def test_it_is_one_of_the_answers_to_why(m):
    ids = m.tokenizer("Once upon a time").input_ids
    why = at.why(m, "Once upon a time", place=9)
    torch.testing.assert_close(attribution(m, ids, 9), why.gradient)
    assert not any(part._forward_hooks for part in m.model.modules())


@pytest.mark.parametrize("place", [0, 4, -1])
def test_a_place_with_nothing_before_it_is_refused(m, place):
    with pytest.raises(ValueError, match="from place 1 to 3"):
        attribution(m, m.tokenizer("Once").input_ids, place)
