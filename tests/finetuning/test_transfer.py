"""Every way learns from its share and is measured on the same pages; the claim in words."""

import math
from dataclasses import replace

import pytest

from lablib import data
from lablib.finetuning.compute import transfer as tr
from lablib.finetuning.figures import transfer as fg
from tests.training.tiny_folder import save_tiny

WAYS = ("scratch", "lora", "last")
POINT = tr.TransferPoint("full", 0.05, 0, 3, 4, 4, 3.0, 2.0, 2.5)


@pytest.fixture(scope="module")
def folder(tiny, tmp_path_factory):
    return save_tiny(tiny, tmp_path_factory.mktemp("tiny"))


def test_every_way_learns_from_its_share(folder):
    points = list(
        tr.transfer_points(
            data.text("lighthouse"), folder, WAYS, (0.1, 1.0), steps=2, batch=2, length=16,
            device="cpu",
        )
    )  # fmt: skip
    ended = [point for point in points if point.done]
    assert [(p.share, p.method) for p in ended] == [(s, m) for s in (0.1, 1.0) for m in WAYS]
    assert [p.step for p in points[:3]] == [0, 1, 2]
    assert ended[0].rows == round(0.1 * ended[-1].rows)
    pretrained = [p.start for p in ended if p.method != "scratch"]
    assert pretrained == pytest.approx([pretrained[0]] * 4)  # one held-out part for all
    assert all(p.best <= min(p.start, p.last) and not p.failure for p in ended)


def test_a_run_that_breaks_off_is_a_point_too(folder, monkeypatch):
    monkeypatch.setitem(tr.RATES, "full", 1e30)
    found = tr.transfer_points(
        data.text("lighthouse"), folder, ["full"], [1.0], steps=8, batch=2, length=16, device="cpu"
    )
    *_, last = found
    assert last.done and last.failure and last.step < 8
    assert fg.means([last]) == {} and "stopped at step" in fg.transfer_table([last])


def test_bad_input_gets_a_sentence(folder):
    with pytest.raises(ValueError, match="no method 'head'"):
        next(tr.transfer_points("lighthouse", folder, ["head"]))
    with pytest.raises(ValueError, match="above 0"):
        next(tr.transfer_points("lighthouse", folder, shares=[0.0]))


def test_the_claim_in_words_and_in_a_plot():
    scratch = [replace(POINT, method="scratch", share=s, best=b) for s, b in ((0.05, 5), (1.0, 3))]
    full = [POINT, replace(POINT, share=1.0, best=1.0), replace(POINT, seed=1, best=4.0)]
    words = fg.transfer_words([*scratch, *full])
    assert "With 5\xa0% of the text, pretrained, all weights reaches perplexity 20.1" in words
    assert "behind a model from scratch with 100\xa0% of it (20.1)" in words
    assert "7.39 times as high at 5\xa0%, and 7.39 times at 100\xa0%" in words
    assert fg.transfer_words(scratch) == ""
    plot = fg.transfer_plot()
    fg.draw_transfer(plot, [*scratch, *full])
    line = plot.data[list(tr.RATES).index("full")]
    assert list(line.x) == [0.05, 1.0] and line.y[0] == pytest.approx(math.exp(3))
    assert line.y[0] + line.error_y.array[0] == pytest.approx(math.exp(4))
    assert plot.data[-1].y[0] == pytest.approx(math.exp(3.0))
