"""Teacher forcing, a slip, muted heads and the mask: each held against transformers or by hand."""

import pytest
import torch

from lablib import seq2seq as ss
from lablib.models.text import target_ids
from lablib.seq2seq.compute.lookahead import learning
from tests.seq2seq.conftest import ARCHITECTURES

TEXT, TARGET = "Hello", "You do"


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_forced_loss_is_that_of_training(tiny, name):
    m = tiny(name)
    found = ss.teacher_forcing(m, TEXT, TARGET)
    labels = torch.tensor([target_ids(m.tokenizer, TARGET)])
    ids = torch.tensor([m.tokenizer(TEXT)["input_ids"]])
    with torch.inference_mode():
        expected = m.model(input_ids=ids, labels=labels)
    assert float(found.forced.mean()) == pytest.approx(float(expected.loss), rel=1e-4)
    guesses = [m.tokenizer.decode([id]) for id in expected.logits[0].argmax(-1)]
    assert list(found.guesses) == guesses


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_free_loss_is_that_after_the_models_own_words(tiny, name):
    m = tiny(name)
    found = ss.teacher_forcing(m, TEXT, TARGET)
    ids = target_ids(m.tokenizer, TARGET)
    own, start = found.own.ids, m.model.generation_config.decoder_start_token_id
    for place, id in enumerate(ids[: len(own)]):
        with torch.inference_mode():
            scores = m.model(
                input_ids=torch.tensor([found.own.source.ids]),
                decoder_input_ids=torch.tensor([[start, *own[:place]]]),
            ).logits[0, -1]
        expected = -float(scores.log_softmax(-1)[id])
        assert float(found.free[place]) == pytest.approx(expected, rel=1e-3, abs=1e-4)
    assert found.free[len(own) :].isnan().all()
    differ = [i for i, id in enumerate(ids) if i >= len(own) or own[i] != id]
    assert found.first_difference == differ[0]


def test_up_to_the_first_other_word_both_losses_are_the_same(tiny):
    m = tiny("t5")
    for text in ("Hello", "So", "What"):
        found = ss.teacher_forcing(m, text, TARGET)
        equal = found.first_difference + 1
        torch.testing.assert_close(found.forced[:equal], found.free[:equal])
        assert not found.forced[equal:].allclose(found.free[equal:])


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_after_a_slip_the_model_goes_on_from_the_wrong_token(tiny, name):
    m = tiny(name)
    found = ss.slip(m, TEXT, place=2, most=10)
    start = m.model.generation_config.decoder_start_token_id
    given = [start, *found.before.ids[:2], found.after.ids[2]]
    out = m.model.generate(
        torch.tensor([found.before.source.ids]),
        decoder_input_ids=torch.tensor([given]),
        do_sample=False, num_beams=1, max_new_tokens=7,
    )  # fmt: skip
    assert found.after.ids == tuple(out[0, 1:].tolist())
    assert found.after.ids[:2] == found.before.ids[:2]
    second = found.before.steps[2].alternatives[1]
    assert found.after.ids[2] == second.id and found.wrong == second.text
    assert found.right == found.before.tokens[2]


def test_a_slip_of_the_end_mark_ends_the_text(tiny):
    m = tiny("t5")
    end = m.tokenizer.eos_token_id
    found = ss.slip(m, TEXT, place=1, wrong=end)
    assert found.after.ids == (found.before.ids[0], end) and found.after.ended


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_muted_head_is_one_whose_columns_of_the_output_matrix_are_zero(tiny, name):
    m, other = tiny(name), tiny(name)
    layer = other.model.get_decoder()
    layer = layer.block[1].layer[1].EncDecAttention.o if name == "t5" else (
        layer.layers[1].encoder_attn.out_proj
    )  # fmt: skip
    with torch.no_grad():
        layer.weight[:, 2 * 8 : 3 * 8] = 0
    found = ss.mute(m, TEXT, [(1, 2)], most=8)
    assert found.after.ids == ss.translate(other, TEXT, most=8).ids
    assert found.before.ids == ss.translate(m, TEXT, most=8).ids
    torch.testing.assert_close(
        found.after.steps[0].distribution, ss.translate(other, TEXT, most=8).steps[0].distribution
    )
    unlike = found.before.steps[0].distribution - found.after.steps[0].distribution
    assert float(unlike.abs().max()) > 1e-4
    assert found.loss_before != found.loss_after
    ids = torch.tensor([found.before.ids])
    with torch.inference_mode():
        loss = other.model(input_ids=torch.tensor([found.before.source.ids]), labels=ids).loss
    if not (ids == other.model.config.pad_token_id).any():
        assert found.loss_after == pytest.approx(float(loss), rel=1e-4)


def test_without_the_mask_the_answer_is_seen_and_nothing_is_learned():
    """Few enough steps for any loop: the loss without the mask is the lower one, the text wrong."""
    *_, found = learning(39)
    assert found.unmasked[-1] < 0.5 * found.masked[-1]
    assert found.unmasked_right < 0.3
    assert found.masked_right > found.unmasked_right


def test_an_answer_that_would_take_minutes_to_write_is_refused(tiny):
    with pytest.raises(ValueError, match=r"has [\d,]+ tokens: give one of at most 256"):
        ss.teacher_forcing(tiny("t5"), "a dog", "a dog " * 300)
