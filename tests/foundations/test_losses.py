"""The loss of every token, in windows and at once."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lablib.foundations.compute.perplexity import surprise, token_losses
from tests.examples import examples
from tests.sampling.conftest import m, tiny  # noqa: F401


def test_a_short_text_has_the_loss_of_transformers(m):  # noqa: F811
    found = surprise(m, "Once upon a time")
    ids = torch.tensor([[m.tokenizer.bos_token_id, *found.ids]])
    expected = m.model(ids, labels=ids).loss
    assert found.loss == pytest.approx(expected.item(), rel=1e-5)
    assert found.perplexity == pytest.approx(expected.exp().item(), rel=1e-5)
    assert found.bits_per_byte == pytest.approx(expected.item() / math.log(2), rel=1e-5)


def test_a_long_text_has_every_token_once_with_half_a_context_or_more(m):  # noqa: F811
    ids = torch.randint(0, 256, (200,))
    losses = token_losses(m.model, ids, context=64)
    assert len(losses) == 199
    for place in (1, 40, 64, 65, 100, 199):
        reads = [ids[start:place] for start in range(max(0, place - 64), place)]
        longest = [read for read in reads if len(read) >= min(32, place)]
        with torch.inference_mode():
            allowed = [m.model(read[None]).logits[0, -1] for read in longest]
        chances = [float(-logits.log_softmax(-1)[ids[place]]) for logits in allowed]
        assert min(abs(losses[place - 1].item() - chance) for chance in chances) < 1e-4


@torch.inference_mode()
def test_a_context_of_one_token_is_the_token_before_and_none_is_refused(m):  # noqa: F811
    ids = torch.randint(0, 256, (5,))
    alone = m.model(ids[:-1, None]).logits[:, -1].log_softmax(-1)
    expected = -alone.gather(1, ids[1:, None])[:, 0]
    torch.testing.assert_close(token_losses(m.model, ids, 1), expected, atol=1e-4, rtol=0)
    with pytest.raises(ValueError, match="context must be 1 or above, and it was -1"):
        token_losses(m.model, ids, -1)


@examples(15)
@given(text=st.text(min_size=1, max_size=90))
def test_any_text_can_be_measured(m, text):  # noqa: F811
    found = surprise(m, text)
    assert len(found.nats) == len(found.ids)
    assert found.byte_count == len(text.encode("utf-8", "replace").decode("utf-8").encode())


def test_nothing_is_refused_in_words(m):  # noqa: F811
    with pytest.raises(ValueError, match="type a text"):
        surprise(m, "")
