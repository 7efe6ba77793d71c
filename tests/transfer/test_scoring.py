"""Predictions and scores equal those of transformers and scikit-learn."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import classification_report

from lablib.transfer import Prediction, load_classifier, predict, score, worst

NAMES = ("a", "b", "c")


def said(number, sure=0.8):
    row = [(1 - sure) / 2] * 3
    row[number] = sure
    return Prediction("", NAMES, tuple(row))


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40))
def test_scores_equal_scikit_learns_report(pairs):
    called, labels = zip(*pairs, strict=True)
    found = score([said(number) for number in called], labels)
    report = classification_report(
        labels, called, labels=range(3), target_names=NAMES, output_dict=True, zero_division=0.0
    )
    for each in found.classes:
        expected = report[each.name]
        assert each.precision == pytest.approx(expected["precision"])
        assert each.recall == pytest.approx(expected["recall"])
        assert each.f1 == pytest.approx(expected["f1-score"])
        assert each.support == expected["support"]
    assert found.accuracy == pytest.approx(np.mean(np.array(called) == np.array(labels)))
    assert found.macro_f1 == pytest.approx(report["macro avg"]["f1-score"])
    assert found.confusion.sum() == len(pairs)
    assert found.confusion[0].sum() == labels.count(0)


def test_the_surest_mistakes_are_the_worst():
    predictions = [said(0), said(1, 0.9), said(1, 0.99), said(2)]
    assert worst(predictions, [0, 0, 0, 1]) == [2, 1, 3]
    assert worst(predictions, [0, 0, 0, 1], k=1) == [2]


def test_scores_need_a_label_each():
    with pytest.raises(ValueError, match="Every prediction needs its label"):
        score([said(0)], [])


def test_predictions_in_a_batch_are_those_of_each_alone(tiny):
    texts = ["good soup", "a very dull film, so bad", "fine", "not good! " * 4] * 10
    together = predict(tiny, texts)
    for text, found in zip(texts[:4], together, strict=False):
        with torch.inference_mode():
            row = tiny.model(**tiny.tokenizer(text, return_tensors="pt")).logits[0].softmax(-1)
        assert found.probabilities == pytest.approx(row.tolist(), abs=1e-5)
        assert found.text == text and found.label == found.top(1)[0][0]


@pytest.mark.parametrize("texts", [[], [""], ["good", " "]])
def test_nothing_to_judge_is_said(tiny, texts):
    with pytest.raises(ValueError, match="no text to judge"):
        predict(tiny, texts)


def test_a_saved_classifier_opens_in_transformers_and_here(tiny, tmp_path):
    from transformers import pipeline

    tiny.save(tmp_path / "mine")
    again = load_classifier(tmp_path / "mine")
    assert again.names == tiny.names
    now, then = (predict(c, ["good soup"])[0].probabilities for c in (again, tiny))
    assert now == pytest.approx(then, abs=1e-6)
    there = pipeline("text-classification", model=str(tmp_path / "mine"))("good soup")[0]
    assert there["label"] == predict(tiny, ["good soup"])[0].label
    with pytest.raises(ValueError, match="There is no model in the folder"):
        load_classifier(tmp_path / "none")
