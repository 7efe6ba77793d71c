"""Pairs and prefixes: scores held against sacrebleu, pairs against their rules."""

import pytest
import sacrebleu

from lablib import data, models
from lablib import seq2seq as ss
from lablib.seq2seq.compute.scoring import ScoredPair, together
from lablib.seq2seq.compute.tasks import POCKET_PREFIXES
from lablib.training.made_up import MADE_UP, is_heldout

WRITTEN = ["the cat sat on a mat", "it is cold", "a dog"]
RIGHT = ["the cat sat on the mat", "it is cold", "two old dogs"]


def rows():
    return [ScoredPair("", right, text, 10.0 * i) for i, (text, right) in
            enumerate(zip(WRITTEN, RIGHT, strict=True))]  # fmt: skip


def test_the_figures_are_sacrebleus():
    found = together(rows())
    assert found.bleu == pytest.approx(sacrebleu.corpus_bleu(WRITTEN, [RIGHT]).score)
    assert found.chrf == pytest.approx(sacrebleu.corpus_chrf(WRITTEN, [RIGHT]).score)
    assert found.exact == pytest.approx(1 / 3)
    assert [row.chrf for row in found.rows] == [0.0, 10.0, 20.0]


def test_each_source_is_scored_with_what_the_model_writes_to_it(tiny):
    m = tiny("t5")
    found = ss.score(m, [("ab", "ab"), ("cd", "xyz")], beams=2)
    assert {row.source: row.written for row in found.rows} == {
        text: ss.translate(m, text, beams=2).text for text in ("ab", "cd")
    }
    row = found.rows[0]
    expected = sacrebleu.sentence_chrf(row.written, [row.target]).score
    assert row.chrf == pytest.approx(expected)


@pytest.mark.parametrize("task", MADE_UP)
def test_pairs_of_a_made_up_task_were_never_learned_from(task):
    found = ss.heldout_pairs(task, 5)
    assert len(found) == 5 and all(is_heldout(source) for source, _ in found)
    assert all(source.startswith(f"{task}: ") for source, _ in found)


def test_french_pairs_have_the_prefix():
    assert len(ss.heldout_pairs("translate English to French", 100)) == 20
    known = "english-chinese, english-french"
    with pytest.raises(ValueError, match=f"no pairs 'english-welsh': choose one of {known}"):
        data.pairs("english-welsh")


def test_prefixes_are_the_models_own_where_it_names_them(tiny):
    m = tiny("t5")
    assert ss.prefixes(m) == POCKET_PREFIXES
    m.model.config.task_specific_params = {"summarization": {"prefix": "summarize: "}, "x": {}}
    try:
        assert ss.prefixes(m) == ("summarize: ",)
    finally:
        del m.model.config.task_specific_params


def test_the_same_text_under_each_prefix(tiny):
    m = tiny("t5")
    found = dict(ss.by_prefix(m, "ab", ["x: ", "y: "], most=4))
    assert {beginning: each.ids for beginning, each in found.items()} == {
        beginning: ss.translate(m, beginning + "ab", most=4).ids for beginning in ("x: ", "y: ")
    }


def test_the_pocket_model_does_what_it_was_taught():
    """It writes the plural of a noun it has read often, after a few hundred steps already."""
    m = models.load("pocket-t5", device="cpu")
    assert ss.translate(m, "plural: the dog").text == "the dogs"
