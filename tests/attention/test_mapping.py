"""Maps of every kind of model, however it was loaded, with the shared model left alone."""

import copy
import threading

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import PreTrainedModel

from lablib import attention as at
from lablib import models
from lablib.attention.compute import heads as mapping
from tests.attention.conftest import CAUSAL, ENCODER_DECODER, MASKED, UNWATCHABLE
from tests.examples import examples
from tests.panels import hooks_left

TEXT = "Hello, you."


def eager(m, tokens, **more):
    """What the model itself gives, made to compute attention the plain way."""
    model = copy.deepcopy(m.model)
    for part in model.modules():
        if isinstance(part, PreTrainedModel):
            part.config._attn_implementation = "eager"
    with torch.inference_mode():
        return model(**tokens.inputs(m), **more, output_attentions=True)


@pytest.mark.parametrize("name", CAUSAL | MASKED | UNWATCHABLE)
def test_maps_are_the_models_own(make, name):
    m = make(name)
    before = m.model.config._attn_implementation
    found = at.maps(m, TEXT)
    expected = torch.cat(eager(m, found.queries).attentions)
    torch.testing.assert_close(found.weights, expected, rtol=0, atol=1e-6)
    assert found.weights.shape == (2, 4, len(found.tokens), len(found.tokens))
    assert found.kind == ("encoder" if name in MASKED else "causal")
    assert found.note == ""
    assert m.model.config._attn_implementation == before


@pytest.mark.parametrize("name, options", [("pocket-gpt2", {}), ("minilm", {"kind": "encoder"})])
@pytest.mark.parametrize("attention", ["sdpa", "eager"])
def test_maps_of_real_models_are_the_same_however_they_were_loaded(name, options, attention):
    try:
        m = models.load(name, attention=attention, device="cpu", **options)
    except models.ModelError as error:
        pytest.skip(str(error))
    found = at.maps(m, "The whale swam away, and the sea was calm.")
    expected = torch.cat(eager(m, found.queries).attentions)
    torch.testing.assert_close(found.weights, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", ENCODER_DECODER)
def test_an_encoder_decoder_model_has_three_attentions_of_unequal_depth(make, name):
    m = make(name)
    found = at.encoder_decoder_maps(m, "Hello", "You")
    shapes = [tuple(part.weights.shape) for part in (found.encoder, found.decoder, found.cross)]
    assert shapes == [(3, 4, 7, 7), (2, 4, 4, 4), (2, 4, 4, 7)]
    assert found.cross.tokens[1:] == ("Y", "o", "u")
    assert found.cross.key_tokens == found.encoder.tokens
    assert [part.kind for part in (found.encoder, found.decoder, found.cross)] == [
        "encoder",
        "decoder",
        "cross",
    ]
    decoder_ids = torch.tensor([found.decoder.queries.ids])
    expected = eager(m, found.encoder.queries, decoder_input_ids=decoder_ids)
    torch.testing.assert_close(found.cross.weights, torch.cat(expected.cross_attentions))
    torch.testing.assert_close(found.decoder.weights, torch.cat(expected.decoder_attentions))
    alone = at.maps(m, "Hello")
    torch.testing.assert_close(alone.weights, torch.cat(expected.encoder_attentions))
    assert at.encoder_decoder_maps(m, "", "").cross.weights.shape == (2, 4, 1, 2)


def test_three_attentions_need_an_encoder_and_a_decoder(gpt2):
    with pytest.raises(ValueError, match="Only an encoder-decoder model"):
        at.encoder_decoder_maps(gpt2, "a", "b")


def test_a_model_without_a_longest_text(make):
    found = at.maps(make("xlnet"), "a" * 100)
    assert found.weights.shape == (2, 4, 100, 100) and found.kind == "encoder"


def test_models_without_attention_say_so(make):
    with pytest.raises(ValueError, match="gives no attention weights"):
        at.maps(make("mamba"), TEXT)


def test_a_pair_has_token_types_that_the_model_is_told(bert):
    found = at.maps(bert, "ab", "cd")
    assert found.tokens == ("[CLS]", "a", "b", "[SEP]", "c", "d", "[SEP]")
    assert found.token_types == (0, 0, 0, 0, 1, 1, 1)
    assert found.queries.inputs(bert)["token_type_ids"].tolist() == [[0, 0, 0, 0, 1, 1, 1]]
    assert found.sinks.tolist() == [True, False, False, True, False, False, True]
    expected = torch.cat(eager(bert, found.queries).attentions)
    torch.testing.assert_close(found.weights, expected, rtol=0, atol=1e-6)


def test_a_pair_for_a_model_of_single_texts_is_refused(gpt2):
    with pytest.raises(ValueError, match="does not tell two texts apart"):
        at.maps(gpt2, "a", "b")


def test_empty_and_one_token(gpt2, bert):
    assert at.maps(gpt2, "").tokens == ("<|endoftext|>",)
    assert at.maps(gpt2, "a").weights.tolist() == torch.ones(2, 4, 1, 1).tolist()
    assert at.maps(bert, "").tokens == ("[CLS]", "[SEP]")


def test_ten_thousand_tokens_are_cut_and_said(gpt2, bert):
    found = at.maps(gpt2, "ab" * 5000)
    assert len(found.tokens) == 64
    assert found.note == ("The text has 10,000 tokens and 64 are read here: 9,936 were left out.")
    assert at.maps(bert, "ab" * 5000).tokens[-1] == "[SEP]"
    assert len(at.maps(gpt2, "ab" * 50, limit=10).tokens) == 10
    with pytest.raises(ValueError, match="1 or above"):
        at.maps(gpt2, "ab", limit=0)


def test_maps_stay_under_the_cap_by_precision_and_then_by_length(make, monkeypatch):
    m = make("gpt2")  # 8 heads: 40 tokens take 51,200 bytes in float32 and 25,600 in float16
    for cap, dtype, tokens in [
        (51_200, torch.float32, 40),
        (51_199, torch.float16, 40),
        (25_599, torch.float16, 39),
    ]:
        monkeypatch.setattr(mapping, "CAP", cap)
        found = at.maps(m, "a" * 40)
        assert (found.weights.dtype, len(found.tokens)) == (dtype, tokens)
        assert found.weights.nbytes <= cap


def test_512_tokens_of_a_12_by_12_model_fit_under_the_cap():
    assert 512 * 512 * 144 * 2 <= mapping.CAP < 512 * 512 * 144 * 4


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("name", ["gpt2", "bert", "llama"])
def test_16_bit_models(make, name, dtype):
    found, exact = at.maps(make(name, dtype=dtype), TEXT), at.maps(make(name), TEXT)
    assert found.weights.dtype == torch.float32
    assert found.weights.sum(-1).allclose(torch.ones(()), atol=0.02)
    assert not found.weights.equal(exact.weights)


def test_weights_that_are_not_numbers_are_said_and_kept(make):
    m = make("gpt2")
    with torch.no_grad():
        m.model.transformer.h[1].attn.c_attn.weight[0, 0] = torch.nan  # a query number of head 0
    found = at.maps(m, TEXT)
    assert found.broken.tolist() == [[False] * 4, [True, False, False, False]]
    assert found.note.startswith(
        "1 of 8 heads have weights that are not numbers, the first of them layer 1, head 0"
    )
    assert found.weights[1, 0].isnan().any()


def test_a_change_of_weights_is_seen_at_once(make):
    m = make("gpt2")
    before = at.maps(m, TEXT).weights
    with torch.no_grad():
        m.model.transformer.h[0].attn.c_attn.weight.mul_(2)
    assert not at.maps(m, TEXT).weights.equal(before)


def test_the_shared_model_is_left_alone_while_others_read_it(make):
    m = make("gpt2")
    ids = torch.tensor([at.read(m, TEXT).ids])
    with torch.inference_mode():
        expected = m.model(ids).logits
    wrong, stop = [], threading.Event()

    def read_on():
        with torch.inference_mode():
            while not stop.is_set():
                output = m.model(ids)
                if output.attentions or not output.logits.equal(expected):
                    wrong.append(output)

    readers = [threading.Thread(target=read_on) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        reference = at.maps(m, TEXT).weights
        for _ in range(8):
            assert at.maps(m, TEXT).weights.equal(reference)
            at.ablate(m, TEXT, [(0, 0)])
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert not wrong
    assert not hooks_left(m.model)


@examples(40)
@given(text=st.text(max_size=80), pair=st.none() | st.text(max_size=40))
def test_any_text_gives_a_row_for_every_token(bert, text, pair):
    found = at.maps(bert, text, pair)
    size = len(found.tokens)
    assert found.weights.shape == (2, 4, size, size) and 2 <= size <= 64
    assert found.weights.sum(-1).allclose(torch.ones(()), atol=1e-5)
    assert len(found.token_types) == len(found.queries.special) == size


@pytest.mark.parametrize(
    "text", ["\ud800", "a\0b", "👩‍👩‍👧", "<script>alert(1)</script>", "\u202e"]
)
def test_odd_characters(gpt2, text):
    found = at.maps(gpt2, text)
    assert found.weights.sum(-1).allclose(torch.ones(()))
    assert all(isinstance(token, str) for token in found.tokens)
