"""The learning panel: a model learns pairs of one's own, and is asked others before and after."""

from dataclasses import replace
from pathlib import Path

import ipywidgets

from lablib import models
from lablib.finetuning.compute.comparison import open_result
from lablib.finetuning.panel.settings import config_code
from lablib.finetuning.panel.training import TrainingPanel
from lablib.seq2seq.compute.learning import heldout_of, twice
from lablib.seq2seq.compute.scoring import Scored, ScoredPair, score_each, together
from lablib.seq2seq.figures import learning as figures
from lablib.training.config import Config
from lablib.training.run import RUNS, Run
from lablib.widgets import AnyModel, Drawing, Progress
from lablib.widgets.html import escape, scrolling

PAIRS = 20
AFTERWARDS = "Before and after"
SETTINGS = Config(
    task="sequence", epochs=6.0, batch=16, length=64, learning_rate=2e-3, evaluate_every=5,
    sample_every=5, sample_tokens=40, prompt="twice: wolf hen",
)  # fmt: skip
"""A small model learns a rule with these in a minute."""


class LearnPanel(TrainingPanel):
    """Fine-tune an encoder-decoder model on pairs of texts, live, and ask it others.

    A table of pairs and the settings; the run; and what the model writes to pairs that it never
    learned from, before the run and after it. `results` are those in sight, None before the first.

    Args:
        pairs: a table with the columns source and target: CSV as text, or the path of a file; ""
            for one that is made by a rule.
        config: how the settings stand at first.
        runs: the folder in which each run gets one of its own.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "finetuning as ft, seq2seq as ss"
    title = "Pairs of your own"
    subtitle = (
        "The model learns to make the second text of the first. A tenth of the pairs is kept "
        "apart, and asked before and after."
    )
    results: tuple[Scored, Scored] | None = None

    def __init__(
        self,
        pairs: str | Path = "",
        config: Config = SETTINGS,
        runs: str | Path = RUNS,
        model: AnyModel = None,
    ) -> None:
        self.words, self.table = ipywidgets.HTML(), ipywidgets.HTML()
        table = str(pairs) or twice()
        config = replace(config, task="sequence", text=table, model=models.default_name("seq2seq"))
        super().__init__(config, runs, model)

    def more_tabs(self) -> dict[str, ipywidgets.DOMWidget]:
        """The pairs that were kept apart."""
        return {AFTERWARDS: ipywidgets.VBox([self.words, self.table])}

    def _start(self) -> Drawing:
        self.results, self.words.value, self.table.value = None, "", ""
        yield from super()._start()

    def _conclude(self, run: Run) -> None:
        super()._conclude(run)
        if run.state in ("done", "stopped"):
            self.run(lambda: self._ask_both(run))

    def _ask_both(self, run: Run) -> Drawing:
        """Ask both models for the pairs that were kept apart."""
        pairs = heldout_of(run, PAIRS)
        found: list[Scored] = []
        for open_model in (lambda: open_result(run.config.model), run.load):
            yield Progress(0, 0, "opening the model of before and that of after")
            m, rows = open_model(), list[ScoredPair]()
            for row in score_each(m, pairs):
                rows.append(row)
                yield Progress(len(found) * len(pairs) + len(rows), 2 * len(pairs), "answers")
            found.append(together(rows))
            after = found[1] if len(found) > 1 else None
            shown = figures.before_after_table(found[0], after)
            self.table.value = scrolling(shown, "Before and after", 320)
        self.results = found[0], found[1]
        self.words.value = escape(figures.before_after_words(*self.results))
        self.tabs.show(AFTERWARDS)

    def code_lines(self) -> str:
        """The same run, and what is written to held-out pairs before it and after."""
        config = self.the_run.config if self.the_run else self.config
        code = config_code(config).replace(repr(twice()), "ss.twice()")
        return (
            f"config = {code}\n"
            "run = ft.Run(config)\n"
            "run.start()\n"
            "run.wait()\n"
            f"pairs = ss.heldout_of(run, {PAIRS})\n"
            "before, after = ft.open_result(config.model), run.load()\n"
            "both = [ss.score(m, pairs) for m in (before, after)]\n"
            "[(found.bleu, found.chrf, found.exact, found.rows[0]) for found in both]"
        )


learn_panel = LearnPanel
