"""The contrastive panel: a search that weighs what is likely against what stands there already."""

from collections.abc import Sequence

import ipywidgets

from lablib.models.text import token_text
from lablib.sampling.compute.contrastive import ContrastiveStep, contrastive_search
from lablib.sampling.compute.text import prepare
from lablib.sampling.figures import contrastive as figures
from lablib.widgets import AnyModel, Drawing, LivePanel, Progress, TextInput, TokenStrip, as_choice
from lablib.widgets.controls import number, slider
from lablib.widgets.html import escape
from lablib.widgets.layout import beside, in_row, mark_main
from lablib.widgets.tokens import token_dicts

SCALE = {"min": 0.0, "max": 1.0}
"""Of the penalty; below 0 a token is like none before."""


class ContrastivePanel(LivePanel):
    """Compare greedy search with contrastive search, and see what was weighed at any token.

    `greedy` and `searched` hold the steps of both texts.

    Args:
        prompt: the text at the start; it can be edited.
        k: how many candidates are weighed, 1 to 8.
        alpha: how much likeness to what stands there counts, 0 to 1.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "models, sampling as sp"
    stand_in = "contrastive"
    quiet_seconds = 0.2

    def __init__(
        self,
        prompt: str = "Once upon a time",
        k: int = 4,
        alpha: float = 0.6,
        model: AnyModel = None,
    ) -> None:
        self.text = TextInput(value=prompt, label="Prompt")
        self.alpha = slider("Alpha", alpha, 0.0, 1.0, 0.05, width=300)
        self.k = slider("Candidates", k, 1, 8, width=300, label=104)
        self.length = number("Tokens", 40, 1, 200, width=160)
        self.strips = [self._new_strip(name) for name in ("Greedy", "Contrastive")]
        self.words, self.weighed = ipywidgets.HTML(), ipywidgets.HTML()
        self.greedy: list[ContrastiveStep] = []
        self.searched: list[ContrastiveStep] = []
        labelled = [
            beside(ipywidgets.HTML(escape(strip.label)), strip, widths=(80, 720))
            for strip in self.strips
        ]
        mark_main(self.alpha, self.strips[1])
        super().__init__(
            "Likely, but not said already",
            "The likely token that is least like any before. Bright: like one before. "
            "Click a token to see what was weighed.",
            [
                self.text,
                in_row(self.alpha, self.k, self.length),
                *labelled,
                self.words,
                self.weighed,
            ],
            controls=[self.text, self.alpha, self.k, self.length],
            choice=as_choice(model),
        )

    def _new_strip(self, name: str) -> TokenStrip:
        strip = TokenStrip(selection="one", value_label="penalty", scale=SCALE, label=name)
        strip.legend = name == "Contrastive"
        strip.add_class("lab-strip-three")
        strip.observe(lambda change: self._look(strip, change.new), "selected")
        return strip

    def draw(self) -> Drawing:
        """Write both texts, greedy search as the one in which the penalty counts nothing."""
        m, n = self.model(), self.length.value
        prompt = prepare(m, self.text.value, n)
        self.text.note = prompt.note
        texts: list[list[ContrastiveStep]] = []
        for alpha in (0.0, self.alpha.value):
            texts.append([])
            for step in contrastive_search(m, prompt, self.k.value, alpha, n):
                texts[-1].append(step)
                yield Progress((len(texts) - 1) * n + len(texts[-1]), 2 * n, "tokens")
        self.greedy, self.searched = texts
        self._show()

    def _show(self) -> None:
        tokenizer = self.model().tokenizer
        for strip, steps in zip(self.strips, (self.greedy, self.searched), strict=True):
            penalties = [step.candidates[step.taken].penalty for step in steps]
            strip.selected = []
            strip.tokens = token_dicts([step.id for step in steps], tokenizer, penalties)
        self.words.value = escape(figures.search_words(self.greedy, self.searched))
        place = figures.parting_place(self.greedy, self.searched)
        self.strips[1].selected = [place] if self.searched else []

    def _look(self, strip: TokenStrip, selected: Sequence[int]) -> None:
        """Show what was weighed at the token that was chosen, in one of the texts."""
        if not selected:
            return
        first = strip is self.strips[0]
        step = (self.greedy if first else self.searched)[selected[0]]
        self.strips[1 if first else 0].selected = []
        before = [token_text(self.model().tokenizer, id) for id in step.previous]
        self.weighed.value = figures.candidates_table(step, before)

    def code_lines(self) -> str:
        """Both texts, greedy search first."""
        return (
            f"prompt, n = {self.text.value!r}, {self.length.value}\n"
            "greedy, searched = (\n"
            f"    [*sp.contrastive_search(m, prompt, {self.k.value}, alpha, n)]\n"
            f"    for alpha in (0.0, {self.alpha.value!r})\n"
            ")\n"
            '"".join(step.text for step in searched)'
        )


contrastive_panel = ContrastivePanel
