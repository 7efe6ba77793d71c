"""Looking through vocabularies: each filter by its definition, and the panel."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lablib.tokenization import Query, encode, entries_of, scripts, search, unused, used
from lablib.tokenization.panel.vocabulary import vocabulary_panel
from tests.panels import run_code


def names(found):
    return [entry.text for entry in found]


def characters(entry):
    return entry.bytes.decode("utf-8", "replace")


@pytest.mark.parametrize(
    ("query", "passes"),
    [
        (Query(), lambda e: True),
        (Query(prefix=" the"), lambda e: e.bytes.startswith(b" the")),
        (Query(contains="ing"), lambda e: b"ing" in e.bytes),
        (Query(contains="é"), lambda e: "é".encode() in e.bytes),
        (Query(pattern="F0 9f"), lambda e: b"\xf0\x9f" in e.bytes),
        (Query(shortest=20), lambda e: len(characters(e)) >= 20),
        (Query(longest=1), lambda e: len(characters(e)) <= 1),
        (Query(spaces=True), lambda e: e.bytes and not characters(e).strip()),
        (
            Query(prefix=" ", shortest=3, longest=3),
            lambda e: e.bytes[:1] == b" " and len(characters(e)) == 3,
        ),
    ],
)
def test_each_filter_by_its_definition(query, passes):
    assert list(search("gpt2", query)) == [entry for entry in entries_of("gpt2") if passes(entry)]


def test_byte_patterns():
    found = search("gpt2", Query(pattern="e4 ?? ad"))
    assert found
    for entry in found:
        raw = entry.bytes
        assert any(raw[i] == 0xE4 and raw[i + 2] == 0xAD for i in range(len(raw) - 2))
    assert len(search("bytes", Query(pattern="??"))) == 256


def test_scripts():
    greek = names(search("gpt2", Query(script="Greek")))
    assert "α" in greek and len(greek) == scripts("gpt2")["Greek"]
    assert not any("a" <= letter <= "z" for word in greek for letter in word)
    assert names(search("gpt2", Query(script="Latin", prefix=" naïve"))) == [" naïve"]


def test_orders():
    longest = search("gpt2", Query(), "longest")
    assert len(longest) == 50_257
    lengths = [len(characters(entry)) for entry in longest]
    assert lengths == sorted(lengths, reverse=True) and lengths[0] > 60
    assert names(search("gpt2", Query(prefix=" zoo"), "alphabet")) == sorted(
        names(search("gpt2", Query(prefix=" zoo")))
    )


def test_continued_words_are_found_by_their_letters(bert):
    assert "##ing" in names(search("bert-base-uncased", Query(prefix="ing")))


@given(text=st.text())
def test_a_text_uses_the_ids_it_is_encoded_to(text):
    seen = used([text, text], "bytes")
    assert seen.total() == 2 * len(encode(text, "bytes"))
    assert {entry.id for entry in unused([text], "bytes")} == set(range(256)) - set(seen)


@pytest.mark.parametrize(
    ("query", "order", "words"),
    [
        (Query(pattern="f"), "id", "two hexadecimal digits"),
        (Query(pattern="xy"), "id", "two hexadecimal digits"),
        (Query(pattern="?"), "id", "two hexadecimal digits"),
        (Query(script="Klingon"), "id", "no script 'Klingon'"),
        (Query(script="Latin}"), "id", "no script"),
        (Query(), "beauty", "The order is one of id, longest"),
    ],
)
def test_what_cannot_be_searched_for(query, order, words):
    with pytest.raises(ValueError, match=words):
        search("bytes", query, order)


def test_a_surrogate_is_in_no_entry():
    assert search("gpt2", Query(contains="\ud800")) == ()


# The panel


@pytest.fixture
def panel():
    panel = vocabulary_panel("gpt2")
    settled(panel)
    return panel


def settled(panel):
    assert panel.wait() and panel.state == "ready", panel.foot.details


def shown(panel):
    return names(panel.found)


@pytest.mark.live
def test_the_whole_vocabulary_at_first(panel):
    assert panel.strip.count == 50_257
    assert "50,257 tokens of 50,257" in panel.words.value
    assert ("Latin", "Greek") and "Greek" in dict((v, k) for k, v in panel.script.options)


@pytest.mark.live
def test_search_and_filters(panel):
    panel.kind.value = "prefix"
    panel.wanted.value = " zoo"
    settled(panel)
    assert shown(panel) == names(search("gpt2", Query(prefix=" zoo")))
    assert [token["text"] for token in panel.strip.tokens] == shown(panel)
    panel.kind.value = "pattern"
    panel.wanted.value = "f0"
    panel.order.value = "longest"
    settled(panel)
    assert panel.found == search("gpt2", Query(pattern="f0"), "longest")
    panel.wanted.value = "f"
    assert panel.wait() and panel.state == "failed" and "hexadecimal" in panel.foot.message


@pytest.mark.live
def test_only_spaces_of_a_length(panel):
    panel.spaces.value = True
    panel.length.value = (2, 8)
    settled(panel)
    assert panel.found == search("gpt2", Query(spaces=True, shortest=2, longest=8))


@pytest.mark.live
def test_what_a_text_uses(panel):
    assert panel.text.layout.display == "none"
    panel.use.value = True
    panel.text.value = "one two two"
    settled(panel)
    assert panel.text.layout.display is None
    assert set(shown(panel)) == {"one", " two"}
    panel.use.value = False
    settled(panel)
    assert len(panel.found) == 50_257 - 2


@pytest.mark.live
@pytest.mark.parametrize("use", [None, False])
def test_the_code_gives_what_is_drawn(panel, use):
    panel.wanted.value, panel.script.value, panel.use.value = "ing", "Latin", use
    panel.length.value = (3, 6)
    settled(panel)
    assert run_code(panel)[0] == shown(panel)


@pytest.mark.live
def test_another_tokenizer(panel):
    panel.script.value = "Greek"
    panel.head._handle_custom_msg({"open": "bytes"}, [])
    settled(panel)
    assert panel.script.value == "" and panel.strip.count == 256
