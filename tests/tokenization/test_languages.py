"""What languages cost, in numbers and on the panel."""

import pytest
import regex

from lablib.tokenization import as_tokenizer, language_costs, parallel_sentences, read_parallel
from lablib.tokenization.panel.languages import as_lines, language_panel
from tests.panels import run_code

SCRIPTS = {
    "Chinese": "Han",
    "Russian": "Cyrillic",
    "Greek": "Greek",
    "Arabic": "Arabic",
    "Hindi": "Devanagari",
    "Korean": "Hangul",
}


def test_every_language_has_every_sentence():
    every = [parallel_sentences(i) for i in range(5)]
    assert len(every[0]) >= 10 and next(iter(every[0])) == "English"
    for name in every[0]:
        sentences = [sentences[name] for sentences in every]
        assert all(sentences) and len(set(sentences)) == 5
        assert parallel_sentences()[name] == " ".join(sentences)
        if name in SCRIPTS:
            assert all(regex.search(rf"\p{{Script={SCRIPTS[name]}}}", text) for text in sentences)
    assert list(every[4]) == list(every[0])


@pytest.mark.parametrize("number", [None, 0, 4])
def test_the_lines_of_the_panel_are_the_sentences(number):
    assert read_parallel(as_lines(number)) == parallel_sentences(number)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Write a sentence on each line"),
        (" \n\n", "Write a sentence on each line"),
        ("English: a\nno colon here", "Line 2 needs a language"),
        ("English:", "Line 1 needs a language"),
        (": a", "Line 1 needs a language"),
        ("a: b\n\na: c", "Line 3 names a again"),
    ],
)
def test_lines_that_are_none(text, words):
    with pytest.raises(ValueError, match=words):
        read_parallel(text)


@pytest.mark.parametrize("number", [-1, 5])
def test_a_sentence_that_is_not_there(number):
    with pytest.raises(ValueError, match=f"numbers 0 to 4, and {number} was asked for"):
        parallel_sentences(number)


def test_costs_are_counted_with_the_tokenizer():
    sentences = parallel_sentences(3)
    costs = language_costs(sentences, ["gpt2", "bytes"], price=2.0, context=100)
    assert len(costs.costs) == 2 * len(sentences)
    gpt2 = as_tokenizer("gpt2")
    english = len(gpt2.encode(sentences["English"]))
    for cost in costs.of("gpt2"):
        tokens = len(gpt2.encode(sentences[cost.language]))
        assert (cost.tokens, cost.premium) == (tokens, tokens / english)
        assert (cost.context, cost.price) == (tokens / 100, tokens * 2.0 / 1e6)
        assert cost.unknown == 0
    assert [cost.tokens for cost in costs.of("bytes")] == [
        len(t.encode()) for t in sentences.values()
    ]


def test_lost_text_is_cheap_and_said(bert):
    (english, chinese) = language_costs(
        {"English": "hello", "Chinese": "计算机"}, ["bert-base-uncased"]
    ).costs
    assert english.unknown == 0 < chinese.unknown


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"price": -1}, "price must be"),
        ({"price": float("nan")}, "price must be"),
        ({"context": 0}, "context must"),
    ],
)
def test_prices_that_are_none(wrong, words):
    with pytest.raises(ValueError, match=words):
        language_costs({"a": "b"}, ["bytes"], **wrong)


def test_one_name_is_one_tokenizer():
    assert [cost.tokens for cost in language_costs({"a": "né"}, "bytes").costs] == [3]


def test_no_sentences():
    assert language_costs({}, ["bytes"]).costs == ()


# The panel


@pytest.fixture
def panel():
    panel = language_panel(["gpt2", "bytes"])
    settled(panel)
    return panel


def settled(panel):
    assert panel.wait() and panel.state == "ready", panel.foot.details


@pytest.mark.live
def test_bars_and_table(panel):
    gpt2, bytes_ = panel.plot.data
    costs = language_costs(read_parallel(panel.text.value), ["gpt2", "bytes"], 2.5, 1024)
    assert panel.result == costs
    assert (gpt2.name, bytes_.name) == ("gpt2", "bytes")
    assert list(gpt2.x) == [cost.language for cost in costs.of("gpt2")]
    assert list(gpt2.y) == [cost.premium for cost in costs.of("gpt2")]
    assert panel.table.value.count("<tr>") == 1 + len(costs.costs)
    assert "With gpt2 the sentence costs most in Hindi" in panel.words.value


@pytest.mark.live
def test_the_learners_own_sentences(panel):
    panel.text.value = "Deutsch: Gute Nacht!\nLorem: <img src=x> ipsum"
    settled(panel)
    assert [cost.language for cost in panel.result.of("gpt2")] == ["Deutsch", "Lorem"]
    assert "<img" not in panel.table.value
    panel.text.value = "no language"
    assert panel.wait() and panel.state == "failed"
    assert "Line 1 needs a language" in panel.foot.message


@pytest.mark.live
def test_price_context_and_tokenizers(panel):
    panel.price.value, panel.context.value = 10.0, 10
    settled(panel)
    first = panel.result.costs[0]
    assert (first.price, first.context) == (first.tokens * 10 / 1e6, first.tokens / 10)
    panel.tokenizers.add("characters")
    settled(panel)
    assert [trace.name for trace in panel.plot.data] == ["gpt2", "bytes", "characters"]
    panel.tokenizers.remove("gpt2")
    settled(panel)
    assert [trace.name for trace in panel.plot.data] == ["bytes", "characters"]


@pytest.mark.live
def test_another_sentence(panel):
    panel.sentence.value = 0
    settled(panel)
    assert panel.result.costs[0].text == parallel_sentences(0)["English"]


@pytest.mark.live
def test_the_code_gives_what_is_drawn(panel):
    assert run_code(panel)[0] == panel.result.table()
