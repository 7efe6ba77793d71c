"""What learners and teachers read is plain English: habits that were weeded out do not come back.

Beside what is written in Markdown these are the words of the panels, cards and errors: every text
in the code that is not a docstring.
"""

import ast
import re

import pytest

from tests.conftest import ROOT
from tests.test_writing import prose

INSTEAD = {
    r"\bby heart\b": "memorised",
    r"\bforetell": "predict",
    r"\bmend(s|ed|ing)?\b": "fix, repair",
    r"\bdear(er|est)?\b(?! (child|friend|reader|little|me)\b)": "expensive",
    r"\bin (plain )?sight\b": "visible, shown",
    r"\b(held|holds?|hold \w+) against\b": "compared with",
    r"\b[Tt]he source(’s|'s)? (article|decoder|example|formula|material|recipe|setting)": (
        "a copied tutorial"
    ),
    r"\bbelongs? into\b": "belongs in",
    r"\b(bits?|bytes?|examples|nats|rows|seconds|steps|texts|tokens|words) an? "
    r"(batch|byte|class|epoch|label|second|step|text|token|word)\b(?! (has|needs|takes))": "per",
    r"\b[Mm]ost has \w+ed\b": "subject before verb",
    r"\b(guess|pair|that|token|what|[Ww]here it|which|word) stands?\b(?! (apart|for)\b)": "is",
}
"""What was written, as a pattern, and what to write in its place."""

TEXTS = [
    path
    for pattern in ("*.md", "labs/*.md", "labs/**/*.ipynb", "lablib/*/exercises/*.md")
    for path in ROOT.glob(pattern)
    if path.name not in ("CHANGELOG.md", "CONTRIBUTING.md", "ARCHITECTURE.md")
]
CODE = sorted((ROOT / "lablib").rglob("*.py"))
PERCENT = re.compile(r"\d%(?=:? [a-zA-Z])|\b[a-z]+ [\d.]+%")
"""A share in a sentence without its space; a style's (`width: 100%;`) is none."""
UNSPACED = {f"lablib/{name}.py" for name in (
    "exercises/by_question", "pretraining/__main__", "pretraining/card",
)}  # fmt: skip
"""Where a share has no space: in a table for spreadsheets, and in model cards."""


def odd(text):
    """What is found of the patterns in a text, its lines put together, with what to write."""
    line = re.sub(r"\s+", " ", text)
    found = ((re.search(pattern, line), better) for pattern, better in INSTEAD.items())
    return {match[0]: better for match, better in found if match}


def said(code):
    """The texts in some Python code that are not docstrings, as one; a sentence may be in parts."""
    tree = ast.parse(code)
    docs = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
    texts = [c.value for c in constants if isinstance(c.value, str) and id(c) not in docs]
    return "\n".join(texts)


def percents(code):
    """The lines of some Python code that write a share without its space: `.0%`, or in words."""
    lines = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.FormattedValue) and node.format_spec:
            formats = [part.value for part in node.format_spec.values if hasattr(part, "value")]
            lines += [node.lineno for one in formats if str(one).endswith("%")]
        if isinstance(node, ast.Constant) and PERCENT.search(str(node.value)):
            lines.append(node.lineno)
    return lines


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_prose_is_plain(path):
    assert odd(prose(path)) == {}


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_prose_writes_a_share_as_panels_do(path):
    """`65 %`; only the guess of a record, which is read by a program, is followed by the word."""
    assert re.findall(r"\S*\d%|(?<!± )(?<![\d.])[\d.]+ percent", prose(path)) == []


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_panels_and_errors_say_is_plain(path):
    assert odd(said(path.read_text(encoding="utf-8"))) == {}


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_share_is_written_in_one_way(path):
    unspaced = str(path.relative_to(ROOT)) in UNSPACED
    assert bool(percents(path.read_text(encoding="utf-8"))) == unspaced, (
        "write it with `lablib.numbers.percent`"
    )


def test_each_pattern_finds_what_was_written_once():
    """The sentences are from earlier editions of the labs."""
    once = [
        "the model learns it by heart",
        "can you foretell it",
        "what the panel mends or refuses",
        "a dear word",
        "with ##cer in sight",
        "it is held against label i + 1",
        "this is the source's example",
        "The source's decoder",
        "a longer run belongs into a terminal",
        "4.1 bytes a token",
        "Most has moved layer 3",
        "you divide by how often the word stands in the text",
        "at each place the model sees only what stands before",
    ]
    assert [text for text in once if not odd(text)] == []


def test_a_sentence_of_a_panel_is_found_and_a_docstring_is_not():
    code = 'def f():\n    """In sight."""\n    return "It was " "learned by\\nheart"\n'
    assert odd(said(code)) == {"by heart": "memorised"}


@pytest.mark.parametrize("text", ["35% of the topics", "at 65.5%", "100%: the model answers"])
def test_a_share_in_another_way_is_found(text):
    assert percents(repr(text)) == [1]


def test_a_style_and_a_format_of_a_plot_are_no_shares():
    code = 'a = f"{0.5:.0%} of it"\nb = "width: 100%; left: 50%"\nc = f"{1:,}"\nd = "%{y:.1%}"'
    assert percents(code) == [1]
