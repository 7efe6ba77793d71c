"""What two models write and predict: the numbers are those of transformers."""

import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lablib import data
from lablib.finetuning.compute import comparison as cp
from lablib.finetuning.compute.same_head import head_change
from lablib.finetuning.compute.token_losses import loss_change, token_losses
from lablib.finetuning.figures import comparison as comparison_figures
from lablib.finetuning.figures import same_head as same_head_figures
from lablib.finetuning.figures import token_losses as token_losses_figures
from lablib.sampling import Knobs, generate
from tests.examples import examples

PAYLOAD = "<img src=x onerror=alert(1)>"


def test_losses_of_tokens_are_those_of_transformers(m):
    found = token_losses(m, "Once upon")
    ids = torch.tensor([[m.tokenizer.bos_token_id, *found.ids]])
    assert found.mean == pytest.approx(m.model(input_ids=ids, labels=ids).loss.item(), abs=1e-5)
    assert [row["token"] for row in found.table()] == list("Once upon")


def test_the_difference_is_after_less_before(tiny):
    before, after = tiny(1), tiny(2)
    found = loss_change(before, after, "abc")
    one, other = token_losses(before, "abc"), token_losses(after, "abc")
    assert found.differences == tuple(b - a for a, b in zip(one.losses, other.losses, strict=True))
    assert found.top(1)[0][1] == max(found.differences, key=abs)
    words = token_losses_figures.loss_words(found)
    assert ("fell" in words) == (other.mean < one.mean)


def test_a_long_text_is_cut_and_an_empty_one_refused(m):
    found = token_losses(m, "a" * 500)
    assert len(found.losses) <= 63 and "left out" in found.note
    with pytest.raises(ValueError, match="type a sentence"):
        token_losses(m, "")


def test_models_with_other_tokens_are_refused(m):
    from lablib import models

    with pytest.raises(ValueError, match="different tokens"):
        loss_change(m, models.load("pocket-gpt2"), "Once upon a time")


@examples(25)
@given(st.text(min_size=1, max_size=40))
def test_any_text_has_finite_losses(m, text):
    assert all(math.isfinite(loss) for loss in token_losses(m, text).losses)


def test_a_measure_is_the_loss_of_transformers_on_one_window(m):
    text = "the old lamp"
    found = cp.measure_text(m, text, length=64)
    ids = torch.tensor([m.tokenizer(text)["input_ids"]])
    assert found.loss == pytest.approx(m.model(input_ids=ids, labels=ids).loss.item(), abs=1e-5)
    assert found.tokens == 11 and found.perplexity == pytest.approx(math.exp(found.loss))
    assert found.bits_per_byte == pytest.approx(found.loss * 11 / math.log(2) / 12)
    assert not m.model.training
    assert cp.measure_text(m, "a\ud800b", length=64) == cp.measure_text(m, "a\ufffdb", length=64)
    with pytest.raises(ValueError, match="two tokens at least"):
        cp.measure_text(m, "a")


def test_the_general_text_is_not_the_own_one():
    assert data.text("lighthouse") not in cp.general_text("lighthouse")
    assert data.text("lighthouse") in cp.general_text("cookbook")


def test_continuations_are_those_of_generate(m):
    *_, last = cp.continue_prompts(m, ["Once", "The"], [0, 5], Knobs(), 6)
    assert [(one.prompt, one.seed) for one in last] == [
        ("Once", 0), ("Once", 5), ("The", 0), ("The", 5),
    ]  # fmt: skip
    for one in last:
        steps = generate(m, one.prompt, Knobs(), one.seed, 6)
        assert one.text == "".join(step.text for step in steps)
    with pytest.raises(ValueError, match="at least one prompt"):
        next(cp.continue_prompts(m, []))


def test_words_and_table_of_measures():
    better, worse = cp.TextMeasure(2.0, 9, 30), cp.TextMeasure(3.0, 9, 30)
    words = comparison_figures.measures_words((worse, better), (better, worse))
    assert "better (−63 %), and it pays for that with general text (+172 %)" in words
    words = comparison_figures.measures_words((better, worse), (worse, better))
    assert "learned nothing" in words and "did not suffer" in words
    assert "20.1" in comparison_figures.measures_table((worse, better), (better, worse))


def test_nobodys_tags_reach_the_page():
    texts = (cp.Continuation(PAYLOAD, 0, PAYLOAD),)
    html = comparison_figures.texts_html(texts, texts)
    assert "<img" not in html and html.count("&lt;img") == 3
    assert "…" in comparison_figures.texts_html(texts, ())


def test_moved_attention(tiny):
    same, other = tiny(1), tiny(2)
    assert head_change(same, same, "abc").moved.max() == 0
    found = head_change(same, other, "abcd")
    weights = (found.before.weights - found.after.weights).abs().sum(-1) / 2
    assert found.moved.allclose(weights.mean(-1)) and 0 < found.moved.max() <= 1
    layer, head, share = found.top(1)[0]
    assert "elsewhere, no head more." in same_head_figures.head_words(found, layer, head)
    assert share == found.moved.max()
    calm = replace(found, moved=torch.zeros(2, 4))
    assert "0.0\xa0%" in same_head_figures.head_words(calm, 1, 3)
    one = replace(found, moved=torch.tensor([[0.1, 0.3], [0.0, 0.1]]))
    said = same_head_figures.head_words(one, 0, 0)
    assert "elsewhere, layer 0, head 1 most: 30.0\xa0%." in said
    assert "By layer it is 5\xa0% (layer 1) to 20\xa0% (layer 0)." in said
    with pytest.raises(ValueError, match="no same head"):
        head_change(same, tiny(1, layers=1), "abc")
