"""The tokenizers of the pages give the ids of the library, whatever the text."""

import random
import unicodedata

import pytest

from tests.hard_strings import hard_texts
from tests.pages.conftest import STORY

SPECIAL = [
    "",
    " ",
    "the [MASK] sat[SEP] [CLS][MASK]",
    "one<|endoftext|> <|endoftext|>two <|endo",
    "ab" * 500,
    "e" * 101,
    "the" * 34,
    "İstanbul ΣΑΣ Straße ǅ",
    "don't DON'T I'll 's''s",
    " \u00a0\u2003 \u0085\ufeff\u2028x \x0b\x1c y  ",
    "\ufeff\ufeffBOM",
    "東京タワー 한국어 हिन्दी ไทย العربية",
    "a\u0323\u0307 \u0307\u0323a \u1e69 \u212b",
    "👩🏽‍🚀 👨‍👩‍👧 🇩🇪",
    STORY,
]


@pytest.fixture(scope="module")
def tokenizer(engine, pocket):
    """Calls pocket's tokenizer in Node, as `t`."""
    engine("void (globalThis.t = m.openTokenizer(labModels[a[0]]))", pocket.card.name)
    return engine


def test_the_ids_are_the_librarys(tokenizer, pocket):
    texts = hard_texts(2000) + SPECIAL
    ours = tokenizer("a[0].map((text) => t.encode(text))", texts)
    wrong = [
        text for text, ids in zip(texts, ours, strict=True) if ids != pocket.tokenizer.encode(text)
    ]
    assert wrong == []


@pytest.mark.parametrize("pocket", ["pocket-bert"], indirect=True)
def test_every_character_is_written_as_the_library_writes_it(pocket, script_of):
    """Also one that Unicode got after the library's tables were made."""
    written = script_of("word_piece")
    library = pocket.tokenizer.backend_tokenizer.normalizer
    for start in range(0, 0x110000, 0x2000):
        text = "|".join(
            f"a{chr(code)}b" for code in range(start, start + 0x2000) if is_character(code)
        )
        ours, theirs = written("m.normalized(a[0])", text), library.normalize_str(text)
        assert ours == theirs, first_difference(ours, theirs)


@pytest.mark.parametrize("pocket", ["pocket-bert"], indirect=True)
def test_words_end_at_the_librarys_punctuation(pocket, script_of):
    words = script_of("characters")
    library = pocket.tokenizer.backend_tokenizer.pre_tokenizer
    for start in range(0, 0x20000, 0x2000):
        text = " ".join(
            f"a{chr(code)}b" for code in range(start, start + 0x2000) if is_character(code)
        )
        ours = words("a[0].match(m.WORD)", text)
        assert ours == [word for word, _ in library.pre_tokenize_str(text)]


def is_character(code):
    """Whether a code point can stand in a text: half of a surrogate pair cannot."""
    return not 0xD800 <= code < 0xE000


def first_difference(ours, theirs):
    return next(
        pair for pair in zip(ours.split("|"), theirs.split("|"), strict=True) if len(set(pair)) > 1
    )


@pytest.mark.parametrize("pocket", ["pocket-gpt2"], indirect=True)
def test_every_letter_and_number_is_cut_as_the_library_cuts_it(tokenizer, pocket, few):
    """As far as Python knows it: the browser's Unicode may be newer than the library's."""
    for start in range(0, few(0x30000), 0x1000):
        known = [
            chr(code)
            for code in range(start, start + 0x1000)
            if is_character(code) and unicodedata.category(chr(code)) != "Cn"
        ]
        text = "".join(f"a{one}1 {one}" for one in known)
        assert tokenizer("t.encode(a[0])", text) == pocket.tokenizer.encode(text)


@pytest.mark.parametrize("pocket", ["pocket-gpt2", "pocket-bert"], indirect=True)
def test_ids_are_read_back_as_the_library_does(tokenizer, pocket):
    """Also those whose bytes are no characters, and those that stand close to a word."""
    rng = random.Random(0)
    entries = len(pocket.tokenizer)
    rows = [[rng.randrange(entries) for _ in range(12)] for _ in range(300)]
    rows += [pocket.tokenizer.encode(text) for text in SPECIAL]
    theirs = [pocket.tokenizer.decode(ids, clean_up_tokenization_spaces=False) for ids in rows]
    assert tokenizer("a[0].map((ids) => t.decode(ids))", rows) == theirs


def test_a_lone_surrogate_becomes_a_replacement_character(tokenizer):
    assert tokenizer(r't.encode("a\ud800b")') == tokenizer('t.encode("a\\ufffdb")')


@pytest.mark.parametrize("pocket", ["pocket-bert"], indirect=True)
def test_a_token_is_told_as_it_stands_in_the_vocabulary(tokenizer, pocket):
    ids = pocket.tokenizer.encode("unbelievably [MASK]")
    ours = tokenizer("a[0].map((id) => t.entry(id).text)", ids)
    assert ours == pocket.tokenizer.convert_ids_to_tokens(ids)
