"""A tiny stand-in for MiniLM learns to fill in words, and is kept as a small addition."""

import math

import pytest
import torch
from transformers import BertConfig, BertForPreTraining, BertModel

from lablib import models
from lablib.models import packages
from lablib.models.curves import read_curve
from lablib.pretraining import __main__ as command
from lablib.pretraining.evaluation import masked_score
from lablib.pretraining.general import Sample
from lablib.pretraining.training import start_from_frequencies, train
from lablib.training import methods
from lablib.training.adaptation import adapted_minilm, save_adapter, widen_vocabulary
from lablib.training.corpus import log_shares, token_stream, train_tokenizer
from lablib.training.recipe import Recipe
from tests.training.fox import TEXT

peft = pytest.importorskip("peft")
TINY = Recipe(kind="minilm", context=16, batch=4, steps=4, warmup=1, rank=2)

SAMPLES = (
    Sample("the red {} ran", "fox", "a fox of red"),
    Sample("over the long {}", "hill", "up and down a hill"),
)


@pytest.fixture(autouse=True)
def base(tmp_path, monkeypatch):
    """The folder of a tiny encoder, in the place of MiniLM's."""
    tokenizer = train_tokenizer("bert", [TEXT], 100)
    sizes = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32)
    torch.manual_seed(0)
    BertModel(BertConfig(vocab_size=len(tokenizer), **sizes)).save_pretrained(tmp_path / "base")
    tokenizer.save_pretrained(tmp_path / "base")
    monkeypatch.setattr(packages, "minilm_folder", lambda: tmp_path / "base")
    monkeypatch.setattr("lablib.models.entries.minilm_folder", lambda: tmp_path / "base")
    return tmp_path / "base"


def trained(folder):
    torch.manual_seed(0)
    model, tokenizer = adapted_minilm(TINY.rank), models.load_tokenizer("minilm")
    losses = list(train(model, tokenizer, token_stream([TEXT], tokenizer), TINY, folder, 2))
    return model, tokenizer, losses


def test_the_embeddings_stay_and_little_learns():
    model = adapted_minilm(rank=2)
    names = set(methods.trained(model))
    assert not any("embeddings" in name or "decoder.weight" in name for name in names)
    assert {name for name in names if ".query." in name and "layer.0" in name} == {
        f"bert.encoder.layer.0.attention.self.query.{part}"
        for part in ("lora_A.default.weight", "lora_B.default.weight")
    }
    assert {
        "cls.predictions.bias",
        "cls.seq_relationship.weight",
        "bert.pooler.dense.weight",
    } < names


def test_it_starts_as_the_encoder_beside_its_embeddings(base):
    """Before training the word head ranks words as the encoder's vectors do, but for shares."""
    model = adapted_minilm(rank=2).eval()
    hidden = torch.randn(50, 16)
    transformed = model.cls.predictions.transform(hidden)
    same = torch.nn.functional.layer_norm(hidden, (16,)) * 0.5
    assert torch.cosine_similarity(transformed, same).min() > 0.99
    encoder = models.load("minilm", kind="encoder", device="cpu")
    ids = encoder.tokenizer("The red fox", return_tensors="pt")
    out = model.bert(**ids).last_hidden_state
    torch.testing.assert_close(out, encoder.model(**ids).last_hidden_state)


def test_the_word_head_starts_with_the_shares_of_the_words():
    model, tokenizer = adapted_minilm(rank=2), models.load_tokenizer("minilm")
    start_from_frequencies(model, token_stream([TEXT], tokenizer))
    shares = model.cls.predictions.bias.detach().softmax(0)
    fox, hill = tokenizer.convert_tokens_to_ids(["fox", "hill"])
    assert shares[fox].item() == pytest.approx(shares[hill].item())
    assert shares[fox] > 10 * shares[tokenizer.mask_token_id]


def test_words_the_texts_lack_get_a_chance():
    model, tokenizer = adapted_minilm(rank=2), models.load_tokenizer("minilm")
    shares = log_shares(token_stream([TEXT], tokenizer), len(tokenizer))
    model.cls.predictions.bias.data.copy_(shares)
    widen_vocabulary(model, tokenizer, shares)
    widened = model.cls.predictions.bias.detach()
    assert widened.exp().sum().item() == pytest.approx(1, abs=1e-4)
    the = tokenizer.convert_tokens_to_ids("the")
    assert (widened - shares)[:the].tolist() == pytest.approx([math.log(0.8)] * the, abs=1e-4)
    absent = [i for i in range(the, len(tokenizer)) if shares[i] == shares.min()]
    assert (widened[absent] > shares[absent] + 1).all()


def test_a_broken_off_run_ends_with_the_same_weights(tmp_path):
    whole, tokenizer, losses = trained(tmp_path / "a")
    stream = token_stream([TEXT], tokenizer)
    torch.manual_seed(0)
    broken = train(adapted_minilm(TINY.rank), tokenizer, stream, TINY, tmp_path / "b", 2)
    assert [next(broken) for _ in range(3)] == losses[:3]
    broken.close()
    torch.manual_seed(1)  # what it starts with is in the checkpoint
    rest = adapted_minilm(TINY.rank)
    assert list(train(rest, tokenizer, stream, TINY, tmp_path / "b", 2)) == losses[2:]
    for one, other in zip(whole.parameters(), rest.parameters(), strict=True):
        assert torch.equal(one, other)


def test_it_is_taught_further_from_what_was_saved(tmp_path):
    model, _, _ = trained(tmp_path / "run")
    save_adapter(tmp_path / "saved", model, TINY.rank)
    further = command.earlier(tmp_path / "saved", TINY)
    for (name, one), other in zip(model.named_parameters(), further.parameters(), strict=True):
        kept = one.half().float() if one.requires_grad else one
        assert torch.equal(other, kept), name
        assert other.requires_grad == one.requires_grad, name


def test_what_opens_is_what_was_trained_and_what_peft_opens(tmp_path, base):
    model, tokenizer, _ = trained(tmp_path / "run")
    for parameter in methods.trained(model).values():
        parameter.data = parameter.data.half().float()  # as it is stored
    save_adapter(tmp_path / "saved", model, TINY.rank)
    opened = models.load(tmp_path / "saved", kind="masked", device="cpu", attention="eager")
    with_peft = peft.PeftModel.from_pretrained(
        BertForPreTraining.from_pretrained(base), tmp_path / "saved"
    )
    ids = tokenizer("the red [MASK] ran", "over the long hill", return_tensors="pt")
    assert type(opened.model) is BertForPreTraining
    for other in (model.eval(), with_peft.eval()):
        expected, got = other(**ids), opened.model(**ids)
        torch.testing.assert_close(got.prediction_logits, expected.prediction_logits)
        torch.testing.assert_close(got.seq_relationship_logits, expected.seq_relationship_logits)
    assert opened.model.num_parameters() == opened.card.parameters


def test_the_command_makes_an_adapter_with_card_and_curve(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "CURVE_BATCHES", 1)
    monkeypatch.setattr(command, "GENERAL", SAMPLES)
    for name in ("train", "heldout"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "foxes.txt").write_text(TEXT)
    folders = [f"--text={tmp_path}/train", f"--heldout={tmp_path}/heldout", f"--out={tmp_path}/run"]
    sizes = "--context=32 --batch=2 --steps=4 --rank=2 --save-every=2"
    command.main(["minilm", *folders, "--device=cpu", *sizes.split()])
    folder = tmp_path / "run" / "minilm-masked"
    assert {file.name for file in folder.iterdir()} == {
        "README.md", "adapter_config.json", "adapter_model.safetensors", "config.json", "curve.csv",
    }  # fmt: skip
    card = (folder / "README.md").read_text()
    assert "license: apache-2.0" in card and "sentences of today, before → after" in card
    assert str(tmp_path) not in card + (folder / "adapter_config.json").read_text()
    points = read_curve(folder / "curve.csv")
    assert [point.step for point in points] == [0, 2, 4]
    assert points[0].minutes == 0 < points[1].minutes < points[2].minutes
    opened = models.load(folder, kind="masked", device="cpu")
    unseen = token_stream([TEXT], opened.tokenizer)
    score = masked_score(opened.model, opened.tokenizer, unseen, context=32, batches=1)
    assert score.loss == pytest.approx(points[-1].loss, abs=0.3)  # but for the widening
    command.main(["minilm", *folders, "--device=cpu", *sizes.split(), f"--start={folder}"])
    assert (
        "an earlier edition, which saw 0.0 M tokens in 4 steps"
        in (folder / "README.md").read_text()
    )
