"""The scoring panel: pairs the model never saw, what it makes of them, BLEU and chrF."""

from typing import Any

import ipywidgets

from lablib.seq2seq.compute.scoring import (
    TASKS,
    Scored,
    ScoredPair,
    heldout_pairs,
    score_each,
    together,
)
from lablib.seq2seq.figures import scoring as figures
from lablib.widgets import AnyModel, Drawing, LivePanel, Progress, as_choice
from lablib.widgets.controls import dropdown, slider
from lablib.widgets.html import escape, scrolling
from lablib.widgets.layout import in_row, mark_main

PAIRS = 20


class ScorePanel(LivePanel):
    """Let a model work on pairs it never saw, and see the worst of what it makes of them.

    `result` is what is drawn, None before the first.

    Args:
        task: "translate English to French", or a made-up task: date, number, past, plural, reverse.
        beams: how many texts go on from each step.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "models, seq2seq as ss"
    stand_in = "scoring"
    quiet_seconds = 0.4
    result: Scored | None = None

    def __init__(self, task: str = "plural", beams: int = 1, model: AnyModel = None) -> None:
        self.task = dropdown("Task", TASKS, task, width=320)
        self.beams = slider("Beams", beams, 1, 8, width=230)
        self.penalty = slider("Length penalty", 1.0, 0.0, 3.0, 0.1, width=310, label=125)
        self.words, self.table = ipywidgets.HTML(), ipywidgets.HTML()
        mark_main(self.task, self.table)
        super().__init__(
            "How good is it?",
            "Twenty pairs it never learned from. Read the worst ones before you trust a figure.",
            [in_row(self.task, self.beams, self.penalty), self.words, self.table],
            controls=[self.task, self.beams, self.penalty],
            choice=as_choice(model, "seq2seq"),
        )

    def draw(self) -> Drawing:
        """Write to each source, then score all of them."""
        m = self.model()
        pairs = heldout_pairs(self.task.value, PAIRS)
        yield None
        rows: list[ScoredPair] = []
        for row in score_each(m, pairs, self.beams.value, self.penalty.value):
            rows.append(row)
            yield Progress(len(rows), len(pairs), "pairs")
        self.result = found = together(rows)
        self.words.value = escape(figures.score_words(found))
        self.table.value = scrolling(figures.pairs_table(found), "The worst pairs", 320)

    def clear(self) -> None:
        """Take the table away."""
        self.result, self.words.value, self.table.value = None, "", ""

    def page_data(self) -> dict[str, Any]:
        """The pairs of every task, which a page cannot draw."""
        return {"pairs": {task: heldout_pairs(task, PAIRS) for task in TASKS}}

    def code_lines(self) -> str:
        """The figures, and the worst pair."""
        settings = f"beams={self.beams.value}, length_penalty={self.penalty.value}"
        return (
            f"pairs = ss.heldout_pairs({self.task.value!r}, {PAIRS})\n"
            f"found = ss.score(m, pairs, {settings})\n"
            "found.bleu, found.chrf, found.exact, found.rows[0]"
        )


score_panel = ScorePanel
