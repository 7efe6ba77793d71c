"""The chat panel without a browser: the marks, the guesses, an answer, its code, bad input."""

import pytest

from lablib import models
from lablib.sampling import Knobs, chat, generate, next_in_chat, read_messages
from lablib.sampling.panel.chat import chat_panel
from tests.sampling.panels import opened, run_code


@pytest.fixture
def panel(instruct):
    panel = chat_panel("system: Be kind.\nuser: Hé!", opened(instruct), max_new_tokens=12)
    assert panel.wait()
    return panel


def test_the_strip_shows_roles_and_special_tokens(panel, instruct):
    assert panel.state == "ready", panel.foot.details
    written = chat(instruct, read_messages(panel.text.value))
    tokens = panel.strip.tokens
    assert [token["id"] for token in tokens] == list(written.ids)
    marks = ["" if role == "template" else role for role in written.roles]
    assert [token["mark"] for token in tokens] == marks
    special = [token["text"] for token in tokens if token["special"]]
    assert special == ["<|im_start|>", "<|im_end|>"] * 2 + ["<|im_start|>"]
    assert "im_start" in panel.template.value and "chat template" not in panel.said.value


def test_one_looks_after_each_turn_and_each_token(panel, instruct):
    guesses = next_in_chat(instruct, panel.written)

    def shown():
        (column,) = panel.view.columns
        return [row["value"] for row in column["rows"]]

    assert shown() == pytest.approx([one.probability for one in guesses[-1]])
    assert [label for label, _ in panel.after.options] == [
        "message 1 (system)", "message 2 (user)", "the answer begins"
    ]  # fmt: skip
    panel.after.value = panel.written.ends[0]
    assert panel.strip.selected == [panel.written.ends[0]]
    assert shown() == pytest.approx([one.probability for one in guesses[panel.written.ends[0]]])
    panel.strip.selected = [2]
    assert shown() == pytest.approx([one.probability for one in guesses[2]])


def test_an_answer_joins_the_messages(panel, instruct):
    before = panel.text.value
    steps = [*generate(instruct, panel.written.prompt, Knobs(), 0, 12)]
    panel.answer.click()
    assert panel.wait() and panel.state == "ready", panel.foot.message
    text = "".join(step.text for step in steps if step.end != "end of text").strip()
    assert panel.text.value.startswith(f"{before}\nassistant: {text[:3]}")
    assert panel.wait()
    assert "assistant" in panel.written.roles or not text


def test_its_code_gives_what_it_shows(panel, monkeypatch):
    found, names = run_code(panel, monkeypatch)
    assert found == panel.guesses[-1]
    assert names["written"] == panel.written


def test_a_model_without_a_template_says_so():
    panel = chat_panel(model=opened(models.load("pocket-gpt2", device="cpu")))
    assert panel.wait() and panel.state == "ready", panel.foot.message
    assert "has no chat template: it was never taught turns" in panel.said.value


def test_bad_input_is_a_sentence_and_nothing_is_lost(panel):
    tokens = panel.strip.tokens
    panel.text.value = "Hello"
    assert panel.wait()
    assert panel.state == "failed" and "Begin each message" in panel.foot.message
    assert panel.strip.tokens == tokens
    panel.text.value = "user: <img src=x onerror=window.broken=1>"
    assert panel.wait()
    assert panel.state == "ready"
    assert "<img" not in panel.template.value + panel.said.value
