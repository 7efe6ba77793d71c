"""A gate and filtered data: scores and counts computed another way, and what the lab says."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB

from lablib import models
from lablib import transfer as tr
from lablib.foundations.compute.threshold import counts_at
from lablib.transfer.compute import filtering
from lablib.transfer.compute.gate import FOLDS, folds_of
from tests.panels import run_code

SET = tr.read_labelled("pirate")
LETTER = "The matey tone of his letters annoys my mother."
THREAT = "One word to the harbour master and you will join the fishes."


@pytest.fixture(scope="module")
def judged():
    *_, found = tr.judge_all(SET)
    return found


def test_every_text_is_judged_by_what_scikit_learn_learned_from_the_others(judged):
    texts = np.array(SET.train.texts + SET.test.texts)
    labels = np.array([int(label == 0) for label in SET.train.labels + SET.test.labels])
    folds = np.array(folds_of(labels.tolist()))
    assert [one.text for one in judged] == texts.tolist()
    assert [one.unwanted for one in judged] == (labels == 1).tolist()
    for fold in range(FOLDS):
        words = CountVectorizer(token_pattern=r"\w+")
        bayes = MultinomialNB().fit(
            words.fit_transform(texts[folds != fold]), labels[folds != fold]
        )
        expected = bayes.predict_proba(words.transform(texts[folds == fold]))[:, 1]
        found = [one.score for one, own in zip(judged, folds, strict=True) if own == fold]
        assert found == pytest.approx(expected.tolist(), abs=1e-6)


def test_each_quarter_has_its_share_of_both_classes():
    labels = [1, 1, 0, 1, 0, 0, 0, 1, 1, 0, 1, 1]
    found = Counter(zip(folds_of(labels), labels, strict=True))
    for label in (0, 1):
        sizes = [found[fold, label] for fold in range(FOLDS)]
        assert sum(sizes) == labels.count(label) and max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.5, 1.0])
def test_who_is_wrongly_judged_is_who_is_counted(judged, threshold):
    refused, passed = tr.wrongly(judged, threshold)
    labels, scores = [int(one.unwanted) for one in judged], [one.score for one in judged]
    counts = counts_at(labels, scores, threshold)
    assert (len(refused), len(passed)) == (counts.fp, counts.fn)
    assert all(not one.unwanted for one in refused) and all(one.unwanted for one in passed)
    assert refused == sorted(refused, key=lambda one: one.score, reverse=True)
    assert passed == sorted(passed, key=lambda one: one.score)


def test_what_the_lab_says_of_two_texts(judged):
    refused, passed = ({one.text for one in each} for each in tr.wrongly(judged, 0.5))
    assert LETTER in refused and THREAT in passed


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"unwanted": "whale"}, "choose pirate or plain"),
        ({"classifier": "smell"}, "counting or frozen"),
        ({"labelled": replace(SET, train=SET.train.take([0, 1]), test=SET.test.take([0]))},
         "at least 4 texts"),
    ],
)  # fmt: skip
def test_what_no_gate_can_be_made_of_is_refused(change, said):
    with pytest.raises(ValueError, match=said):
        list(tr.judge_all(**{"labelled": SET, **change}))


@pytest.mark.live
def test_the_gate_panel_counts_at_its_threshold(judged):
    panel = tr.gate_panel()
    assert panel.wait(600) and panel.state == "ready", panel.foot.details
    counts = counts_at([int(j.unwanted) for j in judged], [j.score for j in judged], 0.5)
    assert f"{counts.tp} of the 80 that are unwanted, and {counts.fp} of the 80" in (
        panel.words.value
    )
    refused, passed = panel.plot.data
    assert refused.y[50] == counts.fp / 80 and passed.y[50] == counts.fn / 80
    assert (refused.y[0], passed.y[0]) == (1, 0)
    found, _ = run_code(panel)
    assert found == tuple([one.text for one in each] for each in tr.wrongly(judged, 0.5))
    panel.threshold.value = 1.0
    assert panel.wait() and "0 of the 80 that are not" in panel.words.value
    assert "none" in panel.refused.value


def test_the_frozen_encoder_reads_the_same_texts_otherwise(judged):
    *others, found = tr.judge_all(SET, classifier="frozen", model="pocket-bert")
    assert len(others) == 5 and set(others) == {None}
    assert [one.text for one in found] == [one.text for one in judged]
    assert all(0 <= one.score <= 1 for one in found)
    right = sum((one.score >= 0.5) == one.unwanted for one in found)
    assert right > 120


# --- filtered data ----------------------------------------------------------------------------


def test_the_training_sets_are_nothing_everything_the_gate_and_the_labels(judged):
    learn = judged[: len(SET.train)]
    nothing, everything, passed, wanted = tr.training_sets(learn, 0.5).values()
    assert (len(nothing), len(everything), len(wanted)) == (0, 100, 50)
    assert {one.text for one in passed} == {one.text for one in learn if one.score < 0.5}
    with pytest.raises(ValueError, match="raise its threshold"):
        tr.training_sets(learn, 0.0)


@pytest.fixture(scope="module")
def outcomes():
    config = replace(tr.FILTERING, steps=4)
    return [one for one in tr.learn_filtered(SET, config=config) if one]


@pytest.mark.training
def test_a_model_that_has_read_pirates_expects_them(outcomes):
    nothing, everything, passed, wanted = outcomes
    assert [one.training_set for one in outcomes] == list(tr.TRAINING_SETS)
    assert (everything.unwanted, wanted.unwanted) == (50, 0)
    assert 0 < passed.unwanted < 50
    assert everything.unwanted_bits < wanted.unwanted_bits
    assert everything.unwanted_bits < nothing.unwanted_bits
    assert everything.other_bits < nothing.other_bits


@pytest.mark.training
def test_what_held_out_texts_cost_is_what_transformers_says(outcomes):
    m = models.load("pocket-gpt2", device="cpu")
    text = "\n".join(t for t, label in SET.test if SET.names[label] == "pirate")
    from lablib.foundations import surprise

    assert outcomes[0].unwanted_bits == pytest.approx(surprise(m, text).bits_per_byte, rel=1e-5)


@pytest.mark.training
def test_what_is_written_goes_on_from_the_prompt_in_one_line(outcomes):
    for one in outcomes:
        assert len(one.written) == filtering.TEXTS
        assert all(text.startswith("The captain") and "\n" not in text for text, _ in one.written)
        assert one.refused(0.0) == filtering.TEXTS and one.refused(1.1) == 0


@pytest.mark.training
def test_the_filtering_panel_draws_every_training_set():
    panel = tr.filtering_panel()
    assert panel.wait(600) and panel.plot is None
    panel.count.value = 1
    panel.button.click()
    assert panel.wait(600) and panel.state == "ready", panel.foot.details
    assert list(panel.plot.data[0].y) == list(tr.TRAINING_SETS)
    assert list(panel.plot.data[0].x) == [one.unwanted_bits for one in panel.outcomes]
    assert panel.table.value.count("of 8") == 4
    before = panel.texts.value
    panel.shown.value = tr.TRAINING_SETS[1]
    assert panel.texts.value != before
    assert run_code(panel)[0] == panel.outcomes
