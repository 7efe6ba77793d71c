"""The questions of the tokenization lab, held against tokenizers and transformers."""

import io
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from tokenizers import Tokenizer, trainers
from tokenizers import models as kinds

from lablib import data
from lablib.exercises import Bug, Exercise, Guess, Prediction, grade, lab, loader
from lablib.models.vocabulary import vocabulary
from lablib.tokenization.compute.languages import language_costs, parallel_sentences
from lablib.tokenization.compute.pipeline import backend, model_part
from lablib.tokenization.compute.sizes import growth
from lablib.tokenization.compute.tokens import encode
from lablib.tokenization.compute.training import held_out, train_bpe
from lablib.tokenization.exercises import checks, solutions
from lablib.tokenization.exercises.practice import gpt2_merges, wordpiece
from lablib.unicode import well_formed
from tests.examples import examples
from tests.exercises.notebooks import cells

broken = loader.broken("tokenization")

patient = examples(50)


def ids_of(text, tokenizer):
    return tokenizer(text, add_special_tokens=False).input_ids


def said(name, answer):
    return grade(f"tokenization/{name}", answer).message


def test_the_lab_asks_enough_for_its_story():
    def count(kind):
        return sum(isinstance(record, kind) for record in lab("tokenization").values())

    assert count(Prediction) >= 8
    assert count(Exercise) - count(Bug) >= 8
    assert count(Bug) >= 3


# What the predictions say is so.


def test_the_numbers_to_guess(gpt2):
    questions = lab("tokenization")
    answers = {id: r.answer for id, r in questions.items() if isinstance(r, Prediction)}
    guesses = {id: answer.value for id, answer in answers.items() if isinstance(answer, Guess)}
    spaced = [entry for entry in vocabulary(gpt2) if entry.bytes.startswith(b" ")]
    assert guesses == {
        "tokenization/family": len(ids_of("👨‍👩‍👧‍👦", gpt2)),
        "tokenization/space-share": pytest.approx(100 * len(spaced) / len(gpt2), abs=0.05),
    }
    assert f"{len(spaced):,}" in questions["tokenization/space-share"].answer.right


def test_what_is_said_of_gpt2(gpt2):
    def pieces(text):
        return [token.text for token in encode(text, gpt2).tokens]

    assert pieces("Tokenization is unbelievably useful") == [
        "Token", "ization", " is", " unbelievably", " useful",
    ]  # fmt: skip
    assert pieces("1999") == ["1999"]
    assert pieces("1234567") == ["123", "45", "67"]
    assert pieces("Once upon a time ")[-2:] == [" time", " "]
    assert ids_of("<|endoftext|>", gpt2) == [50256]
    assert (
        len(ids_of("<|endoftext|>", lambda text, **_: gpt2(text, split_special_tokens=True))) == 7
    )


def test_what_is_said_of_bert(bert):
    assert bert.decode(ids_of("Café Noël 🦩", bert)) == "cafe noel [UNK]"
    assert bert.tokenize("play🦩ful") == ["[UNK]"]
    assert bert.tokenize("playful") == ["playful"]
    assert {"play", "##ful"} <= bert.get_vocab().keys()


def test_what_is_said_of_a_larger_vocabulary():
    training, heldout = held_out(data.text(data.names()[0]))
    trained = train_bpe([training], 2000)
    counted = growth(trained, heldout)
    tokens = dict(zip(counted.sizes.tolist(), counted.tokens.tolist(), strict=True))
    doubled, again = tokens[1000] / tokens[500], tokens[max(tokens)] / tokens[1000]
    assert 0.70 < doubled < 0.80 < again < 0.92


def test_what_is_said_of_languages(gpt2):
    costs = language_costs(parallel_sentences(), [gpt2])
    premium = {cost.language: cost.premium for cost in costs.costs}
    assert premium["Hindi"] > 5
    assert 1.5 < premium["German"] < 2.5 and 1.5 < premium["French"] < 2.5


# What each bug does, seen without our checks.


def test_a_token_decoded_alone_is_no_character(gpt2):
    ids = ids_of("né 🦩", gpt2)
    assert broken.read_back(ids, gpt2) == "né ���"
    assert solutions.read_back(ids, gpt2) == "né 🦩"


def test_word_by_word_loses_the_leading_space(gpt2):
    text = "The dog is unbelievably old"
    assert solutions.token_ids(text, gpt2) == ids_of(text, gpt2)
    assert len(broken.token_ids(text, gpt2)) > len(ids_of(text, gpt2))


@pytest.mark.parametrize("text", ["The cat sat.", "né 🦩\n\n  猫", "can't  1999\r\n"])
def test_another_pre_tokenizer_gives_other_tokens(text, gpt2):
    assert solutions.tokens_of(text, gpt2_merges()) == gpt2.tokenize(text)
    assert broken.tokens_of(text, gpt2_merges()) != gpt2.tokenize(text)


def test_characters_are_not_tokens(gpt2):
    english, hindi = "The cat sat on the mat.", "नमस्ते दुनिया"
    assert (broken.fits(english, gpt2, 10), solutions.fits(english, gpt2, 10)) == (False, True)
    assert (broken.fits(hindi, gpt2, 20), solutions.fits(hindi, gpt2, 20)) == (True, False)


@patient
@given(text=st.text(max_size=20).map(well_formed), most=st.integers(1, 12))
def test_a_shortened_text_is_a_beginning_of_it(gpt2, text, most):
    assert text.startswith(solutions.shorten(text, gpt2, most))


# The solutions against the libraries.


@pytest.mark.parametrize("word", ["unbelievably", "indivisible", "banana", "low", "zyx"])
def test_merging_by_hand_ends_with_gpt2s_tokens(gpt2, word):
    merges = [tuple(pair) for pair in model_part(backend(gpt2))["merges"]]
    known, tokens = set(merges), list(word)
    while any(pair in known for pair in pairwise(tokens)):
        tokens = solutions.merge(tokens, solutions.next_merge(tokens, merges))
    assert tokens == gpt2.tokenize(word)


@patient
@given(st.text("playsingunbe", min_size=1, max_size=12))
def test_wordpiece_by_hand_is_the_librarys(word):
    assert solutions.wordpiece(word, set(wordpiece().get_vocab())) == wordpiece().tokenize(word)


SCORES = {"a": -1.5, "b": -2.0, "c": -2.5, "ab": -3.0, "bc": -3.7, "abc": -6.1, "cab": -4.2}


@patient
@given(st.text("abc", min_size=1, max_size=10))
def test_the_best_path_by_hand_is_the_librarys(word):
    model = kinds.Unigram([("?", 0.0), *SCORES.items()], unk_id=0, byte_fallback=False)
    assert solutions.best_path(word, SCORES) == Tokenizer(model).encode(word).tokens


@patient
@given(st.dictionaries(st.text("abcd", min_size=2, max_size=6), st.integers(1, 9), min_size=1))
def test_the_most_frequent_pair_is_the_trainers_first_merge(words):
    counts = checks._counted(words)
    assume(sorted(counts.values())[-1:] != sorted(counts.values())[-2:-1])
    tokenizer = Tokenizer(kinds.BPE())
    trainer = trainers.BpeTrainer(
        vocab_size=len(set("".join(words))) + 1, show_progress=False, initial_alphabet=[]
    )
    texts = [word for word, times in words.items() for _ in range(times)]
    tokenizer.train_from_iterator(texts, trainer)
    first = model_part(tokenizer)["merges"][0]
    assert list(solutions.most_frequent_pair(words)) == first


def test_three_merges_by_hand_are_the_trainers():
    words = {"sea": 5, "seat": 4, "beat": 3, "bee": 2}
    tokenizer = Tokenizer(kinds.BPE())
    trainer = trainers.BpeTrainer(vocab_size=5 + 3, show_progress=False)
    tokenizer.train_from_iterator([w for w, times in words.items() for _ in range(times)], trainer)
    merged = ["".join(pair) for pair in model_part(tokenizer)["merges"]]
    assert grade("tokenization/three-merges", merged).state == "right"


@patient
@given(st.text(max_size=20).map(well_formed))
def test_bytes_and_differences_are_those_of_an_encoding(gpt2, text):
    encoding = encode(text, gpt2)
    assert bytes(solutions.bytes_of(text)) == b"".join(token.bytes for token in encoding.tokens)
    assert solutions.first_difference(text, gpt2) == -1


@patient
@given(st.integers(0, 10**12))
def test_threes_are_those_of_python(number):
    assert ",".join(solutions.in_threes(str(number))) == f"{number:,}"


@patient
@given(st.text("ab\r\n", max_size=12))
def test_line_ends_are_those_of_an_opened_file(text):
    opened = io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8", newline=None)
    assert solutions.unix_lines(text) == opened.read()


@patient
@given(st.text(max_size=30).map(well_formed))
def test_safe_ids_hold_no_control_token_and_lose_nothing(gpt2, text):
    ids = solutions.safe_ids(text[:15] + "<|endoftext|>" + text[15:], gpt2)
    assert not set(ids) & set(gpt2.all_special_ids)
    assert gpt2.decode(ids) == text[:15] + "<|endoftext|>" + text[15:]


# Answers that are checked by what they do.


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("cat", "Leave ASCII"),
        ("", "Leave ASCII"),
        ("é", "Nearly"),
        (3, "in quotes"),
        ("🦩", "1 characters, 3 tokens"),
        ("\ud800", "Nearly"),
    ],
)
def test_more_tokens_than_characters(answer, words):
    assert words in said("more-tokens", answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ([[31373], [31373]], "Both are the same list"),
        ([[31373], [9703]], "must decode to `hello`"),
        ([[31373]], "Give two lists"),
        ([[31373], "hello"], "Give two lists"),
        ([[31373], [10**12]], "Give two lists"),
        ([[31373], [-1]], "Give two lists"),
        # Decoding says nothing to an id that there is not, so this too would be "hello".
        ([[31373], [31373, 60000]], "Give two lists"),
        (np.array([[258, 18798], [71, 68]]), "must decode to `hello`"),
        (([31373], torch.tensor([258, 18798])), "Right"),
        (7, "Give two lists"),
        ([[71, 68, 75, 75, 78], [31373]], "Right"),
    ],
)
def test_two_ways_to_write_one_text(answer, words):
    assert words in said("two-ways", answer)
    assert grade("tokenization/two-ways", [...]).state == "unanswered"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (checks.CODE, f"get it to {checks.MOST_TOKENS}"),
        (checks.CODE.replace(" " * 8, "\t"), "Right"),
        (checks.CODE.replace(" " * 8, ""), "Python cannot read this"),
        ("def sign(x): return 1", "another program"),
        ("\0", "Python cannot read this"),
        (7, "as a text"),
    ],
)
def test_cheaper_code(answer, words):
    assert words in said("cheaper-code", answer)


def test_the_notebook_has_the_code_that_is_to_become_cheaper(gpt2):
    asked = lab("tokenization")["tokenization/cheaper-code"].question
    assert f"costs {len(ids_of(checks.CODE, gpt2))} tokens" in asked
    cell = next(cell for cell in cells("tokenization") if "cheaper-code" in cell)
    names = {}
    exec(cell.partition("cheaper = ")[0], names)
    assert names["code"] == checks.CODE
