"""One reader for every table: any dialect comes back as it was, and no row is lost in silence."""

import csv
import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lablib.data.tables import parse_table
from tests.examples import examples

ENDS = ("\n", "\r\n", "\r")
CELLS = st.text(st.sampled_from(list("ab1 ,;\t|\"'\n\r=é漢")), max_size=8) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8
)


def written(rows, quoting, **dialect):
    out = io.StringIO(newline="")
    if any("\n" in cell or "\r" in cell for row in rows for cell in row):
        quoting = csv.QUOTE_ALL  # Python 3.11 quotes only the one that ends its own lines
    dialect["quoting"] = quoting
    csv.writer(out, **dialect).writerows(rows)
    return out.getvalue()


@examples(300)
@given(
    st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=6),
    st.sampled_from(",;\t|"),
    st.sampled_from(ENDS),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    st.sampled_from(["", "\ufeff"]),
    st.booleans(),
)
def test_rows_written_in_any_dialect_come_back(rows, delimiter, end, quoting, mark, sep):
    head = ("text", "label", "split")
    text = written([head, *rows], delimiter=delimiter, lineterminator=end, quoting=quoting)
    table = parse_table(mark + (f"sep={delimiter}{end}" if sep else "") + text)
    assert table.columns == head and table.rows == rows


@examples(300)
@given(
    st.lists(
        st.tuples(st.text(st.sampled_from(list("ab ,\"'.")), min_size=1), st.sampled_from("xy")),
        max_size=8,
    ),
    st.sampled_from("\t|"),
)
def test_of_rows_written_without_any_quoting_each_is_a_row(rows, delimiter):
    """As long as no text ends with a mark, which could close what another one opened."""
    rows = [(f"{text}.", label) for text, label in rows]
    lines = [("text", "label"), *rows]
    table = parse_table("\n".join(delimiter.join(line) for line in lines))
    assert table.rows == rows and table.notes == ()


def test_two_texts_that_begin_with_a_quote_mark_are_two_rows():
    rows = [(f"text {i}", "ab"[i % 2]) for i in range(20)]
    rows[4], rows[13] = ('"Great" they said', "a"), ('"Awful they said', "b")
    text = "\n".join("\t".join(row) for row in [("text", "label"), *rows])
    assert len(list(csv.reader(io.StringIO(text), delimiter="\t"))) < 21  # what others make of it
    table = parse_table(text)
    assert table.rows == rows and table.lines == list(range(2, 22))


def test_rows_between_two_marks_are_read_as_one_and_it_is_said():
    """By RFC 4180 it is one row. That it could be three is said, with its line."""
    table = parse_table('text\tlabel\nfirst\ta\n"He said\ta\nand\tb\nthen "\tb\n')
    assert table.rows == [("first", "a"), ("He said\ta\nand\tb\nthen ", "b")]
    assert "line 3 and those after it were read as one row" in table.notes[0]
    assert parse_table('text,label\n"a letter\nof two lines",b\n').notes == ()


def test_a_mark_that_nothing_closes_is_refused_where_quoting_is_the_custom():
    with pytest.raises(ValueError, match=r"The upload cannot be read as CSV: in line 4 .* closes"):
        parse_table('text,label\none,a\n"said" she,b\n"two,a\nthree,""b""', "The upload")
    rows = parse_table('text\tlabel\none\ta\n"two\ta\nthree\t""b""\n').rows
    assert rows == [("one", "a"), ('"two', "a"), ("three", '""b""')]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_what_makes_rows_agree_with_the_header(delimiter):
    others = "".join({",", ";", "\t", "|"} - {delimiter})
    rows = [(f"one{others} two {i}", "good") for i in range(5)]
    lines = [("a text", "label"), *rows]
    assert parse_table("\n".join(delimiter.join(line) for line in lines)).rows == rows


def test_a_name_with_a_comma_does_not_make_the_comma_a_delimiter():
    text = "text, in full;label\none;good\ntwo, three, four;bad\n"
    assert parse_table(text).rows == [("one", "good"), ("two, three, four", "bad")]


def test_a_table_of_one_column_has_no_delimiter():
    assert parse_table("text\nThis, that; and more\n\n  \nLast").rows == [
        ("This, that; and more",),
        ("Last",),
    ]


@pytest.mark.parametrize("top", ["sep=;", "SEP=;", '"sep=;"', "sep=;;;"])
def test_excels_first_line_names_the_delimiter(top):
    table = parse_table(f"{top}\r\ntext;label\r\na, b;c\r\n")
    assert table.columns == ("text", "label")
    assert table.rows == [("a, b", "c")] and table.lines == [3]


def test_a_cell_may_be_as_long_as_it_likes():
    long = "word, " * 50_000
    for text in (f'"{long}"', long.replace(",", ";")):
        (row,) = parse_table(f"text,label\n{text},good\n").rows
        assert len(row[0]) == len(long) and row[1] == "good"


def test_marks_that_quote_nothing_cost_no_more_than_others():
    """Looking for a closing mark from every opening one must not take the square of the time."""
    lines = ["text\tlabel", *['"open ""and"" open\tx'] * 200_000]
    began = time.process_time()
    assert len(parse_table("\n".join(lines)).rows) == 200_000
    assert time.process_time() - began < 20


def test_lines_are_those_of_the_file_whatever_stands_in_the_cells():
    text = 'text,label\r\n\r\n"two\r\nlines",a\r\n"three\n\nlines",b\r\nlast,c\r\n'
    table = parse_table(text)
    assert table.lines == [3, 5, 8]
    assert table.rows[0] == ("two\r\nlines", "a")


def test_a_row_that_is_too_long_is_left_out_and_its_line_said():
    lines = ["text,label", *[f"text {i},a" for i in range(30)]]
    lines[7] = "one, two, three,a"
    table = parse_table("\n".join(lines))
    assert len(table.rows) == 29
    assert len(table.notes) == 1 and "1 row has more cells" in table.notes[0]
    assert "(line 8)" in table.notes[0]


def test_too_many_of_them_are_refused():
    with pytest.raises(ValueError, match=r"3 of its rows .*line 3 has 4.* double quotes"):
        parse_table("text,label\nfine,a\n" + "a, b, c,d\n" * 3)


def test_short_rows_are_filled_up_and_empty_cells_beyond_the_last_column_are_none():
    table = parse_table("text,label,split\none,a\ntwo,b,test,,\n,,\n")
    assert table.rows == [("one", "a", ""), ("two", "b", "test"), ("", "", "")]


def test_names_of_columns_whatever_their_case_and_spaces():
    table = parse_table(" Text ,LABEL,text\none,a,b\n")
    assert table.require("text", "label") == [2, 1]
    assert parse_table(" Text ,LABEL\none,a\n").require("text", "label") == [0, 1]
    with pytest.raises(ValueError, match=r"no column 'review'\. Its columns are ' Text ', 'LABEL'"):
        parse_table(" Text ,LABEL\none,a\n").require("review")
    with pytest.raises(ValueError, match="has 2 columns 'text'"):
        parse_table("Text,TEXT,label\none,two,a\n").require("text")


def test_what_a_column_split_may_say():
    said = ["Train", "TRAINING", " val ", "Dev", "validation", "valid", "test ", "TEST", ""]
    rows = "\n".join(f"text {i},{word}" for i, word in enumerate(said))
    splits = parse_table(f"text, Split\n{rows}\n").splits()
    assert splits == ["train"] * 2 + ["validation"] * 4 + ["test"] * 2 + [""]
    with pytest.raises(ValueError, match=r"holds 'later' \(line 3\)"):
        parse_table("text,split\na,train\nb,Later\n").splits()


def test_an_empty_table():
    for text in ("", "\n \n", "sep=;\n", "\ufeff"):
        with pytest.raises(ValueError, match="empty"):
            parse_table(text)
