"""Tokens as they are shown, said and sent: whatever the text, nothing stays unseen or unsent."""

import json
import math
import sys

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, decoders, models
from transformers import BertTokenizer, PreTrainedTokenizerFast

from lablib.models import load_tokenizer
from lablib.widgets.tokens import finite, number, sendable, spoken, token_dicts, visible

ANY_TEXT = st.text(st.characters(exclude_categories=[]))
EVERY_CHARACTER = [chr(code) for code in range(sys.maxunicode + 1)]
# Unicode's own lists of what is not drawn; the Braille pattern without dots is on none of them.
SHAPELESS = regex.compile(r"[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]")


@given(ANY_TEXT)
@example(" \u0301")
@example("\u200d\u0301")
@example("\ufe0f\u0301")
def test_what_is_visible_stays(text):
    assert visible(visible(text)) == visible(text)


@given(ANY_TEXT)
def test_every_character_is_seen(text):
    shown = visible(text)
    assert not SHAPELESS.search(shown)
    assert len(shown) >= len(text)


@pytest.mark.large
def test_no_character_of_unicode_goes_unseen_or_unsaid():
    seen, said = map(visible, EVERY_CHARACTER), map(spoken, EVERY_CHARACTER)
    for words in (list(seen), [name.replace(" ", "") for name in said]):
        assert all(words)
        assert not SHAPELESS.search("".join(words))


@pytest.mark.large
def test_two_characters_with_marks_never_look_the_same():
    marks = [mark for c in EVERY_CHARACTER if (mark := visible(c)) != c]
    assert len(set(marks)) == len(marks)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (" sat", "␣sat"),
        ("\t\r\n", "⇥␍⏎"),
        ("\x00\x1b\x7f", "␀␛␡"),
        ("\xa0\u3000", "‹00A0›‹3000›"),
        ("\u202eabc", "‹202E›abc"),
        ("\ud800", "‹D800›"),
        ("❤\ufe0f", "❤‹FE0F›"),
        ("\u3164", "‹3164›"),
        ("e\u0301", "e\u0301"),
        (" \u0301", "␣◌\u0301"),
        ("שלום नमस्ते", "שלום␣नमस्ते"),
        ("", ""),
    ],
)
def test_marks(text, shown):
    assert visible(text) == shown


@given(ANY_TEXT)
def test_spoken_text_is_words_with_single_spaces(text):
    said = spoken(text)
    assert said == " ".join(said.split())
    assert not SHAPELESS.search(said.replace(" ", ""))
    assert bool(said) == bool(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\x00", "null"),
        ("a\tb", "a tab b"),
        ("\x80\ud800", "u+0080 u+d800"),
        ("\ufe0f", "variation selector-16"),
        ("<b>", "<b>"),
    ],
)
def test_names(text, said):
    assert spoken(text) == said


@given(ANY_TEXT)
def test_any_text_can_be_sent(text):
    for sent in (sendable(text), visible(text), spoken(text)):
        sent.encode()
    if not regex.search(r"\p{Cs}", text):
        assert sendable(text) == text


@given(st.floats())
def test_any_number_can_be_sent(value):
    sent = finite(value)
    json.dumps(sent, allow_nan=False)
    assert (sent is None) == math.isnan(value)
    assert math.isinf(value) or sent is None or sent == value


@given(st.floats(-1e300, 1e300))
def test_a_number_is_right_to_three_figures(value):
    words = number(value)
    assert "-" not in words
    assert float(words.replace("−", "-").replace(",", "")) == pytest.approx(
        value, rel=0.0051, abs=5e-324
    )


def test_numbers_that_are_none():
    assert [number(value) for value in (math.inf, -math.inf, math.nan)] == ["∞", "−∞", "nan"]


@pytest.fixture(scope="module", params=["gpt2", "pocket-gpt2"])
def byte_level(request):
    return load_tokenizer(request.param)


@pytest.fixture(scope="module")
def word_pieces():
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "play", "##ing", "##", "un"]
    return BertTokenizer(vocab={word: i for i, word in enumerate(words)})


@given(text=st.text())
@example(text=" नमस्ते 👩‍🚀\n\n  <|endoftext|>")
def test_bytes_of_byte_level_tokens_are_the_text(byte_level, text):
    tokens = token_dicts(byte_level.encode(text), byte_level)
    assert bytes.fromhex(" ".join(token["bytes"] for token in tokens)) == text.encode()


def test_each_token_of_a_byte_level_vocabulary(byte_level):
    tokens = token_dicts(range(len(byte_level)), byte_level)
    assert [token["id"] for token in tokens] == list(range(len(byte_level)))
    assert {token["id"] for token in tokens if token["special"]} == set(byte_level.all_special_ids)
    raw = [bytes.fromhex(token["bytes"]) for token in tokens]
    assert {bytes([byte]) for byte in range(256)} <= set(raw)
    for token, piece in zip(tokens, raw, strict=True):
        whole = token["note"] == ""
        assert whole == (token["text"] == piece.decode(errors="replace"))
        assert whole or token["note"] == "part of a character"


def test_part_of_a_character(byte_level):
    parts = token_dicts(byte_level.encode("𓀀"), byte_level)
    assert len(parts) > 1
    assert all("\\x" in part["text"] for part in parts)


@pytest.mark.parametrize("wrong", [-1, 2**31 - 1, 2**31, 2**32, 2**64, "just after"])
def test_an_id_outside_the_vocabulary(byte_level, wrong):
    size = len(byte_level)
    index = size if wrong == "just after" else wrong
    with pytest.raises(ValueError, match=f"^Token id {index} is not in .* has {size} tokens.$"):
        token_dicts([0, index], byte_level)


def test_as_many_values_as_tokens(byte_level):
    with pytest.raises(ValueError, match=r"^2 tokens need as many numbers, not 1.$"):
        token_dicts([1, 2], byte_level, [0.5])


def test_ids_and_values_from_a_tensor(byte_level):
    torch = pytest.importorskip("torch")
    tokens = token_dicts(torch.tensor([5, 5, 6]), byte_level, torch.tensor([0.5, 0.25, 0.0]))
    assert [(token["id"], token["value"]) for token in tokens] == [(5, 0.5), (5, 0.25), (6, 0.0)]
    json.dumps(tokens, allow_nan=False)


def test_no_tokens(byte_level):
    assert token_dicts([], byte_level) == []


def test_word_pieces_keep_their_sign(word_pieces):
    tokens = token_dicts([5, 6, 7, 8], word_pieces)
    assert [token["text"] for token in tokens] == ["play", "##ing", "##", "un"]
    assert [bytes.fromhex(token["bytes"]) for token in tokens] == [b"play", b"ing", b"", b"un"]
    assert [token["special"] for token in token_dicts(range(9), word_pieces)] == [True] * 5 + [
        False
    ] * 4
    with pytest.raises(ValueError, match=r"^Token id 9 is not in the vocabulary"):
        token_dicts([9], word_pieces)


def test_sentence_pieces_with_single_bytes():
    vocab = {"<0xC3>": 0, "▁sat": 1, "at": 2}
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=[], byte_fallback=True))
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback()])
    tokens = token_dicts([0, 1, 2], PreTrainedTokenizerFast(tokenizer_object=tokenizer))
    assert [token["text"] for token in tokens] == ["\\xc3", " sat", "at"]
    assert [token["bytes"] for token in tokens] == ["c3", "20 73 61 74", "61 74"]
    assert [token["note"] for token in tokens] == ["part of a character", "", ""]


def test_entries_that_no_byte_spells():
    """A byte-level vocabulary may hold plain text: added to it, or put there by another tool."""
    tokenizer = Tokenizer(models.BPE(vocab={"Ġa": 0, "日本": 1}, merges=[]))
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_tokens([AddedToken("Ġ two words", normalized=False)])
    tokens = token_dicts([0, 1, 2], PreTrainedTokenizerFast(tokenizer_object=tokenizer))
    assert [token["text"] for token in tokens] == [" a", "日本", "Ġ two words"]
