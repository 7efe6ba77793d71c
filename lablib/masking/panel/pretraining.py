"""The pretraining panel: does the second sentence follow, and the sum of both losses."""

import ipywidgets

from lablib import data
from lablib.masking.compute.learning import BatchLoss, next_sentence, pretraining_loss
from lablib.masking.figures import pretraining as figures
from lablib.masking.figures import shared
from lablib.widgets import AnyModel, Drawing, LivePanel, TextInput, as_choice
from lablib.widgets.controls import button, seed_field, slider
from lablib.widgets.html import escape, scrolling
from lablib.widgets.layout import in_row, mark_main

TEXT = "almanac"
"""The text that the batches are cut from: one in which no page is like another."""


class PretrainingPanel(LivePanel):
    """Ask the next-sentence head about a pair, and weigh both losses on batches of a real text.

    `probability` and `batch` are what is drawn.

    Args:
        first, second: a pair of sentences; they can be edited.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "data, masking as mk, models"
    probability: float | None = None
    batch: BatchLoss | None = None

    def __init__(
        self,
        first: str = "He opened the door and looked into the dark room.",
        second: str = "There was nobody in it.",
        model: AnyModel = None,
    ) -> None:
        self.first = TextInput(value=first, label="First sentence")
        self.second = TextInput(value=second, label="Does this one follow?")
        self.seed, self.again = seed_field(name="Batch"), button("Another batch", primary=True)
        self.again.on_click(lambda _: self.seed.set_trait("value", self.seed.value + 1))
        self.alpha, self.beta = slider("α (words)", 1, 0, 2, 0.1), slider("β (pairs)", 1, 0, 2, 0.1)
        self.opinion, self.total, self.table = (ipywidgets.HTML() for _ in range(3))
        mark_main(self.first, self.total)
        super().__init__(
            "Two tasks, one loss",
            "BERT learned two things at once: hidden words, and whether a text follows "
            "another. The loss is their weighted sum.",
            [
                self.first,
                self.second,
                self.opinion,
                in_row(self.seed, self.again, self.alpha, self.beta),
                self.total,
                self.table,
            ],
            controls=[self.first, self.second, self.seed],
            choice=as_choice(model, "masked"),
        )
        for weight in (self.alpha, self.beta):
            weight.observe(lambda _: self._weigh(), "value")

    def draw(self) -> Drawing:
        """Ask about the pair, then compute both losses of a batch."""
        m = self.model()
        yield None
        self.probability = next_sentence(m, self.first.value, self.second.value)
        yield None
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

    def clear(self) -> None:
        """Take the opinion and the losses away."""
        self.probability = self.batch = None
        self.opinion.value = self.total.value = self.table.value = ""

    def code_lines(self) -> str:
        """How probable the pair is, and the weighted loss."""
        return (
            f"follows = mk.next_sentence(m, {self.first.value!r}, {self.second.value!r})\n"
            f"batch = mk.pretraining_loss(m, data.text({TEXT!r}), seed={self.seed.value})\n"
            f"follows, batch.total(alpha={self.alpha.value}, beta={self.beta.value})"
        )


pretraining_panel = PretrainingPanel
