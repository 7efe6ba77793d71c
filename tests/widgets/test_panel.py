"""The panel without a browser: what it shows of its work, and changing the model."""

import threading
import time
from types import SimpleNamespace

import pytest
import torch

from lablib import models
from lablib.widgets import ModelChoice, Panel, Progress, as_choice, shared_choice
from lablib.widgets import panel as panel_module


def loaded(name):
    card = models.ModelCard(name, "causal", "folder", None, None, "mit", ("en",), "A tiny model.")
    return models.LoadedModel(
        SimpleNamespace(), None, card, torch.device("cpu"), f"You chose {name}."
    )


@pytest.fixture
def opened():
    choice = ModelChoice("tiny")
    choice.loaded = loaded("tiny")
    return Panel("A panel", [], choice=choice)


def ask(panel, name):
    """What the learner does who opens another model in the panel's head."""
    panel.head._handle_custom_msg({"open": name}, [])


def test_progress_comes_ten_times_a_second_at_most_and_the_end_always(monkeypatch):
    panel = Panel("Counting", [])
    seen = []
    panel.foot.observe(lambda change: seen.append(change.new), "text")

    def work():
        for i in range(400):
            time.sleep(0.001)
            yield Progress(i, 400, "things")

    panel.run(work)
    assert panel.wait()
    counted = [text for text in seen if "of 400" in text]
    assert 1 <= len(counted) <= 1 + 2 / panel_module.PROGRESS_SECONDS
    assert panel.state == "ready" and panel.foot.share is None


def test_the_badge_says_which_model_and_why(opened):
    assert opened.head.model_name == "tiny on cpu"
    assert opened.head.why == "You chose tiny."


def test_a_download_shows_its_progress_and_stop_keeps_the_model_before(opened, monkeypatch):
    told = threading.Event()
    opened.foot.observe(lambda change: "of 10,000 MB of gpt2" in change.new and told.set(), "text")

    def slow(name, kind, progress):
        for megabyte in range(10_000):
            progress(megabyte, 10_000, "MB of gpt2")
            time.sleep(0.002)

    monkeypatch.setattr(models, "load", slow)
    ask(opened, "gpt2")
    assert told.wait(30)
    opened.foot._handle_custom_msg({"stop": True}, [])
    assert opened.wait() and opened.state == "stale"
    assert opened.head.model_name == "tiny on cpu"


def test_a_model_that_cannot_be_had_is_said_and_the_one_before_stays(opened, monkeypatch):
    def refuse(name, kind, progress):
        raise models.ModelError(f"{name} is not on this machine; choose pocket-gpt2 instead.")

    monkeypatch.setattr(models, "load", refuse)
    ask(opened, "gpt2")
    assert opened.wait() and opened.state == "failed"
    assert "choose pocket-gpt2 instead" in opened.foot.message
    assert opened.choice.loaded.card.name == "tiny"


def test_all_panels_of_a_choice_follow_it(monkeypatch):
    drawn = []

    class Follower(Panel):
        def model_changed(self):
            drawn.append(self.choice.loaded.card.name)

    choice = ModelChoice("tiny")
    first, second = Follower("One", [], choice=choice), Follower("Two", [], choice=choice)
    monkeypatch.setattr(models, "load", lambda name, kind, progress: loaded(name))
    ask(first, "other")
    assert first.wait()
    assert drawn == ["other", "other"]
    assert second.head.model_name == "other on cpu"


def test_whose_choice_a_panel_follows():
    own = ModelChoice("tiny")
    assert as_choice(own) is own
    assert as_choice(None) is shared_choice("causal") is as_choice(None)
    assert as_choice("tiny").name == "tiny"


def test_an_exception_without_words_is_told_with_its_details():
    panel = Panel("Broken", [])

    def work():
        yield
        raise KeyError

    panel.run(work)
    assert panel.wait() and panel.state == "failed"
    assert "KeyError" in panel.foot.message and "Traceback" in panel.foot.details
