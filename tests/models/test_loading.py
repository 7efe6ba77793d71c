"""What `load` gives back, and that everybody in a process shares it."""

import gc
import shutil
import threading
import weakref
from pathlib import Path

import pytest
import torch
from transformers import (
    BertForMaskedLM,
    BertForPreTraining,
    BertModel,
    ByT5Tokenizer,
    DebertaV2Config,
    DebertaV2ForMaskedLM,
    ElectraConfig,
    GPT2LMHeadModel,
    T5Config,
    T5ForConditionalGeneration,
)
from transformers.utils import logging

from lablib import attention, foundations, models, sampling
from lablib.finetuning.compute.token_losses import token_losses
from lablib.models import opening

from .conftest import gpt2_tokenizer, put_in_cache, save_gpt2


def put_tokenizer(source: Path, folder: Path) -> None:
    for path in source.glob("tokenizer*"):
        shutil.copy(path, folder)


CPU = torch.device("cpu")


def test_what_is_given_back(gpt2: Path):
    m = models.load(gpt2, device="cpu")
    assert isinstance(m.model, GPT2LMHeadModel) and not m.model.training
    assert m.device == CPU == m.model.device
    assert m.card.name == str(gpt2) and (m.card.kind, m.card.source) == ("causal", "folder")
    assert m.card.parameters == sum(p.numel() for p in m.model.parameters())
    assert m.why == f"You chose {gpt2}; it is a folder on this machine."
    logits = m.model(m.tokenizer("ĀāĂ", return_tensors="pt").input_ids).logits
    assert logits.shape == (1, 3, 257)


def test_weights_are_those_of_the_file(gpt2: Path):
    m = models.load(gpt2, device="cpu")
    original = GPT2LMHeadModel.from_pretrained(gpt2)
    for ours, theirs in zip(m.model.parameters(), original.parameters(), strict=True):
        assert torch.equal(ours, theirs)


@pytest.mark.parametrize(
    ("model", "kind", "model_class"),
    [
        ("gpt2", "causal", GPT2LMHeadModel),
        ("bert", "masked", BertForMaskedLM),
        ("bert", "encoder", BertModel),
        ("bert with both heads", "masked", BertForPreTraining),
        ("bert with both heads", "encoder", BertModel),
    ],
)
def test_kind_chooses_the_class(saved: dict[str, Path], model: str, kind: str, model_class: type):
    assert type(models.load(saved[model], kind=kind).model) is model_class


def test_sequence_to_sequence(saved: dict[str, Path], tmp_path: Path):
    sizes = dict(d_model=8, d_kv=4, d_ff=16, num_layers=1, num_heads=2, vocab_size=10)
    T5ForConditionalGeneration(T5Config(**sizes)).save_pretrained(tmp_path)
    put_tokenizer(saved["bert"], tmp_path)
    m = models.load(tmp_path, kind="seq2seq")
    assert isinstance(m.model, T5ForConditionalGeneration) and m.card.kind == "seq2seq"


def test_encoder_gets_no_made_up_pooler(saved: dict[str, Path]):
    bare = models.load(saved["bert"], kind="encoder").model
    whole = models.load(saved["bert with both heads"], kind="encoder").model
    ids = torch.tensor([[2, 5, 6, 3]])
    assert bare.pooler is None and bare(ids).pooler_output is None
    assert whole(ids).pooler_output.shape == (1, 8)


@pytest.mark.parametrize(
    ("model", "kinds", "kind"),
    [
        ("gpt2", ("masked", "encoder", "causal"), "causal"),
        ("bert", ("causal", "masked", "encoder"), "masked"),
        ("bert", ("encoder", "masked"), "encoder"),
    ],
)
def test_of_several_kinds_the_first_that_fits(saved: dict[str, Path], model, kinds, kind):
    m = models.load(saved[model], kind=kinds, device="cpu")
    assert m.card.kind == kind
    assert m.model is models.load(saved[model], kind=kind, device="cpu").model


def test_an_encoder_without_a_masked_word_head_opens_as_what_it_is(
    saved: dict[str, Path], tmp_path: Path
):
    BertModel.from_pretrained(saved["bert"]).save_pretrained(tmp_path)
    put_tokenizer(saved["bert"], tmp_path)
    assert models.load(tmp_path, kind=("causal", "masked", "encoder")).card.kind == "encoder"
    with pytest.raises(models.ModelError, match="masked-word model"):
        models.load(tmp_path, kind=("causal", "masked"))


@pytest.mark.parametrize(("model", "kind"), [("gpt2", "causal"), ("bert", "masked")])
def test_nobody_need_say_what_a_folder_is_for(saved: dict[str, Path], model: str, kind: str):
    m = models.load(saved[model], device="cpu")
    assert m.card.kind == kind and m is models.load(saved[model], kind=kind, device="cpu")


@pytest.mark.parametrize("card", models.catalogue(), ids=lambda card: card.name)
def test_nobody_need_say_what_a_model_of_the_catalogue_is_for(card, saved, cache: Path):
    if card.source == "hub":
        if card.kind == "seq2seq":
            pytest.skip("there is no small one of its tokenizer here")
        put_in_cache(cache, card.name, saved["gpt2" if card.kind == "causal" else "bert"])
    assert models.load(card.name, device="cpu").card.kind == card.kind


def test_a_few_entries_without_a_vector_are_no_hindrance(tmp_path: Path):
    """As in Gemma 3's text models (one) and in some of Code Llama's (sixteen)."""
    folder = save_gpt2(tmp_path / "surplus", vectors=257, entries=257)
    tokenizer = gpt2_tokenizer(257)
    tokenizer.add_tokens(["<picture>"])
    tokenizer.save_pretrained(folder)
    m = models.load(folder, device="cpu")
    assert len(m.tokenizer) == 258
    whole = models.load(save_gpt2(tmp_path / "whole", vectors=257, entries=257), device="cpu")
    assert torch.equal(sampling.next_logits(m, "\u0101b"), sampling.next_logits(whole, "\u0101b"))
    for refuse in (sampling.prepare, attention.read, foundations.surprise, token_losses):
        with pytest.raises(ValueError, match="no vector for the token '<picture>'"):
            refuse(m, "b<picture>")


def test_a_tokenizer_of_bytes_has_no_vocabulary_file(tmp_path: Path):
    config = T5Config(vocab_size=384, d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2,
                      decoder_start_token_id=0)  # fmt: skip
    T5ForConditionalGeneration(config).save_pretrained(tmp_path)
    ByT5Tokenizer().save_pretrained(tmp_path)
    m = models.load(tmp_path, device="cpu")
    assert (m.card.kind, type(m.tokenizer)) == ("seq2seq", ByT5Tokenizer)
    found = attention.encoder_decoder_maps(m, "ab", "c")
    assert len(found.encoder.tokens) == 3  # with the end of text


def test_electra_is_not_taken_for_a_bert_with_two_heads():
    config = ElectraConfig(architectures=["ElectraForPreTraining"])
    assert not opening._has_both_heads(config)


def test_a_process_opens_a_model_once(gpt2: Path):
    first = models.load(gpt2)
    assert models.load(str(gpt2)) is first


def test_two_threads_get_the_same_model(gpt2: Path, monkeypatch: pytest.MonkeyPatch):
    opened, start, results = [], threading.Barrier(4), []
    open_model = models.loading.open_model
    monkeypatch.setattr(models.loading, "open_model", lambda *a: opened.append(a) or open_model(*a))

    def panel() -> None:
        start.wait()
        results.append(models.load(gpt2))

    threads = [threading.Thread(target=panel) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 1 and all(m is results[0] for m in results)


def test_a_model_nobody_uses_is_let_go(gpt2: Path):
    model = weakref.ref(models.load(gpt2).model)
    gc.collect()
    assert model() is None


def test_a_model_saved_again_is_opened_again(gpt2: Path, tmp_path: Path):
    before = models.load(gpt2)
    shutil.rmtree(gpt2)
    save_gpt2(gpt2, vectors=260, entries=257)
    after = models.load(gpt2)
    assert after is not before and after.model.config.vocab_size == 260
    assert before.model.config.vocab_size == 257


def test_attention_gets_a_model_of_its_own(gpt2: Path):
    sdpa, eager = models.load(gpt2), models.load(gpt2, attention="eager")
    assert sdpa.model.config._attn_implementation == "sdpa"
    assert eager.model.config._attn_implementation == "eager"
    assert sdpa.tokenizer is eager.tokenizer
    ids = torch.arange(5)[None]
    with torch.inference_mode():
        out = eager.model(ids, output_attentions=True)
        assert len(out.attentions) == 2 and out.attentions[0].shape == (1, 2, 5, 5)
        torch.testing.assert_close(sdpa.model(ids).logits, out.logits)


def test_architectures_without_sdpa_open_with_eager(saved: dict[str, Path], tmp_path: Path):
    sizes = dict(
        vocab_size=10, hidden_size=8, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16,
    )  # fmt: skip
    DebertaV2ForMaskedLM(DebertaV2Config(**sizes)).save_pretrained(tmp_path)
    put_tokenizer(saved["bert"], tmp_path)
    m = models.load(tmp_path, kind="masked")
    assert m.model.config._attn_implementation == "eager"


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_a_worker_in_inference_mode_gets_weights_that_can_be_trained(
    tmp_path: Path, dtype: torch.dtype
):
    folder = save_gpt2(tmp_path / "model", dtype=dtype)
    with torch.inference_mode():
        m = models.load(folder)
    m.model(torch.arange(4)[None], labels=torch.arange(4)[None]).loss.backward()
    assert all(p.grad is not None for p in m.model.parameters())
    assert not any(buffer.is_inference() for buffer in m.model.buffers())


@pytest.mark.parametrize(
    ("stored", "computed"),
    [
        (torch.float32, torch.float32),
        (torch.bfloat16, torch.bfloat16),
        (torch.float16, torch.float32),
    ],
)
def test_precision_on_a_cpu(tmp_path: Path, stored: torch.dtype, computed: torch.dtype):
    m = models.load(save_gpt2(tmp_path / "model", dtype=stored), device="cpu")
    assert {p.dtype for p in m.model.parameters()} == {computed}
    assert torch.get_default_dtype() is torch.float32


@pytest.mark.parametrize(
    ("stored", "bf16", "computed"),
    [
        ("F32", True, torch.bfloat16),
        ("F32", False, torch.float16),
        ("F16", True, torch.float16),
        ("BF16", False, torch.bfloat16),
        ("F8_E4M3", True, "auto"),
    ],
)
def test_precision_on_cuda(
    monkeypatch: pytest.MonkeyPatch, stored: str, bf16: bool, computed: torch.dtype
):
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **options: bf16)
    assert opening.precision(stored, torch.device("cuda")) == computed


@pytest.mark.parametrize("device", ["", "gpu", "cuda:99", "meta", "cpu:1", "cuda:x"])
def test_devices_that_are_not_here(gpt2: Path, device: str):
    with pytest.raises(models.ModelError, match="There is no device"):
        models.load(gpt2, device=device)


@pytest.mark.parametrize(
    ("cuda", "mps", "expected"),
    [(2, True, "cuda:0"), (0, True, "mps:0"), (0, False, "cpu")],
)
def test_auto_device(monkeypatch: pytest.MonkeyPatch, cuda: int, mps: bool, expected: str):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert models.loading.pick_device() == torch.device(expected)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
def test_on_a_gpu(gpt2: Path):
    m = models.load(gpt2)
    assert m.model.device == m.device == torch.device("cuda", 0)
    assert m.model.dtype == torch.bfloat16
    assert m.model(torch.arange(4, device=m.device)[None]).logits.isfinite().all()


@pytest.mark.parametrize("choice", [{"kind": "chat"}, {"attention": "flash"}, {"kind": None}])
def test_choices_that_are_none(gpt2: Path, choice: dict[str, str]):
    with pytest.raises(models.ModelError, match="is one of"):
        models.load(gpt2, **choice)


def test_opening_is_silent(gpt2: Path, capfd: pytest.CaptureFixture[str]):
    models.load(gpt2, device="cpu")
    assert capfd.readouterr() == ("", "")


def test_it_is_quiet_until_the_last_is_out():
    """Two threads, the first of which is out before the second."""
    first, second = opening.quiet(), opening.quiet()
    loud = logging.is_progress_bar_enabled(), logging.get_verbosity()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert not logging.is_progress_bar_enabled()
    second.__exit__(None, None, None)
    assert (logging.is_progress_bar_enabled(), logging.get_verbosity()) == loud


def test_a_cached_model_opens_and_the_hub_is_not_asked(cache: Path, bert: Path, hub):
    put_in_cache(cache, "google-bert/bert-base-uncased", bert)
    m = models.load("bert-base-uncased", kind="masked")
    assert (m.card.name, m.card.source) == ("bert-base-uncased", "hub")
    assert m.card.parameters == m.model.num_parameters()
    assert m.why == "You chose bert-base-uncased; it was on this machine already."
    assert hub.asked == []
