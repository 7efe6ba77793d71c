"""Conversations: how they are written down, which tokens count, and what is wrong with a line."""

import copy
import json

import pytest
import torch

from lablib import models
from lablib.finetuning.compute.batches import LEFT_OUT, TARGET
from lablib.finetuning.panel.batches import BatchPanel
from lablib.training import chats
from lablib.training.config import Config
from lablib.training.corruption import IGNORE_INDEX
from lablib.training.engine import fit, setup
from lablib.training.tasks import make_task
from lablib.training.texts import read_text

ASKED = {"role": "user", "content": "What is two and two?"}
TOLD = {"role": "assistant", "content": "Four."}
AGAIN = {"role": "user", "content": "And three and three?"}
SIX = {"role": "assistant", "content": "Six, I think."}
CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


@pytest.fixture
def tokenizer():
    """One of our own: the model's is shared."""
    return copy.deepcopy(models.load("pocket-gpt2", device="cpu").tokenizer)


def lines(*rows):
    return "\n".join(map(json.dumps, rows))


def learned(row, tokenizer):
    return tokenizer.decode(row["labels"][row["labels"] != IGNORE_INDEX])


def test_answers_alone_count_each_with_the_mark_of_its_end(tokenizer):
    (chat,) = chats.read_chats(lines({"messages": [ASKED, TOLD, AGAIN, SIX]}))
    row = chats.chat_row(chat, tokenizer, 256)
    assert tokenizer.decode(row["input_ids"]) == (
        "User:\nWhat is two and two?\nAssistant:\nFour.<|endoftext|>\n"
        "User:\nAnd three and three?\nAssistant:\nSix, I think.<|endoftext|>"
    )
    assert learned(row, tokenizer) == "Four.<|endoftext|>Six, I think.<|endoftext|>"
    asked = row["labels"] != IGNORE_INDEX
    assert torch.equal(row["labels"][asked], row["input_ids"][asked])


def test_a_models_own_template_is_taken_with_its_special_tokens(tokenizer):
    tokenizer.add_special_tokens({"additional_special_tokens": ["<|im_start|>", "<|im_end|>"]})
    tokenizer.chat_template = CHATML
    (chat,) = chats.read_chats(lines({"messages": [ASKED, TOLD]}))
    row = chats.chat_row(chat, tokenizer, 256)
    end = tokenizer.convert_tokens_to_ids("<|im_end|>")
    assert (row["input_ids"] == end).sum() == 2 and (row["labels"] == end).sum() == 1
    assert learned(row, tokenizer) == "Four.<|im_end|>\n"


def test_an_answer_that_the_template_shows_otherwise_later_is_context(tokenizer):
    tokenizer.chat_template = (
        "{% for m in messages %}{{ m.role }}: {{ m.content if loop.last else 'shortened' }}\n"
        "{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}"
    )
    chat = chats.Chat(1, (TOLD | {"role": "user"}, TOLD, AGAIN, SIX))
    whole, places = chats.answers_in(chat, tokenizer)
    assert whole.count("shortened") == 3 and places == []


def test_the_loss_is_that_of_the_answers(gpt2, tmp_path):
    """Held against the model asked by hand, a conversation at a time."""
    rows = [{"prompt": f"{n} and one is ", "completion": f"{n + 1}"} for n in range(8)]
    config = Config(
        gpt2, lines(*rows), length=64, steps=1, batch=8, heldout=0.0, device="cpu", precision="fp32"
    )
    state = setup(config)
    nats, count = 0.0, 0
    with torch.no_grad():
        for row in rows:
            text = row["prompt"] + row["completion"] + state.tokenizer.eos_token
            ids = state.tokenizer(text, return_tensors="pt")["input_ids"]
            own = len(state.tokenizer(row["prompt"])["input_ids"])
            scores = state.model.eval()(ids).logits[0, own - 1 : -1].log_softmax(-1)
            nats -= scores.gather(1, ids[0, own:, None]).sum().item()
            count += ids.shape[1] - own
    (record,) = [record for record in fit(state) if record.step]
    assert record.loss == pytest.approx(nats / count, rel=1e-4) and record.tokens == count


def test_a_run_keeps_the_template_and_is_asked_in_it(gpt2, tmp_path):
    path = tmp_path / "chats.jsonl"
    path.write_text(lines(*[{"messages": [ASKED, TOLD]}] * 10), encoding="utf-8")
    config = Config(
        gpt2, str(path), length=64, steps=2, batch=2, sample_every=1, prompt="Hello",
        sample_tokens=2, device="cpu",
    )  # fmt: skip
    records = list(fit(setup(config, tmp_path / "run")))
    assert records[1].sample.startswith("User:\nHello\nAssistant:\n")
    path.unlink()
    assert setup(config, tmp_path / "run").task.train_rows == 9
    kept = models.load(tmp_path / "run" / "model").tokenizer
    assert kept.chat_template == chats.TEMPLATE
    assert models.load(gpt2).tokenizer.chat_template is None


def test_what_is_longer_than_a_row_is_cut_or_left_out_with_a_note():
    m = models.load("pocket-gpt2", device="cpu")
    short, long = (
        {"prompt": "Go", "completion": " on" * 40},
        {"prompt": "Go " * 60, "completion": "on"},
    )
    config = Config(text=lines(short, short, long), length=32, heldout=0.0)
    task = make_task(config, m)
    assert task.train_rows == 2 and "1 of 3 conversations" in task.notes[0]
    assert task.batch([0])["input_ids"].shape[1] == 32
    with pytest.raises(ValueError, match="No conversation has its answer within 32 tokens"):
        make_task(Config(text=lines(long), length=32), m)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"messages": [', "Line 2 is no JSON"),
        ("[1]", "Line 2 holds no conversation"),
        ('{"text": "a"}', "Line 2 holds no conversation"),
        ('{"prompt": "a"}', "Line 2 has a prompt and no completion"),
        ('{"completion": "a"}', "Line 2 has a completion and no prompt"),
        ('{"prompt": "a", "completion": ["b"]}', "Line 2 has a prompt and no completion"),
        ('{"messages": []}', "Line 2 has no messages"),
        ('{"messages": ["a"]}', "Line 2, message 1 has no text"),
        ('{"messages": [{"role": "tool", "content": "a"}]}', "Line 2, message 1 is by 'tool'"),
        (lines({"messages": [ASKED]}), "Line 2 begins with an answer or ends without one"),
        (lines({"messages": [TOLD]}), "Line 2 begins with an answer or ends without one"),
    ],
)
def test_a_line_that_is_wrong_is_named(line, said):
    with pytest.raises(ValueError, match=said):
        chats.read_chats(f'{{"prompt": "a", "completion": "b"}}\n{line}')


def test_a_template_that_refuses_is_quoted(tokenizer):
    tokenizer.chat_template = "{{ raise_exception('No system here') }}"
    with pytest.raises(ValueError, match="does not take the messages of line 7: No system here"):
        chats.chat_row(chats.Chat(7, (ASKED, TOLD)), tokenizer, 16)


def test_files_of_conversations_are_read_and_other_json_is_refused(tmp_path):
    path = tmp_path / "chats.jsonl"
    path.write_text(lines({"prompt": "a", "completion": "b"}, {"prompt": "c", "completion": "d"}))
    assert len(chats.read_chats(read_text(path))) == 2
    path.write_text(lines({"text": "a"}, {"text": "b"}))
    with pytest.raises(ValueError, match="JSON lines"):
        read_text(path)
    with pytest.raises(ValueError, match="task='causal'"):
        text = lines({"prompt": "a", "completion": "b"})
        config = Config("pocket-bert", text, task="masked", length=32)
        make_task(config, models.load("pocket-bert", device="cpu"))


@pytest.mark.live
def test_the_strips_show_which_tokens_count():
    rows = [{"messages": [ASKED, TOLD]}, {"messages": [AGAIN, SIX]}] * 5
    panel = BatchPanel(lines(*rows), length=64)
    assert panel.wait() and panel.state == "ready", panel.foot.text
    tokens = [token for strip in panel.strips for token in strip.tokens]
    asked, read = (
        "".join(token["text"] for token in tokens if token["mark"] == mark)
        for mark in (TARGET, LEFT_OUT)
    )
    assert "Four." in asked and "What" not in asked
    assert "is two and two" in read and "Four" not in read
    labels = make_task(panel.config, panel.model()).batch(range(4))["labels"]
    assert panel.seen.count(TARGET) == int((labels[:, 1:] != IGNORE_INDEX).sum())
