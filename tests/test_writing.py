"""What is written for people: links lead somewhere, words are spelt right, habits are kept."""

import functools
import re
import shutil
import subprocess
import sys
from urllib.parse import unquote, urlsplit

import nbformat
import pytest

from tests.conftest import ROOT

TEXTS = [
    path
    for pattern in ("*.md", "**/labs/*.md", "labs/**/*.ipynb", "lablib/*/exercises/*.md")
    for path in ROOT.glob(pattern)
    if path.is_file()
]
LINK = re.compile(r"\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)|<(https?://[^>\s]+)>")


@functools.cache
def prose(path):
    """The Markdown of a file, code left out."""
    if path.suffix == ".ipynb":
        cells = nbformat.read(path, as_version=4).cells
        text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    else:
        text = path.read_text(encoding="utf-8")
    return re.sub(r"```.*?```|`[^`\n]+`", "", text, flags=re.S)


def links(path):
    return [first or second for first, second in LINK.findall(prose(path))]


def anchors(path):
    """The anchors of a file's headings, as GitHub and JupyterLab make them."""
    headings = re.findall(r"^#+ +(.+?) *$", prose(path), flags=re.M)
    plain = [re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading) for heading in headings]
    github = {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in plain}
    return github | {one.replace(" ", "-") for one in plain}


def wrong_with(link, path):
    """What is wrong with a link of a file; "" if nothing is."""
    parts = urlsplit(link)
    if parts.scheme:
        sound = parts.scheme == "https" and "." in parts.netloc
        return "" if sound else "outside links are https://host/…"
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not target.exists():
        return "no such file"
    if parts.fragment and unquote(parts.fragment) not in anchors(target):
        return "no such heading"
    return ""


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    found = {link: wrong_with(link, path) for link in links(path)}
    assert {link: wrong for link, wrong in found.items() if wrong} == {}


def test_a_link_that_leads_nowhere_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# A part: one\n[a](#a-part-one) [b](#two) [c](none.md) [d](http://x.org)")
    assert [wrong_with(link, page) for link in links(page)] == [
        "",
        "no such heading",
        "no such file",
        "outside links are https://host/…",
    ]


@pytest.mark.process
def test_words_are_spelt_right():
    """codespell knows common misspellings; words it must leave alone are in pyproject.toml."""
    texts = ["lablib", "labs", "tests", "binder", *ROOT.glob("*.md")]
    result = subprocess.run(
        [sys.executable, "-m", "codespell_lib", *texts],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert result.stdout + result.stderr == ""


@pytest.fixture
def checkout(tmp_path):
    """An empty repository with the project's hooks and programs."""
    for name in (".pre-commit-config.yaml", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".venv").symlink_to((ROOT / ".venv").resolve())
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


def hooks(checkout, *files):
    subprocess.run(["git", "add", *files], cwd=checkout, check=True)
    command = [sys.executable, "-m", "pre_commit", "run", "--files", *files]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True)


@pytest.mark.process
@pytest.mark.skipif(not (ROOT / ".venv/bin/ruff").exists(), reason="the hooks are those of .venv")
def test_hooks_stop_what_should_not_be_committed(checkout):
    cell = nbformat.v4.new_code_cell("1 + 1", execution_count=1)
    cell.outputs = [nbformat.v4.new_output("stream", text="2")]
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), checkout / "a.ipynb")
    (checkout / "a.py").write_text('"""A module."""\nimport os\nx = [ 1 ]\n')
    (checkout / "a.md").write_text("It was recie" + "ved.\n")
    (checkout / "a.bin").write_bytes(b"0" * 1_000_001)
    result = hooks(checkout, "a.ipynb", "a.py", "a.md", "a.bin")
    failed = re.findall(r"^(.*?)\.+Failed$", result.stdout, flags=re.M)
    assert len(failed) == 5, result.stdout + result.stderr
    assert nbformat.read(checkout / "a.ipynb", as_version=4).cells[0].outputs == []
    for name in ("a.md", "a.bin"):
        (checkout / name).unlink()
    assert hooks(checkout, "a.ipynb", "a.py").returncode == 0
