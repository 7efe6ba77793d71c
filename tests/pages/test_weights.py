"""Weights travel to a page as 16-bit numbers, each of which is read for what it is."""

import copy
import json

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from lablib.models.entries import local_folder
from lablib.pages.weights import TOKENIZERS, packed, script_file, weights_script


def test_every_16_bit_number_is_read_for_what_it_is(script_of):
    m = script_of("packed")
    bits = np.arange(65536, dtype="<u2")
    ours = m("m.widened(a[0])", np.concatenate([bits & 255, bits >> 8]).astype(np.uint8))
    np.testing.assert_array_equal(ours, bits.view("<f2").astype("f"))


def test_tensors_stand_where_they_belong(script_of, tmp_path):
    weights = {"a": torch.arange(6).reshape(2, 3).float(), "b": torch.tensor([-0.5, 65504])}
    model = packed(folder_with(tmp_path, weights))
    ours = script_of("packed")("m.unpack(a[0])", model)
    assert {name: values.tolist() for name, values in ours.items()} == {
        "a": [0, 1, 2, 3, 4, 5],
        "b": [-0.5, 65504],
    }


def folder_with(folder, weights, tokenizer=TOKENIZERS["gpt2"], **config):
    (folder / "config.json").write_text(json.dumps({"model_type": "gpt2", **config}))
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    save_file(weights, folder / "model.safetensors")
    return folder


@pytest.mark.parametrize("config", [{"model_type": "bart"}, {"tie_word_embeddings": False}])
def test_a_model_that_pages_do_not_compute_is_refused(tmp_path, config):
    with pytest.raises(ValueError, match="Open it in JupyterLab"):
        packed(folder_with(tmp_path, {}, **config))


def test_a_tokenizer_that_pages_do_not_know_is_refused(tmp_path):
    cased = copy.deepcopy(TOKENIZERS["bert"])
    cased["normalizer"]["lowercase"] = False
    with pytest.raises(ValueError, match="tokenizer treats a text in a way of its own"):
        packed(folder_with(tmp_path, {}, cased, model_type="bert"))


@pytest.mark.parametrize("value", [1e6, float("nan")])
def test_a_weight_that_16_bits_do_not_hold_is_refused(tmp_path, value):
    with pytest.raises(ValueError, match="The weights big do not fit into 16 bits"):
        packed(folder_with(tmp_path, {"big": torch.tensor([value])}))


def test_the_script_is_safe_inside_a_page_and_small(tmp_path):
    """Beside a page it is smaller than the model's own file, the tokenizer's lists included."""
    text = weights_script({"</script>": folder_with(tmp_path, {}, name="</script>")})
    assert "</script>" not in text
    folders = {name: local_folder(name) for name in ("pocket-gpt2", "pocket-bert")}
    stored = sum((folder / "model.safetensors").stat().st_size for folder in folders.values())
    script = weights_script(folders)
    assert len(script_file(script)) < stored < 30e6
    assert len(script.encode()) < 1.45 * stored
