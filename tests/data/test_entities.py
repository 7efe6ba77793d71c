"""The sentences with names that come with the labs: sound marks, and a fair test part."""

from collections import Counter

import pytest

from lablib import data

PARTS = {"train": 102, "test": 40}


def named(sentence):
    return [
        (kind, " ".join(sentence.words[first : last + 1]).lower())
        for kind, first, last in sentence.entities
    ]


@pytest.mark.parametrize(("part", "count"), PARTS.items())
def test_every_kind_of_name_is_marked_often(part, count):
    sentences = data.marked_sentences(part)
    assert len(sentences) == count
    kinds = Counter(entity.kind for one in sentences for entity in one.entities)
    assert set(kinds) == {"person", "place", "organisation"}
    assert min(kinds.values()) > 0.2 * kinds.total()


def test_no_sentence_stands_twice():
    times = Counter(one.words for part in PARTS for one in data.marked_sentences(part))
    assert max(times.values()) == 1


def test_marks_leave_the_sentences_as_they_are():
    for sentence in (one for part in PARTS for one in data.marked_sentences(part)):
        assert not {"[", "]"} & set(sentence.words)
        assert sentence.words[-1] in (".", "?")
        places = [n for _, first, last in sentence.entities for n in range(first, last + 1)]
        assert places == sorted(set(places))
        assert all(sentence.words[first][0].isupper() or sentence.words[first] == "the"
                   for _, first, _ in sentence.entities)  # fmt: skip


def test_a_name_has_one_kind_and_most_of_those_in_the_test_are_new():
    kinds = Counter()
    seen = {name for one in data.marked_sentences("train") for name in named(one)}
    asked = [name for one in data.marked_sentences("test") for name in named(one)]
    for _, name in seen | set(asked):
        kinds[name] += 1
    assert max(kinds.values()) == 1
    assert sum(name not in seen for name in asked) > len(asked) / 2


def test_a_part_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="choose train or test"):
        data.marked_sentences("validation")
