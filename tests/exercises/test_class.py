"""What a teacher gets of a class beside the table of learners: answers, a page, grades, copies."""

import csv
import io

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from lablib.exercises import Bug, Event, Guess, Prediction, ProgressFile, find, lab, minutes
from lablib.exercises.__main__ import main
from lablib.exercises.by_question import EARLIER, by_question, table
from lablib.exercises.grading import grades
from lablib.exercises.projector import class_page
from lablib.exercises.rechecking import verdicts
from lablib.exercises.teacher_copies import CHECKED, in_words, solved
from tests.conftest import ROOT

ASKED = [one for one in lab("sampling").values() if isinstance(one, Prediction)]
CHOSEN = next(one for one in ASKED if not isinstance(one.answer, Guess))
RIGHT = next(option.text for option in CHOSEN.answer if option.right)
WRONG, WORSE, *_ = (option.text for option in CHOSEN.answer if not option.right)
EXERCISE = "sampling/softmax-temperature"
BUG = "sampling/softmax-of-the-cut"
PASSED = Event(EXERCISE, "checked", right=True)


def predicted(text, id=CHOSEN.id):
    return Event(id, "predicted", text, text == RIGHT)


def of(id, found):
    return next(one for one in found if one.record.id == id)


# --- by question ------------------------------------------------------------------------------


def test_each_option_has_its_share_the_most_chosen_first():
    learners = [[predicted(WRONG)], [predicted(WRONG)], [predicted(RIGHT)], []]
    one = of(CHOSEN.id, by_question(learners, "sampling"))
    assert [(c.count, c.right) for c in one.choices] == [(2, False), (1, True)]
    assert one.learners == 3 and one.share_right == pytest.approx(1 / 3) and one.has_wrong_majority


def test_the_answer_before_the_picture_counts_not_a_later_one():
    forgot = [predicted(WRONG), Event(CHOSEN.id, "forgot"), predicted(RIGHT)]
    one = of(CHOSEN.id, by_question([forgot], "sampling"))
    assert [c.right for c in one.choices] == [False]


def test_a_tie_is_no_wrong_majority():
    one = of(CHOSEN.id, by_question([[predicted(WRONG)], [predicted(RIGHT)]], "sampling"))
    assert not one.has_wrong_majority and one.choices[0].right


def test_an_answer_that_is_no_option_any_more_is_counted_and_not_right():
    doctored = Event(CHOSEN.id, "predicted", "of the first edition", True)
    one = of(CHOSEN.id, by_question([[doctored]], "sampling"))
    assert [(c.text, c.right) for c in one.choices] == [(EARLIER, False)]


@pytest.mark.parametrize(
    ("value", "words"), [(-1e9, "lower"), (1e9, "higher"), ("exact", "about "), ("x", EARLIER)]
)
def test_a_number_is_counted_by_the_side_it_misses_on(value, words):
    record = next(
        one
        for room in ("foundations", "sampling", "attention", "tokenization", "transformer")
        for one in lab(room).values()
        if isinstance(one, Prediction) and isinstance(one.answer, Guess)
    )
    value = record.answer.value if value == "exact" else value
    found = by_question([[Event(record.id, "predicted", value, True)]], record.id.split("/")[0])
    assert found[0].choices[0].text.startswith(words)


def test_wrong_majorities_come_first_then_what_fewest_got_right_then_most_tries():
    other = next(one for one in ASKED if one is not CHOSEN and not isinstance(one.answer, Guess))
    right = next(option.text for option in other.answer if option.right)
    tried = [Event(EXERCISE, "checked", right=False)]
    bug = [Event(BUG, "line", 1, False), Event(BUG, "hint", 1), Event(BUG, "line", 2, False)]
    learner = [predicted(WRONG), Event(other.id, "predicted", right, True), *tried, *bug]
    found = by_question([learner], "sampling")
    assert [one.record.id for one in found] == [CHOSEN.id, BUG, EXERCISE, other.id]
    assert (found[1].tries, found[1].hints, found[1].solutions) == (2, 1, 0)


def write(path, events):
    path.parent.mkdir(parents=True, exist_ok=True)
    for event in events:
        ProgressFile(path).add(event)


def test_the_report_by_question_names_no_learner(tmp_path, capsys):
    write(tmp_path / "ann.jsonl", [predicted(WRONG), Event(EXERCISE, "solution")])
    write(tmp_path / "bea.jsonl", [predicted(RIGHT), Event(EXERCISE, "checked", right=True)])
    assert main(["report", str(tmp_path), "--by", "question", "--lab", "sampling"]) == 0
    said = capsys.readouterr().out
    rows = {row["question"]: row for row in csv.DictReader(io.StringIO(said))}
    assert "ann" not in said and set(rows) == {CHOSEN.id, EXERCISE}
    assert rows[CHOSEN.id]["right"] == "50%" and "50% ✓ " in rows[CHOSEN.id]["answers"]
    assert rows[EXERCISE]["learners"] == "1"
    assert table([]) == [list(rows[EXERCISE])]


# --- the page for the projector ---------------------------------------------------------------


def test_the_page_shows_shares_and_gives_nothing_away():
    found = by_question([[predicted(WRONG)], [predicted(RIGHT)]], "sampling")
    hidden, open_ = (class_page(found, "sampling", 2, shown) for shown in (False, True))
    assert hidden.count("<meter") == 2 and "50\xa0%" in hidden and "✓" not in hidden
    assert "right" not in hidden.split("</h2>")[1].split("<p>")[-1]
    assert open_.count("✓") == 1


def test_what_a_file_holds_stays_text_on_the_page():
    found = by_question([[Event(EXERCISE, "checked", "<img src=x>", False)]], "sampling")
    page = class_page(found, "<script>", 1)
    assert "<script>" not in page and "<img" not in page and "default-src 'none'" in page


def test_the_page_is_written_again_as_the_class_goes_on(tmp_path, monkeypatch, capsys):
    write(tmp_path / "files/ann.jsonl", [predicted(WRONG)])
    page = tmp_path / "class.html"
    pages = []

    def someone_answers(seconds):
        pages.append(page.read_text())
        if len(pages) == 2:
            raise KeyboardInterrupt
        write(tmp_path / "files/bea.jsonl", [predicted(WORSE)])

    monkeypatch.setattr("time.sleep", someone_answers)
    assert main(["live", str(tmp_path / "files"), "sampling", "--page", str(page)]) == 0
    assert [one.count("<meter") for one in pages] == [1, 2]
    assert page.as_uri() in capsys.readouterr().out
    assert sorted(one.name for one in tmp_path.iterdir()) == ["class.html", "files"]


# --- grades -----------------------------------------------------------------------------------


def book(*cells):
    imports = "from lablib import exercises as ex"
    return new_notebook(cells=[new_code_cell(source) for source in (imports, *cells)])


def answer(code, id=EXERCISE):
    name = code.split("(")[0].removeprefix("def ")
    return f'{code}\n\nex.check("{id}", {name})'


@pytest.fixture
def collected(tmp_path):
    """One learner's folder, with a progress file that claims to have passed the exercise."""

    def collect(*cells, events=(PASSED,)):
        write(tmp_path / "ann/progress.jsonl", events)
        if cells:
            nbformat.write(book(*cells), tmp_path / "ann/06_sampling.ipynb")
        [grade] = grades(tmp_path, "sampling")
        return grade

    return collect


@pytest.mark.process
def test_an_answer_is_judged_again_and_a_doctored_file_found(collected):
    helper = "import math\n\ndef helper(x):\n    return math.exp(x)"
    code = (
        "def softmax_with_temperature(logits, temperature):\n"
        "    parts = [helper((x - max(logits)) / temperature) for x in logits]\n"
        "    print('noise')\n"
        "    return [part / sum(parts) for part in parts]"
    )
    assert collected(helper, answer(code)).points == {EXERCISE: 1}
    grade = collected(
        answer("def softmax_with_temperature(logits, temperature):\n    return logits")
    )
    assert grade.points == {EXERCISE: 0}
    assert EXERCISE in grade.remarks[0] and "right in the progress file" in grade.remarks[0]


def test_without_the_notebook_what_is_claimed_counts(collected):
    assert collected().points == {EXERCISE: 1}


def test_a_doctored_prediction_and_line_are_found(collected):
    line = next(n for n in range(1, 99) if n not in find(BUG).line_numbers)
    doctored = [Event(CHOSEN.id, "predicted", WRONG, True), Event(BUG, "line", line, True)]
    grade = collected(events=doctored)
    assert grade.points == {CHOSEN.id: 0, BUG: 0}
    assert [one.split(":")[0] for one in grade.remarks] == [CHOSEN.id, BUG]


def test_what_is_right_counts_whoever_says_otherwise(collected):
    line = find(BUG).line_numbers[0]
    honest = [Event(CHOSEN.id, "predicted", RIGHT, False), Event(BUG, "line", line, False)]
    grade = collected(events=honest)
    assert (grade.points, grade.remarks) == ({CHOSEN.id: 1, BUG: 1}, ())


def test_cells_that_stop_or_cannot_be_read_have_no_right_answer():
    cells = [
        "from lablib import exercises as ex",
        'raise SystemExit\nex.check("a/b", f)',
        '%time 3\nex.check("c/d", f)',
    ]
    assert verdicts(cells) == {"a/b": False, "c/d": False}


def test_panels_are_not_opened_when_answers_are_judged_again():
    assert verdicts(["opened = 1 / 0", "panel = missing.panel()", "import math"]) == {}


@pytest.mark.process
def test_grades_are_a_csv_with_the_ids_of_questions(tmp_path, capsys):
    write(tmp_path / "ann.jsonl", [predicted(RIGHT), Event(EXERCISE, "checked", right=False)])
    assert main(["grade", str(tmp_path), "sampling"]) == 0
    [row] = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert row["learner"] == "ann" and row[f"total (of {len(lab('sampling'))})"] == "1"
    assert (row[CHOSEN.id], row[EXERCISE], row[BUG], row["remarks"]) == ("1", "0", "", "")


# --- the teacher's copies ---------------------------------------------------------------------

NOTEBOOKS = sorted(ROOT.glob("labs/**/[0-9]*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_copy_has_every_answer_and_is_a_notebook(path):
    copy = solved(nbformat.read(path, as_version=4))
    nbformat.validate(copy)
    before = nbformat.read(path, as_version=4).cells
    code = [cell.source for cell in copy.cells if cell.cell_type == "code"]
    assert len(code) == sum(cell.cell_type == "code" for cell in before)
    words = [cell.source for cell in copy.cells if cell.cell_type == "markdown"]
    for id in set(minutes.ASKED.findall("\n".join(code))):
        if isinstance(find(id), Bug | Prediction):
            assert in_words(find(id)) in words, id


def test_solutions_stand_where_the_answers_did(tmp_path):
    """Whether solutions pass their checks is tested with the rooms; here, that they got there."""
    path = tmp_path / "labs/06.ipynb"
    path.parent.mkdir()
    empty = "import math\n\n\ndef softmax_with_temperature(x, t):\n    return None"
    nbformat.write(book(f'{empty}\n\n\nex.check("{EXERCISE}", softmax_with_temperature)'), path)
    assert main(["solutions", str(tmp_path / "out"), "--labs", str(tmp_path / "labs")]) == 0
    cells = nbformat.read(tmp_path / "out/06.ipynb", as_version=4).cells
    assert find(EXERCISE).solution in cells[1].source and CHECKED.search(cells[1].source)
    assert verdicts([cell.source for cell in cells]) == {EXERCISE: True}


def test_copies_never_lie_among_the_labs(tmp_path, capsys):
    nbformat.write(book("ex.progress('sampling')"), tmp_path / "06.ipynb")
    assert main(["solutions", str(tmp_path / "solved"), "--labs", str(tmp_path)]) == 1
    assert "take another one" in capsys.readouterr().err
    assert [one.name for one in tmp_path.iterdir()] == ["06.ipynb"]


def test_a_folder_without_labs_is_said(tmp_path, capsys):
    assert main(["solutions", str(tmp_path / "a"), "--labs", str(tmp_path / "b")]) == 1
    assert "no notebooks" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
