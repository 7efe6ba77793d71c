"""Rows appended while writing are the maps of the final text, and the text is sampling's."""

import pytest
import torch

from lablib import attention as at
from lablib import sampling as sp
from lablib.attention.compute import writing
from lablib.sampling.compute.generation import CONTEXT_FULL
from lablib.sampling.compute.reading import Way
from tests.attention.conftest import CAUSAL, UNWATCHABLE


@pytest.mark.parametrize("name", CAUSAL)
@pytest.mark.parametrize("knobs", [sp.Knobs(temperature=0), sp.Knobs(temperature=1.2, top_k=20)])
def test_the_text_is_that_of_generate_and_the_rows_those_of_maps(make, name, knobs):
    m = make(name)
    written = list(at.write(m, "Hello", 6, knobs, seed=3))
    steps = list(sp.generate(m, "Hello", knobs, 3, 6))
    assert [each.step.id for each in written[:-1]] == [step.id for step in steps]
    assert written[-1].step is None
    found = at.so_far(m, written)
    assert found.queries.ids == (*sp.prepare(m, "Hello").ids, *(step.id for step in steps))
    expected = at.maps(m, found.queries)
    torch.testing.assert_close(found.weights, expected.weights, rtol=0, atol=1e-5)


def test_each_step_adds_one_row(gpt2):
    written = list(at.write(gpt2, "abc", 3))
    assert [tuple(each.rows.shape) for each in written] == [
        (2, 4, 3, 3),
        (2, 4, 1, 4),
        (2, 4, 1, 5),
        (2, 4, 1, 6),
    ]
    for n in range(1, 5):
        part = at.so_far(gpt2, written[:n])
        expected = at.maps(gpt2, part.queries).weights
        torch.testing.assert_close(part.weights, expected, rtol=0, atol=1e-5)


def test_the_context_ends_the_text_and_its_last_row_is_there(gpt2):
    *_, before, last = at.write(gpt2, "a" * 60, 20)
    assert before.step.end == CONTEXT_FULL
    assert last.rows.shape == (2, 4, 1, 64)


def test_a_long_prompt_is_cut_and_said(gpt2, monkeypatch):
    monkeypatch.setattr(writing, "MOST_TOKENS", 20)
    first, *_, last = at.write(gpt2, "abcdefghij" * 3, 5)
    assert first.rows.shape[-1] == 15 and last.rows.shape[-1] == 20
    assert "the first 15 were left out" in first.note
    assert next(at.write(gpt2, "ab", 5)).note == ""


def test_nothing_to_write_still_reads_the_prompt(gpt2):
    (only,) = at.write(gpt2, "abc", 0)
    assert only.step is None and only.rows.shape == (2, 4, 3, 3)


def test_what_cannot_write_is_refused(make, bert):
    with pytest.raises(ValueError, match="kind 'causal'"):
        next(at.write(bert, "a"))
    for name in UNWATCHABLE:
        with pytest.raises(ValueError, match="in a way of its own"):
            next(at.write(make(name), "a"))
    with pytest.raises(ValueError, match="Nothing has been written"):
        at.so_far(bert, [])


def test_between_steps_nobody_else_is_watched(gpt2):
    steps = at.write(gpt2, "abc", 3)
    first = next(steps)
    at.maps(gpt2, "xyz")  # on the same thread, while the generator waits
    assert next(steps).rows.shape == (2, 4, 1, 4)
    assert first.rows.shape == (2, 4, 3, 3)


def test_a_model_that_reads_everything_again_gives_each_row_once(make, monkeypatch):
    m = make("llama")
    monkeypatch.setattr("lablib.sampling.compute.reading.way_of", lambda _: Way.AGAIN)
    written = list(at.write(m, "The cat", n=3))
    assert [each.rows.shape[2:] for each in written] == [(7, 7), (1, 8), (1, 9), (1, 10)]
    found = at.so_far(m, written)
    ids = at.Reading(found.queries.ids, found.tokens, (False,) * 10, (0,) * 10)
    torch.testing.assert_close(found.weights, at.maps(m, ids).weights, atol=1e-4, rtol=1e-4)


def test_a_decoders_note_says_how_many_tokens_were_read(make):
    m = make("bart")
    found = at.encoder_decoder_maps(m, "a", "0123456789" * 20)
    assert f"{len(found.decoder.tokens)} are read here" in found.decoder.note
    assert len(found.decoder.tokens) <= 64
