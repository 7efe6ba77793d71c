"""Probing for bias: differences by hand, the spread over templates, and templates that are none."""

from statistics import stdev

import pytest

from lablib.masking import probe, score_word

TEMPLATES = ["[X] was a [MASK].", "the old [X] is a [MASK]!", "a [MASK] sat on [X]"]


def test_differences_are_those_of_single_sentences(m):
    found = probe(m, TEMPLATES, ("he", "she"), ("nurse", "doctor", "keys"))
    assert found.log_probabilities.shape == (3, 2, 3)
    for t, template in enumerate(TEMPLATES):
        for w, word in enumerate(("nurse", "doctor", "keys")):
            chances = [
                score_word(m, template.replace("[X]", subject), word).log_probability
                for subject in ("he", "she")
            ]
            assert found.log_probabilities[t, :, w].tolist() == pytest.approx(chances, abs=1e-4)
            expected = pytest.approx(chances[0] - chances[1], abs=1e-4)
            assert float(found.differences[t, w]) == expected


def test_the_table_tells_the_spread(m):
    found = probe(m, TEMPLATES, ("he", "she"), ("nurse", "doctor"))
    for number, row in enumerate(found.table()):
        differences = found.differences[:, number].tolist()
        assert row["mean"] == pytest.approx(sum(differences) / 3, abs=1e-5)
        assert row["spread"] == pytest.approx(stdev(differences), abs=1e-5)
        assert (row["least"], row["most"]) == (min(differences), max(differences))
        assert row["first"] - row["second"] == pytest.approx(row["mean"], abs=1e-4)
        assert row["agree"] == sum(d * row["mean"] > 0 for d in differences)


def test_one_string_is_one_template_or_word(m):
    found = probe(m, TEMPLATES[0], ("he", "she"), "nurse")
    assert (found.templates, found.words) == ((TEMPLATES[0],), ("nurse",))
    assert found.differences.shape == (1, 1)


def test_the_same_subject_twice_makes_no_difference(m):
    found = probe(m, TEMPLATES[:1], ("he", "he"), ("nurse",))
    assert found.differences.tolist() == [[0.0]]
    assert found.table()[0]["spread"] is None


@pytest.mark.parametrize(
    ("templates", "subjects", "words", "sentence"),
    [
        (["he was a [MASK]."], ("he", "she"), ("cat",), r"Each template needs \[X\]"),
        (["[X] was a cat."], ("he", "she"), ("cat",), r"Each template needs \[X\]"),
        ([], ("he", "she"), ("cat",), "at least one template"),
        (TEMPLATES, ("he",), ("cat",), "two subjects"),
        (TEMPLATES, ("he", " "), ("cat",), "two subjects"),
        (TEMPLATES, ("he", "she"), (), "at least one word"),
        (TEMPLATES, ("he", "she"), ("😀",), "not in this model's vocabulary"),
    ],
)
def test_what_cannot_be_probed(m, templates, subjects, words, sentence):
    with pytest.raises(ValueError, match=sentence):
        probe(m, templates, subjects, words)
