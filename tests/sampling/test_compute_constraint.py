"""Constrained decoding: allowed tokens by brute force, texts that always have the form."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lablib import models
from lablib.models.vocabulary import vocabulary
from lablib.sampling import (
    Guide,
    Knobs,
    choice_pattern,
    generate,
    json_fields,
    json_pattern,
    prepare,
)
from lablib.sampling.compute import constraint as compute
from lablib.sampling.compute import pattern as pattern_module
from tests.examples import examples
from tests.sampling.conftest import byte_tokenizer


@pytest.fixture(scope="module")
def pocket():
    return models.load("pocket-gpt2", device="cpu")


def text_of(steps):
    return "".join(step.text for step in steps)


def written(m, pattern, seed=0, tokens=60, knobs=None, prompt="Once upon"):
    prepared = prepare(m, prompt, tokens)
    guide = Guide(m, pattern, prepared)
    return [*generate(m, prepared, knobs or Knobs(), seed, tokens, ban=guide.banned)]


OPTIONS = [" king", " kings", " queen", " 日本", "é"]


def test_the_allowed_tokens_are_those_with_which_an_option_begins(pocket):
    """By trying every token of the vocabulary after every beginning of every option."""
    prompt = prepare(pocket, "The")
    guide = Guide(pocket, choice_pattern(OPTIONS), prompt)
    tokens = {e.id: e.bytes for e in vocabulary(pocket.tokenizer) if not e.special and e.bytes}
    of_bytes = {text: id for id, text in tokens.items() if len(text) == 1}
    end = pocket.tokenizer.eos_token_id
    options = [option.encode() for option in OPTIONS]
    for text in {option[:n] for option in options for n in range(len(option) + 1)}:
        ids = [*prompt.ids, *(of_bytes[bytes([byte])] for byte in text)]
        wanted = [
            id for id, more in tokens.items() if any(o.startswith(text + more) for o in options)
        ]
        wanted += [end] if text in options else []
        assert list(guide.allowed(ids)) == sorted(wanted)
        banned = set(range(pocket.model.config.vocab_size)) - set(wanted)
        assert set(guide.banned(ids)) == banned
        assert guide.matched(ids) == (text in options)


@pytest.mark.parametrize(
    "pattern", [r" \d{4}-\d\d-\d\d", "(é|è|日本語)+!", " [A-Z][a-z]{2,8}( the [A-Z][a-z]+)?\\."]
)
def test_a_text_that_ended_is_a_match(pocket, pattern):
    for seed in range(3):
        steps = written(pocket, pattern, seed)
        if steps[-1].end == "end of text":
            assert re.fullmatch(pattern, text_of(steps[:-1]), re.ASCII)
        else:  # cut off: a beginning of one
            assert steps[-1].end == "length"


@examples(20)
@given(seed=st.integers(0, 1000), temperature=st.sampled_from([0, 1.0, 3.0]))
def test_a_model_of_bytes_writes_whole_characters(tiny, seed, temperature):
    """Each of its tokens is a byte: half a character is allowed only until the other half comes."""
    m = tiny()
    steps = written(m, "(é|日本|ç){2}", seed, knobs=Knobs(temperature=temperature))
    assert steps[-1].end == "end of text"
    assert re.fullmatch("(é|日本|ç){2}", text_of(steps[:-1]))
    assert all(step.probability > 0 for step in steps)


def test_the_json_can_be_read_and_has_the_kinds_that_were_asked_for(pocket):
    fields = {"name": "string", "age": "integer", "height": "number", "rich": "boolean",
              "size": ["small", 'very "large"']}  # fmt: skip
    for seed in range(2):
        steps = written(pocket, json_pattern(fields), seed, tokens=160)
        assert steps[-1].end == "end of text", text_of(steps)
        found = json.loads(text_of(steps[:-1]))
        assert list(found) == list(fields)
        assert [type(found[name]) for name in ("name", "age", "rich")] == [str, int, bool]
        assert isinstance(found["height"], int | float)
        assert found["size"] in fields["size"]


def test_a_step_knows_the_probability_that_was_taken_away(pocket):
    first, *_ = written(pocket, choice_pattern([" time", " king"]))
    model = first.logits.softmax(0)
    assert first.banned_mass == pytest.approx(
        float(model[list(first.banned)].double().sum()), rel=1e-5
    )
    left = first.distribution()
    allowed = sorted(set(range(len(left))) - set(first.banned))
    kept = model[allowed] / model[allowed].sum()
    assert left[allowed].tolist() == pytest.approx(kept.tolist(), rel=1e-4)


def test_the_knobs_come_after_the_constraint(pocket):
    """The only token that may come, comes, though top-k 1 alone would take another."""
    steps = written(pocket, choice_pattern([" xylophone"]), knobs=Knobs(temperature=0))
    assert text_of(steps[:-1]) == " xylophone" and steps[-1].end == "end of text"


def test_a_long_prompt_is_cut_and_the_text_still_has_the_form(tiny):
    m = tiny(context=32)
    steps = written(m, "(yes|no)", tokens=10, prompt="a long prompt " * 9)
    assert text_of(steps[:-1]) in ("yes", "no")


def test_control_tokens_other_than_the_end_never_come(pocket):
    prompt = prepare(pocket, "a")
    guide = Guide(pocket, ".*", prompt)
    special = set(pocket.tokenizer.all_special_ids) - {pocket.tokenizer.eos_token_id}
    assert not special & set(guide.allowed(prompt.ids))
    assert pocket.tokenizer.eos_token_id in guide.allowed(prompt.ids)


def test_bad_input_is_said(pocket, tiny):
    prompt = prepare(pocket, "a")
    with pytest.raises(ValueError, match="at least one text"):
        choice_pattern(["", ""])
    with pytest.raises(ValueError, match="at least one field"):
        json_pattern({})
    with pytest.raises(ValueError, match=r"A field is one of string, integer.*'date'"):
        json_pattern({"born": "date"})
    for text in ("name", "name:", ": string", "a: string, a: integer"):
        with pytest.raises(ValueError, match="name: kind"):
            json_fields(text)
    with pytest.raises(ValueError, match="No text of this pattern begins with 'x'"):
        Guide(pocket, "y", prompt).allowed([*prompt.ids, pocket.tokenizer("x")["input_ids"][0]])
    endless = tiny(3)
    endless.model.generation_config.eos_token_id = None
    endless.tokenizer = type("None", (), {"eos_token_id": None})()
    with pytest.raises(ValueError, match="no end-of-text token"):
        Guide(endless, "y", prompt)


def test_the_name_of_a_field_is_written_as_it_is_typed():
    pattern = json_pattern({"größe": ["weiß"]})
    assert re.fullmatch(pattern, '{"größe": "weiß"}')


def test_the_tokens_are_put_in_order_once_for_a_tokenizer(tiny, monkeypatch):
    m, counted = tiny(), []
    monkeypatch.setattr(
        compute, "vocabulary", lambda tokenizer: counted.append(1) or vocabulary(tokenizer)
    )
    fresh = byte_tokenizer()
    m.tokenizer = fresh
    prompt = prepare(m, "a")
    assert Guide(m, "bc", prompt).allowed(prompt.ids) == Guide(m, "b", prompt).allowed(prompt.ids)
    assert len(counted) == 1
    fresh.add_tokens(["bc"])
    assert len(Guide(m, "bc", prompt).allowed(prompt.ids)) == 1, "the model has no vector for it"
    assert len(counted) == 2


@pytest.mark.parametrize("pattern", [r"([^ ]+ ?){1,200}", r"(\w+ ?)+", r"[^,]+(, [^,]+){0,50}"])
def test_words_that_repeat_are_written_in_time(pocket, pattern):
    steps = written(pocket, pattern, tokens=20, prompt="Once")
    assert re.match(pattern, text_of(steps))


def test_what_can_match_in_too_many_ways_is_said(pocket, monkeypatch):
    prompt = prepare(pocket, "Once")
    monkeypatch.setattr(pattern_module, "MOST_WORK", 10_000)
    assert Guide(pocket, " (yes|no)", prompt).allowed(prompt.ids)
    with pytest.raises(ValueError, match="too many ways at once"):
        Guide(pocket, "(.?){500}", prompt).allowed(prompt.ids)
