"""What is trained is what the library trains; it can be cut back and stopped."""

import random
from contextlib import closing

import pytest
from tokenizers import Tokenizer, trainers

from lablib import children
from lablib.tokenization.compute import training
from lablib.tokenization.compute.pipeline import backend, model_part
from lablib.tokenization.compute.trainer import untrained
from lablib.tokenization.compute.training import (
    sample,
    train,
    train_bpe,
    train_unigram,
    train_wordpiece,
)

TEXT = "the cat sat on the mat; the hat that the cat sat on was flat. " * 5 + "naïve café 中文"


def by_the_library(kind, trainer, text=TEXT):
    tokenizer = untrained(kind)
    if kind == "WordPiece":
        from tokenizers import models

        tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        tokenizer.normalizer = untrained(kind).normalizer
        tokenizer.pre_tokenizer = untrained(kind).pre_tokenizer
    tokenizer.train_from_iterator(text.splitlines(keepends=True), trainer)
    return tokenizer


def test_bpe_is_the_librarys():
    from tokenizers import pre_tokenizers

    tokenizer, merges = train_bpe([TEXT], 280)
    trainer = trainers.BpeTrainer(
        vocab_size=280,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    found = model_part(by_the_library("BPE", trainer))
    assert list(map(list, merges)) == found["merges"] and len(merges) == 24
    assert tokenizer.get_vocab() == found["vocab"] and len(tokenizer) == 280
    assert tokenizer.decode(tokenizer.encode(TEXT)) == TEXT


def test_wordpiece_is_the_librarys_but_for_ties():
    """The library's own trainer numbers inner letters at random, and that decides between ties."""
    text = "ab ab ab abc abc bc bcd\n" * 3
    trained = train_wordpiece([text], 12)
    trainer = trainers.WordPieceTrainer(
        vocab_size=12, special_tokens=["[UNK]"], show_progress=False
    )
    theirs = by_the_library("WordPiece", trainer, text)
    assert set(trained.entries) == theirs.get_vocab().keys()
    assert trained.entries == train_wordpiece([text], 12).entries
    assert train_wordpiece([TEXT], 50).tokenizer.tokenize("Café") == ["cafe"]


def test_unigram_is_the_librarys():
    trained = train_unigram([TEXT], 40)
    trainer = trainers.UnigramTrainer(
        vocab_size=40, special_tokens=["<unk>"], unk_token="<unk>", show_progress=False
    )
    theirs = by_the_library("Unigram", trainer)
    ours, theirs = (dict(model_part(one)["vocab"]) for one in (backend(trained.tokenizer), theirs))
    assert ours == pytest.approx(theirs)


@pytest.mark.parametrize(("make", "sizes"), [(train_bpe, (300, 270)), (train_wordpiece, (60, 45))])
def test_cut_back_is_trained_smaller(make, sizes):
    large, small = (make([TEXT], size) for size in sizes)
    cut = backend(large.at(sizes[1]))
    assert model_part(cut) == model_part(backend(small.tokenizer))
    assert large.merges_at(sizes[1]) == small.merges


def test_a_unigram_cut_back_keeps_its_characters_and_its_best():
    trained = train_unigram([TEXT], 60)
    scores = dict(model_part(backend(trained.tokenizer))["vocab"])
    cut = dict(model_part(backend(trained.at(trained.smallest + 3)))["vocab"])
    longer = sorted((token for token in scores if len(token) > 1 and token != "<unk>"),
                    key=scores.get, reverse=True)  # fmt: skip
    assert {token for token in cut if len(token) > 1} == {"<unk>", *longer[:3]}
    assert {token for token in scores if len(token) == 1} <= cut.keys()
    with pytest.raises(ValueError, match=r"has .* to .* entries"):
        trained.at(trained.smallest - 1)


@pytest.mark.parametrize("make", [train_bpe, train_wordpiece, train_unigram])
@pytest.mark.parametrize("text", ["a", "one line", "\x00\ud800<b>"])
def test_little_text_and_sizes_that_do_not_fit(make, text):
    for size, word in ((1, "alphabet"), (5000, "longer text")):
        trained = make([text], size)
        assert word in trained.note
        assert f"{len(trained.entries):,}" in trained.note
        assert trained.smallest <= len(trained.entries)


@pytest.mark.parametrize("texts", [[], [""], ["  ", "\n\n"], ""])
def test_no_text(texts):
    with pytest.raises(ValueError, match="no text"):
        train_bpe(texts, 300)


def test_impossible_wishes():
    with pytest.raises(ValueError, match="at least one"):
        train_bpe(["a"], 0)
    with pytest.raises(ValueError, match=r"whole number of entries, at least one, and 300\.5 was"):
        train_bpe(["a"], 300.5)
    with pytest.raises(ValueError, match="BPE, WordPiece or Unigram"):
        next(train("WordLevel", ["a"], 10))


def test_it_tells_how_far_it_is():
    told = [step for step in train("BPE", [TEXT], 300) if step[2] == "Compute merges"]
    assert told[-1][0] >= 20 and all(done <= total for done, total, _ in told)


def test_closing_it_ends_the_process(monkeypatch):
    started = []
    popen = training.subprocess.Popen
    monkeypatch.setattr(
        training.subprocess, "Popen", lambda *a, **k: started.append(popen(*a, **k)) or started[0]
    )
    letters = random.Random(0).choices("abcdefghij ", k=2_000_000)  # minutes of work
    with closing(train("Unigram", ["".join(letters)], 8000)) as work:
        next(work)
        next(work)
        assert started[0].poll() is None
    assert started[0].poll() is not None


def test_a_process_that_dies_is_said(monkeypatch):
    monkeypatch.setattr(children.sys, "executable", "/bin/false")
    with pytest.raises(ValueError, match="without a result"):
        train_bpe([TEXT * 2000], 300)


def test_a_long_text_is_sampled_and_that_is_said(monkeypatch):
    monkeypatch.setattr(training, "MOST_BYTES", 2_000_000)
    monkeypatch.setattr(sample, "__defaults__", (2_000_000, training.SLICE))
    trained = train_bpe([TEXT * 8000], 300)
    assert "sample of 2 MB" in trained.note and len(trained.merges) == 44


def test_a_sample_comes_from_all_over():
    texts = ["a" * 300_000, "b" * 300_000, "é" * 300_000]
    taken = sample(texts, 300_000)
    assert {text[0] for text in taken} == {"a", "b", "é"}
    assert training.size_of(taken) <= 330_000
    assert sample(texts, 10**9) == texts


@pytest.mark.parametrize("kind", ["BPE", "WordPiece"])
def test_a_text_without_a_space_is_cut_and_it_is_said(kind):
    """In one piece the library takes minutes for this; its time grows with the square."""
    letters = random.Random(0).choices("abcdefgh", k=300_000)
    trained = training.outcome(train(kind, ["".join(letters)], 300))
    assert len(trained.tokenizer) == 300
    assert "over 1,000 characters without a space were cut" in trained.note
    shorter = training.outcome(train(kind, ["".join(letters[:999])], 300))
    assert "were cut" not in shorter.note


def test_what_was_trained_on_cut_words_cuts_no_words():
    trained = train_bpe(["ab" * 2000], 258)
    assert trained.merges == (("a", "b"), ("ab", "ab"))
    assert backend(trained.tokenizer).pre_tokenizer.pre_tokenize_str("c" * 2500) == [
        ("c" * 2500, (0, 2500))
    ]
