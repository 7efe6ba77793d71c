"""Learning pairs of one's own: the run, the pairs it never saw, before it and after."""

from dataclasses import replace

import pytest

from lablib import finetuning as ft
from lablib import models
from lablib import seq2seq as ss
from lablib.seq2seq.panel.learning import SETTINGS
from lablib.training import engine
from tests.panels import run_code

SHORT = replace(SETTINGS, steps=2, batch=4, evaluate_every=1, sample_every=1, device="cpu")
WORDS = ("cat", "dog", "hen", "cow")
TABLE = "source,target\n" + "".join(f"plural: the {word},the {word}s\n" for word in WORDS)


@pytest.fixture(autouse=True)
def beside(tmp_path, monkeypatch):
    """Code of panels makes its runs beside itself."""
    monkeypatch.chdir(tmp_path)


def learned(panel):
    assert panel.wait(300) and panel.state == "ready", (panel.foot.message, panel.foot.details)
    panel.start.click()
    assert panel.wait(300) and panel.state == "ready", (panel.foot.message, panel.foot.details)
    return panel


def generated(m, source):
    """What transformers writes."""
    ids = m.tokenizer(source, return_tensors="pt").input_ids.to(m.model.device)
    written = m.model.generate(ids, num_beams=1, do_sample=False, max_new_tokens=64)
    return m.tokenizer.decode(written[0], skip_special_tokens=True).strip()


@pytest.mark.training
def test_it_learns_and_asks_before_and_after_and_its_code_does_the_same(tmp_path):
    config = replace(SHORT, heldout=0.03)
    panel = learned(ss.learn_panel(config=config, runs=tmp_path, model="pocket-t5"))
    pairs = ss.heldout_of(panel.the_run)
    sources = [source for source, _ in pairs]
    before, after = panel.results
    assert len(pairs) == 3 and {row.source for row in after.rows} == set(sources)
    m = models.load("pocket-t5")
    for rows, asked in ((before.rows, m), (after.rows, panel.the_run.load())):
        for row in rows:
            assert row.written == generated(asked, row.source)
    assert f"BLEU {before.bleu:.1f} → {after.bleu:.1f}" in panel.words.value
    assert sources[0] in panel.table.value and panel.tabs.line.shown == 3
    assert panel.tabs.line.labels == ["Table", "Settings", "The run", "Before and after"]
    assert panel.view.records[0].sample == generated(m, SHORT.prompt)
    assert "ss.translate_panel(model=" in panel.opening.value
    assert "ss.twice()" in panel.foot.code
    told, _ = run_code(panel)
    assert [each[:3] for each in told] == [(s.bleu, s.chrf, s.exact) for s in (before, after)]


def test_what_was_kept_apart_is_what_the_run_is_measured_on():
    config = replace(SHORT, model="pocket-t5", text=ss.twice(), heldout=0.2)
    task = engine.setup(config).task
    rows = [task.batch([place], "heldout") for place in range(task.heldout_rows)]
    tokenizer = models.load("pocket-t5").tokenizer
    read = [tokenizer.decode(row["input_ids"][0], skip_special_tokens=True) for row in rows]
    assert [source for source, _ in ss.heldout_of(ft.Run(config), 100)] == read
    assert len(read) == 22 and len(ss.heldout_of(ft.Run(config))) == 20


def test_a_table_may_say_itself_what_is_kept_apart(tmp_path):
    table = "source,target,split\na,A,train\nb,B,validation\nc,C,test\n"
    (tmp_path / "pairs.csv").write_text(table)
    for text in (table, "pairs.csv"):
        config = replace(SHORT, model="pocket-t5", text=text)
        assert ss.heldout_of(ft.Run(config)) == [("b", "B")]


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (ft.Config(), "no pairs of texts: its task is causal"),
        (ft.Config("pocket-t5", TABLE, task="sequence", heldout=0.0), "No pair was kept apart"),
    ],
)
def test_a_run_without_such_pairs(config, said):
    with pytest.raises(ValueError, match=said):
        ss.heldout_of(ft.Run(config))


def test_a_table_is_typed_uploaded_or_named(tmp_path):
    choice = "pocket-t5"
    panel = ss.learn_panel(TABLE, SHORT, tmp_path, choice)
    assert panel.text.source.options == ("type or paste", "upload", "file")
    assert panel.text.value == TABLE and ".csv" in panel.text.upload.accept
    panel.text.typed.value = "source,answer\na,b\n"
    assert panel.wait(300) and panel.state == "failed" and "target" in panel.foot.message
    (tmp_path / "pairs.csv").write_text(TABLE)
    named = ss.learn_panel(tmp_path / "pairs.csv", SHORT, tmp_path, choice)
    assert named.wait(300) and named.state == "ready" and named.forecast.value.startswith("It fits")
