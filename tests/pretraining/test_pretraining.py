"""Pretraining on a few sentences: resume, figures, and the whole command."""

import math
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from lablib.pretraining import __main__ as command
from lablib.pretraining.card import titles_table
from lablib.pretraining.evaluation import bits_per_byte, xz_bits_per_byte
from lablib.pretraining.training import train
from tests.training.fox import TEXT, TINY, fresh


def test_a_broken_off_run_ends_with_the_same_weights(tokenizer, stream, tmp_path):
    whole = fresh(tokenizer)
    losses = [
        loss for _, loss in train(whole, tokenizer, stream, TINY, tmp_path / "a", save_every=3)
    ]
    broken = train(fresh(tokenizer), tokenizer, stream, TINY, tmp_path / "b", save_every=3)
    begun = [next(broken)[1] for _ in range(4)]
    broken.close()
    rest = fresh(tokenizer)
    resumed = list(train(rest, tokenizer, stream, TINY, tmp_path / "b", save_every=3))
    assert [step for step, _ in resumed] == [3, 4, 5]
    assert begun[:3] + [loss for _, loss in resumed] == losses
    for one, other in zip(whole.parameters(), rest.parameters(), strict=True):
        assert torch.equal(one, other)


def test_bits_per_byte_counts_every_token_once(tokenizer, stream):
    """A model that finds all tokens equally likely needs log2(vocabulary) bits for each."""
    model = fresh(tokenizer)
    for parameter in model.parameters():
        parameter.data.zero_()
    bits = bits_per_byte(model, tokenizer, stream[:101], byte_count=100)
    assert bits == pytest.approx(math.log2(len(tokenizer)), rel=1e-5)


def test_xz_needs_little_for_what_it_knows():
    assert xz_bits_per_byte(TEXT, TEXT) < 0.3 < xz_bits_per_byte("", TEXT)


def test_the_card_names_whom_the_texts_licences_ask_for(tmp_path):
    (tmp_path / "README.md").write_text(
        "| file | title | author | Gutenberg no. |\n| --- | --- | --- | --- |\n"
        "| train/alice.txt | Alice | Carroll, Lewis | 11 |\n\n"
        "| file | title | licence | attribution |\n| --- | --- | --- | --- |\n"
        "| train/news.txt | News | CC BY 2.5 | the contributors, CC BY 2.5 |\n"
    )
    books, modern = tmp_path / "train", tmp_path / "modern" / "train"
    for folder, names in ((books, ["alice", "other"]), (modern, ["news"])):
        folder.mkdir(parents=True)
        for name in names:
            (folder / f"{name}.txt").write_text("text")
    assert titles_table([books, modern, books]).splitlines()[2:] == [
        "| Alice × 2 | Carroll, Lewis | public domain, Gutenberg no. 11 |",
        "| other × 2 |  |  |",
        "| News | the contributors, CC BY 2.5 | CC BY 2.5 |",
    ]


@pytest.mark.parametrize("kind", ["gpt2", "bert"])
def test_the_command_makes_a_stock_model(kind, tmp_path, capsys):
    for name in ("train", "heldout"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "foxes.txt").write_text(TEXT)
    folders = [f"--text={tmp_path}/train", f"--heldout={tmp_path}/heldout", f"--out={tmp_path}/run"]
    sizes = "--layers=1 --width=16 --heads=2 --context=32 --batch=2 --steps=3 --vocab-size=300"
    command.main([kind, *folders, "--device=cpu", *sizes.split()])
    folder = tmp_path / "run" / f"pocket-{kind}"
    assert {"config.json", "model.safetensors", "tokenizer.json", "README.md"} <= {
        f.name for f in folder.iterdir()
    }
    card = (folder / "README.md").read_text()
    assert "## Limits" in card and "earlier edition" not in card
    tokenizer = AutoTokenizer.from_pretrained(folder)
    if kind == "gpt2":
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
        out = model.generate(**tokenizer("The fox", return_tensors="pt"), max_new_tokens=2)
        assert out.shape[1] > 2
        assert "20 texts, unpicked" in card and "\n20. Once upon a time" in card
    assert "step 3/3" in capsys.readouterr().out
    command.main([kind, *folders, "--device=cpu", *sizes.split(), f"--start={folder}", "--steps=4"])
    card = (folder / "README.md").read_text()
    curve = "" if kind == "gpt2" else " (`curve.csv` shows its first training)"
    assert "position embeddings were waves" in card  # as the first edition's card says
    before = "an earlier edition, which saw 0.0 M tokens in 3 steps of 2 × 32"
    assert f"{before}{curve}. Then it saw" in card
    assert "The weights are a mean" not in card
    (folder / "README.md").write_text("Its weights were random.")
    command.main([kind, *folders, "--device=cpu", *sizes.split(), f"--start={folder}", "--steps=4"])
    assert "waves" not in (folder / "README.md").read_text()


def test_what_was_trained_further_is_mixed_with_what_it_was(tmp_path):
    for name in ("train", "heldout"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "foxes.txt").write_text(TEXT)
    folders = [f"--text={tmp_path}/train", f"--heldout={tmp_path}/heldout", "--device=cpu"]
    sizes = "--layers=1 --width=16 --heads=2 --context=32 --batch=2 --vocab-size=300"
    run = ["gpt2", *folders, *sizes.split()]
    command.main([*run, f"--out={tmp_path}/a", "--steps=2"])
    first = tmp_path / "a" / "pocket-gpt2"
    further = [*run, f"--out={tmp_path}/b", "--steps=3", f"--start={first}"]
    weights = {}
    for share in (0, 0.25):  # the second time the run is at its end already
        command.main([*further, f"--start-share={share}"])
        weights[share] = load_file(tmp_path / "b" / "pocket-gpt2" / "model.safetensors")
    for name, before in load_file(first / "model.safetensors").items():
        expected = 0.75 * weights[0][name].float() + 0.25 * before.float()
        torch.testing.assert_close(weights[0.25][name].float(), expected, rtol=2e-3, atol=2e-4)
    card = (tmp_path / "b" / "pocket-gpt2" / "README.md").read_text()
    assert "a mean: 25% of what they were in the earlier edition" in card


def test_attention_that_has_a_price_is_looked_at(tokenizer, stream, tmp_path):
    """Whatever computes it: only one of the implementations gives it away."""
    priced = replace(TINY, attention_price=1.0)
    first = {
        price: next(train(fresh(tokenizer), tokenizer, stream, recipe, tmp_path / str(price)))[1]
        for price, recipe in {0.0: TINY, 1.0: priced}.items()
    }
    assert (
        1.0 < first[1.0] - first[0.0] < 2.0
    )  # two shares, far from the first token and the one before


def test_a_model_is_trained_further_from_its_own_weights(tokenizer, stream, tmp_path):
    """In single precision, though it was stored in half; and what learns is this model."""
    model = fresh(tokenizer).half()
    model.save_pretrained(tmp_path / "start")
    started = command.earlier(tmp_path / "start", TINY)
    for name, weight in model.state_dict().items():
        assert torch.equal(started.state_dict()[name], weight.float()), name
    losses = [loss for _, loss in train(started, tokenizer, stream, TINY, tmp_path / "run")]
    assert losses[-1] < losses[0]
