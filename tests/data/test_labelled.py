"""The labelled sets that come with the labs: whole, balanced, and nothing said twice."""

import re
from collections import Counter

import pytest

from lablib import data

LABELS = {"pirate": 2, "sentiment": 2, "topic": 5}
TEXTS = {"pirate": {"train": 100, "test": 60}}
LARGE = {"train": 320, "test": 80}


@pytest.fixture(params=data.labelled_names())
def rows(request):
    return data.labelled(request.param)


def words(text):
    return tuple(re.findall(r"\w+", text.lower()))


def test_there_are_two_tasks_of_400_texts_and_a_small_one():
    assert {name: len(data.labelled(name)) for name in data.labelled_names()} == {
        "pirate": 160,
        "sentiment": 400,
        "topic": 400,
    }


@pytest.mark.parametrize(("name", "labels"), LABELS.items())
def test_every_label_is_as_frequent_in_either_part(name, labels):
    counts = Counter((row.split, row.label) for row in data.labelled(name))
    assert {split for split, _ in counts} == {"train", "test"}
    assert len(counts) == 2 * labels
    for (split, _), count in counts.items():
        assert count == TEXTS.get(name, LARGE)[split] // labels


def test_nothing_is_said_twice(rows):
    assert len({words(row.text) for row in rows}) == len(rows)


def test_texts_are_short_sentences(rows):
    lengths = [len(words(row.text)) for row in rows]
    assert min(lengths) >= 4 and max(lengths) <= 32
    assert all(row.text[-1] in ".?" and row.text == row.text.strip() for row in rows)


def test_no_frame_is_filled_again_and_again(rows):
    """No four words in a row begin more than a few of the texts."""
    most = Counter(words(row.text)[:4] for row in rows).most_common(1)[0][1]
    assert most <= 4


def test_the_length_of_a_text_does_not_give_its_label_away(rows):
    means = {
        label: sum(len(words(r.text)) for r in rows if r.label == label)
        / sum(r.label == label for r in rows)
        for label in {row.label for row in rows}
    }
    assert max(means.values()) - min(means.values()) < 3


def test_an_unknown_set_is_named_with_those_there_are():
    with pytest.raises(ValueError, match="choose one of pirate, sentiment, topic"):
        data.labelled("novels")
