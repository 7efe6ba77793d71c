"""Naive Bayes, compared with scikit-learn's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB

from lablib.transfer import count_words, read_labelled
from tests.examples import examples

TEXTS = st.lists(st.text("ab cdé'1", max_size=12), min_size=4, max_size=8)


def reference(texts, labels):
    """The logarithms of scikit-learn's model, before they are made to sum to 1."""
    words = CountVectorizer(token_pattern=r"\w+")
    model = MultinomialNB(alpha=1.0).fit(words.fit_transform(texts), labels)
    return lambda text: model.predict_joint_log_proba(words.transform([text]))[0].tolist()


@given(TEXTS, st.text("ab cde1", max_size=12))
@examples(50)
def test_the_scores_are_scikit_learns(texts, text):
    texts, labels = ["a", *texts], [place % 2 for place in range(len(texts) + 1)]
    expected = reference(texts, labels)(text)
    assert count_words(texts, labels, 2).scores(text) == pytest.approx(expected)


@pytest.mark.parametrize("name", ["sentiment", "topic"])
def test_it_labels_the_labs_texts_as_scikit_learn_does(name):
    labelled = read_labelled(name)
    counted = count_words(labelled.train.texts, labelled.train.labels, len(labelled.names))
    expected = reference(labelled.train.texts, labelled.train.labels)
    for text in labelled.test.texts:
        assert counted.scores(text) == pytest.approx(expected(text))
        scores = expected(text)
        assert counted.label(text) == scores.index(max(scores))


def test_a_class_without_a_text_is_refused():
    with pytest.raises(ValueError, match="Class 1 has no text"):
        count_words(["a"], [0], 2)
