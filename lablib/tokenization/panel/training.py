"""The training panel: train a tokenizer, then scrub through the sizes its vocabulary had."""

from collections.abc import Generator
from contextlib import closing
from typing import get_args

import ipywidgets

from lablib import data
from lablib.tokenization.compute.sizes import VocabularyCurve, growth
from lablib.tokenization.compute.training import Kind, Trained, TrainingProgress, held_out, train
from lablib.tokenization.panel.code import text_code
from lablib.tokenization.views.merges import MergeView
from lablib.unicode import well_formed
from lablib.widgets import Drawing, LivePanel, Progress, TextInput
from lablib.widgets.controls import button, dropdown, number
from lablib.widgets.html import escape
from lablib.widgets.layout import in_row, mark_main

OWN = "your own text"
SECOND = "almanach"
KINDS = {"BPE": "train_bpe", "WordPiece": "train_wordpiece", "Unigram": "train_unigram"}
LIMIT = 5_000
"""Characters of the text under the slider: some 800 words, cut anew at every move."""
LONGEST = 2**20
"""Characters of the learner's own text that fit into a field; `training_panel` takes any length."""
SENTENCE = (
    "The lamplighter walked home through the snow, thinking of pumpkins. "
    "Der Laternenanzünder ging nach Hause."
)


class TrainingPanel(LivePanel):
    """Train a tokenizer and see what a larger vocabulary buys and costs.

    `trained` is the tokenizer, None before the first; `growths` how many tokens the texts take.

    Args:
        text: the learner's own text, of any length; None for one that comes with the labs.
        kind: "BPE", "WordPiece" or "Unigram".
        size: how many entries its vocabulary should have.
    """

    imports = "data, tokenization as tk"
    trained: Trained | None = None

    def __init__(self, text: str | None = None, kind: Kind = "BPE", size: int = 1500) -> None:
        self._make_controls(kind, size)
        self.note = ipywidgets.HTML()
        self.sentence = TextInput(value=SENTENCE, label="Text under the slider", limit=LIMIT)
        self.view = MergeView()
        mark_main(self.sentence, self.view)
        self.growths: dict[str, VocabularyCurve] = {}
        self._given = text
        if text is not None:
            self.own.value, self.source.value = well_formed(text[:LONGEST]), OWN
        super().__init__(
            "Train a tokenizer",
            "Trained on nine tenths of the text; the rest is held out. Move the slider: "
            "the vocabulary grows, entry by entry.",
            [
                in_row(self.kind, self.size, self.source, self.second, self.button),
                self.own,
                self.note,
                self.sentence,
                self.view,
            ],
            button=self.button,
        )
        self.sentence.observe(lambda _: self.run(self._cut), "value")
        self.source.observe(lambda _: self._show_field(), "value")
        for control in (self.kind, self.size, self.source, self.second, self.own):
            control.observe(lambda _: self.mark_stale(), "value")
        self._show_field()

    def _make_controls(self, kind: Kind, size: int) -> None:
        """What is trained, and on which text."""
        look = {"width": 180, "label": 56}
        self.kind = dropdown("Kind", get_args(Kind), kind, **look)
        tip = "How large the vocabulary may become"
        self.size = number("Entries", size, 1, 50_000, 100, tooltip=tip, **look)
        self.source = dropdown("Text", [*data.names(), OWN], **look)
        self.own = TextInput(label="Your own text", limit=LONGEST)
        tip = "It is only counted, never trained on; almanach is German"
        self.second = dropdown("Second", data.names(), SECOND, tooltip=tip, **look)
        self.button = button("Train", width=96, primary=True)

    def _show_field(self) -> None:
        self.own.layout.display = None if self.source.value == OWN else "none"

    def text(self) -> str:
        """The text to train on; one that was given and is too long for the field is kept whole."""
        if self.source.value != OWN:
            return data.text(self.source.value)
        given = self._given or ""
        return given if self.own.value == well_formed(given[:LONGEST]) else self.own.value

    def draw(self) -> Drawing:
        """Train, then count how many tokens the texts take at every size."""
        text, heldout = held_out(self.text())
        second = self.second.value
        with closing(train(self.kind.value, [text], self.size.value)) as run:
            trained = yield from _told(run)
        growths = {}
        texts = {"training text": text, "held-out text": heldout}
        texts[f"second text, {second}"] = data.text(second)
        for place, (label, one) in enumerate(texts.items()):
            yield Progress(place, len(texts), "texts counted")
            if one:
                growths[label] = growth(trained, one)
        yield None
        self.trained, self.growths = trained, growths
        self.note.value = escape(trained.note)
        self.view.use(trained, growths)
        yield from self._cut()

    def _cut(self) -> Drawing:
        yield None
        if self.trained is not None:
            self.view.show(self.sentence.value[:LIMIT])

    def code_lines(self) -> str:
        """The same training, and what it gained on the text held out."""
        own = self.source.value == OWN
        source = text_code(self.text()) if own else f"text = data.text({self.source.value!r})\n"
        return source + (
            f"training, heldout = tk.held_out(text)\n"
            f"trained = tk.{KINDS[self.kind.value]}([training], {self.size.value})\n"
            "tokenizer = trained.at(len(trained.entries))  # or any smaller size\n"
            "tk.growth(trained, heldout or training).bytes_per_token[-1]"
        )


def _told(run: Generator[TrainingProgress, None, Trained]) -> Generator[Progress, None, Trained]:
    """What a training tells, as progress; gives back its result."""
    while True:
        try:
            done, total, text = next(run)
        except StopIteration as end:
            return end.value
        yield Progress(done, total, text)


training_panel = TrainingPanel
