import json
import subprocess
import sys
import tempfile
import threading
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from lablib.exercises import Event, ProgressFile, standing
from tests.examples import examples

ids = st.sampled_from(["toy/choice", "toy/double", "other/one"])
whats = st.sampled_from(["predicted", "skipped", "forgot", "checked", "hint", "solution", "line"])
events = st.builds(
    Event, ids, whats, st.none() | st.text() | st.integers(), st.none() | st.booleans()
)


def test_what_is_written_is_read_back_by_another(progress_path):
    written = [Event("toy/choice", "predicted", "Yes", False), Event("toy/double", "hint", 1)]
    for event in written:
        ProgressFile().add(event)
    assert ProgressFile().events() == written
    assert written[0].lab == "toy"
    assert json.loads(progress_path.read_text().splitlines()[0])["time"].endswith("+00:00")


def test_a_new_learner_has_no_events_and_no_file(progress_path):
    assert ProgressFile().events() == []
    assert not progress_path.exists()


@given(st.lists(events))
@examples(25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_events_survive(progress_path, made):
    progress_path.unlink(missing_ok=True)
    for event in made:
        ProgressFile().add(event)
    assert ProgressFile().events() == made
    assert standing(made, "toy/choice").tries >= 0


@pytest.mark.process
def test_several_threads_and_processes_lose_nothing(progress_path):
    code = (
        "from lablib.exercises.progress import Event, ProgressFile\n"
        "for n in range(50): ProgressFile().add(Event('toy/x', 'line', n))"
    )
    threads = [threading.Thread(target=exec, args=(code, {})) for _ in range(2)]
    with ExitStack() as stack:  # it waits for the kernels, whatever becomes of the test
        command = [sys.executable, "-c", code]
        kernels = [stack.enter_context(subprocess.Popen(command)) for _ in range(2)]
        for thread in threads:
            thread.start()
            stack.callback(thread.join)
    assert [kernel.returncode for kernel in kernels] == [0, 0]
    assert sorted(event.value for event in ProgressFile().events()) == sorted([*range(50)] * 4)


@pytest.mark.parametrize(
    "damage", [b'{"id": "toy/x", "wh', b"\x00\xff\n", b"[1]\n", b'{"id": 3}\n']
)
def test_a_damaged_file_is_kept_aside_and_said(progress_path, damage):
    ProgressFile().add(Event("toy/double", "checked", right=True))
    before = progress_path.read_bytes() + damage
    progress_path.write_bytes(before)

    file = ProgressFile()
    assert [event.what for event in file.events()] == ["checked"]
    (aside,) = progress_path.parent.glob("progress-damaged-*.jsonl")
    assert aside.read_bytes() == before
    assert aside.name in file.notice and "(1 lines)" in file.notice

    again = ProgressFile()
    assert len(again.events()) == 1 and again.notice == ""


def test_a_line_cut_off_by_a_crash_does_not_swallow_the_next(progress_path):
    progress_path.write_bytes(b'{"id": "toy/x", "wh')
    ProgressFile().add(Event("toy/double", "checked", right=True))
    assert [event.id for event in ProgressFile().events()] == ["toy/double"]


def test_what_a_later_version_adds_is_left_alone(progress_path):
    line = (
        '{"id": "toy/x", "what": "dreamt", "mood": "good", "time": "2031-01-01T00:00:00+00:00"}\n'
    )
    progress_path.write_text(line)
    file = ProgressFile()
    assert [event.what for event in file.events()] == ["dreamt"]
    assert file.notice == "" and progress_path.read_text() == line
    assert standing(file.events(), "toy/x").state == "new"


def test_the_users_own_folder_is_the_default(monkeypatch, tmp_path):
    monkeypatch.delenv("LABLIB_PROGRESS")
    assert ProgressFile().path.name == "progress.jsonl"
    assert "lablib" in ProgressFile().path.parts
    assert ProgressFile(tmp_path / "other").path == tmp_path / "other"


def test_forgetting_a_prediction_leaves_its_history():
    made = [Event("a/b", "predicted", "Yes", False), Event("a/b", "forgot")]
    assert standing(made, "a/b").state == "new"
    assert standing(made, "a/b").answer is None
    assert standing(made, "a/b").tries == 1


def test_once_right_an_exercise_stays_right():
    made = [Event("a/b", "checked", right=True), Event("a/b", "checked", right=False)]
    assert standing(made, "a/b").state == "right"
    assert standing(made, "a/b").tries == 2


def test_a_found_line_is_not_yet_a_mended_bug():
    made = [Event("a/b", "line", 3, False), Event("a/b", "line", 2, True)]
    now = standing(made, "a/b")
    assert now.line_found and now.state == "wrong"
    assert standing([*made, Event("a/b", "checked", right=True)], "a/b").state == "right"


def test_a_nameless_user_without_a_home_has_a_temporary_file(monkeypatch, tmp_path):
    """As in a container that runs as a number: no HOME, and no entry in the list of users."""

    def none(*_):
        raise RuntimeError("could not determine the home directory")

    monkeypatch.delenv("LABLIB_PROGRESS", raising=False)
    monkeypatch.setattr(sys.modules[ProgressFile.__module__], "user_data_path", none)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    file = ProgressFile()
    file.add(Event("toy/choice", "predicted", "Yes", False))
    assert [event.value for event in ProgressFile().events()] == ["Yes"]
    assert file.path.is_relative_to(tmp_path)
    assert str(file.path.parent) in file.elsewhere and "LABLIB_PROGRESS" in file.elsewhere
    assert ProgressFile(tmp_path / "own").elsewhere == ""
