"""The 80/10/10 corruption: the rates are met, and special tokens are left alone."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import BertTokenizer

from lablib.masking import IGNORE_INDEX, corrupt
from tests.masking.tokenizers import TOKENIZERS

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *map(chr, range(97, 123))]
TOKENIZER = BertTokenizer(vocab={word: i for i, word in enumerate(WORDS)})
SHARES = st.floats(0, 1)


@given(st.lists(st.integers(0, 30), max_size=50), SHARES, SHARES, st.integers(0, 99))
def test_only_ordinary_tokens_change_and_labels_tell_what_was_there(ids, rate, mask, seed):
    ids = torch.tensor(ids, dtype=torch.long)
    seen = corrupt(ids, TOKENIZER, torch.Generator().manual_seed(seed), rate, mask, 1 - mask)
    asked = seen.labels != IGNORE_INDEX
    assert (seen.labels[asked] == ids[asked]).all()
    assert (seen.ids[~asked] == ids[~asked]).all()
    assert (ids[asked] > 4).all()


def test_the_shares_are_those_of_the_paper():
    ids = torch.full((200_000,), 7)
    seen = corrupt(ids, TOKENIZER, torch.Generator().manual_seed(0))
    asked = seen.labels != IGNORE_INDEX
    shown = seen.ids[asked]
    assert asked.float().mean() == pytest.approx(0.15, abs=0.004)
    # A random token is the old one, or the mask, once in 31 times each.
    assert (shown == 4).float().mean() == pytest.approx(0.8 + 0.1 / 31, abs=0.01)
    assert (shown == 7).float().mean() == pytest.approx(0.1 + 0.1 / 31, abs=0.008)


@pytest.mark.parametrize("shares", [{"rate": 1.1}, {"mask": -0.1}, {"mask": 0.95, "random": 0.1}])
def test_impossible_shares_are_refused(shares):
    with pytest.raises(ValueError, match="from 0 to 1"):
        corrupt(torch.tensor([5]), TOKENIZER, torch.Generator(), **shares)


PIECES = BertTokenizer(
    vocab={word: i for i, word in enumerate([*WORDS, *(f"##{c}" for c in "abcdef")])}
)


@given(
    st.lists(st.integers(0, len(PIECES) - 1), min_size=1, max_size=40), SHARES, st.integers(0, 9)
)
def test_whole_words_are_chosen_whole(ids, rate, seed):
    ids = torch.tensor([ids, ids])
    rng = torch.Generator().manual_seed(seed)
    asked = corrupt(ids, PIECES, rng, rate, whole_words=True).labels != IGNORE_INDEX
    for row, chosen in zip(ids.tolist(), asked.tolist(), strict=True):
        for place in range(1, len(row)):
            if PIECES.convert_ids_to_tokens(row[place]).startswith("##") and row[place - 1] > 4:
                assert chosen[place] == chosen[place - 1]


def test_whole_words_keep_the_rate():
    word = torch.tensor([7, len(WORDS), len(WORDS) + 1]).repeat(60_000)
    rng = torch.Generator().manual_seed(0)
    asked = corrupt(word, PIECES, rng, whole_words=True).labels != IGNORE_INDEX
    assert asked.float().mean() == pytest.approx(0.15, abs=0.006)
    assert (asked.view(-1, 3).sum(1) % 3 == 0).all()


@pytest.mark.parametrize("name", TOKENIZERS)
def test_whole_words_of_every_tokenizer_are_hidden_whole(name):
    """No word is hidden in part, and words are not hidden all together."""
    tokenizer = TOKENIZERS[name]()
    text = "zebras and the quick foxes, under (waterhouse) lamps"
    ids = torch.tensor([tokenizer(text)["input_ids"]])
    seen = set()
    for seed in range(40):
        rng = torch.Generator().manual_seed(seed)
        labels = corrupt(ids, tokenizer, rng, rate=0.5, whole_words=True).labels[0]
        offsets = tokenizer(text, return_offsets_mapping=True)["offset_mapping"]
        for word in ("zebras", "quick", "foxes", "under", "waterhouse", "lamps"):
            start = text.index(word)
            chosen = {
                bool(label != IGNORE_INDEX)
                for label, (first, last) in zip(labels, offsets, strict=True)
                if first < last and text[first:last].strip() and first < start + len(word)
                and last > start + 1
            }  # fmt: skip
            assert len(chosen) == 1, word
            seen.add((word, chosen.pop()))
    assert len(seen) == 12
