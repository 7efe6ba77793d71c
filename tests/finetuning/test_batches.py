"""What the tokens of a batch are there for, and the mistakes that put them in the wrong role."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import DataCollatorForLanguageModeling

from lablib.finetuning.compute import batches as bt
from tests.sampling.conftest import byte_tokenizer

END = 256


def padded(rows=(("abc", 1), ("defgh", 1))):
    """Rows of letters with an end each, padded on the right with a token of its own."""
    ids = [[ord(c) - 64 for c in text] + [END] * ends for text, ends in rows]
    width = max(map(len, ids))
    fill = [width - len(row) for row in ids]
    return {
        "input_ids": torch.tensor([r + [0] * n for r, n in zip(ids, fill, strict=True)]),
        "labels": torch.tensor([r + [-100] * n for r, n in zip(ids, fill, strict=True)]),
        "attention_mask": torch.tensor(
            [[1] * len(r) + [0] * n for r, n in zip(ids, fill, strict=True)]
        ),
    }


def test_roles_of_a_padded_batch():
    seen = bt.annotate_batch(padded())
    assert seen.roles[0] == (bt.CONTEXT, *[bt.TARGET] * 3, bt.PADDING, bt.PADDING)
    assert seen.roles[1] == (bt.CONTEXT, *[bt.TARGET] * 5)
    assert seen.asked[0].tolist() == [34, 35, END, -100, -100, -100] and seen.label_shift == 1
    assert sum(row["share"] for row in seen.table()) == pytest.approx(1.0)


def test_a_masked_batch_is_asked_in_place():
    batch = {
        "input_ids": torch.tensor([[1, 4, 7, 2]]),
        "labels": torch.tensor([[-100, 6, -100, -100]]),
    }
    seen = bt.annotate_batch(batch, shifts=False)
    assert (
        seen.roles == ((bt.CONTEXT, bt.TARGET, bt.CONTEXT, bt.CONTEXT),) and seen.label_shift == 0
    )
    assert seen.asked.tolist() == [[-100, 6, -100, -100]]


def test_a_prompt_that_is_not_asked_for_is_left_out():
    batch = {"input_ids": torch.tensor([[1, 4, 7]]), "labels": torch.tensor([[-100, -100, 7]])}
    assert bt.annotate_batch(batch).roles == ((bt.CONTEXT, bt.LEFT_OUT, bt.TARGET),)


def test_padding_in_the_loss():
    seen = bt.annotate_batch(bt.inject_mistake(padded(), bt.PADDING_IN_LOSS, END))
    assert seen.roles[0][4:] == (bt.ASKED_PADDING,) * 2
    assert bt.annotate_batch(padded()).count(bt.ASKED_PADDING) == 0


def test_pad_is_eos_is_what_the_collator_of_transformers_makes():
    tokenizer = byte_tokenizer()
    tokenizer.pad_token = tokenizer.eos_token
    collate = DataCollatorForLanguageModeling(tokenizer, mlm=False)
    texts = [tokenizer(text + tokenizer.eos_token) for text in ("abc", "defgh")]
    theirs = collate(texts)
    right = {**theirs, "labels": theirs["input_ids"].where(theirs["attention_mask"] == 1, -100)}
    ours = bt.inject_mistake(right, bt.PAD_IS_END, tokenizer.eos_token_id)
    assert torch.equal(ours["labels"], theirs["labels"])
    assert torch.equal(ours["input_ids"], theirs["input_ids"])
    assert (
        bt.annotate_batch(ours).roles[0][3] == bt.LEFT_OUT
        and bt.annotate_batch(right).roles[0][3] == bt.TARGET
    )


def test_shifted_twice_asks_for_the_one_after_the_next():
    seen = bt.annotate_batch(bt.inject_mistake(padded(), bt.SHIFTED_TWICE, END))
    assert seen.label_shift == 2 and seen.ids.shape == (2, 5)
    assert seen.asked[1].tolist() == [38, 39, 40, END, -100]
    assert seen.roles[1][:3] == (bt.CONTEXT, bt.CONTEXT, bt.TARGET)


def test_losses_are_those_of_transformers(m):
    batch = padded()
    each = bt.batch_losses(m, batch)
    expected = m.model(**batch).loss
    assert each.nanmean().item() == pytest.approx(expected.item(), abs=1e-5)
    assert each.isnan().equal(bt.annotate_batch(batch).asked == -100)


def test_what_is_no_batch_is_refused():
    with pytest.raises(ValueError, match="needs input_ids and labels"):
        bt.annotate_batch({"input_ids": torch.tensor([[1]])})
    with pytest.raises(ValueError, match="choose one of none, padding in the loss"):
        bt.inject_mistake(padded(), "what", END)
    with pytest.raises(ValueError, match="no end-of-text token"):
        bt.inject_mistake(padded(), bt.PAD_IS_END, None)


@given(st.lists(st.lists(st.integers(1, 9), min_size=2, max_size=12), min_size=1, max_size=4))
def test_every_real_token_but_the_first_is_a_target(rows):
    width = max(map(len, rows))
    ids = torch.tensor([row + [0] * (width - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])
    batch = {"input_ids": ids, "labels": ids.where(mask == 1, -100), "attention_mask": mask}
    seen = bt.annotate_batch(batch)
    assert seen.count(bt.TARGET) == sum(map(len, rows)) - len(rows)
    assert seen.count(bt.PADDING) == width * len(rows) - sum(map(len, rows))
    assert not any(seen.count(role) for role in (bt.LEFT_OUT, bt.ASKED_PADDING))
