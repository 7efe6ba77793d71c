"""The block list: its tokens, what it stops, what gets past; parity with transformers."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lablib import models
from lablib.sampling import Knobs, block_list, generate_rows, got_past, innocent_tokens
from lablib.sampling.compute.block_list import WAYS, BlockList, marked


@pytest.fixture(scope="module")
def pocket():
    return models.load("pocket-gpt2", device="cpu")


def text_of(rounds):
    return "".join(step.text for (step,) in rounds if step)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_greedy_text_is_that_of_transformers(tiny, seed):
    """Bytes of a random model: a list of its own favourite pairs, and of one byte alone."""
    m = tiny(seed)
    ids = m.tokenizer("Once", return_tensors="pt")["input_ids"]
    free = m.model.generate(ids, max_new_tokens=20, do_sample=False)[0].tolist()
    written = free[ids.shape[1] :]
    words = [written[:2], written[2:4], [written[-1]]]
    theirs = m.model.generate(ids, max_new_tokens=20, do_sample=False, bad_words_ids=words)
    ours = BlockList(("x",), tuple(map(tuple, words)))
    rounds = list(generate_rows(m, "Once", [(Knobs(temperature=0), 0)], 20, ban=ours.banned))
    assert [step.id for (step,) in rounds if step] == theirs[0, ids.shape[1] :].tolist()
    assert theirs[0].tolist() != free


def test_a_step_knows_what_was_taken_away(tiny):
    m = tiny()
    (free,), *_ = generate_rows(m, "Once", [(Knobs(), 0)], 1)
    ban = BlockList(("x",), ((free.id,), (5,))).banned
    (step,), *_ = generate_rows(m, "Once", [(Knobs(top_k=3), 0)], 1, ban=ban)
    assert step.id != free.id and step.banned == tuple(sorted({free.id, 5}))
    model = step.logits.softmax(0)
    assert step.banned_mass == pytest.approx(float(model[free.id] + model[5]), rel=1e-5)
    probabilities = step.distribution()
    assert probabilities[list(step.banned)].sum() == 0
    assert float(probabilities[step.id]) == pytest.approx(step.probability)
    assert torch.count_nonzero(probabilities) == 3  # top-k is of what is left


def test_with_nothing_banned_it_is_the_same_text(tiny):
    m = tiny()
    free, banned = (
        text_of(generate_rows(m, "Once", [(Knobs(), 1)], 12, ban=ban))
        for ban in (None, lambda ids: set())
    )
    assert free == banned


def test_each_way_blocks_more_than_the_one_before(pocket):
    lists = [set(block_list(pocket, ["king"], way).sequences) for way in WAYS]
    assert lists[0] < lists[1] < lists[2]
    space_king = pocket.tokenizer(" king")["input_ids"]
    assert len(space_king) == 1 and tuple(space_king) not in lists[0]
    assert tuple(space_king) in lists[1]


def test_only_tokens_that_are_none_of_the_forms_are_innocent(pocket):
    assert innocent_tokens(pocket, block_list(pocket, ["king"], "all forms")) == []
    innocent = innocent_tokens(pocket, block_list(pocket, ["king"], "every token with it"))
    assert all("king" in text.lower() and text.strip().lower() != "king" for text in innocent)
    assert innocent


@pytest.mark.parametrize("word", ["king", "zebra"])
def test_what_is_blocked_in_all_its_forms_is_not_written_after_a_space(pocket, word):
    """Also where it is cut into several tokens; it may still be spelled otherwise."""
    m, prompt = pocket, f"He saw a {word} and the {word} and the"
    blocked = block_list(m, [word], "all forms")
    ids = m.tokenizer(prompt)["input_ids"]
    banned = blocked.banned(ids)
    (*before, last) = m.tokenizer(f" {word}")["input_ids"]
    assert last in blocked.banned([*ids, *before])
    assert bool(banned) or before


def test_bad_input_is_said():
    with pytest.raises(ValueError, match="at least one word"):
        block_list(None, [" ", ""])
    with pytest.raises(ValueError, match="one of 'as typed'"):
        block_list(None, ["king"], "by magic")


@given(text=st.text(), words=st.lists(st.text(st.characters(categories=["L"]), min_size=1)))
def test_what_got_past_is_in_the_text_as_it_stands(text, words):
    words = [word.lower() for word in words]
    for place in got_past(text, words):
        assert text[place.start : place.end] == place.text != ""
        assert place.exact == (place.text.lower() in words)


def test_a_word_is_found_whole_whatever_its_case_and_inside_longer_ones():
    found = got_past("Kings and the KING, a king's viking; kin", ["king"])
    assert [(one.text, one.exact) for one in found] == [
        ("Kings", False),
        ("KING", True),
        ("king", True),
        ("viking", False),
    ]


@given(st.lists(st.text("ab ", max_size=3)))
def test_marks_fall_on_the_pieces_that_a_word_reaches_into(pieces):
    """Letter by letter: a piece is marked if one of its letters is in a word."""
    text = "".join(pieces)
    inside = {i for one in got_past(text, ["ab"]) for i in range(one.start, one.end)}
    start, expected = 0, []
    for piece in pieces:
        expected.append(any(i in inside for i in range(start, start + len(piece))))
        start += len(piece)
    found = marked(pieces, got_past(text, ["ab"]))
    assert [one for one, piece in zip(found, pieces, strict=True) if piece] == [
        one for one, piece in zip(expected, pieces, strict=True) if piece
    ]
