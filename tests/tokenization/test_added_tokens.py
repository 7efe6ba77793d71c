"""Added tokens in a text: steps and places are the library's, whatever an added token may do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, decoders, normalizers, pre_tokenizers
from tokenizers.models import BPE
from transformers import PreTrainedTokenizerFast

from lablib import tokenization as tk
from tests.examples import examples
from tests.masking.tokenizers import TOKENIZERS, roberta

CONTENTS = ["<name>", "</name>", "Mira", "mira", " the", "the ", "é"]
PARTS = [
    *CONTENTS,
    " Mira ",
    " ",
    "the",
    "the man",
    " The",
    "e\u0301",
    ".",
    "\n",
    "xMirax",
    "Q",
    "中",
]
FLAGS = st.fixed_dictionaries(
    dict.fromkeys(("lstrip", "rstrip", "single_word", "normalized", "special"), st.booleans())
)
ADDED = st.dictionaries(st.sampled_from(CONTENTS), FLAGS, max_size=3)
TEXTS = st.lists(st.sampled_from(PARTS), min_size=1, max_size=6).map("".join)


def llama():
    """A SentencePiece BPE with byte fallback, which puts ▁ before a text by its normalizer."""
    names = [
        "<unk>",
        *(f"<0x{byte:02X}>" for byte in range(256)),
        *"▁themanQir.",
        "th",
        "the",
        "▁the",
    ]
    merges = [("t", "h"), ("th", "e"), ("▁", "the")]
    ids = {name: id for id, name in enumerate(names)}
    inside = Tokenizer(BPE(ids, merges, unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    inside.normalizer = normalizers.Sequence(
        [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
    )
    inside.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback()])
    return PreTrainedTokenizerFast(tokenizer_object=inside, unk_token="<unk>")


KINDS = TOKENIZERS | {"Llama": llama}


def with_added(name, added):
    tokenizer = KINDS[name]()
    tokenizer.add_tokens([AddedToken(content, **flags) for content, flags in added.items()])
    return tokenizer


@pytest.mark.parametrize("name", KINDS)
@examples(12)
@given(ADDED, TEXTS)
def test_the_steps_end_with_the_librarys_tokens(name, added, text):
    tokenizer = with_added(name, added)
    expected = tokenizer.backend_tokenizer.encode(text, add_special_tokens=False)
    steps = tk.word_steps(text, tokenizer)
    assert list(steps.ids) == expected.ids
    for part in steps.parts:
        assert 0 <= part.start <= part.end <= len(text)


@pytest.mark.parametrize("name", KINDS)
@examples(12)
@given(ADDED, TEXTS)
def test_every_letter_belongs_to_a_token(name, added, text):
    found = tk.encode(text, with_added(name, added))
    lost = "".join(found.text[first:last] for first, last in found.unread())
    assert not lost.strip("\u0301 \n")  # BERT throws accents and spaces away


def prefixed(trim):
    tokenizer = roberta(add_prefix_space=True, trim_offsets=trim)
    tokenizer.add_tokens([AddedToken("<name>"), AddedToken("</name>")])
    return tokenizer


@pytest.mark.parametrize("trim", [True, False])
def test_a_space_that_the_tokenizer_puts_in_takes_no_letter(trim):
    found = tk.encode("<name>the man</name>", prefixed(trim))
    assert [(t.text, found.text[t.start : t.end]) for t in found.tokens[1:-1]] == [
        ("<name>", "<name>"), (" the", "the"), (" man", " man"), ("</name>", "</name>"),
    ]  # fmt: skip
    assert found.unread() == [] and not found.lossless
    steps = tk.word_steps("met <name>Mira</name> today", prefixed(trim))
    assert list(steps.ids) == prefixed(trim)("met <name>Mira</name> today").input_ids[1:-1]


@pytest.mark.parametrize("name", ["BERT", "RoBERTa", "XLM-R", "Llama"])
def test_an_added_name_is_one_token_in_every_kind_of_steps(name):
    tokenizer = with_added(name, {"Mira": {}})
    steps = tk.word_steps("met Mira today", tokenizer)
    expected = tokenizer("met Mira today", add_special_tokens=False).input_ids
    assert list(steps.ids) == expected and "Mira" in steps.tokens


def test_a_byte_level_pretokenizer_cuts_round_added_tokens():
    inside = Tokenizer(BPE({"a": 0, "Ġ": 1}, []))
    inside.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    inside.add_tokens([AddedToken("<b>", rstrip=True)])
    assert [(p.text, p.start, p.end, p.added) for p in tk.pretokens("a<b>  a", inside)] == [
        ("Ġa", 0, 1, None), ("<b>", 1, 6, 2), ("Ġa", 6, 7, None),
    ]  # fmt: skip
