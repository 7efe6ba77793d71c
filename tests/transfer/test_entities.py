"""Named entities: labels, pieces and scores computed another way, and a short training."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from lablib import models
from lablib import transfer as tr
from lablib.data import Entity, marked_sentences
from lablib.training.config import Config
from lablib.training.methods import prepare
from lablib.transfer.compute.entities import KINDS, LABELS, TAGGING, _task
from lablib.transfer.exercises import solutions
from tests.panels import run_code
from tests.transfer.test_training import encoder

__all__ = ["encoder"]

TRAIN, TEST = marked_sentences("train"), marked_sentences("test")
WORDS = st.lists(st.sampled_from(LABELS), max_size=8)


def spans(labels):
    """By brute force: each stretch that begins an entity, goes on with it, and ends there."""
    padded = ["O", *labels, "O"]

    def inside(place, kind):
        return padded[place] == f"I-{kind}"

    def begins(place, kind):
        before = padded[place - 1] in (f"B-{kind}", f"I-{kind}")
        return padded[place] == f"B-{kind}" or (inside(place, kind) and not before)

    return [
        Entity(kind, first - 1, last - 1)
        for first in range(1, len(padded) - 1)
        for last in range(first, len(padded) - 1)
        for kind in KINDS
        if begins(first, kind)
        and all(inside(place, kind) for place in range(first + 1, last + 1))
        and not inside(last + 1, kind)
    ]


@given(WORDS)
def test_entities_are_the_stretches_that_go_on_with_one_label(labels):
    assert tr.entities_of(labels) == spans(labels)


@given(st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)), min_size=1))
def test_f1_is_scikit_learns_over_all_stretches_there_could_be(pairs):
    right, said = zip(*pairs, strict=True)
    scores = tr.score_entities([right], [said])
    every = sorted({*spans(right), *spans(said)})
    expected = f1_score(
        [one in spans(right) for one in every],
        [one in spans(said) for one in every],
        zero_division=0.0,
    ) if every else 0.0  # fmt: skip
    assert scores.f1 == pytest.approx(expected)
    assert scores.word_accuracy == pytest.approx(sum(a == b for a, b in pairs) / len(pairs))


def test_labels_say_the_entities_of_every_sentence_that_comes_with_the_labs():
    for sentence in [*TRAIN, *TEST]:
        assert tr.entities_of(tr.tags(sentence)) == list(sentence.entities)


@given(st.lists(st.integers(1, 3), max_size=5))
def test_a_label_stands_at_the_first_piece_of_its_word(lengths):
    word_ids = [None, *(i for i, n in enumerate(lengths) for _ in range(n)), None]
    labels = list(range(10, 10 + len(lengths)))
    found = tr.label_pieces(labels, word_ids)
    assert found == solutions.piece_labels(labels, word_ids)
    assert [label for label in found if label != -100] == labels


def test_words_without_a_label_are_refused():
    with pytest.raises(ValueError, match="2 words have 1"):
        tr.label_pieces([3], [None, 0, 1, None])


def test_the_loss_of_labelled_words_is_that_of_transformers():
    config = replace(TAGGING, batch=3)
    task = _task(TRAIN[:3], config)
    m = models.load("pocket-bert", kind="encoder", device="cpu")
    model, batch = prepare(m, config, task).eval(), task.batch([0, 1, 2])
    with torch.no_grad():
        nats, count = task.loss(model, batch)
        expected = model(**batch)
    assert int(count) == sum(len(one.words) for one in TRAIN[:3])
    assert float(nats / count) == pytest.approx(float(expected.loss), rel=1e-5)
    flat = F.cross_entropy(expected.logits.flatten(0, 1), batch["labels"].flatten())
    assert float(nats / count) == pytest.approx(float(flat), rel=1e-5)


@pytest.mark.training
def test_it_learns_to_find_names_it_has_not_seen():
    config = replace(TAGGING, steps=60)
    first, *_, last = tr.learn_entities(TRAIN, TEST, config)
    assert first.scores.f1 < 0.1
    assert last.scores.f1 > 0.25 and last.scores.word_accuracy > 245 / 382
    assert (last.step, last.total) == (60, 60)
    tagged = last.tagger.tag_words(TRAIN[0].words)
    assert tagged.labels == tuple(tr.tags(TRAIN[0]))


def test_words_beyond_the_length_have_no_name():
    *_, last = tr.learn_entities(TRAIN[:2], TEST[:1], replace(TAGGING, steps=1, batch=2))
    tagged = replace(last.tagger, length=4).tag("Ada rowed to Port Ellery.")
    assert tagged.labels[-3:] == ("O", "O", "O") and len(tagged.pieces) == 4


def test_a_sentence_without_words_is_refused(encoder):
    *_, last = tr.learn_entities(
        TRAIN[:2], TEST[:1], Config(**{**vars(TAGGING), "model": encoder, "steps": 1})
    )
    with pytest.raises(ValueError, match="type some words"):
        last.tagger.tag("  ")


def test_the_lazy_model_of_the_prediction():
    right = [tr.tags(sentence) for sentence in TEST]
    scores = tr.score_entities(right, [["O"] * len(one) for one in right])
    words = [label for one in right for label in one]
    assert (words.count("O"), len(words), scores.right) == (245, 382, 65)
    assert (scores.f1, round(scores.word_accuracy, 2)) == (0, 0.64)


@pytest.mark.live
def test_the_panel_trains_and_then_answers_as_one_types():
    panel = tr.entity_panel("Ada <b>rowed</b>.")
    assert panel.wait() and panel.tagger is None
    panel.count.value = 2
    panel.button.click()
    assert panel.wait() and panel.state == "ready", panel.foot.details
    trained = panel.tagger
    assert len(panel.steps) == 3 and list(panel.plot.data[0].x) == [0, 2]
    assert "of 65 entities" in panel.words.value
    pieces = [token["text"] for token in panel.strip.tokens]
    assert (pieces[0], pieces[-1]) == ("[CLS]", "[SEP]")
    panel.input.value = "To Gull Island."
    assert panel.wait() and panel.tagger is trained
    captions = [token["caption"] for token in panel.strip.tokens]
    assert sum(caption != "–" for caption in captions) == 4
    tagged, _ = run_code(panel)
    assert tagged.labels == trained.tag("To Gull Island.").labels
    panel.input.value = " "
    assert panel.wait() and panel.state == "failed" and "type some words" in panel.foot.message
