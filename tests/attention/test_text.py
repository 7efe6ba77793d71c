"""What a model reads of a text, or of two."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lablib import attention as at
from lablib.attention.compute.text import reading


def test_a_reading_knows_marks_and_types(bert):
    found = at.read(bert, "a[SEP]b", "c")
    assert found.tokens == ("[CLS]", "a", "[SEP]", "b", "[SEP]", "c", "[SEP]")
    assert found.special == (True, False, True, False, True, False, True)
    assert found.token_types == (0, 0, 0, 0, 0, 1, 1)
    assert len(found) == 7 and found.note == ""


def test_a_reading_is_read_as_it_is(gpt2):
    found = at.read(gpt2, "abc")
    assert at.read(gpt2, found, limit=1) is found


def test_an_empty_text_without_a_start_is_refused(make):
    m = make("gpt2")
    m.tokenizer.bos_token = m.tokenizer.eos_token = None
    m.model.config.bos_token_id = None
    with pytest.raises(ValueError, match="no start-of-text token; type a word"):
        at.read(m, "")


def test_models_without_token_types_are_not_given_any(make):
    assert list(at.read(make("distilbert"), "a", "b").inputs(make("distilbert"))) == ["input_ids"]
    assert at.read(make("distilbert"), "a", "b").token_types == (0, 0, 0, 1, 1)


def test_a_model_that_knows_one_kind_of_token_is_not_told_of_two(make):
    m = make("roberta", type_vocab_size=1)
    m.tokenizer.model_input_names = ["input_ids", "attention_mask"]
    found = at.maps(m, "ab", "cd")
    assert found.token_types == (0, 0, 0, 0, 1, 1, 1)
    assert list(found.queries.inputs(m)) == ["input_ids"]


def test_a_reading_of_ids(bert):
    found = reading(bert.tokenizer, [5, 6])
    assert (found.ids, found.token_types, found.cut) == ((5, 6), (0, 0), 0)
    assert found.inputs(bert)["input_ids"].equal(torch.tensor([[5, 6]]))


@given(st.text(), st.none() | st.text(), st.integers(3, 20))
def test_any_text_is_cut_to_the_limit_and_the_cut_is_counted(bert, text, pair, limit):
    whole, cut = at.read(bert, text, pair, limit=64), at.read(bert, text, pair, limit=limit)
    assert len(cut) == min(limit, len(whole))
    assert len(cut) + cut.cut == len(whole) + whole.cut
    assert bool(cut.note) == bool(cut.cut)
    assert cut.ids[0] == bert.tokenizer.cls_token_id and cut.ids[-1] == bert.tokenizer.sep_token_id
