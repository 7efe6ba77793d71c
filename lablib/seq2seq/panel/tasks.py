"""The tasks panel: one model and one text, under each prefix that the model knows."""

import ipywidgets

from lablib.seq2seq.compute.tasks import by_prefix, prefixes
from lablib.seq2seq.compute.translation import Translation
from lablib.seq2seq.figures import tasks as figures
from lablib.widgets import AnyModel, Drawing, LivePanel, Progress, TextInput, as_choice
from lablib.widgets.controls import text_line
from lablib.widgets.html import scrolling
from lablib.widgets.layout import Fold, mark_main


class TasksPanel(LivePanel):
    """See the same text under every prefix a model knows, and under one it has never read.

    `results` are what is drawn, by prefix.

    Args:
        text: the text at the start, without a prefix; it can be edited.
        own: a prefix of one's own.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "models, seq2seq as ss"
    stand_in = "tasks"
    quiet_seconds = 0.3

    def __init__(
        self, text: str = "the old dog", own: str = "sing: ", model: AnyModel = None
    ) -> None:
        self.text = TextInput(value=text, label="Text, without a prefix")
        self.own = text_line("Your prefix", own, label=100)
        self.table = ipywidgets.HTML()
        mark_main(self.text, self.table)
        self.results: dict[str, Translation] = {}
        architectures = ipywidgets.HTML()
        architectures.value = figures.architectures_table()
        super().__init__(
            "One model, several tasks",
            "The same weights each time: nothing but the beginning of the text says what to do.",
            [
                self.text, self.own, self.table,
                Fold("Which architecture for which task", [architectures]),
            ],
            controls=[self.text, self.own],
            choice=as_choice(model, "seq2seq"),
        )  # fmt: skip

    def draw(self) -> Drawing:
        """Write under each prefix, a row at a time."""
        m = self.model()
        beginnings = list(dict.fromkeys([*prefixes(m), self.own.value]))
        yield None
        results: dict[str, Translation] = {}
        for beginning, found in by_prefix(m, self.text.value, beginnings):
            results[beginning] = found
            yield Progress(len(results), len(beginnings), "prefixes")
        self.results = results
        table = figures.tasks_table(list(results.items()))
        self.table.value = scrolling(table, "What it writes", 320)

    def clear(self) -> None:
        """Take the table away."""
        self.results, self.table.value = {}, ""

    def code_lines(self) -> str:
        """What the model writes under each prefix."""
        return (
            f"text = {self.text.value!r}\n"
            f"beginnings = [*ss.prefixes(m), {self.own.value!r}]\n"
            "[(beginning, found.text) for beginning, found in ss.by_prefix(m, text, beginnings)]"
        )


tasks_panel = TasksPanel
