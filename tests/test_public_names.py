"""The names of every room: each is found, completed and typed, and naming a room loads nothing."""

import importlib
import re
import subprocess
import sys

import nbformat
import pytest

import lablib
from tests.conftest import ROOT

ROOMS = sorted(path.parent.name for path in ROOT.glob("lablib/*/__init__.pyi"))


def room(name):
    return importlib.import_module(f"lablib.{name}")


NAMES = [(one, name) for one in ROOMS for name in room(one).__all__]


def test_there_are_rooms_with_names():
    assert len(ROOMS) >= 7 and len(NAMES) > 300


@pytest.mark.parametrize(("one", "name"), NAMES)
def test_every_public_name_is_found(one, name):
    assert getattr(room(one), name) is not None
    assert name in dir(room(one))


@pytest.mark.parametrize("one", ROOMS)
def test_every_panel_is_a_name_of_its_room(one):
    folder = ROOT / "lablib" / one / "panel"
    files = list(folder.glob("*.py"))
    panels = {
        name for file in files for name in re.findall(r"^(\w+_panel) = ", file.read_text(), re.M)
    }
    assert bool(panels) == folder.is_dir()
    assert panels == {name for name in room(one).__all__ if name.endswith("_panel")}


@pytest.mark.parametrize("one", ROOMS)
def test_an_unknown_name_is_an_attribute_error(one):
    with pytest.raises(
        AttributeError, match=rf"^module 'lablib.{one}' has no attribute 'tempratur'\. "
    ):
        room(one).tempratur  # noqa: B018


@pytest.mark.parametrize("one", [*ROOMS, "models", "exercises"])
def test_a_notebook_of_last_term_is_told_what_a_name_is_now_and_which_edition_this_is(one):
    package = room(one)
    name = next(name for name in package.__all__ if f"{name}s" not in package.__all__)
    with pytest.raises(AttributeError) as raised:
        getattr(package, f"{name}s")
    said = str(raised.value)
    assert f"Did you mean {name}?" in said and f"(this is {lablib.__version__})" in said
    assert not hasattr(package, "no_such_thing")


def test_naming_the_rooms_loads_nothing_heavy(python):
    said = python(f"import sys; from lablib import {', '.join(ROOMS)}; print(*sys.modules)")
    assert {"torch", "transformers", "numpy", "plotly", "ipywidgets"} & set(said.split()) == set()


def test_a_name_loads_what_it_needs_and_no_panel(python):
    said = python("import sys; from lablib import sampling; sampling.Knobs; print(*sys.modules)")
    assert {"plotly", "ipywidgets"} & set(said.split()) == set()


def test_every_name_a_notebook_uses_is_public():
    """`sp.generate` in a lab: what a learner sees used is what completion offers."""
    for path in (ROOT / "labs").rglob("*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
        short = dict(re.findall(r"(\w+) as (\w+)", code))
        for one in short.keys() & set(ROOMS):
            used = set(re.findall(rf"(?<![\w.]){short[one]}\.(\w+)", code))
            assert used and used - set(room(one).__all__) == set(), path.name


# To read the types of all that the labs import takes half a minute, most of it parts of torch and
# of Optuna that no public name speaks of. What is not named here counts as Any, and so would a name
# of ours that hangs on it. `make lint` looks at all of it.
READ = (
    "lablib.*", "anywidget.*", "numpy.*", "torch", "torch._tensor", "torch.amp.*", "torch.autograd",
    "torch.autograd.grad_mode", "torch.nn.*", "torch.optim.*", "torch.utils",
    "torch.utils._contextlib",
)  # fmt: skip
QUICK = f"""[mypy]
follow_imports = skip
ignore_missing_imports = true

[mypy-{",".join(READ)}]
follow_imports = silent
"""


@pytest.fixture(scope="module")
def revealed(tmp_path_factory):
    """What mypy says each public name is, by "room.name"."""
    folder = tmp_path_factory.mktemp("types")
    script, config = folder / "user.py", folder / "mypy.ini"
    lines = [f"reveal_type({one}.{name})" for one, name in NAMES]
    script.write_text("\n".join([f"from lablib import {', '.join(ROOMS)}", *lines]))
    config.write_text(QUICK)
    cache = "--cache-dir=.mypy_cache/public_names"  # that of `make lint` knows other settings
    command = [sys.executable, "-m", "mypy", cache, "--config-file", str(config), str(script)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    said = re.findall(r'^.*user\.py:(\d+): note: Revealed type is "(.*)"$', done.stdout, re.M)
    assert done.returncode == 0, done.stdout
    return {".".join(NAMES[int(number) - 2]): what for number, what in said}


@pytest.mark.process
def test_a_type_checker_sees_what_every_public_name_is(revealed):
    assert len(revealed) == len(NAMES)
    assert [name for name, what in revealed.items() if what in ("Any", "builtins.object")] == []


@pytest.mark.process
@pytest.mark.parametrize(
    ("name", "signature"),
    [
        ("attention.rollout", r"def \(.*\) -> torch\._tensor\.Tensor"),
        ("finetuning.read_text", r"def \(source: .*\) -> str"),
        ("foundations.bleu", r"def \(.*\) -> lablib\..*\.Bleu"),
        ("masking.fill", r"def \(.*text: .*\) -> lablib\..*\.Fill"),
        ("sampling.generate", r"def \(.*knobs: .*Knobs.*\) -> .*\[lablib\..*\.Step.*\]"),
        ("tokenization.encode", r"def \(text: str, .*\) -> lablib\..*\.Encoding"),
        ("transfer.read_labelled", r"def \(.*\) -> lablib\..*\.LabelledSet"),
    ],
)
def test_a_function_of_each_room_is_a_signature(revealed, name, signature):
    assert re.fullmatch(signature, revealed[name])


def test_the_package_says_that_it_has_types():
    """PEP 561: without this file a type checker does not look into an installed package."""
    assert (ROOT / "lablib/py.typed").exists()
