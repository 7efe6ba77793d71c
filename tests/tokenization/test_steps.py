"""The steps end where the library ends: on whole books, on any text, for every kind and option."""

import re
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import (
    AddedToken,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    trainers,
)
from transformers import BertTokenizer, PreTrainedTokenizerFast

from lablib import models as lab_models
from lablib.tokenization.compute.pipeline import model_part
from lablib.tokenization.compute.word import (
    bpe_steps,
    unigram_steps,
    word_steps,
    wordpiece_steps,
)
from tests.examples import examples

TEXT = "the cat sat on the mat; the hat that the cat sat on was flat. " * 3 + "aaab aab ab"
ANY_TEXT = st.text(st.characters(blacklist_categories=("Cs",)), max_size=60) | st.text(
    "aabthe cs.▁é\u0301中\n<|>🎉\x00", max_size=60
)


@cache
def load_tokenizer(name):
    return lab_models.load_tokenizer(name)


@pytest.fixture(scope="session")
def book(shared):
    return (shared / "corpus/heldout/the-lilac-fairy-book.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def unigram(book):
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=1500, special_tokens=["<unk>"], unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator(book[:200_000].splitlines(keepends=True), trainer)
    return tokenizer


def library(tokenizer, text):
    inside = getattr(tokenizer, "backend_tokenizer", tokenizer)
    return tuple(inside.encode(text, add_special_tokens=False).ids)


def assert_every_word(book, tokenizer):
    """Every word of the book, as it stands between spaces and as it stands after one."""
    words = sorted(set(re.findall(r"\s?\S+", book)))
    assert len(words) > 10_000
    for word in words:
        assert word_steps(word, tokenizer).ids == library(tokenizer, word), word


@pytest.mark.large
@pytest.mark.parametrize("name", ["gpt2", "pocket-gpt2", "bert-base-uncased"])
def test_every_word_of_the_held_out_books(book, name):
    assert_every_word(book, load_tokenizer(name))


@pytest.mark.large
def test_every_word_of_the_held_out_books_by_a_unigram(book, unigram):
    assert_every_word(book, unigram)


@pytest.mark.parametrize("name", ["gpt2", "pocket-gpt2", "bert-base-uncased"])
@given(text=ANY_TEXT)
@examples(100)
def test_any_text(name, text):
    tokenizer = load_tokenizer(name)
    assert word_steps(text, tokenizer).ids == library(tokenizer, text)


def byte_level(**options):
    tokenizer = Tokenizer(models.BPE(**options))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    return trained(tokenizer, initial_alphabet=pre_tokenizers.ByteLevel.alphabet())


def trained(tokenizer, size=60, **options):
    trainer = trainers.BpeTrainer(vocab_size=size, show_progress=False, **options)
    tokenizer.train_from_iterator([TEXT], trainer)
    return tokenizer


def with_options(base, **options):
    """A BPE of the merges of another one."""
    tokenizer = trained(base)
    found = model_part(tokenizer)
    merges = [tuple(pair) for pair in found["merges"]]
    tokenizer.model = models.BPE(vocab=found["vocab"], merges=merges, **options)
    return Tokenizer.from_str(tokenizer.to_str())


def plain(pre_tokenizer=None):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizer or pre_tokenizers.WhitespaceSplit()
    return tokenizer


def bytes_and_unknowns():
    entries = {"<unk>": 0, **{f"<0x{byte:02X}>": byte + 1 for byte in range(256)}}
    entries |= {letter: 257 + i for i, letter in enumerate(["t", "h", "e", "▁", "th", "the"])}
    model = models.BPE(
        entries, [("t", "h"), ("th", "e")], unk_token="<unk>", byte_fallback=True, fuse_unk=True
    )
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
    )
    return tokenizer


def unknown_entries(**options):
    entries = {"?": 0, "a": 1, "b": 2, "aa": 3, "aab": 4, "ab": 5}
    merges = [("a", "b"), ("a", "a"), ("aa", "b"), ("a", "ab")]
    return Tokenizer(models.BPE(entries, merges, **options))


def signs():
    tokenizer = Tokenizer(models.BPE(continuing_subword_prefix="##", end_of_word_suffix="</w>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return trained(tokenizer, 90, continuing_subword_prefix="##", end_of_word_suffix="</w>")


def unigrams(**options):
    entries = [("<unk>", 0.0), ("a", -2.5), ("b", -2.0), ("ab", -4.5), ("▁", -3.0), ("▁a", -4.0)]
    entries += [("the", -3.0), ("th", -4.0), ("e", -2.0), ("中", -5.0), ("<", -6.0), ("aa", -5.0)]
    entries += [(f"<0x{byte:02X}>", -9.0) for byte in range(256)] if options else []
    tokenizer = Tokenizer(models.Unigram(entries, unk_id=0, **options))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    return tokenizer


def with_added_tokens():
    tokenizer = byte_level()
    tokenizer.add_special_tokens(["<|>"])
    tokenizer.add_tokens([AddedToken("the", lstrip=True), AddedToken("é", single_word=True)])
    return tokenizer


KINDS = {
    "byte level": byte_level,
    "added tokens": with_added_tokens,
    "whole words first": lambda: with_options(plain(), ignore_merges=True),
    "unknown characters dropped": unknown_entries,
    "unknown characters": lambda: unknown_entries(unk_token="?"),
    "unknown characters fused": lambda: unknown_entries(unk_token="?", fuse_unk=True),
    "byte fallback": bytes_and_unknowns,
    "signs before and after": signs,
    "unigram": unigrams,
    "unigram with byte fallback": lambda: unigrams(byte_fallback=True),
}


@pytest.mark.parametrize("kind", KINDS)
def test_any_text_by_any_kind(kind):
    tokenizer = KINDS[kind]()

    @given(text=ANY_TEXT)
    @examples(60)
    def holds(text):
        assert word_steps(text, tokenizer).ids == library(tokenizer, text)

    holds()


def test_each_merge_leads_to_the_next():
    built = bpe_steps("unbelievably", "gpt2")
    for step, following in pairwise(built):
        assert step.after == following.before
    for step in built:
        ranks = [(one.rank, one.place) for one in step.candidates]
        assert (step.rank, step.chosen.place) == min(ranks)
        assert step.merged == "".join(step.pair)
    assert built[0].before == tuple("unbelievably")
    assert built[-1].after == built.tokens
    assert [row["after"] for row in built.table()] == [step.after for step in built]


def test_a_wordpiece_word_that_is_not_known():
    tokenizer = load_tokenizer("bert-base-uncased")
    part, *_ = wordpiece_steps("xylo☃", tokenizer).parts
    assert part.tokens == ("[UNK]",) and "unknown" in part.note
    assert part.steps[-1].found is None
    long, *_ = wordpiece_steps("a" * 101, tokenizer).parts
    assert long.tokens == ("[UNK]",) and long.steps == () and "100" in long.note
    assert wordpiece_steps("a" * 100, tokenizer).tokens != ("[UNK]",)


def test_an_unknown_character_costs_ten_more_than_the_worst_entry():
    """As in the library (its `K_UNK_PENALTY`)."""
    entries = [("<unk>", 0.0), ("a", -2.0), ("b", -3.0), ("ab", -30.0)]
    tokenizer = Tokenizer(models.Unigram(entries, unk_id=0))
    assert unigram_steps("a?", tokenizer)[-1].best.total == -2.0 + (-30.0 - 10.0)


def test_the_total_of_a_unigram_path_is_the_sum_of_its_scores(unigram):
    (part,) = unigram_steps("incomprehensible", unigram).parts
    scores = dict(model_part(unigram)["vocab"])
    assert part.steps[-1].best.total == pytest.approx(sum(scores[token] for token in part.tokens))
    for step in part.steps:
        assert step.best.total == max(way.total for way in step.ways)


def test_what_has_no_steps_is_said():
    with pytest.raises(ValueError, match="use wordpiece_steps"):
        bpe_steps("word", "bert-base-uncased")
    with pytest.raises(ValueError, match="WordLevel"):
        word_steps("word", Tokenizer(models.WordLevel({"a": 0}, unk_token="a")))
    with pytest.raises(ValueError, match="given by its name"):
        word_steps("word", object())
    with pytest.raises(ValueError, match="at random"):
        bpe_steps("a", unknown_entries(dropout=0.5))
    with pytest.raises(ValueError, match="none for the unknown"):
        unigram_steps("ax", Tokenizer(models.Unigram([("a", -1.0)])))


@pytest.mark.parametrize("word", ["", "\ud800", "\x00", "<script>alert(1)</script>", "a" * 400])
@pytest.mark.parametrize("name", ["gpt2", "bert-base-uncased"])
def test_odd_words(word, name):
    built = word_steps(word, name)
    whole = word.replace("\ud800", "\ufffd")
    assert built.ids == library(load_tokenizer(name), whole)


def test_a_tokenizer_with_its_own_class():
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "##m"]
    tokenizer = BertTokenizer(vocab={word: i for i, word in enumerate(words)})
    assert word_steps("Them", tokenizer).tokens == ("the", "##m")
    wrapped = PreTrainedTokenizerFast(tokenizer_object=byte_level())
    wrapped.backend_tokenizer.decoder = decoders.ByteLevel()
    assert word_steps("the", wrapped).ids == library(wrapped, "the")
