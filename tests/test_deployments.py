"""The labs where they are really used: a lesson (`tests.sessions`) in one house after another.

Folders are made full or read-only by mounts of the test's own (`unshare`), since rights say nothing
to root. Where a machine gives no such mounts, those tests are left out.
"""

import ast
import errno
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nbformat
import pytest
from safetensors import SafetensorError

from lablib import exercises as ex
from lablib.exercises import Event, ProgressFile, standing
from lablib.finetuning.panel.text_choice import safe_name
from lablib.models.errors import explain
from lablib.training import folders, run
from lablib.training.config import Config
from lablib.training.run import Run, new_folder, runs
from tests.benchmarks.bench_class import learner
from tests.conftest import ROOT
from tests.imports import parsed
from tests.models.conftest import put_in_cache, save_gpt2
from tests.training.conftest import gpt2, m, runs_end, tiny  # noqa: F401

PROGRESS = sys.modules[ProgressFile.__module__]
LESSON = [sys.executable, "-m", "tests.sessions"]


def can_mount():
    try:
        return not subprocess.run(
            ["unshare", "-Urm", "true"], capture_output=True, timeout=20
        ).returncode
    except OSError:
        return False


@pytest.fixture
def house(tmp_path):
    """Has the lesson held there: `hold(mounts, settings)` gives its findings.

    `mounts` are lines of shell, run in a namespace of the lesson's own; in them and in `settings`
    `{home}`, `{course}` and `{root}` are folders.
    """

    def hold(mounts="", settings=None, root=ROOT):
        home, course = tmp_path / "home", tmp_path / "course"
        for folder in (home, course, tmp_path / "tmp"):
            folder.mkdir(exist_ok=True)
        names = {"home": home, "course": course, "root": root}
        own = {name: value.format(**names) for name, value in (settings or {}).items()}
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("LABLIB_", "XDG_", "HF_"))}
        command = LESSON
        if mounts:
            if not can_mount():
                pytest.skip("needs `unshare -Urm`, which makes mounts of its own")
            shell = "\n".join(["set -e", mounts.format(**names), 'exec "$@"'])
            command = ["unshare", "-Urm", "sh", "-c", shell, "sh", *LESSON]
        done = subprocess.run(
            command,
            cwd=course,
            env=kept | {"HOME": str(home), "TMPDIR": str(tmp_path / "tmp"), "PYTHONPATH": str(root),
                        "HF_ENDPOINT": "http://127.0.0.1:9", **own},
            capture_output=True,
            text=True,
            encoding="utf-8",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return {**json.loads(done.stdout), "stderr": done.stderr}

    return hold


def require_whole(found):
    """The lesson was held: everything drawn, answered, uploaded, learned and found again."""
    assert found["drawn"] == ["ready", True, ""]
    assert found["answered"] == [True, True]
    assert found["run"] == ["done", ""], found
    assert found["opens"] and found["listed"]


@pytest.mark.process
def test_a_course_folder_that_is_read_only(house, tmp_path):
    found = house("mount --bind {course} {course}; mount -o remount,bind,ro {course}; cd {course}")
    require_whole(found)
    at_home = str(tmp_path / "home")
    assert found["folder"].startswith(at_home) and found["uploaded"].startswith(at_home)
    assert "Read-only file system" in found["upload_said"] and at_home in found["upload_said"]
    assert any(at_home in said for said in found["warned"])


@pytest.mark.process
def test_a_home_that_is_full(house, tmp_path):
    """It holds the course, too; what is made goes to a temporary folder, and that is said."""
    fill = "until [ $(stat -fc %a {home}) = 0 ]; do head -c 9999 /dev/zero >> l 2>&- || true; done"
    found = house(f"mount -t tmpfs -o size=64k none {{home}}; cd {{home}}; mkdir c; {fill}; cd c")
    require_whole(found)
    spare = str(tmp_path / "tmp")
    assert found["folder"].startswith(spare) and found["uploaded"].startswith(spare)
    assert "No space left" in found["upload_said"] and spare in found["upload_said"]
    assert any("Nothing can be written to your progress file" in note for note in found["notes"])


@pytest.mark.process
def test_a_home_that_is_full_but_for_a_little(house, tmp_path):
    """What is small fits there; a run goes where its first checkpoint does."""
    found = house("mount -t tmpfs -o size=1m none {home}; mkdir {home}/c; cd {home}/c")
    require_whole(found)
    assert found["folder"].startswith(str(tmp_path / "tmp"))
    assert found["uploaded"] == "runs/texts/Mein-Text-ü.txt"


@pytest.mark.process
def test_a_home_one_may_not_write_in(house, tmp_path):
    found = house("mount --bind {home} {home}; mount -o remount,bind,ro {home}")
    require_whole(found)
    assert any(str(tmp_path / "tmp") in note for note in found["notes"])


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder nobody can write in")
def test_nowhere_to_write_at_all_costs_the_record_and_not_the_question(tmp_path, monkeypatch):
    """Not even a temporary folder is there, nor is the present one any good."""

    def none():
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    (tmp_path / "home").write_text("no folder")
    monkeypatch.setattr(tempfile, "gettempdir", none)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LABLIB_PROGRESS", str(tmp_path / "home/progress.jsonl"))
    monkeypatch.chdir("/proc")
    view = ex.predict("sampling/greedy-three")
    view._act("answer", view._record.answer[0].text)
    assert view._now.state != "new"
    assert "could not be saved" in repr(view.card.content)
    with pytest.raises(ValueError, match="a folder of your own"):
        Run(Config(text="cookbook"))


@pytest.mark.process
def test_a_cache_on_another_disk_shared_and_read_only_behind_a_proxy(house, tmp_path):
    """As in a class: HF_HOME elsewhere, filled beforehand, and nothing may be written to it."""
    put_in_cache(tmp_path / "disk/hub", "owner/tiny", save_gpt2(tmp_path / "tiny"))
    dead = {f"{name}_proxy": "http://127.0.0.1:9" for name in ("http", "https", "all")}
    upper = {name.upper(): value for name, value in dead.items()}
    cache = {"HF_HOME": str(tmp_path / "disk")}
    mounts = "mount --bind {home}/../disk {home}/../disk; mount -o remount,bind,ro {home}/../disk"
    found = house(mounts, {**dead, **upper, **cache})
    require_whole(found)
    assert isinstance(found["hub"], int) and found["hub"] > 0


@pytest.mark.process
def test_a_cache_on_a_disk_that_is_not_there(house):
    found = house(settings={"HF_HOME": "/proc/no-such-disk"})
    require_whole(found)
    assert found["hub"].startswith("owner/tiny is not on this machine")


@pytest.fixture
def odd_place(tmp_path):
    """A copy of the library in a folder whose name has spaces and letters from far away."""
    root = tmp_path / "Jürgens Kurs – 語言 model"
    shutil.copytree(ROOT / "lablib", root / "lablib")
    return root


PLAIN = {"LC_ALL": "C", "LANG": "C", "PYTHONWARNDEFAULTENCODING": "1"}
"""The C locale; and whoever opens a file in whatever encoding a machine has is warned of."""


@pytest.mark.process
def test_the_c_locale_a_path_with_spaces_and_accents_and_files_for_oneself_alone(
    house, tmp_path, odd_place
):
    """And no file of ours is opened in whatever encoding a machine has for its own."""
    (odd_place / "tests").mkdir()
    for file in ("__init__.py", "sessions.py"):
        shutil.copy(ROOT / "tests" / file, odd_place / "tests")
    found = house("umask 077", PLAIN, odd_place)
    require_whole(found)
    assert [where for where in found["unnamed"] if where.startswith(f"{odd_place}/lablib")] == []
    made = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert made and all(path.stat().st_mode & 0o077 == 0 for path in made)


PAGE = """from lablib import tokenization as tk
print("Grüße aus Łódź")
tk.token_panel("Der alte Leuchtturm")"""


@pytest.mark.process
def test_pages_are_made_in_the_c_locale_in_a_folder_of_an_odd_name(tmp_path, odd_place):
    """Even where Python is kept from taking UTF-8 for everything, as it is on Windows."""
    labs = odd_place / "labs"
    labs.mkdir()
    cells = [nbformat.v4.new_markdown_cell("# Übung 語"), nbformat.v4.new_code_cell(PAGE)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), labs / "uebung.ipynb")
    (labs / "GLOSSARY.md").write_text("# Wörter\n\n## token\n\nEin Stück.", encoding="utf-8")
    never = {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "lablib.pages", "labs", "--out", "Seiten – 頁"],
        cwd=odd_place,
        env=os.environ | PLAIN | never | {"HOME": str(tmp_path), "PYTHONPATH": str(odd_place)},
        capture_output=True, encoding="utf-8", errors="surrogateescape",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    page = (odd_place / "Seiten – 頁/uebung.html").read_text(encoding="utf-8")
    assert "Übung 語" in page and "Grüße aus Łódź" in page and "Leuchtturm" in page
    assert "Wörter" in (odd_place / "Seiten – 頁/GLOSSARY.html").read_text(encoding="utf-8")
    assert "uebung.html" in (odd_place / "Seiten – 頁/index.html").read_text(encoding="utf-8")
    warned = [line for line in done.stderr.splitlines() if "EncodingWarning" in line]
    assert [line for line in warned if "site-packages" not in line and "/lablib/" in line] == []


def test_an_upload_has_a_name_that_the_file_system_can_spell(monkeypatch):
    """In the C locale, where Python may not take UTF-8 by itself, files have names in ASCII."""
    assert safe_name("Mein Text ü.txt") == "Mein-Text-ü.txt"
    monkeypatch.setattr(sys, "getfilesystemencoding", lambda: "ascii")
    assert safe_name("Mein Text ü.txt") == "Mein-Text.txt"
    assert safe_name("語.csv", ".csv") == "text.csv"


def names_no_encoding(call):
    """Whether a call in Python's syntax reads or writes text in the encoding of the machine."""
    named = {keyword.arg for keyword in call.keywords}
    if "encoding" in named or None in named:
        return False
    function = call.func
    name = getattr(function, "attr", getattr(function, "id", ""))
    if name == "open":
        modes = call.args[isinstance(function, ast.Name) :]
        if not modes:
            return True
        return isinstance(modes[0], ast.Constant) and set(str(modes[0].value)) <= set("rwaxt+")
    if name in ("read_text", "write_text") and isinstance(function, ast.Attribute):
        return len(call.args) == (name == "write_text")
    return bool(named & {"text", "universal_newlines"}) and name in ("run", "Popen", "check_output")


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("path.read_text()", True), ('path.read_text("utf-8")', False), ("open(path)", True),
        ('path.open("w")', True), ('path.open("rb")', False), ('open(path, "rb")', False),
        ('open(path, "a", encoding="utf-8")', False), ("Run.open(folder)", False),
        ("path.write_text(said)", True), ("path.write_text(said, encoding=name)", False),
        ("subprocess.run(command, text=True)", True), ("read_text(source)", False),
    ],
)  # fmt: skip
def test_what_names_no_encoding_is_found(code, found):
    assert names_no_encoding(ast.parse(code).body[0].value) is found


def test_every_read_and_write_names_its_encoding():
    unnamed = [
        f"{path}:{node.lineno}"
        for path in sorted((ROOT / "lablib").rglob("*.py"))
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and names_no_encoding(node)
    ]
    assert unnamed == []


# Several people, one home


def test_two_kernels_that_begin_in_the_same_second_have_two_folders(tmp_path):
    with ThreadPoolExecutor(8) as several:
        made = list(several.map(lambda _: new_folder(Config(), tmp_path), range(40)))
    assert len(set(made)) == 40 and all(folder.is_dir() for folder in made)


def test_two_learners_on_one_home_keep_all_that_each_of_them_did(tmp_path, warm_python):
    """Two kernels answer, put uploads of one name into one folder, and begin runs."""
    code = (
        "import sys; from pathlib import Path\n"
        "from lablib import exercises as ex\n"
        "from lablib.training.config import Config\n"
        "from lablib.training.run import new_folder\n"
        "who = sys.argv[1]\n"
        "for n in range(20):\n"
        "    ex.ProgressFile().add(ex.Event('a/b', 'line', f'{who}{n}'))\n"
        "    (new_folder(Config(), Path('runs')) / 'who').write_text(f'{who}{n}')\n"
    )
    (tmp_path / "works.py").write_text(code)
    env = os.environ | {"LABLIB_PROGRESS": str(tmp_path / "p.jsonl")}
    both = [
        subprocess.Popen([warm_python, "-m", "works", who], cwd=tmp_path, env=env) for who in "ab"
    ]
    assert [one.wait() for one in both] == [0, 0]
    expected = sorted(f"{who}{n}" for who in "ab" for n in range(20))
    assert sorted(event.value for event in ProgressFile(tmp_path / "p.jsonl").events()) == expected
    assert sorted(path.read_text() for path in tmp_path.glob("runs/*/who")) == expected


def test_a_folder_of_another_learner_that_may_not_be_read_is_no_run(tmp_path, monkeypatch):
    """Made with umask 077 in a folder that all share."""
    for name in ("mine", "theirs"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.toml").write_text("steps = 5")
    read = Path.read_text

    def closed(path, *arguments, **options):
        if path.parent.name == "theirs":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return read(path, *arguments, **options)

    monkeypatch.setattr(Path, "read_text", closed)
    assert [info.folder.name for info in runs(tmp_path)] == ["mine"]
    with pytest.raises(ValueError, match=r"theirs.* cannot be read \(Permission denied\)"):
        Run.open(tmp_path / "theirs")


# The disk fills up while one works


def full(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device", "runs/a")


def test_progress_that_cannot_be_written_is_kept_and_comes_back(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    home = tmp_path / "home"
    home.write_text("no folder")
    file = ProgressFile(home / "progress.jsonl")
    file.add(Event("a/b", "predicted", "Yes", True))
    assert "Nothing can be written" in ProgressFile(file.path).elsewhere
    assert standing(ProgressFile(file.path).events(), "a/b").state == "right"
    assert ProgressFile(tmp_path / "other").events() == []  # nobody else's

    home.unlink()
    ProgressFile(file.path).add(Event("a/c", "skipped"))
    events = ProgressFile(file.path).events()
    assert [event.id for event in events] == ["a/b", "a/c"]
    assert ProgressFile(file.path).elsewhere == "" and len(file.path.read_bytes().splitlines()) == 2


def test_a_learners_order_of_options_stays_when_the_disk_fills_up(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "home").write_text("no folder")
    file = ProgressFile(tmp_path / "home/progress.jsonl")
    seed = file.seed()
    (tmp_path / "home").unlink()
    file.add(Event("a/b", "skipped"))
    assert ProgressFile(file.path).seed() == seed


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a limit on the size of files")
@pytest.mark.process
def test_no_half_line_is_left_when_there_is_room_for_half_of_it(tmp_path, python):
    """A limit on the size of files is a disk that is full in the middle of a line."""
    said = python(f"""
import resource
from pathlib import Path
from lablib.exercises import Event, ProgressFile
file = ProgressFile({str(tmp_path / "p.jsonl")!r})
file.add(Event("a/b", "predicted", "Yes", True))
size = file.path.stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, resource.RLIM_INFINITY))
file.spare = Path({str(tmp_path / "spare.jsonl")!r})
try:
    file.add(Event("a/c", "checked", "x" * 300))
except OSError as error:
    print(error.strerror)
print(file.path.stat().st_size == size, len(file.events()), file.notice == "")
""")
    assert said.splitlines()[-1] == "True 1 True"


@pytest.mark.live
def test_a_run_whose_disk_fills_up_says_so_and_can_be_resumed(tmp_path, monkeypatch):
    """Not even what went wrong can be written down then."""
    one = Run(Config(text="cookbook", steps=2, length=16, batch=2, device="cpu"), tmp_path / "run")
    with monkeypatch.context() as patched:
        patched.setattr(run.engine, "fit", full)
        write = folders.write_status
        patched.setattr(
            folders, "write_status", lambda *a, **k: full() if k.get("message")
            else write(*a, **k),
        )  # fmt: skip
        one.start()
        assert one.wait(60)
    assert one.state == "interrupted"
    assert one.message == (
        "The disk is full ('runs/a'): make room, then try again. The run can be resumed."
    )
    one.resume()
    assert one.wait(120) and one.state == "done"


def test_a_run_on_a_disk_that_is_full_is_refused_in_a_sentence(tmp_path, monkeypatch):
    one = Run(Config(text="cookbook", steps=2), tmp_path / "run")
    monkeypatch.setattr(run, "write_config", full)
    with pytest.raises(ValueError, match=r"^The disk is full \('runs/a'\): make room"):
        one.start()
    assert not one._alive() and not folders.is_locked(tmp_path / "run")


@pytest.mark.parametrize(
    ("error", "begins"),
    [
        (OSError(errno.EDQUOT, "Quota exceeded"), "The disk is full: make room"),
        (SafetensorError("I/O error: No space left (os error 28)"), "The disk is full: make room"),
        (OSError(errno.EROFS, "Read-only", b"/a\xff"), "This may not be read or written here ('/a"),
        (OSError(errno.EIO, "I/O error"), "OSError: [Errno 5] I/O error"),
    ],
)
def test_a_panel_says_in_words_what_the_disk_says_in_numbers(error, begins):
    assert explain(error).message.startswith(begins)


# The clock


class Back(datetime):
    """A clock that goes back an hour whenever somebody looks at it."""

    looks = 0

    @classmethod
    def now(cls, tz=None):
        cls.looks += 1
        return datetime(2026, 10, 25, 3, tzinfo=tz) - timedelta(hours=cls.looks)


class Stopped(datetime):
    """A clock that stands still."""

    @classmethod
    def now(cls, tz=None):
        return datetime(2026, 10, 25, 3, tzinfo=tz)


def test_progress_goes_by_the_order_of_what_was_done_and_not_by_the_clock(tmp_path, monkeypatch):
    monkeypatch.setattr(PROGRESS, "datetime", Back)
    file = ProgressFile(tmp_path / "p.jsonl")
    for what, value in (("predicted", "No"), ("forgot", None), ("predicted", "Yes")):
        file.add(Event("a/b", what, value, value == "Yes"))
    events = file.events()
    assert [e.time for e in events] == sorted((e.time for e in events), reverse=True)
    assert standing(events, "a/b").answer == "Yes" and standing(events, "a/b").state == "right"


@pytest.mark.live
@pytest.mark.parametrize("clock", [Back, Stopped])
def test_a_run_goes_on_and_is_found_whatever_the_clock_does(gpt2, tmp_path, monkeypatch, clock):  # noqa: F811
    monkeypatch.setattr(run, "datetime", clock)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now - Back.now(UTC).hour * 3600)
    text = "The clock struck thirteen. " * 40
    settings = Config(gpt2, text=text, steps=2, length=16, batch=2, device="cpu", save_every=1)
    made = [Run(settings, new_folder(settings, tmp_path)) for _ in range(2)]
    for one in made:
        one.start()
        assert one.wait(120) and one.state == "done"
        assert [record.step for record in one.history] == [0, 1, 2]
        assert all(record.seconds >= 0 for record in one.history)
    assert {info.folder for info in runs(tmp_path)} == {one.folder for one in made}


def test_two_damaged_files_of_one_moment_are_both_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(PROGRESS, "datetime", Stopped)
    file = ProgressFile(tmp_path / "progress.jsonl")
    for damage in (b"{half a li", b"{another"):
        file.add(Event("a/b", "skipped"))
        with file.path.open("ab") as stream:
            stream.write(damage)
        assert file.events()
    kept = [path.read_bytes() for path in tmp_path.glob("progress-damaged-*")]
    assert len(kept) == 2 and sum(b"{half a li" in one for one in kept) == 1


# The server is started again; the labs are of another term


@pytest.mark.process
def test_a_server_that_is_started_again_finds_what_was_left(
    gpt2,  # noqa: F811
    tmp_path,
    kernels,
    monkeypatch,
):
    """A lesson is broken off while a model learns; the next kernel goes on with it."""
    monkeypatch.setenv("JUPYTER_PATH", str(kernels))
    question = "sampling/greedy-three"
    with learner(tmp_path, "") as first:
        first.run(
            "from lablib import exercises as ex, finetuning as ft\n"
            f"view = ex.predict({question!r})\n"
            "view._act('answer', view._record.answer[0].text)\n"
            f"run = ft.Run(ft.Config({gpt2!r}, text='cookbook', steps=1_000_000, length=16, "
            "batch=2, device='cpu', save_every=2, evaluate_every=0), 'run')\n"
            "run.start()\n"
            "while not len(run.history) > 4: run.wait(0.1)"
        )
        first.manager.shutdown_kernel()  # as a server does that ends
    left = Run.open(tmp_path / "run")
    assert left.state == "interrupted" and "can be resumed" in left.message
    with learner(tmp_path, "") as second:
        said = second.run(
            "from lablib import exercises as ex, finetuning as ft\n"
            f"print(ex.predict({question!r})._now.state != 'new')\n"
            "run = ft.Run.open(ft.runs('.')[0].folder)\n"
            "begun = len(run.history); run.resume()\n"
            "while not len(run.history) > begun: run.wait(0.1)\n"
            "run.stop(); print(run.wait(60), run.state, run.history[-1].step >= begun - 1)"
        )
    assert said.split() == ["True", "True", "stopped", "True"]


def test_a_run_of_a_later_term_is_still_what_it_was(tmp_path):
    (tmp_path / "state.json").write_text('{"state": "done", "total": 7, "mood": "good"}')
    assert folders.read_status(tmp_path).state == "done" and folders.phase(tmp_path) == "done"


def test_a_question_of_last_term_is_refused_in_a_sentence():
    with pytest.raises(ex.ExerciseError, match=r"There is no question 'sampling/gone'\. Did you"):
        ex.predict("sampling/gone")
