"""The pretraining panel: does the second sentence follow, and the sum of both losses."""

from collections.abc import Generator

import ipywidgets

from lablib import data
from lablib.masking.compute.learning import BatchLoss, next_sentence, pretraining_loss
from lablib.masking.figures import pretraining as figures
from lablib.masking.figures import shared
from lablib.masking.panel.live import LivePanel
from lablib.widgets import ModelChoice, TextInput
from lablib.widgets.html import escape, scrolling
from lablib.widgets.layout import in_row, mark_main

TEXT = "lighthouse"
"""The text that the batches are cut from."""


class PretrainingPanel(LivePanel):
    """A pair of sentences with the model's opinion, and a batch with both losses.

    `probability` and `batch` are what is drawn.
    """

    def __init__(self, first: str, second: str, model: str | ModelChoice | None) -> None:
        self.first = TextInput(value=first, label="First sentence")
        self.second = TextInput(value=second, label="Does this one follow?")
        self.seed = ipywidgets.BoundedIntText(0, min=0, max=2**31 - 1, description="Batch")
        self.again = ipywidgets.Button(description="Another batch", button_style="primary")
        self.again.on_click(lambda _: self._another())
        self.alpha, self.beta = (
            ipywidgets.FloatSlider(1.0, min=0.0, max=2.0, step=0.1, description=name)
            for name in ("α (words)", "β (pairs)")
        )
        self.opinion, self.total = ipywidgets.HTML(), ipywidgets.HTML()
        self.table = ipywidgets.HTML()
        mark_main(self.first, self.total)
        self.probability: float | None = None
        self.batch: BatchLoss | None = None
        super().__init__(
            "Two tasks, one loss",
            [
                self.first,
                self.second,
                self.opinion,
                in_row(self.seed, self.again, self.alpha, self.beta),
                self.total,
                self.table,
            ],
            controls=(self.first, self.second, self.seed),
            work=self._ask,
            clear=self._empty,
            model=model,
            subtitle="BERT learned two things at once: hidden words, and whether a text follows "
            "another. The loss is their weighted sum.",
            code=self._lines,
        )
        for slider in (self.alpha, self.beta):
            slider.observe(lambda _: self._weigh(), "value")

    def _another(self) -> None:
        self.seed.value += 1

    def _ask(self) -> Generator[None, None, None]:
        m = self.model()
        yield
        self.probability = next_sentence(m, self.first.value, self.second.value)
        yield
        self.batch = pretraining_loss(m, data.text(TEXT), self.seed.value)
        chance = shared.percent(self.probability)
        self.opinion.value = escape(f"The model finds it {chance} probable that it follows.")
        self.table.value = scrolling(figures.batch_table(self.batch), "Pairs", 288)
        self._weigh()

    def _weigh(self) -> None:
        """The sum with the weights as they stand; no model is needed for that."""
        if self.batch is not None:
            words = figures.total_words(self.batch, self.alpha.value, self.beta.value)
            self.total.value = escape(words)
            self.show_code()

    def _empty(self) -> None:
        self.probability = self.batch = None
        self.opinion.value = self.total.value = self.table.value = ""

    def _lines(self) -> str:
        return self.opening().replace("masking as mk,", "data, masking as mk,") + (
            f"follows = mk.next_sentence(m, {self.first.value!r}, {self.second.value!r})\n"
            f"batch = mk.pretraining_loss(m, data.text({TEXT!r}), seed={self.seed.value})\n"
            f"follows, batch.total(alpha={self.alpha.value}, beta={self.beta.value})"
        )


def pretraining_panel(
    first: str = "He opened the door and looked into the dark room.",
    second: str = "There was nobody in it.",
    model: str | ModelChoice | None = None,
) -> PretrainingPanel:
    """Ask the next-sentence head about a pair, and weigh both losses on batches of a real text.

    Args:
        first, second: a pair of sentences; they can be edited.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """
    return PretrainingPanel(first, second, model)
