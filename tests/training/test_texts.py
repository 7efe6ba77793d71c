import pytest
from hypothesis import given
from hypothesis import strategies as st

from lablib import data
from lablib.training.texts import open_table, read_source, read_text, split, stamp, table_rows
from lablib.unicode import well_formed


@given(st.text())
def test_a_text_is_cut_in_two_and_nothing_is_lost(text):
    for share in (0.0, 0.1, 0.5):
        known, unseen = split(text, share)
        assert known + unseen == text


@pytest.mark.parametrize("name", data.names())
def test_a_tenth_of_each_text_is_held_out_from_a_whole_line_on(name):
    text = data.text(name)
    known, unseen = split(text, 0.1)
    assert 0.08 < len(unseen) / len(text) <= 0.2
    assert known.endswith("\n")


@given(st.text(st.characters(exclude_characters="\r"), min_size=1).map(lambda t: f"One day {t}\n."))
def test_a_text_is_itself(text):
    assert read_text(text) == well_formed(text)


def test_a_file_a_folder_and_an_upload(tmp_path):
    (tmp_path / "b.txt").write_bytes(b"\xef\xbb\xbfsecond\r\nline")
    (tmp_path / "a.md").write_text("first")
    (tmp_path / "c.png").write_bytes(b"\x89PNG\0")
    assert read_text(tmp_path / "b.txt") == read_text(str(tmp_path / "b.txt")) == "second\nline"
    assert read_text(tmp_path) == "first\n\nsecond\nline"
    assert read_text("Grüße".encode()) == "Grüße"


@pytest.mark.parametrize("source", ["", " \n\t ", b"", b"\n"])
def test_an_empty_text(source):
    with pytest.raises(ValueError, match="empty"):
        read_text(source)


@pytest.mark.parametrize(
    "source",
    ["novel", "my story.txt", "no/such/file", "my notes.docx", "Last Year's Report.PDF",
     "/home/me/a text of mine", "../up here/text", r"C:\My texts\tale", " my table.tsv "],
)  # fmt: skip
def test_a_name_of_nothing(source):
    with pytest.raises(ValueError, match="There is no text, file or folder"):
        read_text(source)


def test_files_that_are_no_text(tmp_path):
    binary, russian = tmp_path / "picture.txt", tmp_path / "russian.txt"
    binary.write_bytes(b"GIF89a\0\0")
    russian.write_bytes("Привет".encode("cp1251"))
    with pytest.raises(ValueError, match="binary"):
        read_text(binary)
    with pytest.raises(ValueError, match="not in UTF-8"):
        read_text(russian)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match=r"no \.txt"):
        read_text(tmp_path / "empty")


def test_a_hub_data_set_by_a_folder_that_stands_for_it(tmp_path):
    (tmp_path / "train.jsonl").write_text(
        '{"id": 1, "text": "One day."}\n{"id": 2, "text": "Another."}\n'
    )
    assert read_text(f"hf:{tmp_path}") == "One day.\n\nAnother."
    with pytest.raises(ValueError, match=r"data set .* cannot be had"):
        read_text(f"hf:{tmp_path / 'nothing'}")


def test_a_table_says_which_rows_are_for_what():
    table = "text\tlabel\tsplit\na\tx\ttrain\nb\ty\tvalidation\nc\tx\ttest\n"
    assert table_rows(open_table(table), ("text", "label")) == ([("a", "x")], [("b", "y")])
    with pytest.raises(ValueError, match="no column 'target'"):
        table_rows(open_table(table), ("text", "target"))


def test_a_sentence_is_no_name_of_a_file():
    for text in ("It was e.g. raining.", "We met at 5.30 p.m.", "He and/or she said so."):
        assert read_text(text) == text


ROWS = [("Good, really; yes", "plus"), ("Bad\tor so", "minus"), ('"Fine" it says', "plus")]


def test_rows_that_are_left_out_are_said_with_their_lines():
    table = "Text;LABEL;Split\na;x;Train\nb;y; val\n;x;train\nc;x;TEST\nd;;dev\ne;x;\n"
    notes = []
    train, heldout = table_rows(open_table(table), ("text", "label"), notes)
    assert (train, heldout) == ([("a", "x"), ("e", "x")], [("b", "y")])
    assert notes == [
        "2 rows have no text or label and were left out (lines 4 and 6).",
        "The test part (1 row) was left alone.",
    ]
    with pytest.raises(ValueError, match=r"column split holds 'later' \(line 2\)"):
        table_rows(open_table("text,label,split\na,x,later\n"), ("text", "label"))


@pytest.mark.parametrize("name", ["own.csv", "own.tsv", "own.txt"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_terminal_reads_the_tables_that_a_panel_reads(tmp_path, name, encoding):
    lines = ["sep=|", "text|label|split", *("|".join((*row, "train")) for row in ROWS)]
    (tmp_path / name).write_bytes("\r\n".join(lines).encode(encoding))
    assert table_rows(open_table(tmp_path / name), ("text", "label")) == (ROWS, [])
    assert table_rows(open_table((tmp_path / name).read_bytes()), ("text", "label")) == (ROWS, [])


def test_of_a_table_the_texts_are_learned_and_not_its_commas(tmp_path):
    (tmp_path / "own.csv").write_text('id;Text\n1;"One, and\ntwo."\n2;Three.\n')
    assert read_text(tmp_path / "own.csv") == "One, and\ntwo.\n\nThree."
    (tmp_path / "own.csv").write_text("id,words\n1,One\n")
    with pytest.raises(ValueError, match=r"no column 'text'. Its columns are 'id', 'words'"):
        read_text(tmp_path / "own.csv")


FOREIGN = {
    "a PDF": b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj",
    "an RTF document": rb"{\rtf1\ansi The lamp is lit.}",
    "an HTML page": b"\xef\xbb\xbf\n<!DOCTYPE html>\n<html><body>The lamp</body></html>",
    "an HTML page ": b"<!-- saved from url -->\n<HTML lang='en'><p>The lamp",
    "an HTML page  ": "<html><body>naïve</body></html>".encode("utf-16"),
    "an XML file": b"<?xml version='1.0'?><TEI>The lamp</TEI>",
    "a file of JSON lines": b'{"text": "One."}\n{"text": "Two."}\n',
    "a JSON file": b'[\n {"text": "One."},\n {"text": "Two."}\n]',
    "a document of Word": b"PK\x03\x04\x14\0\0\0word/document.xml",
    "an old document of Word": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0",
    "packed": b"\x1f\x8b\x08\0\0\0",
}


@pytest.mark.parametrize("what", FOREIGN)
def test_what_is_no_plain_text_is_known_by_its_content(tmp_path, what):
    (tmp_path / "notes.txt").write_bytes(FOREIGN[what])
    with pytest.raises(ValueError, match=rf"'notes.txt' is {what.strip()}.*: .*"):
        read_text(tmp_path / "notes.txt")
    with pytest.raises(ValueError, match=rf"This file is {what.strip()}.*: .*"):
        read_text(FOREIGN[what])
    (tmp_path / "table.csv").write_bytes(FOREIGN[what])
    with pytest.raises(ValueError, match=rf"'table.csv' is {what.strip()}"):
        table_rows(open_table(tmp_path / "table.csv"), ("text", "label"))


@pytest.mark.parametrize(
    "text",
    [
        "[1]\nA footnote.",
        "<name>the man</name>",
        "{He said}\n{she said}",
        "<3 is a heart",
        "[MASK]",
    ],
)
def test_a_text_that_only_begins_like_one_is_a_text(text):
    assert read_text(text.encode()) == text


def test_what_a_run_keeps_of_a_table_is_the_table(tmp_path):
    content = 'text,label\r\n"So,\rso",bad\r\ncafé,good\r\n'
    (tmp_path / "mac.csv").write_bytes(content.encode("cp1252"))
    found = read_source(tmp_path / "mac.csv", table=True)
    assert found.content == content
    assert len(found.notes) == 1 and "1252" in found.notes[0]
    with pytest.raises(ValueError, match="The text is empty"):
        read_source(b" \n", table=True)
    with pytest.raises(ValueError, match="cannot be taken for a table"):
        read_source("hf:some/set", table=True)


def test_the_stamp_of_a_folder_is_that_of_its_files(tmp_path):
    (tmp_path / "a.txt").write_text("first")
    before = stamp(tmp_path)
    assert before == stamp(tmp_path) and len(before) == 1 and before[0][2] == 5
    (tmp_path / "b.txt").write_text("second")
    assert len(stamp(tmp_path)) == 2 and stamp(str(tmp_path / "a.txt")) == before
    assert stamp("almanac") == stamp("x" * 5000) == stamp("a\0b") == ()
