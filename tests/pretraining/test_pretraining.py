"""Pretraining on a few sentences: batches, schedule, resume, figures, and the whole command."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoModelForCausalLM, AutoTokenizer

from lablib.pretraining import __main__ as command
from lablib.pretraining.baselines import xz_bits_per_byte
from lablib.pretraining.card import titles_table
from lablib.pretraining.corpus import batch, token_stream, train_tokenizer
from lablib.pretraining.evaluation import bits_per_byte
from lablib.pretraining.objective import causal_loss, causal_rows, sentence_pairs
from lablib.pretraining.recipe import Recipe, new_model
from lablib.pretraining.training import train

TEXT = "".join(f"The {a} fox number {i} ran over the {b} hill.\n" for i in range(40)
               for a, b in [("red", "green"), ("old", "long")])  # fmt: skip
TINY = Recipe(layers=1, width=16, heads=2, context=16, batch=4, steps=6, warmup=2, vocab_size=300)


@pytest.fixture(scope="module")
def tokenizer():
    return train_tokenizer("gpt2", [TEXT], TINY.vocab_size)


@pytest.fixture(scope="module")
def stream(tokenizer):
    return token_stream([TEXT], tokenizer)


def fresh(tokenizer):
    torch.manual_seed(0)
    return new_model(TINY, tokenizer)


@given(st.text())
def test_the_tokenizer_gives_any_text_back(tokenizer, text):
    text = text.encode("utf-8", "ignore").decode()
    assert tokenizer.decode(tokenizer.encode(text), clean_up_tokenization_spaces=False) == text


def test_the_stream_is_the_text(tokenizer, stream):
    assert stream[-1] == tokenizer.eos_token_id
    assert tokenizer.decode(stream[:-1]) == TEXT


def test_an_epoch_visits_every_window_once():
    stream = np.arange(1000, dtype=np.uint16)
    per_epoch = (1000 // 10 - 1) // 3
    first = [i for s in range(per_epoch) for i in batch(stream, s, 3, 10, seed=1)[:, 0].tolist()]
    assert len(set(first)) == 3 * per_epoch
    assert len({i % 10 for i in first}) == 1
    again = batch(stream, 5, 3, 10, seed=1)
    assert torch.equal(again, batch(stream, 5, 3, 10, seed=1))
    assert not torch.equal(again, batch(stream, 5 + per_epoch, 3, 10, seed=1))


def test_the_schedule_is_the_same_for_longer_runs_until_the_decay():
    short, long = Recipe(steps=100, warmup=10, decay=0.4), Recipe(steps=200, warmup=10, decay=0.4)
    for step in range(61):
        assert short.learning_rate_factor(step) == long.learning_rate_factor(step)
    assert short.learning_rate_factor(99) == pytest.approx(0.025)


def test_loss_is_the_one_transformers_computes(tokenizer, stream):
    model = fresh(tokenizer)
    ids = batch(stream, 0, 2, 16, seed=0)
    expected = model(ids, labels=ids).loss
    torch.testing.assert_close(causal_loss(model, ids), expected)


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


def test_half_of_the_sentence_pairs_are_broken():
    tokenizer = train_tokenizer("bert", [TEXT], 100)
    ids = torch.arange(5, 85).reshape(8, 10)
    seen = [sentence_pairs(ids, tokenizer, torch.Generator().manual_seed(s)) for s in range(50)]
    assert 0.4 < torch.stack([p["next_sentence_label"] for p in seen]).float().mean() < 0.6
    for pairs in seen[:5]:
        for row, broken in enumerate(pairs["next_sentence_label"].tolist()):
            assert pairs["input_ids"][row, 1:6].tolist() == ids[row, :5].tolist()
            other = ids[row - 1 if broken else row, 5:].tolist()
            assert pairs["input_ids"][row, 7:12].tolist() == other
            assert pairs["token_type_ids"][row].tolist() == [0] * 7 + [1] * 6


def test_rows_begin_with_the_end_of_text_and_some_say_random_tokens_again():
    ids = torch.arange(1000, 1000 + 64 * 40).reshape(64, 40)
    rng = torch.Generator().manual_seed(0)
    rows, labels = causal_rows(ids, 0, 500, 0.5, rng)
    assert rows[:, 0].tolist() == [0] * 64
    repeating = [r for r in range(64) if not torch.equal(rows[r, 1:], ids[r])]
    assert 20 < len(repeating) < 44
    for r in set(range(64)) - set(repeating):
        assert torch.equal(labels[r], rows[r])
    for r in repeating:
        period = int((labels[r] == -100).sum()) - 1
        assert 5 <= period < 20
        assert torch.equal(rows[r, 1 + period :], rows[r, 1:-period])
        assert torch.equal(labels[r, period + 1 :], rows[r, period + 1 :])


def test_what_is_not_to_be_predicted_does_not_count(tokenizer, stream):
    model = fresh(tokenizer)
    ids = batch(stream, 0, 2, 16, seed=0)
    labels = ids.clone()
    labels[:, :9] = -100
    expected = model(ids, labels=labels).loss
    torch.testing.assert_close(causal_loss(model, ids, labels), expected)


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
    assert titles_table([books, modern]).splitlines()[2:] == [
        "| Alice | Carroll, Lewis | public domain, Gutenberg no. 11 |",
        "| other |  |  |",
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
    assert "## Limits" in (folder / "README.md").read_text()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    if kind == "gpt2":
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
        out = model.generate(**tokenizer("The fox", return_tensors="pt"), max_new_tokens=2)
        assert out.shape[1] > 2
    assert "step 3/3" in capsys.readouterr().out
