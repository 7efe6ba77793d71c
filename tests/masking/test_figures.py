"""Columns, tables, sentences and plots from results."""

import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lablib import masking as mk
from lablib.masking import figures as fg
from lablib.masking.bias import Probe

PAYLOAD = "<img src=x onerror=alert(1)>"


@given(st.floats(0, 1))
def test_a_percentage_is_close_to_the_probability(p):
    words = fg.percent(p)
    if words.endswith(" %"):
        assert float(words[:-2]) / 100 == pytest.approx(p, rel=0.006, abs=1e-12)
    else:
        assert 0 < p < 1e-6 and " × 10⁻" in words


@given(st.floats(-1e9, 1e9))
def test_factors_are_at_least_one(difference):
    assert fg.factor(difference).endswith("times")
    assert fg.factor(difference) == fg.factor(-difference)


def test_columns_say_what_masks_hide(m):
    filled = mk.fill(m, "the [MASK] sat on [MASK].", k=3)
    score = mk.score_word(m, "the [MASK] sat on [MASK].", "keys")
    first, second = fg.fill_columns(filled, ["keys", None], [score, None])
    assert first["note"].startswith("It hides “keys”") and second["note"] == ""
    assert [row["value"] for row in second["rows"]] == [g.probability for g in filled.top(mask=1)]
    unknown, _ = fg.fill_columns(filled, ["😀", None], [None, None])
    assert "not in the vocabulary" in unknown["note"]
    known, _ = fg.fill_columns(filled, [filled.top()[1].text, None], [None, None])
    assert [row["mark"] for row in known["rows"]] == [False, True, False]


def test_whether_guesses_clash(tiny):
    m = tiny()
    orders, joint = mk.compare_orders(m, "[MASK] [MASK] [MASK] sat")
    best, alone = joint.fillings[0], orders["independent"]
    words = fg.clash_words(orders, joint)
    assert (best.ids == alone.ids) == words.startswith("Here the independent guesses happen")
    worse = replace(alone, ids=(0, 0, 0), log_probability=best.log_probability - math.log(4))
    assert "is 4.0 times as probable together" in fg.clash_words(
        orders | {"independent": worse}, joint
    )
    single = mk.compare_orders(m, "[MASK] sat")
    assert "hide a second word" in fg.clash_words(*single)
    assert fg.percent(best.probability) in fg.joint_table(orders, joint)
    assert fg.joint_columns(orders, replace(joint, exact=False))[3]["note"].endswith(
        "better still."
    )


def test_evidence_in_words(m):
    found = mk.evidence(m, "the old cat sat on the [MASK].", "mat")
    found = replace(
        found, without=(*[found.log_probability] * 2, found.log_probability - 1, *found.without[3:])
    )
    found = replace(found, without=(*found.without[:3], *[found.log_probability] * 4))
    looks = [0.0, 0.0, 0.5, 0.1, 0.0, 0.0, 0.0]
    words = fg.evidence_words(found, looks)
    assert "Without “cat” it would be 2.7 times less probable. It is also the word" in words
    words = fg.evidence_words(found, looks[::-1])
    assert "But the mask looks most at “on”" in words
    html = fg.evidence_table(found, looks)
    assert "+1.00" in html and "1 and 1" in html
    chips = fg.evidence_tokens(found)
    assert [chip["text"] for chip in chips].index("[MASK]") == 6 and chips[6]["mark"] == "asked"


def test_sentences_in_words(m):
    pair = mk.compare_sentences(m, "the cat is old", "the cat are old")
    words = fg.comparison_words(pair)
    assert ("second" in words.split(" scores")[0]) == (pair.difference > 0)
    assert "They differ in length" not in words
    longer = mk.compare_sentences(m, "the cat is old", "the cat is very very old")
    assert "They differ in length" in fg.comparison_words(longer)
    same = mk.compare_sentences(m, "the cat", "the cat")
    assert fg.comparison_words(same) == "The model finds both equally likely."
    rows = fg.comparison_rows(longer)
    assert [row.label for row in rows].count("– / very") == 2
    plot = fg.dumbbell_plot("nats")
    fg.draw_dumbbells(plot, ("a", "b"), rows)
    lines, first, second = plot.data
    assert (len(first.x), len(second.x), len(lines.x)) == (4, 6, 12)
    assert plot.layout.yaxis.tickvals[-1] == -5


def probe():
    log_probabilities = torch.tensor([[[-1.0, -2.0], [-2.0, -2.5]], [[-1.0, -3.0], [-2.0, -2.0]]])
    return Probe(
        ("[X] a [MASK]", "[X] b [MASK]"), ("he", "she"), ("cook", "king"), log_probabilities
    )


def test_a_probe_in_words_and_numbers():
    found = probe()
    assert "“cook” is 2.7 times as probable after “he”" in fg.probe_words(found)
    assert "an anecdote" in fg.probe_words(found)
    html = fg.probe_table(found)
    assert "+1.00 … +1.00" in html and "−1.00 … +0.50" in html and "1 of 2" in html
    plot = fg.probe_plot()
    fg.draw_probe(plot, found)
    single, mean = plot.data
    assert list(single.x) == [1.0, 1.0, 0.5, -1.0] and list(mean.x) == [1.0, -0.25]
    assert mean.error_x.array[1] == pytest.approx(1.0607, abs=1e-3)


def test_no_tag_of_a_text_reaches_a_table_or_a_plot(m):
    found = replace(
        probe(), words=(PAYLOAD, "b"), subjects=(PAYLOAD, PAYLOAD), templates=(PAYLOAD,) * 2
    )
    plot = fg.probe_plot()
    fg.draw_probe(plot, found)
    dumbbells = fg.dumbbell_plot("nats")
    fg.draw_dumbbells(dumbbells, found.subjects, fg.probe_rows(found))
    pair = mk.compare_sentences(m, "a", PAYLOAD)
    loss = mk.BatchLoss((mk.PairLoss("a", "b", PAYLOAD, True, 0.5, 1),), 1.0, 1.0)
    pictures = [plot.to_dict(), dumbbells.to_dict(), fg.probe_table(found)]
    pictures += [fg.comparison_table(pair), fg.batch_table(loss)]
    assert not any("<img" in str(picture) for picture in pictures)


def test_training_in_words():
    step = mk.TrainingStep(10, 20, 1.0, 0.1, 0.08, 4.0, (), None)
    assert fg.training_words([]) == ""
    assert "still guesses by how common" in fg.training_words([step])
    later = replace(step, step=20, accuracy=0.4)
    assert "It uses the words around" in fg.training_words([step, later])
    plot = fg.training_plot()
    fg.draw_training(plot, [step, later])
    assert list(plot.data[0].y) == [0.1, 0.4] and list(plot.data[2].x) == [10, 20]


def test_a_long_comparison_shows_the_words_that_differ_most(m):
    pair = mk.compare_sentences(m, "the old cat sat " * 8, "the cat sat " * 10)
    rows = fg.comparison_rows(pair)
    assert len(pair.pairs) > fg.ROWS == len(rows)
    shown = [abs((row.second or 0.0) - (row.first or 0.0)) for row in rows]
    left_out = sorted((abs(p.difference) for p in pair.pairs), reverse=True)[fg.ROWS :]
    assert min(shown) >= max(left_out)
    assert "the 24 words that differ most" in fg.comparison_words(pair)
