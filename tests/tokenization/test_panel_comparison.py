"""The comparison panel without a browser: strips, table, tokenizers that come and go, bad input."""

import pytest

from lablib.tokenization import compare
from lablib.tokenization.figures.comparison import comparison_table
from lablib.tokenization.panel.comparison import compare_panel
from lablib.unicode import well_formed
from lablib.widgets.html import escape
from tests.panels import run_code

TWO = ("gpt2", "words")


@pytest.fixture
def panel():
    panel = compare_panel("naïve words", TWO)
    assert panel.wait()
    return panel


def strips(panel):
    return {name: [t["id"] for t in panel.strips[name].tokens] for name in panel.tokenizers.names}


def settled(panel):
    assert panel.wait() and panel.state == "ready", panel.foot.details


def test_a_strip_and_a_row_for_each(panel):
    comparison = compare("naïve words", TWO)
    assert panel.state == "ready", panel.foot.details
    assert strips(panel) == {row.name: list(row.encoding.ids) for row in comparison.rows}
    assert panel.table.value == comparison_table(comparison)
    for part in ("naïve → [UNK]", ">yes<", ">no<"):
        assert part in panel.table.value


def test_what_a_tokenizer_adds_is_told_apart_from_the_text():
    """Else more chips would be drawn than the number beside them says."""
    panel = compare_panel("naïve words", ("gpt2", "bert-base-uncased"))
    settled(panel)
    first, second = (row.children[0].value for row in panel.rows.children)
    assert first.endswith(": 3 tokens") and second.endswith("2 tokens, and 2 that it adds")


def test_tokenizers_come_and_go(panel):
    panel.tokenizers.field.value = "bytes"
    panel.tokenizers.button.click()
    settled(panel)
    assert list(strips(panel)) == ["gpt2", "words", "bytes"]
    assert strips(panel)["bytes"] == list("naïve words".encode())
    panel.tokenizers.add(" bytes ")
    assert panel.tokenizers.names == ("gpt2", "words", "bytes")
    for name in ("gpt2", "words", "bytes"):
        panel.tokenizers.remove(name)
    settled(panel)
    assert panel.tokenizers.names == ("bytes",) and len(panel.rows.children) == 1
    assert panel.tokenizers.children[0].disabled


def test_one_that_cannot_be_had_leaves_the_list(panel):
    panel.tokenizers.add("no/such/folder/x")
    assert panel.wait() and panel.state == "failed"
    assert "no/such/folder/x" in panel.foot.message
    assert panel.tokenizers.names == TWO
    panel.text.value = "again"
    settled(panel)


def test_typing_cuts_anew(panel):
    panel.text.value = "other text"
    settled(panel)
    assert panel.result.rows[0].encoding.text == "other text"


def test_the_code_gives_what_is_drawn(panel):
    panel.text.value = "it's \\ <b> \u05d0\n"
    settled(panel)
    rows, _ = run_code(panel)
    assert rows == panel.result.table()


@pytest.mark.parametrize("text", ["", "\x00\r\n", "\ud800", "</script><img src=x>", "é " * 30_000])
def test_any_text(text):
    panel = compare_panel(text, ["gpt2", "words", "characters", "bytes"])
    settled(panel)
    assert panel.result.text == well_formed(text)
    assert "<img" not in panel.table.value


def test_what_is_cut_differently_is_marked_and_the_spread_is_told():
    panel = compare_panel("It isn't <b>", tokenizers=["gpt2", "words"])
    assert panel.wait()
    text = panel.result.rows[0].encoding.text
    for start, end in panel.result.cut_differently:
        assert f">{escape(text[start:end]).replace(' ', '␣')}</mark>" in panel.marked.value
    assert panel.result.cut_differently and "<b>" not in panel.marked.value
    assert "From 3 tokens (words) to" in panel.marked.value
