"""The corner panel without a browser: its rows, its menu, its text, the code it shows."""

import pytest

from lablib.tokenization.compute.corners import CORNERS, corner
from lablib.tokenization.panel.corners import DIFFERS, corner_panel
from tests.panels import run_code

PAYLOAD = "<img src=x onerror=alert(1)><script>alert(1)</script>"


@pytest.fixture
def panel(gpt2):
    panel = corner_panel("trailing-space")
    assert panel.wait()
    return panel


def ids(panel):
    return [tuple(token["id"] for token in row.strip.tokens) for row in panel.rows.children]


def expected(name, text, tokenizer="gpt2"):
    return [reading.encoding.ids for reading in corner(name).compare(text, tokenizer)]


def test_each_case_has_a_row_and_what_differs_is_marked(panel):
    assert ids(panel) == expected("trailing-space", CORNERS["trailing-space"].text)
    marked = [[t["mark"] == DIFFERS for t in row.strip.tokens] for row in panel.rows.children]
    assert marked == [[False] * 4, [False] * 4 + [True], [False] * 4 + [True]]


def test_another_corner_comes_with_its_own_text(panel):
    panel.menu.value = "line-ends"
    assert panel.wait()
    assert panel.text.value == CORNERS["line-ends"].text
    assert ids(panel) == expected("line-ends", panel.text.value)
    assert CORNERS["line-ends"].question in panel.question.value
    assert "Bring line ends to one form" in panel.why.value


def test_a_corner_with_the_same_text_is_drawn_as_well(panel):
    panel.text.value = CORNERS["line-ends"].text
    panel.menu.value = "line-ends"
    assert panel.wait()
    assert len(ids(panel)) == 2


def test_the_text_can_be_edited(panel):
    panel.text.value = "2, 3"
    assert panel.wait()
    assert ids(panel) == expected("trailing-space", "2, 3")


def test_another_tokenizer_cuts_and_says_where_it_sees_no_difference(panel):
    panel._on_head(None, {"open": "words"}, None)
    assert panel.wait()
    assert ids(panel) == expected("trailing-space", panel.text.value, "words")
    assert "the same as in the first row" in panel.rows.children[1].words.value
    assert "the same" not in panel.rows.children[2].words.value


@pytest.mark.parametrize("name", CORNERS)
def test_the_code_gives_what_is_drawn(name, gpt2):
    panel = corner_panel(name)
    assert panel.wait()
    value, _ = run_code(panel)
    assert [got for _, got in value] == ids(panel)


@pytest.mark.parametrize("text", ["", "\ud800", "\0" * 9, PAYLOAD, "<|endoftext|>", "x" * 5000])
@pytest.mark.parametrize("name", ["numbers", "accents", "control-tokens"])
def test_any_text(panel, name, text):
    panel.menu.value = name
    panel.text.value = text
    assert panel.wait()
    assert panel.state == "ready", panel.foot.details
    assert ids(panel) == expected(name, text)
    assert "<img" not in "".join(row.words.value for row in panel.rows.children)


def test_a_corner_that_is_not_there():
    with pytest.raises(ValueError, match="choose one of"):
        corner_panel("no such")
