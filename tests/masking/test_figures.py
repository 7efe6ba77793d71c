"""Columns, tables, sentences and plots from results."""

import math
import re
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lablib import masking as mk
from lablib.masking.compute.bias import Probe
from lablib.masking.figures import bias as bias_figures
from lablib.masking.figures import evidence as evidence_figures
from lablib.masking.figures import fill as fill_figures
from lablib.masking.figures import joint as joint_figures
from lablib.masking.figures import pretraining as pretraining_figures
from lablib.masking.figures import sentences as sentences_figures
from lablib.masking.figures import shared
from lablib.masking.figures import training as training_figures

PAYLOAD = "<img src=x onerror=alert(1)>"


@given(st.floats(0, 1))
def test_a_percentage_is_close_to_the_probability(p):
    words = shared.percent(p)
    if words.endswith(" %"):
        assert float(words[:-2]) / 100 == pytest.approx(p, rel=0.006, abs=1e-12)
    else:
        assert 0 < p < 1e-6 and " × 10⁻" in words


@given(st.floats(-1e9, 1e9))
def test_factors_are_at_least_one(difference):
    assert shared.factor(difference).endswith("times")
    assert shared.factor(difference) == shared.factor(-difference)


def test_columns_say_what_masks_hide(m):
    filled = mk.fill(m, "the [MASK] sat on [MASK].", k=3)
    score = mk.score_word(m, "the [MASK] sat on [MASK].", "keys")
    first, second = fill_figures.fill_columns(filled, ["keys", None], [score, None])
    assert first["note"].startswith("It hides “keys”") and second["note"] == ""
    assert [row["value"] for row in second["rows"]] == [g.probability for g in filled.top(mask=1)]
    unknown, _ = fill_figures.fill_columns(filled, ["😀", None], [None, None])
    assert "not in the vocabulary" in unknown["note"]
    known, _ = fill_figures.fill_columns(filled, [filled.top()[1].text, None], [None, None])
    assert [row["mark"] for row in known["rows"]] == [False, True, False]


def test_whether_guesses_clash(tiny):
    m = tiny()
    orders, joint = mk.compare_orders(m, "[MASK] [MASK] [MASK] sat")
    best, alone = joint.fillings[0], orders["independent"]
    words = joint_figures.clash_words(orders, joint)
    assert (best.ids == alone.ids) == words.startswith("Here the independent guesses happen")
    worse = replace(alone, ids=(0, 0, 0), log_probability=best.log_probability - math.log(4))
    assert "is 4.0 times as probable together" in joint_figures.clash_words(
        orders | {"independent": worse}, joint
    )
    single = mk.compare_orders(m, "[MASK] sat")
    assert "hide a second word" in joint_figures.clash_words(*single)
    assert shared.percent(best.probability) in joint_figures.joint_table(orders, joint)
    assert joint_figures.joint_columns(orders, replace(joint, exact=False))[3]["note"].endswith(
        "better still."
    )


def test_evidence_in_words(m):
    found = mk.evidence(m, "the old cat sat on the [MASK].", "mat")
    found = replace(
        found,
        ablated_log_probs=(
            *[found.log_probability] * 2,
            found.log_probability - 1,
            *found.ablated_log_probs[3:],
        ),
    )
    found = replace(
        found, ablated_log_probs=(*found.ablated_log_probs[:3], *[found.log_probability] * 4)
    )
    looks = [0.0, 0.0, 0.5, 0.1, 0.0, 0.0, 0.0]
    words = evidence_figures.evidence_words(found, looks)
    assert "Without “cat” it would be 2.7 times less probable. Of the words, the mask" in words
    assert words.endswith("looks at it most, too (50\xa0%).")
    words = evidence_figures.evidence_words(found, [look / 2 for look in looks[::-1]])
    assert "But of the words, the mask looks most at “on” (25\xa0%)" in words
    assert words.endswith("Most of its attention (70\xa0%) rests on special tokens such as [CLS].")
    html = evidence_figures.evidence_table(found, looks)
    assert "+1.00" in html and "1 and 1" in html
    chips = evidence_figures.evidence_tokens(found)
    assert [chip["text"] for chip in chips].index("[MASK]") == 6 and chips[6]["mark"] == "asked"


def test_sentences_in_words(m):
    pair = mk.compare_sentences(m, "the cat is old", "the cat are old")
    words = sentences_figures.comparison_words(pair)
    assert ("second" in words.split(" scores")[0]) == (pair.difference > 0)
    assert "They differ in length" not in words
    total, gain, rest = (float(n.replace("−", "-")) for n in re.findall(r"[+−]?\d+\.\d\d", words))
    assert gain > 0 and gain + rest == pytest.approx(total)
    longer = mk.compare_sentences(m, "the cat is old", "the cat is very very old")
    assert "They differ in length" in sentences_figures.comparison_words(longer)
    same = mk.compare_sentences(m, "the cat", "the cat")
    assert sentences_figures.comparison_words(same) == "The model finds both equally likely."
    rows = sentences_figures.comparison_rows(longer)
    assert [row.label for row in rows].count("– / very") == 2
    plot = shared.dumbbell_plot("nats")
    shared.draw_dumbbells(plot, ("a", "b"), rows)
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
    assert "“cook” is 2.7 times as probable after “he”" in bias_figures.probe_words(found)
    assert "an anecdote" in bias_figures.probe_words(found)
    html = bias_figures.probe_table(found)
    assert "+1.00 … +1.00" in html and "−1.00 … +0.50" in html and "1 of 2" in html
    plot = bias_figures.probe_plot()
    bias_figures.draw_probe(plot, found)
    single, mean = plot.data
    assert list(single.x) == [1.0, 1.0, 0.5, -1.0] and list(mean.x) == [1.0, -0.25]
    assert mean.error_x.array[1] == pytest.approx(1.0607, abs=1e-3)


def test_no_tag_of_a_text_reaches_a_table_or_a_plot(m):
    found = replace(
        probe(), words=(PAYLOAD, "b"), subjects=(PAYLOAD, PAYLOAD), templates=(PAYLOAD,) * 2
    )
    plot = bias_figures.probe_plot()
    bias_figures.draw_probe(plot, found)
    dumbbells = shared.dumbbell_plot("nats")
    shared.draw_dumbbells(dumbbells, found.subjects, bias_figures.probe_rows(found))
    pair = mk.compare_sentences(m, "a", PAYLOAD)
    loss = mk.BatchLoss((mk.PairLoss("a", "b", PAYLOAD, True, 0.5, 1),), 1.0, 1.0)
    pictures = [plot.to_dict(), dumbbells.to_dict(), bias_figures.probe_table(found)]
    pictures += [sentences_figures.comparison_table(pair), pretraining_figures.batch_table(loss)]
    assert not any("<img" in str(picture) for picture in pictures)


def test_training_in_words():
    step = mk.TrainingStep(10, 20, 1.0, 0.1, 0.08, 4.0, (), None)
    assert training_figures.training_words([]) == ""
    assert "still guesses by how common" in training_figures.training_words([step])
    later = replace(step, step=20, accuracy=0.4)
    assert "It uses the words around" in training_figures.training_words([step, later])
    plot = training_figures.training_plot()
    training_figures.draw_training(plot, [step, later])
    assert list(plot.data[0].y) == [0.1, 0.4] and list(plot.data[2].x) == [10, 20]


def test_a_long_comparison_shows_the_words_that_differ_most(m):
    pair = mk.compare_sentences(m, "the old cat sat " * 8, "the cat sat " * 10)
    rows = sentences_figures.comparison_rows(pair)
    assert len(pair.pairs) > sentences_figures.ROWS == len(rows)
    shown = [abs((row.second or 0.0) - (row.first or 0.0)) for row in rows]
    left_out = sorted((abs(p.difference) for p in pair.pairs), reverse=True)[
        sentences_figures.ROWS :
    ]
    assert min(shown) >= max(left_out)
    assert "the 24 words that differ most" in sentences_figures.comparison_words(pair)
