"""Every fault of a folder is a ModelError with a sentence that helps, and leaves nothing behind."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from transformers import BertModel, GPT2LMHeadModel

from lablib import models
from lablib.models import loading
from tests.examples import examples

from .conftest import gpt2_tokenizer, save_bert, save_gpt2


def edit_config(folder: Path, **changes: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def remove_tokenizer(folder: Path) -> None:
    for path in folder.glob("*token*"):
        path.unlink()


def cut_off(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1])


def cut_header(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:5])


def pickle_only(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    torch.save({}, folder / "pytorch_model.bin")


def drop_a_weight(folder: Path) -> None:
    path = folder / "model.safetensors"
    weights = load_file(path)
    del weights["transformer.h.1.ln_1.weight"]
    save_file(weights, path, metadata={"format": "pt"})


def reshape_a_weight(folder: Path) -> None:
    path = folder / "model.safetensors"
    weights = load_file(path)
    weights["transformer.wpe.weight"] = torch.zeros(3, 8)
    save_file(weights, path, metadata={"format": "pt"})


def half_of_the_shards(folder: Path) -> None:
    shutil.rmtree(folder)
    save_gpt2(folder, max_shard_size="4KB")
    next(folder.glob("model-00001*")).unlink()


def no_weights_in_it(folder: Path) -> None:
    save_file({"position_ids": torch.arange(4)}, folder / "model.safetensors")


FAULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "no config": (lambda f: (f / "config.json").unlink(), "config.json is missing"),
    "no weights": (lambda f: (f / "model.safetensors").unlink(), "model.safetensors is missing"),
    "no tokenizer": (remove_tokenizer, "has no tokenizer"),
    "weights cut off": (cut_off, "cut off"),
    "header cut off": (cut_header, "cut off"),
    "no weights in it": (no_weights_in_it, "no weights in it"),
    "pickle only": (pickle_only, "pickle file"),
    "a shard is missing": (half_of_the_shards, "lacks model-00001-of-"),
    "config is no JSON": (lambda f: (f / "config.json").write_text("{"), "cannot be read"),
    "config is a list": (lambda f: (f / "config.json").write_text("[]"), "of the wrong form"),
    "config without type": (lambda f: edit_config(f, model_type=None), "no model_type"),
    "unknown type": (lambda f: edit_config(f, model_type="gpt9"), "'gpt9'"),
    "remote code": (
        lambda f: edit_config(f, model_type="gpt9", auto_map={"AutoModel": "m.M"}),
        "program code of its own",
    ),
    "config of other sizes": (lambda f: edit_config(f, n_embd=16), "do not agree"),
    "config of nonsense": (lambda f: edit_config(f, n_head="many"), "do not agree"),
    "weight missing": (drop_a_weight, r"1 of the weights .*h\.1\.ln_1\.weight"),
    "weight of other shape": (reshape_a_weight, "do not agree"),
    "deeper config": (lambda f: edit_config(f, n_layer=3), "not in its files"),
    "tokenizer too large": (lambda f: gpt2_tokenizer(300).save_pretrained(f), "300 entries"),
    "tokenizer too small": (lambda f: gpt2_tokenizer(99).save_pretrained(f), "99 entries"),
    "damaged tokenizer": (
        lambda f: (f / "tokenizer.json").write_text("{}"),
        "tokenizer of .* cannot be opened",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_explained_and_nothing_is_left_open(fault: str, gpt2: Path):
    before = models.load(gpt2)
    still_open = dict(loading._open)
    folder = gpt2.with_name("faulty")
    shutil.copytree(gpt2, folder)
    damage, sentence = FAULTS[fault]
    damage(folder)
    with pytest.raises(models.ModelError, match=sentence) as caught:
        models.load(folder)
    assert "faulty" in str(caught.value)
    del caught
    assert models.load(gpt2) is before
    assert {str(key) for key in loading._open} >= {str(key) for key in still_open}
    assert not any("faulty" in str(key) and "model" in key for key in loading._open)


@pytest.mark.parametrize(
    ("model", "kind", "sentence"),
    [
        ("bert", "causal", "kind='encoder' or kind='masked'"),
        ("bert", "seq2seq", "not a sequence-to-sequence model"),
        ("gpt2", "masked", "open it with kind='causal'"),
        ("gpt2", "encoder", "not an encoder"),
        ("gpt2", "seq2seq", "not a sequence-to-sequence model"),
    ],
)
def test_wrong_kind(saved: dict[str, Path], model: str, kind: str, sentence: str):
    with pytest.raises(models.ModelError, match=sentence):
        models.load(saved[model], kind=kind)


def test_an_encoder_without_head_is_no_masked_model(tmp_path: Path):
    folder = save_bert(tmp_path / "headless", BertModel)
    with pytest.raises(models.ModelError, match="weights for that are not in its files"):
        models.load(folder, kind="masked")


def test_padded_vocabulary_is_fine(tmp_path: Path):
    folder = save_gpt2(tmp_path / "padded", vectors=272, entries=257)
    assert len(models.load(folder).tokenizer) == 257


@pytest.mark.parametrize("name", ["", "  ", 3, b"gpt2"])
def test_what_is_no_name(name: object):
    with pytest.raises(models.ModelError, match="name"):
        models.load(name)


@pytest.mark.parametrize(
    "name", ["../x", "./x", "~nobody/x", "/no/such/folder", "..\\x", "..", ".hidden"]
)
def test_folders_that_are_not_there(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(models.ModelError, match=r"no folder|config\.json is missing"):
        models.load(name)


@pytest.mark.parametrize("name", ["a b", "a\0b", "a/b/c", "x" * 5000, "\ud800", "<script>", "a--b"])
def test_names_no_hub_could_have(name: str):
    with pytest.raises(models.ModelError, match="neither a folder") as caught:
        models.load(name)
    str(caught.value).encode()
    assert len(str(caught.value)) < 400


def test_a_file_is_not_a_folder(gpt2: Path):
    with pytest.raises(models.ModelError, match="is a file: give the folder"):
        models.load(gpt2 / "model.safetensors")


def test_odd_but_real_folder_names(gpt2: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    odd = tmp_path / "böse 'name' <b>"
    shutil.copytree(gpt2, odd)
    monkeypatch.chdir(tmp_path)
    assert models.load(odd.name).card.source == "folder"
    assert models.load(f"../{tmp_path.name}/{odd.name}").card.source == "folder"


def test_no_folder_can_pass_for_a_catalogue_name(
    gpt2: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    shutil.copytree(gpt2, tmp_path / "distilgpt2")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(models.ModelError, match="not on this machine"):
        models.load("distilgpt2")


def test_foreign_code_is_never_run(gpt2: Path, tmp_path: Path):
    trap = tmp_path / "ran"
    (gpt2 / "m.py").write_text(f"open({str(trap)!r}, 'w')")
    edit_config(gpt2, auto_map={"AutoModelForCausalLM": "m.M", "AutoConfig": "m.C"})
    tokenizer = gpt2 / "tokenizer_config.json"
    content = json.loads(tokenizer.read_text())
    tokenizer.write_text(json.dumps({**content, "auto_map": {"AutoTokenizer": ["m.T", "m.T"]}}))
    assert isinstance(models.load(gpt2).model, GPT2LMHeadModel)
    assert not trap.exists()


def test_an_index_does_not_lead_out_of_its_folder(gpt2: Path, tmp_path: Path):
    shutil.move(gpt2 / "model.safetensors", tmp_path / "elsewhere.safetensors")
    index = {"weight_map": {"transformer.wte.weight": "../elsewhere.safetensors"}}
    (gpt2 / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(models.ModelError, match=r"lacks elsewhere\.safetensors"):
        models.load(gpt2)


def test_shards_open(tmp_path: Path):
    folder = save_gpt2(tmp_path / "shards", max_shard_size="4KB")
    assert len(list(folder.glob("model-*.safetensors"))) > 1
    whole = save_gpt2(tmp_path / "whole")
    a, b = models.load(folder).model, models.load(whole).model
    assert all(torch.equal(p, q) for p, q in zip(a.parameters(), b.parameters(), strict=True))


@examples(25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200), file=st.sampled_from(["config.json", "model.safetensors"]))
def test_any_bytes_in_a_file_are_a_model_error(
    content: bytes, file: str, saved: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
):
    folder = tmp_path_factory.mktemp("any")
    shutil.copytree(saved["gpt2"], folder, dirs_exist_ok=True)
    (folder / file).write_bytes(content)
    with pytest.raises(models.ModelError):
        models.load(folder)


@examples(50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(max_size=60))
def test_any_text_as_a_name_is_a_model_error(name: str):
    with pytest.raises(models.ModelError) as caught:
        models.load(name)
    assert "\n" not in str(caught.value)


def test_not_enough_memory_is_said(gpt2: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*args: object, **options: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr("transformers.AutoModelForCausalLM.from_pretrained", full)
    with pytest.raises(models.ModelError, match="not enough memory"):
        models.load(gpt2)
