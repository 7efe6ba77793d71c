"""What the slider of the word panel shows at each of its places."""

import pytest
from tokenizers import Tokenizer, models

from lablib.models import load_tokenizer
from lablib.tokenization.compute.named import as_tokenizer
from lablib.tokenization.compute.word import word_steps
from lablib.tokenization.figures.word import JOINS, MOST_ROWS, REST, frames, readable


def shown(word, tokenizer):
    tokenizer = as_tokenizer(tokenizer)
    return frames(word_steps(word, tokenizer), readable(tokenizer))


def texts(frame):
    return [text for text, _ in frame.pieces]


@pytest.fixture(scope="module")
def unigram():
    entries = [("<unk>", 0.0), ("a", -2.0), ("b", -2.0), ("ab", -3.0), ("ba", -3.5)]
    return Tokenizer(models.Unigram(entries, unk_id=0))


def test_merges_one_by_one():
    built = word_steps(" lowest", "gpt2")
    all_frames = shown(" lowest", "gpt2")
    assert len(all_frames) == len(built) + 1
    first = all_frames[0]
    assert texts(first) == list("␣lowest")
    joined = [text for text, mark in first.pieces if mark == JOINS]
    assert "".join(joined) == built[0].merged.replace("Ġ", "␣")
    assert f"place {built[0].rank + 1:,}" in first.words and "the next best" in first.words
    assert first.rows[0][1:] == (f"{built[0].rank + 1:,}", "wins")
    assert [int(row[1].replace(",", "")) for row in first.rows] == sorted(
        one.rank + 1 for one in built[0].candidates
    )
    assert "".join(texts(all_frames[-1])) == "␣lowest" and "ids" in all_frames[-1].words


def test_the_only_pair_needs_no_comparison():
    last = shown("th", "gpt2")[0]
    assert "no other pair is in it" in last.words and last.caption.endswith("merge")


def test_bytes_that_are_no_character_are_written_out():
    pieces = shown("☃ 中", "gpt2")[0].pieces
    assert [text for text, _ in pieces] == ["\\xe2", "\\x98", "\\x83", "␣中"]
    assert pieces[-1][1] == REST


def test_several_pretokens_are_worked_on_in_turn():
    all_frames = shown("to be", "gpt2")
    assert all_frames[0].pieces[-1] == ("␣be", REST)
    assert shown("untranslatablé", "pocket-gpt2")[0].caption.endswith("cannot")
    assert texts(all_frames[-1]) == ["to", "␣be"]


def test_matches():
    tokenizer = load_tokenizer("bert-base-uncased")
    first, second, last = shown("Unaffordable", tokenizer)[:3]
    assert first.pieces[1][1] == REST and first.rows[-1][1] == "found"
    assert first.rows[0] == ("unaffordable", "not in the vocabulary")
    assert second.pieces[0][1] == "" and second.pieces[1][1] == JOINS
    assert last.table == "" or last.rows
    unknown = shown("x☃" * 20, tokenizer)
    assert "whole word is unknown" in unknown[-2].words + unknown[-1].words
    assert len(unknown[0].rows) <= MOST_ROWS + 1


def test_arrivals(unigram):
    all_frames = shown("abab", unigram)
    assert len(all_frames) == 5
    assert [row[3] for row in all_frames[1].rows] == ["best", ""]
    assert "−3" in all_frames[1].words
    assert texts(all_frames[1]) == ["ab", "ab"]
    assert [mark for _, mark in all_frames[1].pieces] == [JOINS, REST]
    assert texts(all_frames[-1]) == ["ab", "ab"]


def test_no_word_says_what_to_do():
    (only,) = shown("", "gpt2")
    assert only.pieces == () and "Type a word" in only.words


def test_tables_hold_text_only():
    table = shown("<b>x</b>", "gpt2")[0].table
    assert "<b>" not in table and "&lt;" in table
