"""Text with masks: words and pieces, the cut around the mask, hiding and bringing back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import BertModel

from lablib import masking as mk
from lablib import models
from lablib.masking import MASK, hidden_words, hide, prepare, put
from tests.masking.conftest import word_tokenizer
from tests.masking.tokenizers import model_of

TEXTS = st.text() | st.lists(
    st.sampled_from(["the", "cats", MASK, "[mask]", " ", ",", "😀", "\ud800", "\x00", "[CLS]"])
).map("".join)


@given(TEXTS)
def test_words_are_where_they_say(m, text):
    read = prepare(m, text)
    assert len(read.ids) <= 48
    assert read.ids[0] == m.tokenizer.cls_token_id and read.ids[-1] == m.tokenizer.sep_token_id
    places = [place for word in read.words for place in word.places]
    assert places == list(range(1, len(read.ids) - 1))
    for word in read.words:
        assert read.text[word.start : word.end] == word.text == word.text.strip()
        assert word.masked == (word.text == MASK)
    assert [read.ids[place] for place in read.masks] == [m.tokenizer.mask_token_id] * len(
        read.masks
    )


@given(TEXTS)
def test_reading_a_text_again_changes_nothing(m, text):
    read = prepare(m, text)
    assert prepare(m, read.text) == read


def test_a_word_of_several_pieces_is_one_word(m):
    read = prepare(m, "The zebra sat.")
    assert [(word.text, len(word.places)) for word in read.words] == [
        ("The", 1), ("zebra", 5), ("sat", 1), (".", 1),
    ]  # fmt: skip


def test_a_mask_is_written_the_same_for_every_model():
    tokenizer = word_tokenizer()
    tokenizer.add_special_tokens({"mask_token": "<mask>"})
    other = model_of(tokenizer)
    for text in ("a [MASK] sat on <mask>.", "a [mask] sat on [Mask]."):
        read = prepare(other, text)
        assert read.text == "a [MASK] sat on [MASK]."
        assert [(w.text, w.start, w.masked) for w in read.words][3:] == [
            ("on", 13, False), (MASK, 16, True), (".", 22, False),
        ]  # fmt: skip
        assert [read.ids[place] for place in read.masks] == [tokenizer.mask_token_id] * 2


@pytest.mark.parametrize("before", [0, 10, 100, 1000])
@pytest.mark.parametrize("after", [0, 10, 100, 1000])
def test_what_is_too_long_is_cut_around_the_mask(m, before, after):
    read = prepare(m, "cat " * before + MASK + " sat" * after)
    assert len(read.ids) == min(48, before + after + 3)
    assert read.before + read.after + len(read.ids) == before + after + 3
    (mask,) = read.masks
    assert read.words[mask - 1].masked
    if before + after > 45:
        assert mask >= min(before, 22) and len(read.ids) - mask >= min(after, 22)
        assert "around the mask" in read.note and f"{before + after + 3:,} tokens" in read.note
    else:
        assert read.note == ""


def test_without_a_mask_the_beginning_is_kept_and_words_stay_whole(m):
    read = prepare(m, "zebra " * 20)
    assert [word.text for word in read.words] == ["zebra"] * 9  # of five pieces each
    assert read.before == 0 and "the last 55 were left out." in read.note


def test_masks_too_far_apart_keep_the_first(m):
    read = prepare(m, f"{MASK} {'cat ' * 100} {MASK}")
    assert len(read.masks) == 1 and read.words[0].masked


def test_a_text_without_a_mask_says_what_to_do(m):
    with pytest.raises(ValueError, match=r"click a word to hide it, or type \[MASK\]"):
        prepare(m, "The cat sat.").require_mask()
    with pytest.raises(ValueError, match="no mask number 1: it has 1, counted from 0"):
        prepare(m, MASK).require_mask(1)


def test_models_that_fill_nothing_are_refused(m, gpt):
    with pytest.raises(ValueError, match=r"GPT2LMHeadModel does not fill in masks.*minilm-masked"):
        prepare(gpt, "a [MASK]")
    encoder = type(m)(model=BertModel(m.model.config), tokenizer=m.tokenizer, device=m.device)
    with pytest.raises(ValueError, match="BertModel does not fill in masks"):
        prepare(encoder, "a [MASK]")


@given(TEXTS, st.data())
def test_hiding_a_word_and_putting_it_back(m, text, data):
    read = prepare(m, text)
    words = [word for word in read.words if not word.masked]
    if words:
        word = data.draw(st.sampled_from(words))
        hidden = hide(read.text, word)
        number = hidden[: word.start].count(MASK)
        assert put(hidden, number, word.text) == read.text
        assert prepare(m, hidden).masks or read.before or read.after


def test_put_joins_pieces_and_refuses_what_is_not_there():
    assert put("play [MASK] now [MASK]", 0, "##ing") == "playing now [MASK]"
    assert put("[MASK]!", 0, "##ing") == "##ing!"
    assert put("a [MASK]", 0, " the") == "a the"
    with pytest.raises(ValueError, match="no mask number 1: it has 1"):
        put("a [MASK]", 1, "b")


@pytest.mark.parametrize(
    ("before", "now", "hidden", "expected"),
    [
        ("a cat sat", "a [MASK] sat", [], ["cat"]),
        ("[MASK] cat sat", "[MASK] [MASK] sat", ["a"], ["a", "cat"]),
        ("a [MASK] sat", "[MASK] [MASK] sat", ["cat"], ["a", "cat"]),
        ("a [MASK] sat", "a cat sat", ["cat"], []),
        ("a [MASK] [MASK]", "a [MASK] sat", ["cat", "sat"], ["cat"]),
        ("a [MASK] sat", "the big [MASK] sat down", ["cat"], [None]),
        ("a [MASK] sat", "a [MASK] sat [MASK]", ["cat"], ["cat", None]),
        ("", "[MASK]", [], [None]),
        ("a [MASK]", "", ["cat"], []),
    ],
)
def test_what_masks_hide_follows_the_text(before, now, hidden, expected):
    assert hidden_words(before, now, hidden) == expected


@given(TEXTS, TEXTS)
def test_there_is_an_answer_for_every_mask(before, now):
    hidden = list(map(str, range(before.count(MASK))))
    assert len(hidden_words(before, now, hidden)) == now.count(MASK)


@pytest.mark.parametrize(
    "ask",
    [
        lambda m, text: mk.fill(m, text).top(),
        lambda m, text: mk.score_word(m, text, "cat").log_probability,
        lambda m, text: mk.evidence(m, text, "cat").changes,
        lambda m, text: mk.evidence(m, text).changes,
        lambda m, text: mk.fill_joint(m, text).fillings,
        lambda m, text: mk.fill_in_order(m, text),
        lambda m, text: mk.compare_orders(m, text),
        lambda m, text: mk.pseudo_log_likelihood(m, text).total,
        lambda m, text: mk.compare_sentences(m, text, text).difference,
        lambda m, text: mk.exercise(m, text, rate=0.5).losses,
    ],
)
def test_a_prepared_text_is_as_good_as_the_text(ask, m):
    text = "The cat sat on the [mask]."
    prepared = prepare(m, text)
    assert prepare(m, prepared) is prepared
    assert ask(m, prepared) == ask(m, text)


def test_the_real_wordpiece():
    try:
        tokenizer = models.load_tokenizer("bert-base-uncased")
    except models.ModelError:
        pytest.skip("needs the extra with BERT's vocabulary")
    words = prepare(model_of(tokenizer), "Naïve rhinoceros [MASK] didn't.").words
    assert [(word.text, len(word.places)) for word in words] == [
        ("Naïve", 1), ("rhinoceros", 3), (MASK, 1), ("didn", 1), ("'", 1), ("t", 1), (".", 1),
    ]  # fmt: skip
