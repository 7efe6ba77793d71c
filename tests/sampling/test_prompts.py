"""A prompt begins with the tokenizer's marks and ends with none, however long it is."""

from types import SimpleNamespace

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

from lablib import attention as at
from lablib import foundations as fo
from lablib import masking as mk
from lablib import sampling as sp
from lablib.finetuning.compute.token_losses import token_losses
from lablib.training.writing import sample
from tests.models.test_text import marked, sentencepiece

START, END = 257, 258


@pytest.fixture(scope="module", params=["<s> $A </s>", "<s> $A", "$A </s>"], ids=str)
def m(request):
    """A tiny GPT-2 of 64 tokens whose tokenizer puts marks round every text."""
    torch.manual_seed(0)
    tokenizer = marked(request.param)
    config = GPT2Config(vocab_size=len(tokenizer), n_positions=64, n_embd=32, n_layer=2, n_head=4,
                        initializer_range=0.4, bos_token_id=START, eos_token_id=END)  # fmt: skip
    model = GPT2LMHeadModel(config).eval()
    card = SimpleNamespace(name="tiny", kind="causal")
    return SimpleNamespace(model=model, tokenizer=tokenizer, device=model.device, card=card)


def before(m):
    return [START] * (m.tokenizer("a").input_ids[0] == START)


def plain(m, text):
    return m.tokenizer(text, add_special_tokens=False).input_ids


@torch.inference_mode()
def log_probabilities(m, ids):
    """Of each id but the first given those before it, by the stock model."""
    logits = m.model(torch.tensor([ids])).logits[0].log_softmax(-1)
    return [float(logits[place, id]) for place, id in enumerate(ids[1:])]


def test_it_goes_on_after_the_text_and_not_after_its_end(m):
    prepared = sp.prepare(m, "once upon a time")
    assert list(prepared.ids) == before(m) + plain(m, "once upon a time")
    assert prepared.marks == len(before(m))
    first = next(sp.generate(m, "once", sp.Knobs(temperature=0)))
    with torch.inference_mode():
        expected = m.model(torch.tensor([before(m) + plain(m, "once")])).logits[0, -1]
    assert first.id == int(expected.argmax())


def test_an_empty_prompt_is_the_start_of_a_text(m):
    assert list(sp.prepare(m, "").ids) == [START]  # the mark, or the tokenizer's start of text


def test_a_typed_mark_stays(m):
    assert list(sp.prepare(m, "once</s>").ids) == [*before(m), *plain(m, "once"), END]


def test_a_long_prompt_keeps_its_start_mark_and_says_so(m):
    prepared = sp.prepare(m, "0123456789" * 10, room=10)
    assert list(prepared.ids) == before(m) + plain(m, "0123456789" * 10)[-54 + len(before(m)) :]
    assert prepared.cut == 100 + len(before(m)) - 54
    assert ("after its start mark" in prepared.note) == bool(before(m))


def test_attention_while_writing_keeps_it_too(m, monkeypatch):
    monkeypatch.setattr("lablib.attention.compute.writing.MOST_TOKENS", 30)
    first = next(at.write(m, "0123456789" * 4, n=10))
    assert list(first.ids) == before(m) + plain(m, "0123456789" * 2)[len(before(m)) :]
    assert f"the first {40 - 20 + len(before(m))}" in first.note


def test_attention_reads_what_the_model_goes_on_from(m):
    assert list(at.read(m, "once").ids) == before(m) + plain(m, "once")
    cut = at.read(m, "0123456789" * 10)
    assert len(cut) <= 64 and cut.ids[-1] != END
    assert len(cut) + cut.cut == 100 + len(before(m))


def test_what_stands_after_a_gap_is_no_text_of_its_own(m):
    found = mk.fill_from_left(m, "The man [MASK] by the sea.", k=5, candidates=5)
    left, right = before(m) + plain(m, "The man"), plain(m, " by the sea.")
    totals = {}
    for guess in found.guesses:
        ids = [*left, guess.id, *right]
        totals[guess.id] = sum(log_probabilities(m, ids)[len(left) - 1 :])
    shares = torch.tensor(list(totals.values())).softmax(0).tolist()
    expected = dict(zip(totals, shares, strict=True))
    assert {g.id: pytest.approx(g.probability, abs=1e-4) for g in found.rescored} == expected


def test_the_rest_of_a_sentencepiece_text_has_no_second_space():
    torch.manual_seed(0)
    config = LlamaConfig(vocab_size=11, hidden_size=16, intermediate_size=16, num_hidden_layers=1,
                         num_attention_heads=2, initializer_range=0.4, bos_token_id=1)  # fmt: skip
    m = SimpleNamespace(model=LlamaForCausalLM(config).eval(), tokenizer=sentencepiece())
    found = mk.fill_from_left(m, "a [MASK] by.", k=3, candidates=11)
    left, right = [1, 4], [8, 9]  # <s> ▁a … ▁by .
    totals = [sum(log_probabilities(m, [*left, id, *right])[1:]) for id in range(11)]
    expected = torch.tensor(totals).softmax(0)
    for guess in found.rescored:
        assert guess.probability == pytest.approx(float(expected[guess.id]), abs=1e-4)


def test_losses_begin_after_one_start_mark(m):
    ids = plain(m, "once upon")
    expected = [-p for p in log_probabilities(m, [START, *ids])]
    assert token_losses(m, "once upon").losses == pytest.approx(expected, abs=1e-4)
    assert fo.surprise(m, "once upon").nats == pytest.approx(expected, abs=1e-4)


def test_a_sample_while_training_goes_on_after_its_prompt(m):
    m.model.generation_config.eos_token_id = END
    text = sample(m.model, m.tokenizer, "once", 1, seed=0)
    assert text.startswith("once")
    seen = []
    hook = m.model.register_forward_pre_hook(
        lambda _, __, given: seen.append(given["input_ids"]), with_kwargs=True
    )
    sample(m.model, m.tokenizer, "0123456789" * 10, 8, seed=0)
    hook.remove()
    assert seen[0][0].tolist() == before(m) + plain(m, "0123456789" * 10)[-56 + len(before(m)) :]
