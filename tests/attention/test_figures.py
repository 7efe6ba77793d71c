"""Sentences and tables of the attention room, from results."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lablib import attention as at
from lablib.attention.figures import ablation as ablation_figures
from lablib.attention.figures import corpus as corpus_figures
from lablib.attention.figures import layers as layers_figures
from lablib.attention.figures import multihead as multihead_figures
from lablib.attention.figures import positions as positions_figures
from lablib.attention.figures import shared

PAYLOAD = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def lens(gpt2):
    return at.logit_lens(gpt2, "Once")


def said(lens, words):
    """The lens with these likeliest tokens at the last place, from no layer to the last."""
    texts = tuple(
        (*row[:-1], (word, *row[-1][1:])) for row, word in zip(lens.texts, words, strict=True)
    )
    return replace(lens, texts=texts)


@pytest.mark.parametrize(
    ("words", "since"),
    [("aab", "from layer 1 on"), ("abb", "from layer 0 on"), ("bbb", "from the token vectors"),
     ("bab", "from layer 1 on")],
)  # fmt: skip
def test_since_when_the_lens_says_the_last_word(lens, words, since):
    assert since in layers_figures.lens_words(said(lens, words))


def test_a_token_stays_text_in_lens_and_changes(lens, gpt2):
    table = layers_figures.lens_table(said(lens, [PAYLOAD] * 3))
    assert "<img" not in table and "&lt;img" in table
    result = at.ablate(gpt2, "Once", [(0, 0)])
    change = result.changes[0]._replace(text=PAYLOAD)
    assert "<img" not in ablation_figures.changes_table(replace(result, changes=(change,)))


def test_the_lens_shows_the_last_places(gpt2):
    lens = at.logit_lens(gpt2, "Once upon a time")
    assert layers_figures.lens_table(lens).count('scope="col"') == 1 + shared.PLACES


@given(st.integers(1, 200), st.data())
def test_a_window_holds_its_token(tokens, data):
    token = data.draw(st.integers(0, tokens - 1))
    shown = shared.window(token, tokens)
    assert token in shown and len(shown) == min(tokens, shared.PLACES) and shown[-1] < tokens


def test_the_picture_of_positions_has_every_number_and_every_distance():
    vectors = torch.tensor([[1.0, -0.5], [0.0, 1.0], [-1.0, 0.25], [1.0, 1.0]])
    svg = positions_figures.positions_picture(vectors)
    assert svg.count("<rect") == 8 and svg.count("#d55e00") == 5
    points = svg.partition('points="')[2].partition('"')[0].split()
    products = at.products_by_distance(vectors)[:3]
    heights = [170 - 140 * max(-1.0, float(p / products[0])) for p in products]
    assert [float(point.split(",")[1]) for point in points] == pytest.approx(heights, abs=0.1)


def test_ablation_in_words(gpt2):
    assert ablation_figures.ablation_words(at.ablate(gpt2, "Once", [])).startswith(
        "No head is muted"
    )
    one, two = (at.ablate(gpt2, "Once", heads) for heads in ([(0, 0)], [(0, 0), (1, 1)]))
    assert ablation_figures.ablation_words(one).startswith("With 1 head muted")
    assert f"{two.loss_after:.3f} bits per token" in ablation_figures.ablation_words(two)
    assert "loss" not in ablation_figures.ablation_words(at.ablate(gpt2, "O", [(0, 0)]))


def test_a_striking_head_matters_or_not(gpt2):
    maps = at.maps(gpt2, "Once upon")
    metrics = at.head_metrics(maps)
    *_, effects = at.sweep(gpt2, "Once upon")
    most = divmod(int(effects.divergence.argmax()), 4)
    assert "matters after all" in ablation_figures.idle_words(
        *most, "previous_token", metrics, effects
    )
    calm = replace(effects, divergence=effects.divergence.clone())
    calm.divergence[0, 0], calm.divergence[1, 1] = 0.0, 1.0
    said = ablation_figures.idle_words(0, 0, "previous_token", metrics, calm)
    assert "hardly matters" in said
    assert "for previous token. Muting" in said


@given(st.integers(0, 3))
def test_shares_in_words_name_the_largest(token):
    parts = at.HeadParts(
        0,
        at.Reading((1, 2, 3, 4), ("a", "b", "c", "d"), (False,) * 4, (0,) * 4),
        torch.arange(1.0, 9.0).view(2, 4, 1).expand(2, 4, 3),
        torch.zeros(3),
    )
    words = multihead_figures.shares_words(parts, token)
    assert "head 1" in words and "100\xa0% as long" in words
    assert multihead_figures.shares_table(parts, token).count("<tr>") == 3


def overlap(one, other, slack):
    """Whether two rectangles (left, right, low, high) overlap, borders moved out by the slack."""
    return all(one[i] < other[i + 1] + slack and other[i] < one[i + 1] + slack for i in (0, 2))


@given(st.lists(st.tuples(st.integers(0, 320), st.integers(0, 200)), min_size=3, max_size=30))
def test_a_head_is_labelled_where_its_label_can_be_read(inner):
    """Points are pixels here: two corners spread them over just the room there is."""
    points = [(0, 0), (320, 200), *inner]
    across, up = zip(*points, strict=True)
    names = [f"0.{i}" for i in range(len(points))]
    shown = corpus_figures.labels_with_room(names, across, up, first=2)
    boxes = {}
    for i, (x, y) in enumerate(points):
        half = 4 * len(names[i])
        middle = x if i != 2 else x + (half + 5) * (-1 if x > sum(across) / len(across) else 1)
        boxes[i] = (middle - half, middle + half, y + 5, y + 19)
    dots = {i: (x - 5, x + 5, y - 5, y + 5) for i, (x, y) in enumerate(points)}
    labelled = [i for i, text in enumerate(shown) if text]

    def is_covered(i, slack):
        marked = [dots[j] for j in dots if j != i] + [boxes[j] for j in labelled if j != i]
        return any(overlap(boxes[i], other, slack) for other in marked)

    assert [shown[i] for i in labelled] == [names[i] for i in labelled]
    assert not any(is_covered(i, -0.01) for i in labelled)
    assert all(is_covered(i, 0.01) for i in dots if i not in labelled)


def test_heads_without_a_number_and_heads_all_alike():
    nan = float("nan")
    assert corpus_figures.labels_with_room(["0.0", "0.1"], [nan, 1.0], [0.5, 1.0], 0) == ["", "0.1"]
    assert corpus_figures.labels_with_room(["0.0", "0.1"], [nan] * 2, [0.5, 1.0], 0) == ["", ""]
    assert corpus_figures.labels_with_room(["0.0", "0.1"], [1.0] * 2, [0.5] * 2, 1) == ["", "0.1"]
