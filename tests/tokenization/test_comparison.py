"""Comparing tokenizers: counts, unknown words, and what does not come back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lablib import models
from lablib.tokenization import as_tokenizer, compare, decode, differences, encode, menu
from lablib.tokenization.compute.comparison import LOOKED_AT
from lablib.tokenization.compute.today import TODAY
from lablib.unicode import well_formed

ANY_TEXT = st.text(st.characters(exclude_categories=[]))
PLAIN = ["characters", "bytes", "words"]


def one(text, tokenizer):
    return compare(text, [tokenizer]).rows[0]


@given(text=ANY_TEXT, decoded=ANY_TEXT)
def test_differences_make_one_text_of_the_other(text, decoded):
    parts, reached = [], 0
    for difference in differences(text, decoded):
        assert text[difference.start : difference.end] == difference.was
        parts += [text[reached : difference.start], difference.now]
        reached = difference.end
    assert "".join([*parts, text[reached:]]) == decoded


@pytest.fixture(scope="module", params=["gpt2", "pocket-gpt2", "bytes"])
def byte_level(request):
    return as_tokenizer(request.param)


@given(text=ANY_TEXT)
def test_byte_level_gives_every_text_back(byte_level, text):
    row = one(text, byte_level)
    assert row.exact and row.differences == () and row.unknown == 0
    assert row.decoded == well_formed(text)


def test_what_bert_loses(bert):
    row = one("The Café  opens\n at 9", "bert-base-uncased")
    assert row.decoded == "the cafe opens at 9" and not row.exact
    assert [(d.was, d.now) for d in row.differences] == [
        ("The", "the"),
        ("Café ", "cafe"),
        ("\n", ""),
    ]
    assert (row.tokens, len(row.encoding), row.unknown) == (5, 7, 0)
    assert row.bytes_per_token == 22 / 5


def test_one_name_is_one_tokenizer_and_none_is_refused():
    assert [row.name for row in compare("a", "bytes").rows] == ["bytes"]
    with pytest.raises(ValueError, match="give at least one tokenizer"):
        compare("a", [])


def test_unknown_is_what_the_tokenizer_does_not_know():
    assert one("hello qwxzk [UNK]", "words").unknown == 1
    assert one("a\U000e1000b", "characters").unknown == 1
    assert one("<|endoftext|>", "gpt2").unknown == 0


def test_the_same_text_through_several(bert):
    comparison = compare("naïve 中文", ["gpt2", "bert-base-uncased", *PLAIN])
    table = {row["tokenizer"]: row for row in comparison.table()}
    assert (table["characters"]["tokens"], table["bytes"]["tokens"]) == (8, 13)
    assert table["words"]["unknown"] == 2
    assert table["bert-base-uncased"]["added"] == 2
    assert [row["round trip"] for row in table.values()] == [True, False, True, True, False]


def test_a_long_text_is_counted_whole_and_compared_at_its_beginning(bert):
    text = "Word é " * 20_000
    row = one(text, "bert-base-uncased")
    assert row.tokens == 40_000 and not row.exact
    assert 0 < max(difference.end for difference in row.differences) <= LOOKED_AT


def test_no_text():
    for row in compare("", PLAIN).rows:
        assert (row.tokens, row.bytes_per_token, row.exact) == (0, 0.0, True)


def test_tokenizers_of_the_menu_open_or_say_why():
    for card in menu():
        if card.name in TODAY:  # which take seconds to rebuild: `test_today` opens each
            continue
        try:
            row = one("It works.", card.name)
        except models.ModelError as error:
            assert "does not answer" in str(error)
        else:
            assert row.tokens > 0


def test_names(gpt2):
    comparison = compare("a", ["bytes", as_tokenizer("bytes"), gpt2])
    assert [row.name for row in comparison.rows] == ["bytes", "bytes", "GPT2Tokenizer"]


def test_plain_tokenizers():
    assert encode("né", "bytes").ids == (110, 195, 169)
    assert encode("né", "characters").ids == (110, 233)
    hello = encode("hello , hello", "words")
    assert hello.ids[0] == hello.ids[2] and len(hello) == 3
    assert decode(hello, "words") == "hello [UNK] hello"


def test_what_is_cut_differently_is_found_whatever_becomes_of_spaces(bert):
    text = "It isn't a  naïve 👋 unbelievableness"
    found = compare(text, ["gpt2", "bert-base-uncased", "characters", "bytes"])
    stretches = [text[start:end] for start, end in found.cut_differently]
    assert "'t" in stretches and "👋" in stretches
    assert not {"It", "a", "isn"} & set(stretches)
    assert compare(text, ["gpt2"]).cut_differently == ()
    assert compare(text, ["characters", "bytes"]).cut_differently == ()


@given(text=ANY_TEXT)
def test_outside_the_marked_stretches_all_cut_alike(bert, text):
    found = compare(text, ["gpt2", "pocket-gpt2"])
    inside = {i for start, end in found.cut_differently for i in range(start + 1, end)}
    for row in found.rows:
        others = [other for other in found.rows if other is not row]
        for place in {int(end) for _, end in row.encoding.spans} - inside:
            head = well_formed(text)[:place]
            for other in others:  # a cut beside spaces may lie on their other side
                ends = {0, *(int(p) for p in other.encoding.spans.flatten())}
                assert any(well_formed(text)[:end].rstrip(" \t\r\n") == head.rstrip(" \t\r\n")
                           for end in ends)  # fmt: skip


def test_the_spread_is_between_the_fewest_tokens_and_the_most():
    fewest, most = compare("Hello world", ["bytes", "gpt2", "words"]).spread
    assert (fewest.name, fewest.tokens, most.name, most.tokens) == ("gpt2", 2, "bytes", 11)
