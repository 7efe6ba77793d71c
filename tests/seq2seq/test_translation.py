"""Translations: the tokens of `generate`, distributions and attention of the forward pass."""

import pytest
import torch

from lablib import attention as at
from lablib import seq2seq as ss
from lablib.models.text import target_ids
from tests.seq2seq.conftest import ARCHITECTURES

TEXT = "How do you do?"


def generated(m, beams, **settings):
    """What transformers writes, without the start token."""
    ids = torch.tensor([m.tokenizer(TEXT)["input_ids"]])
    out = m.model.generate(
        ids, num_beams=beams, do_sample=False, max_new_tokens=12, return_dict_in_generate=True,
        output_scores=True, **settings,
    )  # fmt: skip
    return tuple(out.sequences[0, 1:].tolist()), out


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("beams", [1, 4])
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_it_writes_what_generate_writes(tiny, name, beams, seed):
    m = tiny(name, seed)
    found = ss.translate(m, TEXT, beams=beams, most=12)
    expected, out = generated(m, beams)
    assert found.ids == expected
    if beams > 1:
        assert found.score == pytest.approx(float(out.sequences_scores), abs=1e-4)


@pytest.mark.parametrize("penalty", [0.0, 0.5, 3.0])
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_length_penalty_is_that_of_generate(tiny, name, penalty):
    m = tiny(name)
    found = ss.translate(m, TEXT, beams=3, length_penalty=penalty, most=12)
    expected, out = generated(m, 3, length_penalty=penalty)
    assert found.ids == expected
    assert found.score == pytest.approx(float(out.sequences_scores), abs=1e-4)


@pytest.mark.parametrize(
    "settings",
    [
        {"no_repeat_ngram_size": 2},
        {"min_length": 8},
        {"forced_bos_token_id": 77},
        {"forced_eos_token_id": 78},
        {"early_stopping": True},
        {"bad_words_ids": [[80], [81]]},
    ],
)
@pytest.mark.parametrize("beams", [1, 3])
def test_a_models_own_rules_are_kept(tiny, settings, beams):
    m = tiny("bart", seed=1)
    for name, value in settings.items():
        setattr(m.model.generation_config, name, value)
    try:
        found = ss.translate(m, TEXT, beams=beams, most=12)
        assert found.ids == generated(m, beams)[0]
    finally:
        for name in settings:
            setattr(m.model.generation_config, name, None)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_each_step_has_the_models_distribution_and_its_attention(tiny, name):
    m = tiny(name)
    found = ss.translate(m, TEXT, most=8)
    start = m.model.generation_config.decoder_start_token_id
    m.model.set_attn_implementation("eager")
    with torch.inference_mode():
        out = m.model(
            input_ids=torch.tensor([found.source.ids]),
            decoder_input_ids=torch.tensor([[start, *found.ids[:-1]]]),
            output_attentions=True,
        )
    m.model.set_attn_implementation("sdpa")
    expected = out.logits[0].softmax(-1)
    for place, step in enumerate(found.steps):
        torch.testing.assert_close(step.distribution, expected[place], atol=1e-5, rtol=1e-4)
        assert step.probability == pytest.approx(float(expected[place, step.id]), abs=1e-5)
        assert step.alternatives[0].id == int(expected[place].argmax())
        looked = torch.stack([layer[0, :, place] for layer in out.cross_attentions])
        torch.testing.assert_close(step.looked, looked, atol=1e-5, rtol=1e-4)
    mean = torch.stack(out.cross_attentions).mean((0, 1, 2))
    torch.testing.assert_close(found.mean_alignment, mean, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(
        found.alignment(1, 3), out.cross_attentions[1][0, 3], atol=1e-5, rtol=1e-4
    )
    assert found.table()[2]["looked at"] == found.source.tokens[int(mean[2].argmax())]


def test_the_maps_are_the_three_attentions(tiny):
    m = tiny("t5")
    found, expected = ss.maps(m, "Hello", "You"), at.encoder_decoder_maps(m, "Hello", "You")
    torch.testing.assert_close(found.cross.weights, expected.cross.weights)
    assert found.decoder.tokens[1:] == ("Y", "o", "u")


def test_a_target_is_read_with_the_tokenizers_own_way_for_targets(tiny):
    m = tiny("marian")

    class Marian(type(m.tokenizer)):
        """A vocabulary of its own for targets: the source's, turned to capitals."""

        def __call__(self, text=None, text_target=None, **more):
            return super().__call__(text_target.upper() if text is None else text, **more)

    m.tokenizer.__class__, before = Marian, type(m.tokenizer)
    try:
        assert ss.maps(m, "a", "you").decoder.tokens[1:] == ("Y", "O", "U")
        assert target_ids(m.tokenizer, "you") == m.tokenizer("YOU")["input_ids"]
    finally:
        m.tokenizer.__class__ = before


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda m: ss.translate(m, TEXT, beams=0), "at least 1 beam"),
        (lambda m: ss.translate(m, TEXT, most=0), "1 step"),
        (lambda m: ss.translate(m, TEXT, beams=500), "too many for so small a vocabulary"),
        (lambda m: ss.translate(m, TEXT, most=3).alignment(9, 0), r"layers 0 to 1 .* \(9, 0\)"),
        (lambda m: ss.slip(m, TEXT, place=999), "place is 0 to"),
        (lambda m: ss.mute(m, TEXT, [(0, 4)]), r"heads 0 to 3; \(0, 4\)"),
        (lambda m: ss.heldout_pairs("sing"), "no pairs for 'sing': choose one of translate"),
        (lambda m: ss.score(m, []), "at least one source"),
        (lambda m: ss.score(m, [("a", "b")], beams=0), "at least 1 beam"),
        (lambda m: ss.learn_with_and_without_mask(0), "steps must be 1"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(tiny, call, said):
    with pytest.raises(ValueError, match=said):
        call(tiny("t5"))


def test_a_model_without_a_decoder_is_refused(gpt2):
    with pytest.raises(ValueError, match="Only an encoder-decoder model"):
        ss.translate(gpt2, TEXT)


def test_an_empty_and_a_long_text(tiny):
    m = tiny("bart")
    assert ss.translate(m, "", most=3).steps
    assert "left out" in ss.translate(m, "a" * 200, most=3).note
    assert len(ss.translate(m, TEXT, most=500).steps) <= 64
