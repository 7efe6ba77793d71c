"""Pairs from files, and batches of them: every pair once an epoch, the same for the same step."""

from collections import Counter
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lablib.training.corpus import train_tokenizer
from lablib.training.corruption import IGNORE_INDEX
from lablib.training.made_up import MADE_UP
from lablib.training.objective import pair_loss
from lablib.training.pairs import POOL, PairBatches, encode, read_pairs
from lablib.training.recipe import Recipe, new_model
from tests.examples import examples
from tests.training.pairs import PAIRS, TINY_T5


@pytest.fixture(scope="module")
def tokenizer():
    return train_tokenizer("t5", ["\n".join(pair) for pair in PAIRS], TINY_T5.vocab_size)


def test_files_become_tasks(tmp_path):
    (tmp_path / "english-french.tsv").write_text("A cat.\tUn chat.\nYes.\tOui.\n")
    assert read_pairs(tmp_path) == {
        "translate English to French": [
            ("translate English to French: A cat.", "Un chat."),
            ("translate English to French: Yes.", "Oui."),
        ]
    }


def test_what_is_no_table_of_pairs_is_said_in_one_sentence(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"No \.tsv file in .*: give a folder"):
        read_pairs(tmp_path)
    (tmp_path / "english-french.tsv").write_text("A cat.\tUn chat.\nalone\n")
    with pytest.raises(ValueError, match=r"Line 2 of english-french\.tsv has not two columns"):
        read_pairs(tmp_path)


@examples(50)
@given(st.text("abcdefghijklmnopqrstuvwxyzé0123456789我是的。", min_size=1, max_size=30))
def test_the_tokenizer_gives_what_it_knows_back_and_digits_one_by_one(tokenizer, text):
    known = {letter for pair in PAIRS for text in pair for letter in text}
    text = "".join(letter for letter in text if letter in known)
    ids = tokenizer(text).input_ids
    assert tokenizer.decode(ids, skip_special_tokens=True) == text
    tokens = tokenizer.tokenize(text)
    assert all(len(token.strip("▁")) == 1 for token in tokens if any(map(str.isdigit, token)))


def test_the_tokenizer_begins_with_t5s_special_tokens(tokenizer):
    assert tokenizer.convert_ids_to_tokens([0, 1, 2]) == ["<pad>", "</s>", "<unk>"]
    assert (tokenizer.pad_token_id, tokenizer.eos_token_id, tokenizer.unk_token_id) == (0, 1, 2)


def test_every_pair_comes_once_before_any_comes_again(tokenizer):
    recipe = replace(TINY_T5, batch=3, made_up_share=0.0)
    pairs = [(f"{i}", f"{i}") for i in range(2 * POOL * 3)]
    batches = PairBatches(pairs, tokenizer, recipe)
    seen = Counter(
        text for step in range(2 * POOL)
        for text in tokenizer.batch_decode(batches(step)["input_ids"], skip_special_tokens=True)
    )  # fmt: skip
    assert seen == Counter(source for source, _ in pairs)


def test_a_batch_depends_on_its_step_alone(tokenizer):
    first, other = (PairBatches(PAIRS, tokenizer, TINY_T5) for _ in range(2))
    for step in range(POOL + 2):
        first(step)
    for step in (POOL + 1, 3):
        for name, part in first(step).items():
            assert torch.equal(part, other(step)[name])


def test_the_made_up_tasks_have_their_share(tokenizer):
    recipe = replace(TINY_T5, batch=20, made_up_share=0.25)
    rows = [
        row for batch in PairBatches([("a", "b")], tokenizer, recipe)._batches(0) for row in batch
    ]
    counted = Counter(source.partition(":")[0] for source, _ in rows)
    assert {counted[task] for task in MADE_UP} == {POOL * 20 // 4 // 5}


def test_loss_is_asked_for_on_the_targets_alone(tokenizer):
    torch.manual_seed(0)
    model = new_model(TINY_T5, tokenizer).eval()
    rows = encode(PAIRS[::45], tokenizer, most=32)
    assert ((rows["labels"] == IGNORE_INDEX).sum(1) > 0).any()
    nats, count = 0.0, 0
    for source, target in PAIRS[::45]:  # one by one, without padding
        ids, labels = (tokenizer(text, return_tensors="pt").input_ids for text in (source, target))
        late = torch.cat([torch.zeros(1, 1, dtype=torch.long), labels[:, :-1]], dim=1)
        scores = model(input_ids=ids, decoder_input_ids=late).logits.log_softmax(-1)
        nats -= scores.gather(-1, labels[..., None]).sum().item()
        count += labels.numel()
    assert pair_loss(model, rows).item() == pytest.approx(nats / count, rel=1e-4)


def test_it_is_a_stock_t5_of_less_than_ten_million():
    from transformers import T5Config, T5ForConditionalGeneration

    from lablib.training.recipe import RECIPES

    recipe = RECIPES["t5"]
    assert isinstance(recipe, Recipe)
    config = T5Config(
        vocab_size=recipe.vocab_size, d_model=recipe.width, d_kv=recipe.width // recipe.heads,
        d_ff=4 * recipe.width, num_layers=recipe.layers, num_heads=recipe.heads,
    )  # fmt: skip
    with torch.device("meta"):
        assert T5ForConditionalGeneration(config).num_parameters() < 10e6
