"""Bytes to text: what each encoding's own encoder wrote is read again, or refused in a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lablib.decoding import decoded
from lablib.training.texts import read_text

TEXTS = [
    "Grüße, Zoë! It was a dark night.\nAnd “cold”.",
    "中文的书。\n又一行。\n",
    "Привет, мир\n",
    "plain words",
    "😀 and more",
    "naïve",
]
MARKED = {
    "UTF-8": b"\xef\xbb\xbf",
    "UTF-16-LE": b"\xff\xfe",
    "UTF-16-BE": b"\xfe\xff",
    "UTF-32-LE": b"\xff\xfe\0\0",
    "UTF-32-BE": b"\0\0\xfe\xff",
}


@pytest.mark.parametrize("text", [*TEXTS, "", "a"])
@pytest.mark.parametrize("encoding", MARKED)
def test_a_byte_order_mark_is_believed(encoding, text):
    found = decoded(MARKED[encoding] + text.encode(encoding), "It")
    assert (found.text, found.encoding) == (text, encoding)
    assert found.note == ("" if encoding == "UTF-8" else f"It was read as {encoding}.")


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("encoding", MARKED)
def test_without_a_mark_it_is_told_by_its_bytes(encoding, text):
    found = decoded(text.encode(encoding), "It")
    assert (found.text, found.encoding) == (text, encoding)
    assert ("no byte-order mark" in found.note) == (encoding != "UTF-8")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_all_utf8_without_nul_is_utf8(text):
    text = text.replace("\0", "").removeprefix("\ufeff")
    assert decoded(text.encode(), "It").text == text


@pytest.mark.parametrize("text", ["Café au lait, s’il vous plaît", "Straße nach Köln: 5 €", "año"])
def test_western_europe_is_read_and_said(text):
    found = decoded(text.encode("cp1252"), "It")
    assert found.text == text and "was read as Windows-1252" in found.note


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("Привет, мир".encode("cp1251"), r"not in UTF-8 \(byte 0\)"),
        ("text: 日本語の本".encode("shift_jis"), r"not in UTF-8 \(byte 6\)"),
        ("中文的书".encode("gbk"), "cannot be told"),
        ("Grüße, größer, süß".encode() + b"\xff", "not in UTF-8"),  # damaged, and no Western Europe
        (b"\x89PNG\r\n\x1a\n\0\0", "binary"),
        (b"GIF89a\0\0", "binary"),
        (b"abcd\0efg", "binary"),
        (b"\x7fELF\x02\x01\x01" + bytes(9), "binary"),
        (b"\x1f\x8b\x08\x08\xff", "binary"),
    ],
)
def test_what_cannot_be_told_is_refused(content, says):
    with pytest.raises(ValueError, match=says):
        decoded(content, "It")


@given(st.binary(max_size=64))
def test_any_bytes_are_a_text_or_a_sentence(content):
    try:
        found = decoded(content, "It")
    except ValueError as error:
        assert "save it as plain text" in str(error)
    else:
        assert "\0" not in found.text or content.startswith(tuple(MARKED.values()))


def test_every_reader_of_texts_uses_it(tmp_path):
    text = "It was a dark night.\nAnd cold."
    (tmp_path / "story.txt").write_bytes(text.encode("utf-32"))
    assert read_text(tmp_path / "story.txt") == read_text(text.encode("utf-32")) == text
