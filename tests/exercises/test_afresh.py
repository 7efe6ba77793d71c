"""A lab begun anew: the old notebook and the answers are kept."""

import subprocess

import nbformat
import pytest

from lablib import exercises as ex
from lablib.exercises import Event, ExerciseError, ProgressFile, standing
from lablib.exercises.__main__ import main
from lablib.exercises.afresh import sentence, start_afresh

NAME = "07_toy.ipynb"


@pytest.fixture
def labs(tmp_path, monkeypatch):
    """A checkout with the two notebooks of the toy lab, in which the learner has written."""
    folder = tmp_path / "checkout/labs"
    (folder / "further").mkdir(parents=True)
    cell = nbformat.v4.new_code_cell('ex.progress("toy")')
    for name in (NAME, f"further/{NAME}"):
        nbformat.write(nbformat.v4.new_notebook(cells=[cell]), folder / name)
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "labs"]):
        subprocess.run([*git, *command], cwd=folder, check=True)
    monkeypatch.chdir(folder)
    return folder


def write_in(notebook):
    text = notebook.read_text().replace('"outputs": []', '"outputs": [ ]')
    notebook.write_text(text + "\n")
    return notebook.read_bytes()


def test_the_old_notebook_is_kept_and_the_new_one_is_as_it_came(labs):
    original = (labs / NAME).read_bytes()
    written = write_in(labs / NAME)
    done = start_afresh("toy")
    assert (labs / NAME).read_bytes() == original != written
    kept = done[labs / NAME]
    assert kept.read_bytes() == written
    assert kept.parent == labs / "old"


@pytest.mark.parametrize("place", [".", "further"])
def test_the_notebook_that_goes_further_is_put_back_too_from_either_folder(
    labs, place, monkeypatch
):
    more = labs / "further" / NAME
    original = more.read_bytes()
    written = write_in(more)
    monkeypatch.chdir(labs / place)
    done = start_afresh("toy")
    assert list(done) == [labs / NAME, more]
    assert more.read_bytes() == original
    assert done[more].read_bytes() == written
    assert f"further/old/{done[more].name}" in sentence(done)


def test_two_times_afresh_keeps_two(labs):
    kept = {path for _ in range(2) for path in start_afresh("toy").values()}
    assert len(kept) == 4 and all(path.exists() for path in kept)


def test_answers_stay_in_the_file_and_count_no_more(labs):
    answered = Event("toy/double", "checked", right=True)
    other = Event("other/one", "checked", right=True)
    for event in (answered, other):
        ProgressFile().add(event)
    start_afresh("toy")
    events = ProgressFile().events()
    assert events[:2] == [answered, other]
    assert standing(events, "toy/double").state == "new"
    assert standing(events, "other/one").state == "right"
    ProgressFile().add(answered)
    assert standing(ProgressFile().events(), "toy/double").state == "right"


def test_the_learner_finds_it_below_the_progress_and_is_asked_first(labs):
    ProgressFile().add(Event("toy/double", "checked", right=True))
    written = write_in(labs / NAME)
    card = ex.progress("toy")
    buttons = [b["do"] for block in card.content["blocks"] for b in block.get("buttons", ())]
    assert buttons == ["afresh?"]
    card._act("afresh?", None)
    assert [b["do"] for b in card.content["blocks"][-1]["buttons"]] == ["afresh", "look"]
    card._act("look", None)
    assert (labs / NAME).read_bytes() == written
    card._act("afresh", None)
    assert (labs / NAME).read_bytes() != written
    assert card.content["title"].startswith("0 of")
    assert "Reload Notebook from Disk" in card.content["blocks"][-1]["text"]


def test_where_git_does_not_know_the_notebook_nothing_changes(labs, capsys):
    subprocess.run(["git", "rm", "-q", "--cached", NAME], check=True)
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "gone"],
        check=True,
    )
    written = write_in(labs / NAME)
    with pytest.raises(ExerciseError, match="nothing has been changed"):
        start_afresh("toy")
    assert (labs / NAME).read_bytes() == written
    assert not (labs / "old").exists() and not ProgressFile().events()


def test_the_command(labs, tmp_path, capsys):
    assert main(["afresh", "toy", "--labs", str(labs)]) == 0
    assert "as it came" in capsys.readouterr().out
    assert main(["afresh", "toy", "--labs", str(tmp_path)]) == 1
    assert "go to the folder" in capsys.readouterr().err
    assert main(["afresh", "nonsense"]) == 1
    assert "no lab" in capsys.readouterr().err
