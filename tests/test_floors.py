"""The floor plan: every file stands on a floor, imports from there down, and never in a circle."""

import ast
import re

import pytest

from tests.conftest import ROOT
from tests.imports import Package, circle, of_rooms, parsed

ROOMS = (
    "attention|finetuning|foundations|masking|sampling|seq2seq|tokenization|transfer|transformer"
)

FLOORS = (
    r"(__init__|children|decoding|lazy|numbers|output|randomness|unicode)\.py",
    r"(models/.*|writable\.py|start\.py|warm\w*\.py)",
    r"data/.*",
    r"training/.*",
    rf"({ROOMS})/compute/.*",
    r"widgets/.*",
    r"exercises/.*",
    r"pages/.*",
    rf"({ROOMS})/views/.*",
    rf"({ROOMS})/figures/.*",
    rf"({ROOMS})/(panel/.*|exercises/.*|__init__\.py|__main__\.py)",
    r"pretraining/.*",
)
"""From the ground up: a file imports from its own floor and from those below, never from above."""

NOT_IMPORTED = {
    r"(models|data|training)/.*": {"plotly", "ipywidgets", "anywidget"},
    rf"({ROOMS})/compute/.*": {"plotly", "ipywidgets", "anywidget"},
    rf"({ROOMS})/figures/.*": {"ipywidgets", "anywidget"},
}
"""The libraries that a floor does without: what is computed knows no widgets and no plots."""


@pytest.fixture(scope="module")
def package():
    return Package.read(ROOT / "lablib")


@pytest.fixture(scope="module")
def graph(package):
    return package.graph()


def floors(path):
    """The floors that a file's path belongs to: one, or the plan is wrong."""
    return [level for level, plan in enumerate(FLOORS) if re.fullmatch(plan, path.as_posix())]


def test_every_file_stands_on_one_floor(package):
    paths = [path.relative_to(ROOT / "lablib") for path in package.files.values()]
    assert len(paths) == len(list((ROOT / "lablib").rglob("*.py"))) > 300
    assert [path for path in paths if len(floors(path)) != 1] == []


def test_a_file_imports_from_its_own_floor_and_below(package, graph):
    level = {
        name: floors(path.relative_to(ROOT / "lablib"))[0] for name, path in package.files.items()
    }
    upwards = [
        (name, o) for name, others in graph.items() for o in others if level[o] > level[name]
    ]
    assert upwards == []


def test_what_is_computed_knows_no_widgets_and_no_plots(package):
    for path in package.files.values():
        nodes = list(ast.walk(parsed(path)))
        names = {
            alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names
        }
        names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
        place = path.relative_to(ROOT / "lablib").as_posix()
        for plan, libraries in NOT_IMPORTED.items():
            if re.fullmatch(plan, place):
                assert {name.partition(".")[0] for name in names} & libraries == set(), place


def test_no_file_imports_another_in_a_circle(graph):
    assert circle(graph) == []


def test_no_room_imports_another_in_a_circle(graph):
    assert circle(of_rooms(graph)) == []


def test_nobody_imports_the_command_that_makes_the_pocket_models(graph):
    rooms = of_rooms(graph)
    assert [name for name, imported in rooms.items() if "pretraining" in imported] == []


# --- the plan itself is looked at, in packages with a known fault -----------------------------

STUB = "from p.a.text import prepare as prepare\n"


@pytest.fixture
def built(tmp_path):
    """Make a package `p` of these files, besides empty ones, and read its graph."""

    def build(**files):
        for name in ("__init__", "lazy", "a/__init__", "a/text", "b/__init__", "b/text"):
            path = tmp_path / "p" / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files.get(name.replace("/", "_"), ""))
        (tmp_path / "p/a/__init__.pyi").write_text(STUB)
        return Package.read(tmp_path / "p").graph()

    return build


@pytest.mark.parametrize(
    "back",
    [
        "from p.a.text import x",
        "import p.a.text",
        "import p.a.text as other",
        "from ..a.text import x",
        "from ..a import text",
        "from p.a import text",
        "from p.a import prepare",
        "def later():\n    from p.a.text import x",
        "def later():\n    from p import a\n    a.prepare()",
        "from p import a as other\nother.prepare()",
        "class Later:\n    def now(self):\n        import p.a.text",
        "try:\n    import p.a.text\nexcept ImportError:\n    pass",
        "if TYPE_CHECKING:\n    pass\nelse:\n    import p.a.text",
    ],
)
def test_each_way_to_import_in_a_circle_is_seen(built, back):
    graph = built(a_text="from p.b import text", b_text=back)
    found = circle(graph)
    assert found[0] == found[-1] and set(found) == {"p.a.text", "p.b.text"}
    assert circle(of_rooms(graph))


@pytest.mark.parametrize(
    "back",
    [
        "",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from p.a.text import x",
        "from p import a",  # a door alone opens nothing
        "from p import lazy",
    ],
)
def test_what_is_no_circle_is_none(built, back):
    assert circle(built(a_text="from p.b import text", b_text=back)) == []


def test_rooms_may_stand_in_a_circle_whose_files_do_not(built):
    graph = built(a_text="import p.b.text", b___init__="import p.a")
    assert circle(graph) == [] and set(circle(of_rooms(graph))) == {"a", "b"}


def test_a_module_that_is_not_there_is_named(built):
    with pytest.raises(LookupError, match=r"There is no module p\.c"):
        built(a_text="from p.c import x")
