"""The token panel without a browser: chips, marks both ways, the ladder, long texts, bad input."""

import pytest

from lablib.tokenization import as_tokenizer, encode
from lablib.tokenization.figures.shared import ADDED, SHARED
from lablib.tokenization.panel.tokens import LIMIT, token_panel
from lablib.unicode import well_formed
from lablib.widgets.strip import AT_ONCE
from tests.panels import run_code


@pytest.fixture
def panel():
    panel = token_panel("Hello world 👋", "gpt2")
    assert panel.wait()
    return panel


def ids(panel):
    return [token["id"] for token in panel.strip.tokens]


def type_(panel, text):
    panel.text.value = text
    assert panel.wait()
    assert panel.state == "ready", panel.foot.details


def open_(panel, name):
    panel.head._handle_custom_msg({"open": name}, [])
    assert panel.wait()


def test_a_chip_for_each_token(panel):
    assert panel.state == "ready", panel.foot.details
    assert ids(panel) == list(encode("Hello world 👋", "gpt2").ids)
    hello, _, _, end = panel.strip.tokens
    assert (hello["text"], hello["bytes"], hello["caption"]) == ("Hello", "48 65 6c 6c 6f", "15496")
    assert hello["note"] == "characters 0 to 5, bytes 0 to 5 of the text"
    assert [token["mark"] for token in panel.strip.tokens] == ["", "", SHARED, SHARED]
    assert end["note"] == "characters 12 to 13, bytes 15 to 16 of the text"
    assert "4 tokens for 13 characters (16 bytes): 4.00 bytes per token." in panel.words.value
    assert "2 tokens share a character" in panel.words.value
    assert panel.head.model_name == "gpt2" and "50,257" in panel.head.why


def test_typing_cuts_anew(panel):
    type_(panel, "something else")
    assert ids(panel) == list(encode("something else", "gpt2").ids)


def test_pointing_at_a_chip_marks_its_characters(panel):
    panel.strip.hovered = 1
    assert panel.text.marked == [[5, 11]]
    panel.strip.hovered = 3
    assert panel.text.marked == [[12, 13]]
    panel.strip.hovered = None
    assert panel.text.marked == []


def test_selecting_characters_selects_their_tokens_and_back(panel):
    panel.text.selection = [4, 7]
    assert panel.strip.selected == [0, 1]
    assert panel.text.marked == [[0, 11]]
    panel.strip.hovered = 2
    assert panel.text.marked == [[11, 13]]
    panel.strip.hovered = None
    assert panel.text.marked == [[0, 11]]
    panel.text.selection = []
    assert panel.strip.selected == [] and panel.text.marked == []


def test_the_ladder_of_what_is_selected(panel):
    panel.strip.selected = [2]
    for part in ("U+1F44B", "WAVING HAND SIGN", ">f0<", ">9f<", f">{ids(panel)[2]}<"):
        assert part in panel.ladder.value, panel.ladder.value
    panel.strip.selected = []
    assert ">48<" in panel.ladder.value and "16 bytes of ‘Hello␣world␣👋’" in panel.ladder.value


def test_another_tokenizer_by_its_head(panel, bert):
    open_(panel, "bert-base-uncased")
    assert panel.head.model_name == "bert-base-uncased"
    assert ids(panel) == list(encode("Hello world 👋", bert).ids)
    assert panel.strip.tokens[0]["mark"] == ADDED
    assert "The tokenizer adds 2 tokens" in panel.words.value
    assert "2 characters left no trace" in panel.words.value


def test_a_tokenizer_that_cannot_be_had_is_said_and_the_one_before_stays(panel):
    before = ids(panel)
    open_(panel, "no/such/folder/x")
    assert panel.state == "failed" and "no/such/folder/x" in panel.foot.message
    type_(panel, "Hello world 👋!")
    assert ids(panel)[:4] == before and panel.head.model_name == "gpt2"


def test_a_tokenizer_itself_can_be_given(bert):
    panel = token_panel("Hello", as_tokenizer("bytes").backend_tokenizer)
    assert panel.wait() and ids(panel) == list(b"Hello")
    open_(panel, "gpt2")
    assert ids(panel) == [15496]


def test_control_tokens_as_text(panel):
    type_(panel, "a<|endoftext|>")
    assert ids(panel) == [64, 50256] and panel.strip.tokens[1]["special"]
    panel.control.value = False
    assert panel.wait()
    assert 50256 not in ids(panel)
    assert run_code(panel)[0] == panel.encoding.table()


def test_the_code_gives_what_is_drawn(panel):
    type_(panel, "it's \\ <b> \u05d0 'quoted'\n")
    rows, names = run_code(panel)
    assert [row["id"] for row in rows] == ids(panel)
    assert names["encoding"].ids == panel.encoding.ids


def test_a_megabyte_is_counted_whole_and_sent_in_part(panel):
    type_(panel, "one two " * (LIMIT // 8))
    assert panel.strip.count == len(panel.encoding) > LIMIT / 8
    assert len(panel.strip.tokens) == AT_ONCE
    assert f"{len(panel.encoding):,} tokens for 1,048,576 characters" in panel.words.value
    panel.text.selection = [0, LIMIT]
    assert len(panel.strip.selected) == 2000
    assert len(panel.foot.code) < 500


@pytest.mark.parametrize("name", ["gpt2", "words", "characters", "bytes"])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "\x00\r\n",
        "\ud800",
        "</script><img src=x onerror=alert(1)>$x$",
        bytes(range(256)).decode("latin-1"),
        "\u0378\U000e1000",
        "e" + "\u0301" * 200,
    ],
)
def test_any_text(text, name):
    panel = token_panel(text, name)
    assert panel.wait() and panel.state == "ready", panel.foot.details
    assert panel.text.value == well_formed(text)
    assert ids(panel) == list(encode(text, name).ids)
    panel.text.selection = [0, len(panel.text.value)]
    assert "<img" not in panel.ladder.value and "<img" not in panel.words.value


def test_what_names_no_tokenizer_is_said():
    panel = token_panel("a", "no/such/folder/x")
    assert panel.wait() and panel.state == "failed"
