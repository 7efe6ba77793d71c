"""The corpus panel without a browser: scan, passages, the test, stop, its code, any text."""

import pytest
import torch

from lablib import attention as at
from lablib.attention.panel.corpus import corpus_panel
from tests.attention.test_corpus import TEXT
from tests.attention.test_panel_ablation import coloured
from tests.sampling.panels import opened, run_code


@pytest.fixture
def panel(gpt2):
    panel = corpus_panel(TEXT, model=opened(gpt2))
    assert panel.wait() and panel.state == "ready", panel.foot.details
    return panel


def ready(panel):
    return panel.wait() and panel.state == "ready"


def test_the_scatter_the_map_and_the_table_show_the_scan(panel, gpt2):
    *_, found = at.scan(gpt2, TEXT)
    across, up = found.mean("previous_token"), found.mean("induction")
    every, chosen = panel.plot.data
    assert list(every.x) == pytest.approx(across.flatten().tolist())
    assert list(every.y) == pytest.approx(up.flatten().tolist())
    assert list(every.customdata) == ["0.0", "0.1", "0.2", "0.3", "1.0", "1.1", "1.2", "1.3"]
    torch.testing.assert_close(coloured(panel.map, "previous_token"), across)
    best = at.top_heads(across, 1)[0][:2]
    assert panel.map.opened == list(best) and list(chosen.customdata) == ["{}.{}".format(*best)]
    assert chosen.error_x.array[0] == pytest.approx(float(found.spread("previous_token")[best]))
    assert panel.table.value.count("<tr>") == 1 + 8
    mean, spread = (float(part[best]) for part in (across, found.spread("previous_token")))
    assert f"{mean:.2f}\N{NBSP}±\N{NBSP}{spread:.2f}" in panel.table.value
    assert f"all {found.total} passages of 64 tokens" in panel.words.value


def test_other_metrics_are_drawn_from_the_same_scan(panel):
    found = panel.found
    panel.up.value = "entropy"
    assert ready(panel) and panel.found is found
    assert list(panel.plot.data[0].y) == pytest.approx(found.mean("entropy").flatten().tolist())
    panel.map.metric = "distance"
    assert ready(panel) and panel.across.value == "distance"
    assert panel.plot.layout.xaxis.title.text == "Mean distance (tokens)"


def test_a_head_has_its_passages_from_strong_to_weak_and_each_opens(panel, gpt2):
    panel.map.opened = [1, 2]
    assert ready(panel)
    name = panel.found.name((1, 2))
    tenths = panel.found.tenths(name, (1, 2))
    assert [place for _, place in panel.passages.options] == [tenth[0] for tenth in tenths]
    values = [float(text.split()[0]) for text, _ in panel.passages.options]
    assert values == sorted(values, reverse=True)
    panel.passages.index = len(tenths) - 1
    assert panel.view.layers == []
    panel.open_button.click()
    assert ready(panel) and panel.right.line.shown == 1
    assert (panel.view.layer, panel.view.heads) == (1, [2])
    shown = at.maps(gpt2, panel.found.passages[tenths[-1][0]])
    assert panel.view._maps.tokens == shown.tokens


def test_what_is_opened_or_tested_while_a_text_is_read_does_not_end_the_reading(panel, gpt2):
    for act in (panel.open_button, panel.test):
        states = at.scan(gpt2, TEXT)
        panel.found, panel._scanning = next(states), states
        panel._show(panel.found)
        panel.right.line.shown = 0
        act.click()
        assert ready(panel), panel.foot.details
        assert len(panel.found.passages) == panel.found.total > 1
    assert len(panel.cost.cost) == panel.found.total


def test_a_tenth_has_several_passages(gpt2):
    panel = corpus_panel(TEXT * 10, model=opened(gpt2))
    assert ready(panel)
    tenths = panel.found.tenths(panel.found.name(tuple(panel.map.opened)), panel.map.opened)
    assert len(tenths[3]) > 1
    panel.passages.index = 3
    panel.another.click()
    assert ready(panel)
    assert panel.passages.index == 3 and panel.passages.value == tenths[3][1]


def test_a_click_on_a_point_opens_its_head(panel):
    panel._click([6])
    assert ready(panel) and panel.map.opened == [1, 2]
    assert list(panel.plot.data[1].customdata) == ["1.2"]


def test_the_claim_is_tested_and_forgotten_with_its_head(panel, gpt2):
    panel.map.opened = [0, 1]
    assert ready(panel)
    panel.test.click()
    assert ready(panel)
    *_, cost = at.muting_cost(gpt2, panel.found, (0, 1))
    [bars] = panel._cost_plot.data
    assert list(bars.x) == pytest.approx(cost.mean.tolist(), abs=1e-6)
    assert bars.y[0] == "<b>0.1</b>"
    assert f"{float(cost.mean[0]):+.3f}" in panel.verdict.value
    panel.map.opened = [1, 1]
    assert ready(panel)
    assert panel.cost is None and panel.verdict.value == "" and panel.costs.layout.display == "none"


def test_the_code_gives_what_is_drawn(panel, monkeypatch):
    panel.test.click()
    assert ready(panel)
    (across, up, tenths, mean, spread), _ = run_code(panel, monkeypatch)
    assert list(panel.plot.data[0].x) == pytest.approx(across.flatten().tolist())
    assert list(panel.plot.data[0].y) == pytest.approx(up.flatten().tolist())
    assert [place for _, place in panel.passages.options] == [tenth[0] for tenth in tenths]
    torch.testing.assert_close(mean, panel.cost.mean)
    torch.testing.assert_close(spread, panel.cost.spread)


def test_a_shipped_text_is_named_in_the_code(panel):
    panel.text.value = "lighthouse"
    assert panel.wait()
    assert "data.text('lighthouse')" in panel.foot.code


def test_what_was_read_before_a_stop_stays_and_reading_does_not_go_on(panel, gpt2):
    states = at.scan(gpt2, TEXT)
    panel.found, panel._scanning = next(states), states
    panel.stop()
    panel.up.value = "entropy"
    assert ready(panel)
    assert len(panel.found.passages) == 1 and panel.found.total > 1
    assert f"1 of {panel.found.total} passages" in panel.words.value


@pytest.mark.parametrize("kind", ["bert", "encoder"])
def test_models_that_read_both_ways(make, kind):
    m = make("bert")
    m.model = m.model.bert if kind == "encoder" else m.model
    panel = corpus_panel(TEXT[:100], model=opened(m))
    assert ready(panel), panel.foot.details
    panel.test.click()
    assert panel.wait()
    assert panel.state == ("failed" if kind == "encoder" else "ready")
    assert kind == "bert" or "choose a next-word model" in panel.foot.message


@pytest.mark.parametrize("text", ["", "word", "nowhere/at/all.txt", "a b"])
def test_a_text_that_cannot_be_read_is_refused_and_the_next_one_is_read(panel, text):
    panel.text.value = text
    assert panel.wait()
    if text == "a b":
        assert panel.state == "ready"
        return
    assert panel.state == "failed" and panel.passages.options == ()
    assert panel.place.layout.display == "none"
    panel.up.value = "entropy"
    assert panel.wait() and panel.state == "failed", "it is still the same text"
    panel.text.value = TEXT
    assert ready(panel) and panel.found.total > 1 and panel.place.layout.display is None


@pytest.mark.parametrize("text", ["\x00<script>$x$ <b>", "\ud800 and so on", "word " * 2_000])
def test_any_text(panel, text):
    panel.text.value = text
    assert panel.wait() and panel.state == "ready", panel.foot.details
    assert "<script" not in panel.words.value + panel.table.value


def test_the_queries_and_keys_of_the_head_that_is_open(panel, gpt2, monkeypatch):
    assert panel.plane is None and "needs a kernel" in panel.meaning.value
    panel.left.show("Queries and keys")
    assert ready(panel), panel.foot.details
    head = tuple(panel.map.opened)
    expected = at.head_plane(gpt2, panel.found.passages[:6], head)
    torch.testing.assert_close(panel.plane.queries, expected.queries)
    assert panel.plane.head == head and "Layer {}, head {}".format(*head) in panel.meaning.value
    panel.map.opened = [1, 2]
    assert ready(panel) and panel.plane.head == (1, 2)
    (queries, keys, _), _ = run_code(panel, monkeypatch)
    torch.testing.assert_close(queries, panel.plane.queries)
    torch.testing.assert_close(keys, panel.plane.keys)


def test_a_metric_that_there_is_not_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match=r"across must be one of entropy.*was 'pocket-gpt2'"):
        corpus_panel("almanac", "pocket-gpt2")
