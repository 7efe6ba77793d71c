"""Writing text: the same tokens as transformers, whole characters, branches, determinism."""

import math
import threading
from itertools import islice
from types import SimpleNamespace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import PreTrainedTokenizerFast

from lablib.sampling import (
    Knobs,
    Session,
    TextStream,
    choose,
    distribution,
    first_divergence,
    generate,
    generate_rows,
    lockstep,
    next_logits,
    prepare,
    top,
)
from tests.examples import examples

GREEDY = Knobs(temperature=0)


def decode(m, ids):
    return m.tokenizer.decode(list(ids), clean_up_tokenization_spaces=False)


def ids_of(steps):
    return [step.id for step in steps]


def peer_ids(m, prompt, n, **options):
    ids = torch.tensor([prepare(m, prompt).ids])
    mask = torch.ones_like(ids)
    out = m.model.generate(
        ids, attention_mask=mask, max_new_tokens=n, pad_token_id=m.tokenizer.eos_token_id, **options
    )
    return out[0, ids.shape[1] :].tolist()


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("penalty", [1.0, 1.5])
def test_greedy_gives_the_tokens_of_transformers(tiny, seed, penalty):
    m = tiny(seed)
    knobs = Knobs(temperature=0, repetition_penalty=penalty)
    ours = ids_of(generate(m, "Once", knobs, max_new_tokens=30))
    assert ours == peer_ids(m, "Once", 30, do_sample=False, repetition_penalty=penalty)


def test_greedy_stops_where_transformers_stops(tiny):
    m = tiny(0)
    unlucky = ids_of(generate(m, "Once", GREEDY, max_new_tokens=12))[3]
    m.model.generation_config.eos_token_id = [unlucky, 256]
    steps = list(generate(m, "Once", GREEDY, max_new_tokens=30))
    assert ids_of(steps) == peer_ids(m, "Once", 30, do_sample=False)
    assert steps[-1].end == "end of text" and len(steps) < 30
    assert all(step.end is None for step in steps[:-1])


def test_every_step_tells_the_truth_about_the_model(m):
    knobs = Knobs(temperature=0.8, top_p=0.9, repetition_penalty=1.2)
    steps = list(generate(m, "Tell", knobs, seed=3, max_new_tokens=12))
    ids = list(prepare(m, "Tell").ids)
    total = 0.0
    for position, step in enumerate(steps):
        logits = m.model(torch.tensor([ids])).logits[0, -1].detach()
        model = logits.softmax(0)
        drawn_from = distribution(logits, knobs, ids)
        total += math.log(model[step.id])
        assert step.position == position and step.previous == tuple(ids)
        torch.testing.assert_close(step.logits, logits, atol=1e-4, rtol=1e-4)
        torch.testing.assert_close(step.distribution(), drawn_from, atol=1e-5, rtol=0)
        assert step.probability == pytest.approx(float(drawn_from[step.id]), abs=1e-5)
        assert step.model_probability == pytest.approx(float(model[step.id]), abs=1e-5)
        assert step.surprisal == pytest.approx(-math.log2(model[step.id]), abs=1e-4)
        assert step.cumulative == pytest.approx(total, abs=1e-3)
        expected = -(model * model.log2()).sum()
        assert step.model_entropy == pytest.approx(float(expected), abs=1e-4)
        assert step.entropy < step.model_entropy
        best = step.alternatives[0]
        assert best.id == model.argmax()
        assert best.probability == pytest.approx(float(model.max()), abs=1e-5)
        assert best.text == decode(m, [best.id])
        ids.append(step.id)
    assert steps[-1].end == "length"


def test_the_same_prompt_knobs_and_seed_give_the_same_text_on_any_thread(m):
    def run():
        return ids_of(generate(m, "Hi", Knobs(temperature=1.2), seed=5, max_new_tokens=25))

    expected = run()
    results = []
    threads = [threading.Thread(target=lambda: results.append(run())) for _ in range(4)]
    torch.manual_seed(0)
    for thread in threads:
        thread.start()
    torch.rand(10)
    for thread in threads:
        thread.join()
    assert results == [expected] * 4
    assert expected != ids_of(generate(m, "Hi", Knobs(temperature=1.2), seed=6, max_new_tokens=25))
    assert expected[:10] == ids_of(
        generate(m, "Hi", Knobs(temperature=1.2), seed=5, max_new_tokens=10)
    )


@examples(60)
@given(prompt=st.text(max_size=30), seed=st.integers(0, 999))
def test_the_texts_of_the_steps_join_to_the_decoded_text(m, prompt, seed):
    prepared = prepare(m, prompt)
    steps = list(generate(m, prepared, Knobs(temperature=2.0), seed, 20))
    new = "".join(step.text for step in steps)
    whole = decode(m, [*prepared.ids, *ids_of(steps)])
    assert decode(m, prepared.ids) + new == whole
    assert all("\ufffd" not in step.text for step in steps[:-1]) or "\ufffd" in whole


@examples(200)
@given(text=st.text(max_size=60), cut=st.integers(0, 60), junk=st.binary(max_size=12))
def test_a_stream_shows_only_whole_characters_and_loses_nothing(m, text, cut, junk):
    ids = m.tokenizer(text).input_ids
    ids = [*ids[:cut], *junk, *ids[cut:]]  # each byte is also the id of some token
    stream = TextStream(m.tokenizer, ids[:0])
    shown = ""
    for place, id in enumerate(ids):
        shown += stream.push(id, last=place == len(ids) - 1)
        assert decode(m, ids).startswith(shown)
    assert shown == decode(m, ids)


def test_an_emoji_of_four_tokens_appears_whole(m):
    ids = m.tokenizer("a😀b").input_ids
    stream = TextStream(m.tokenizer, [])
    assert [stream.push(id) for id in ids] == ["a", "", "", "", "😀", "b"]


@pytest.mark.parametrize("prompt", ["", "   ", "\x00", "ש\u200fלום", "😀" * 5, "<script>$x$"])
def test_unusual_prompts_work(m, prompt):
    prepared = prepare(m, prompt)
    assert prepared.cut == 0 and prepared.note == ""
    assert prompt == "" or decode(m, prepared.ids) == prompt
    assert len(list(generate(m, prompt, max_new_tokens=3))) == 3


def test_an_empty_prompt_starts_from_the_start_of_text(m):
    assert prepare(m, "").ids == (m.tokenizer.eos_token_id,)


def test_an_empty_prompt_without_a_start_of_text_gets_a_sentence(tiny):
    m = tiny()
    bare = PreTrainedTokenizerFast(tokenizer_object=m.tokenizer.backend_tokenizer)
    m.model.config.bos_token_id = None
    with pytest.raises(ValueError, match="type a word"):
        prepare(SimpleNamespace(model=m.model, tokenizer=bare), "")


def test_a_lone_surrogate_becomes_the_replacement_character(m):
    assert decode(m, prepare(m, "a\ud800b").ids) == "a\ufffdb"
    assert decode(m, prepare(m, "\ud83d\ude00").ids) == "😀"


@pytest.mark.parametrize(("room", "left"), [(1, 63), (20, 44), (500, 32)])
def test_a_prompt_that_fills_the_context_loses_its_beginning(m, room, left):
    text = "0123456789" * 10_000
    prepared = prepare(m, text, room)
    assert decode(m, prepared.ids) == text[-left:]
    assert prepared.cut == 100_000 - left
    assert prepared.note == (
        "The prompt has 100,000 tokens and the model reads at most 64: "
        f"the first {prepared.cut:,} were left out."
    )


@pytest.mark.parametrize("length", [62, 63, 64])
def test_generation_ends_when_the_context_is_full(m, length):
    steps = list(generate(m, prepare(m, "x" * length), Knobs(), max_new_tokens=10))
    assert steps[-1].end == "context full"
    assert len(steps[-1].previous) + 1 == 64
    assert list(generate(m, prepare(m, "x" * length), Knobs(), after=steps)) == []


def test_nothing_to_write(m):
    assert list(generate(m, "a", max_new_tokens=0)) == []
    with pytest.raises(ValueError, match="0 or above"):
        list(generate(m, "a", max_new_tokens=-1))


def test_branching_writes_what_a_fresh_generation_would(m):
    knobs, session = Knobs(temperature=1.1), Session(m)
    steps = list(generate(m, "Once", knobs, 2, 12, session=session))
    other = steps[4].alternatives[3]
    assert other.id != steps[4].id
    changed = choose(m, steps[4], other.id)
    path = [*steps[:4], changed]
    branch = list(generate(m, "Once", knobs, 2, 8, after=path, session=session))
    assert ids_of(branch) == ids_of(generate(m, "Once", knobs, 2, 8, after=path))
    assert [step.position for step in branch] == list(range(5, 13))
    assert changed.model_probability == pytest.approx(other.probability, abs=1e-6)
    logs = [step.log_probability for step in [*path, *branch]]
    assert branch[-1].cumulative == pytest.approx(sum(logs), abs=1e-4)
    ids = [*prepare(m, "Once").ids, *ids_of(path)]
    expected = m.model(torch.tensor([ids])).logits[0, -1].detach()
    torch.testing.assert_close(branch[0].logits, expected, atol=1e-4, rtol=1e-4)
    # and back to the first branch, which goes on with the draws it had before
    again = list(generate(m, "Once", knobs, 2, 7, after=steps[:5], session=session))
    assert ids_of(again) == ids_of(steps[5:])


def test_a_session_reads_only_what_is_new(m):
    session, read = Session(m), []
    inner = session._reader.read
    session._reader.read = lambda ids: read.append(len(ids[0])) or inner(ids)
    steps = list(generate(m, "Once", GREEDY, max_new_tokens=6, session=session))
    assert read == [4, 1, 1, 1, 1, 1]
    read.clear()
    path = [*steps[:2], choose(m, steps[2], steps[2].alternatives[1].id)]
    list(generate(m, "Once", GREEDY, max_new_tokens=3, after=path, session=session))
    assert read == [1, 1, 1]


def test_choosing_the_end_of_text_ends_the_branch(m):
    steps = list(generate(m, "Once", Knobs(), 1, 5))
    end = choose(m, steps[4], m.tokenizer.eos_token_id)
    assert end.end == "end of text"
    assert list(generate(m, "Once", after=[*steps[:4], end])) == []
    assert choose(m, end, steps[4].id).end is None
    with pytest.raises(ValueError, match="not one of this model's 257 tokens"):
        choose(m, steps[0], 257)


def test_a_session_of_another_model_is_refused(m, tiny):
    with pytest.raises(ValueError, match="another model"):
        next(generate(m, "a", session=Session(tiny(9))))


@pytest.mark.parametrize("failure", [RuntimeError("out of memory"), KeyboardInterrupt()])
def test_a_session_survives_a_failure(tiny, failure):
    m = tiny(3)
    session = Session(m)
    expected = session.next_logits([1, 2, 3, 4])
    good = session._reader._step

    def fail(*_):
        raise failure

    session._reader._step = fail
    with pytest.raises(type(failure)):
        session.next_logits([1, 2, 3, 4, 5])
    session._reader._step = good
    torch.testing.assert_close(session.next_logits([1, 2, 3, 4]), expected)


def test_a_model_that_gives_no_numbers_says_so(tiny):
    m = tiny(4)
    m.model.transformer.ln_f.weight.data.fill_(math.nan)
    with pytest.raises(ValueError, match="not-a-number"):
        next(generate(m, "a"))


def test_rows_write_what_each_would_write_alone(m):
    rows = [(Knobs(temperature=0.8), 1), (GREEDY, 1), (Knobs(top_k=5), 7)]
    together = list(generate_rows(m, "Once", rows, 15))
    for row, (knobs, seed) in enumerate(rows):
        alone = list(generate(m, "Once", knobs, seed, 15))
        assert [steps[row].id for steps in together] == ids_of(alone)
        assert "".join(s[row].text for s in together) == "".join(s.text for s in alone)


def test_a_row_that_ends_does_not_stop_the_others(tiny):
    m = tiny(5)
    rows = [(Knobs(temperature=1.5), seed) for seed in range(4)]
    alone = [ids_of(generate(m, "a", *row, 12)) for row in rows]
    end = next(id for id in alone[1] if id not in alone[0])
    m.model.generation_config.eos_token_id = end
    alone = [ids_of(generate(m, "a", *row, 12)) for row in rows]
    assert len(alone[1]) < 12 == len(alone[0])
    together = list(generate_rows(m, "a", rows, 12, keep_logits=False))
    for row, ids in enumerate(alone):
        assert [steps[row].id for steps in together if steps[row]] == ids
    assert together[-1][1] is None and together[0][0].logits is None
    with pytest.raises(ValueError, match="not kept"):
        together[0][0].distribution()


def test_lockstep_uses_the_same_draws(m):
    same = list(lockstep(m, "Hi", [Knobs(), Knobs(), GREEDY], seed=4, n=10))
    texts = [[step.id for step in column] for column in zip(*same, strict=True)]
    assert texts[0] == texts[1] == ids_of(generate(m, "Hi", Knobs(), 4, 10))
    assert first_divergence(texts[:2]) is None
    assert first_divergence(texts) is not None
    assert list(lockstep(m, "Hi", [], 1, 3)) == []


def test_a_generation_can_be_dropped_halfway(m):
    session = Session(m)
    assert len(list(islice(generate(m, "a", Knobs(), 1, 20, session=session), 3))) == 3
    assert len(list(generate(m, "a", Knobs(), 1, 5, session=session))) == 5


def test_next_logits_and_top(m):
    logits = next_logits(m, "Once")
    expected = m.model(torch.tensor([prepare(m, "Once").ids])).logits[0, -1].detach()
    torch.testing.assert_close(logits, expected)
    best = top(m, logits.softmax(0), 3)
    assert [b.id for b in best] == expected.topk(3).indices.tolist()
    assert len(top(m, logits.softmax(0), 10_000)) == 257
