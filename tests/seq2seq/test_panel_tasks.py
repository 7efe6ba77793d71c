"""The tasks panel: a row for each prefix, one's own among them."""

from lablib import seq2seq as ss
from lablib.seq2seq.compute import tasks
from tests.seq2seq.panels import opened, ready, run_code


def test_a_row_for_each_prefix(tiny, monkeypatch):
    m = tiny("t5")
    monkeypatch.setattr(tasks, "POCKET_PREFIXES", ("date: ", "past: "))
    panel = ready(ss.tasks_panel("ab", own="<i>: ", model=opened(m)))
    wanted = [(p, ss.translate(m, p + "ab").text) for p in (*ss.prefixes(m), "<i>: ")]
    assert [(p, each.text) for p, each in panel.results.items()] == wanted
    assert "&lt;i&gt;:" in panel.table.value and "<i>" not in panel.table.value
    found, _ = run_code(panel, monkeypatch)
    assert found == wanted
    panel.own.value = ""
    ready(panel)
    assert "(none)" in panel.table.value


def test_which_architecture_for_which_task():
    families = {each.task: each.family for each in ss.ARCHITECTURES}
    assert families["translation"] == families["summarisation"] == "encoder and decoder"
    assert families["dialogue"] == families["code"] == "decoder"
    assert families["extraction: names, labels"] == "encoder"
