"""What people hand over as a labelled set: mended and said, or refused in a sentence."""

import datasets
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lablib.transfer import Examples, read_labelled
from tests.examples import examples


def csv(*rows, head="text,label"):
    return "\n".join([head, *rows]).encode()


def ten(first=0):
    return [f"word number {i},{'even' if i % 2 == 0 else 'odd'}" for i in range(first, first + 20)]


@pytest.mark.parametrize("name", ["sentiment", "topic"])
def test_the_shipped_sets_have_nothing_to_mend(name):
    found = read_labelled(name)
    assert (len(found.train), len(found.test), found.notes) == (320, 80, ())
    assert len({row["train"] for row in found.table()}) == 1


def test_a_file_is_read_and_its_test_part_drawn_and_said(tmp_path):
    (tmp_path / "own.csv").write_bytes(csv(*ten()))
    found = read_labelled(tmp_path / "own.csv")
    assert found.name == "own.csv" and found.names == ("even", "odd")
    assert found.table() == [
        {"label": "even", "train": 8, "test": 2},
        {"label": "odd", "train": 8, "test": 2},
    ]
    assert "no column split" in found.notes[0]
    assert read_labelled(str(tmp_path / "own.csv")).test == found.test


def test_a_column_split_is_followed():
    rows = [f"{row},{'Test' if i < 6 else 'train'}" for i, row in enumerate(ten())]
    found = read_labelled(csv(*rows, head="text,label,split"))
    assert found.test.texts == tuple(f"word number {i}" for i in range(6)) and found.notes == ()


def test_columns_may_have_other_names():
    found = read_labelled(csv(*ten(), head="review,stars"), text="review", label="stars")
    assert found.names == ("even", "odd")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (csv(*ten()).replace(b"word", b"\x81\x8d"), "not in UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0\0", "binary file"),
        (b"", "is empty"),
        (b"text,label\n", "no row that can be used"),
        (csv("one text,yes"), "1 row that can be used"),
        (csv(*[f"text {i},yes" for i in range(20)]), "All texts have one label"),
        (csv(*ten(), head="sentence,label"), "no column 'text'. Its columns are 'sentence', 'la"),
        (csv(*ten(), head="text,mood"), "no column 'label'"),
        (csv(*ten()[:6]), "takes at least 10"),
        (csv(*ten(), "odd one,third"), "has a single text"),
        (csv(*[f"text {i},label {i // 2}" for i in range(300)]), "150 different ones"),
        (csv(*[f"{r},later" for r in ten()], head="text,label,split"), "holds 'later'"),
        (csv('one,yes\n"two,no\nthree,yes'), "cannot be read as CSV"),
        (csv(*[f"text {i},all,of,it" for i in range(3)]), "more cells than its first row"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(content, says):
    with pytest.raises(ValueError, match=says) as caught:
        read_labelled(content)
    assert str(caught.value).endswith((".", ".)"))


def test_a_file_that_is_not_there_is_named(tmp_path):
    for source in (tmp_path / "none.csv", "nothing", "two\0"):
        with pytest.raises(ValueError, match=r"There is no table .* give the path of a CSV file"):
            read_labelled(source)


def test_what_is_in_both_parts_is_not_learned_from():
    rows = [f"{row},train" for row in ten()]
    rows += ["WORD  number 3,odd,test", "new text,even,test", "newer text,odd,test"]
    found = read_labelled(csv(*rows, head="text,label,split"))
    assert found.test.texts == ("WORD  number 3", "new text", "newer text")
    assert "word number 3" not in found.train.texts and len(found.train) == 19
    assert found.notes == ("1 texts of the test part were in the training part too: there they "
                           "were left out.",)  # fmt: skip


def test_doubles_contradictions_and_gaps_are_left_out_and_counted():
    extra = ["word number 1,odd", "word number 2,odd", " ,odd", "no label,"]
    found = read_labelled(csv(*ten(), *extra))
    assert len(found.train) + len(found.test) == 19
    assert "word number 2" not in found.train.texts + found.test.texts
    assert [note.split()[0] for note in found.notes[:3]] == ["2", "2", "1"]


@pytest.mark.large
def test_200_000_rows_are_sampled_and_it_is_said():
    found = read_labelled(csv(*[f"row {i},{i % 4}" for i in range(200_000)]))
    assert len(found.train) + len(found.test) == 2_000
    assert "It has 200,000 rows: 2,000 of them were drawn." in found.notes
    assert min(row["test"] for row in found.table()) > 60


def test_cells_are_texts_whatever_they_look_like():
    rows = [f"{i:03},{'NA' if i % 2 else '01'}" for i in range(20)]
    found = read_labelled(csv(*rows))
    assert found.names == ("01", "NA")
    assert "007" in found.train.texts + found.test.texts


def test_other_marks_and_delimiters_are_read():
    lines = "\n".join(["text;label", *[row.replace(",", ";") for row in ten()]])
    assert len(read_labelled(lines.encode("utf-16")).train) == 16
    assert len(read_labelled(lines.encode("utf-8-sig")).train) == 16


@pytest.mark.parametrize("word", ["test", "TEST", " Test ", "testing"])
@pytest.mark.parametrize("other", ["Train", "TRAINING", "val", "dev ", "Validation", ""])
def test_a_column_split_may_be_spelt_in_many_ways(word, other):
    rows = [f"{row},{word if i < 6 else other}" for i, row in enumerate(ten())]
    found = read_labelled(csv(*rows, head="Text, LABEL ,Split"))
    assert len(found.test) == 6 and len(found.train) == 14 and found.notes == ()


@pytest.mark.parametrize("delimiter", [";", "\t", "|", ","])
def test_texts_with_commas_in_any_table(delimiter):
    rows = [row.replace("number", "number, so to say;").rsplit(",", 1) for row in ten()]
    quote = '"' if delimiter in ",;" else ""
    lines = [f"{quote}{text}{quote}{delimiter}{label}" for text, label in rows]
    found = read_labelled(csv(*lines, head=f"text{delimiter}label"))
    assert len(found.train) + len(found.test) == 20
    assert set(found.train.texts + found.test.texts) == {text for text, _ in rows}


def test_spellings_of_a_label_are_one_class_and_it_is_said():
    rows = [f"text {i},{('Good', 'bad', 'good ', 'BAD')[i % 4]}" for i in range(40)]
    found = read_labelled(csv(*rows, "one more,bad"))
    assert found.names == ("Good", "bad")
    assert found.notes[0] == (
        "'Good' (10 rows) and 'good' (10 rows) were taken for one label, 'Good'."
    )
    assert "'bad' (11 rows) and 'BAD' (10 rows)" in found.notes[1]
    numbers = [f"text {i},{('1', '0', '1.0', '0.0', '+1')[i % 5]}" for i in range(40)]
    assert read_labelled(csv(*numbers)).names == ("0", "1")


def test_every_row_is_there_or_it_is_said():
    rows = [
        *ten(),
        ",even",
        "no label,",
        "one, two, three,odd",
        "word number 3,odd",
        "word number 4,odd",
    ]
    found = read_labelled(csv(*rows))
    assert len(found.train) + len(found.test) == 19
    assert "1 row has more cells" in found.notes[0] and "(line 24)" in found.notes[0]
    assert found.notes[1] == "2 rows have no text or label and were left out (lines 22 and 23)."
    assert found.notes[2].startswith("2 texts have two labels")
    assert found.notes[3].startswith("1 texts stood there twice")


def test_what_is_no_table_is_known_by_its_content():
    with pytest.raises(ValueError, match=r"is a file of JSON lines: read it with pandas"):
        read_labelled(b'{"text": "One.", "label": "a"}\n{"text": "Two.", "label": "b"}\n')


def test_a_hub_data_set_is_read_with_the_names_of_its_classes(monkeypatch):
    features = datasets.Features(
        {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["neg", "pos"])}
    )

    def part(first):
        rows = {"text": [f"t {i}" for i in range(first, first + 12)], "label": [0, 1] * 6}
        return datasets.Dataset.from_dict(rows, features=features)

    parts = datasets.DatasetDict(train=part(0), test=part(50), unsupervised=part(90))
    monkeypatch.setattr(datasets, "load_dataset", lambda name, configuration: parts)
    found = read_labelled("hf:someone/reviews:plain")
    assert found.names == ("neg", "pos")
    assert (len(found.train), len(found.test)) == (12, 12)
    assert found.notes == ("Its part 'unsupervised' (12 rows) was left alone.",)


def test_a_hub_that_does_not_answer_is_said(monkeypatch):
    def fails(*_):
        raise ConnectionError("no route")

    monkeypatch.setattr(datasets, "load_dataset", fails)
    with pytest.raises(ValueError, match=r"cannot be had .*check its name and the network"):
        read_labelled("hf:nobody/nothing")


@examples(30)
@given(st.lists(st.text(min_size=1), min_size=12, max_size=30))
def test_any_texts_come_back_or_a_sentence(texts):
    import io

    import pandas as pd

    lines = io.StringIO()
    pd.DataFrame({"text": texts, "label": ["a", "b"] * (len(texts) // 2) + ["a"] * (len(texts) % 2)}
                 ).to_csv(lines, index=False)  # fmt: skip
    try:
        found = read_labelled(lines.getvalue().encode("utf-8", "surrogatepass"))
    except ValueError as error:
        assert str(error).endswith((".", ".)"))
    else:
        assert set(found.train.texts).isdisjoint(found.test.texts)
        assert len(found.train) + len(found.test) <= len(texts)


def test_the_training_part_is_divided_in_two(small_set):
    learn, watch = small_set.divided(0.25)
    assert (len(learn), len(watch)) == (18, 6)
    assert len(Examples((), ())) == 0


def test_what_an_old_windows_program_wrote_is_read_and_said():
    found = read_labelled(csv(*ten()).replace(b"word", "café".encode("cp1252")))
    assert "café" in str(found.train)
    assert any("Windows-1252" in note for note in found.notes)
