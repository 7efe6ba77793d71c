import pytest
from hypothesis import given
from hypothesis import strategies as st

from lablib import data
from lablib.finetuning import read_text, split
from lablib.finetuning.texts import read_table
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


@pytest.mark.parametrize("source", ["novel", "my story.txt", "no/such/file"])
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
    assert read_table(table, ("text", "label")) == ([("a", "x")], [("b", "y")])
    with pytest.raises(ValueError, match="no column 'target'"):
        read_table(table, ("text", "target"))
