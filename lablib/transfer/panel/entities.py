"""The entity panel: an encoder learns to find persons, places and organisations."""

from dataclasses import replace

import ipywidgets

from lablib.data import marked_sentences
from lablib.training.config import Config
from lablib.transfer.compute.entities import KINDS, TAGGING, Tagger, TaggingStep, learn_entities
from lablib.transfer.figures import entities as figures
from lablib.widgets import (
    Drawing,
    LivePanel,
    ModelChoice,
    PlotPlace,
    Progress,
    TextInput,
    TokenStrip,
    as_choice,
)
from lablib.widgets.controls import button, number, seed_field
from lablib.widgets.html import escape
from lablib.widgets.layout import in_row, mark_main

EXAMPLE = "Captain Ruth Miller sailed to Port Ellery for the Fishermen's Union."


class EntityPanel(LivePanel):
    """Train an encoder to label words, then type sentences and see which names it finds.

    `steps` holds what is drawn; `tagger` is what came of the last training, None before its end.

    Args:
        text: a sentence; it can be edited.
        model: a name, hub id or folder of an encoder.
    """

    imports = "data, transfer as tr"
    waits = True
    tagger: Tagger | None = None

    def __init__(self, text: str = EXAMPLE, model: str | ModelChoice = "pocket-bert") -> None:
        self.input = TextInput(value=text, label="Sentence", limit=500)
        self.count = number("Steps", TAGGING.steps or 100, 1, 500)
        self.seed, self.button = seed_field(), button("Train", primary=True)
        self.place, self.words, self.said = PlotPlace(), ipywidgets.HTML(), ipywidgets.HTML()
        self.strip = TokenStrip(label="Pieces and labels", marks=list(KINDS), show_numbers=True)
        self.steps: list[TaggingStep] = []
        mark_main(self.button, self.place)
        super().__init__(
            "Names in a text",
            "It learns from 102 sentences; in the 40 that it is measured on most names are new.",
            [
                in_row(self.count, self.seed, self.button),
                self.place,
                self.words,
                self.input,
                self.strip,
                self.said,
            ],
            controls=[self.count, self.seed],
            choice=as_choice(model, "encoder"),
        )
        self.button.on_click(lambda _: self._train())
        self.input.observe(lambda _: self._typed(), "value")

    def config(self) -> Config:
        """The settings as they stand."""
        return replace(
            TAGGING, model=self.choice.chosen, steps=self.count.value, seed=self.seed.value
        )

    def _train(self) -> None:
        self.tagger = None
        self.redraw()

    def _typed(self) -> None:
        self.show_code()
        if self.tagger:
            self.redraw(self.quiet_seconds)

    def draw(self) -> Drawing:
        """Train if that was asked for, then label the sentence."""
        if self.tagger is None:
            yield from self._learn()
        yield None
        if self.tagger:
            tagged = self.tagger.tag(self.input.value)
            self.strip.tokens = figures.piece_tokens(tagged)
            self.said.value = escape(figures.entity_words(tagged))

    def _learn(self) -> Drawing:
        plot = self.open_plot(figures.tagging_plot)
        self.steps = []
        config = self.config()
        self.model()
        yield Progress(0, 0, "the model is opened")
        for step in learn_entities(marked_sentences("train"), marked_sentences("test"), config):
            self.steps.append(step)
            if step.scores:
                figures.draw_tagging(plot, self.steps)
                self.words.value = escape(figures.tagging_words(self.steps))
            yield Progress(step.step, step.total, "steps")
        self.tagger = self.steps[-1].tagger

    def code_lines(self) -> str:
        """The same training, and the labels of the sentence."""
        changed = f"model={self.choice.chosen!r}, steps={self.count.value}, seed={self.seed.value}"
        return (
            "from dataclasses import replace\n\n"
            'train, test = data.marked_sentences("train"), data.marked_sentences("test")\n'
            f"config = replace(tr.TAGGING, {changed})\n"
            "*_, last = tr.learn_entities(train, test, config)\n"
            f"last.tagger.tag({self.input.value!r})"
        )


entity_panel = EntityPanel
