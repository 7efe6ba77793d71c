"""The block-list panel: words the model may not write, and what gets past."""

from collections.abc import Sequence

import ipywidgets

from lablib.sampling.compute.block_list import (
    WAYS,
    BlockList,
    block_list,
    got_past,
    innocent_tokens,
    marked,
)
from lablib.sampling.compute.generation import Step, generate_rows, runs_of
from lablib.sampling.compute.knobs import OFF
from lablib.sampling.compute.text import prepare
from lablib.sampling.figures import block_list as figures
from lablib.widgets import AnyModel, Drawing, LivePanel, Progress, TextInput, TokenStrip, as_choice
from lablib.widgets.controls import dropdown, number, text_line
from lablib.widgets.html import escape
from lablib.widgets.layout import beside, in_row, mark_main
from lablib.widgets.tokens import token_dicts

TEXTS = 8
"""With how many seeds the model writes, all at once."""
FOUND = "one of the words"
Runs = list[list[Step]]


class BlockListPanel(LivePanel):
    """Forbid words and see what the model writes instead, what gets past, and what is lost.

    `free` and `blocked` hold the steps of each text, without the list and with it.

    Args:
        words: what is not to be written, with commas between.
        prompt: the text at the start; it can be edited.
        way: how words become tokens, one of "as typed", "all forms", "every token with it".
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "models, sampling as sp"

    def __init__(
        self,
        words: str = "prince, king",
        prompt: str = "Once upon a time there lived a king. The",
        way: str = WAYS[0],
        model: AnyModel = None,
    ) -> None:
        self._make_controls(words, prompt, way)
        self.strips = [
            TokenStrip(label="Without the list", marks=[FOUND], legend=False),
            TokenStrip(label="With the list", marks=[FOUND], value_label="probability taken away"),
        ]
        self.counts, self.said = ipywidgets.HTML(), ipywidgets.HTML()
        self.free: Runs = []
        self.blocked: Runs = []
        self._list: BlockList | None = None
        self._innocent = ""
        labelled = [
            beside(ipywidgets.HTML(escape(strip.label)), strip, widths=(80, 720))
            for strip in self.strips
        ]
        mark_main(self.way, self.strips[1])
        super().__init__(
            "Words it may not write",
            "The same random draws, without a block list and with it. Watch for the marked tokens: "
            "there a word got past.",
            [
                self.text,
                in_row(self.words, self.way, self.length, self.shown, width=200),
                *labelled,
                self.said,
                self.counts,
            ],
            controls=[self.text, self.words, self.way, self.length],
            choice=as_choice(model),
        )
        self.shown.observe(lambda _: self._show(), "value")

    def _make_controls(self, words: str, prompt: str, way: str) -> None:
        """What is blocked, and where."""
        self.text = TextInput(value=prompt, label="Prompt")
        self.words = text_line("Words", words)
        self.way = dropdown("Block", list(WAYS), way)
        self.length = number("Tokens", 40, 1, 200)
        self.shown = number("Text", 1, 1, TEXTS)

    def draw(self) -> Drawing:
        """Write all texts without the list, then with it."""
        m, n = self.model(), self.length.value
        blocked = block_list(m, self._typed(), self.way.value)
        prompt = prepare(m, self.text.value, n)
        self.text.note = prompt.note
        runs: list[Runs] = []
        rows = [(OFF, seed) for seed in range(TEXTS)]
        for ban in (None, blocked.banned):
            rounds = []
            for steps in generate_rows(m, prompt, rows, n, keep_logits=False, ban=ban):
                rounds.append(steps)
                yield Progress(len(runs) * n + len(rounds), 2 * n, "tokens")
            runs.append(runs_of(rounds))
        self.free, self.blocked = runs
        self._list = blocked
        self._count(blocked)
        self._show()

    def _count(self, blocked: BlockList) -> None:
        """How often the words were written in all texts, and what else is refused."""
        free, with_list = (
            [got_past(_text(run), blocked.words) for run in runs]
            for runs in (self.free, self.blocked)
        )
        self.counts.value = figures.counts_table(free, with_list)
        self._innocent = figures.innocent_words(innocent_tokens(self.model(), blocked))
        passed = (i for i, places in enumerate(with_list) if any(p.exact for p in places))
        self.shown.value = next(passed, 0) + 1  # what the list is for to be seen at once

    def _show(self) -> None:
        """One of the texts, as it was written without the list and with it."""
        if self._list is None:
            return
        index = self.shown.value - 1
        for strip, runs in zip(self.strips, (self.free, self.blocked), strict=True):
            self._fill(strip, runs[index], self._list.words)
        masses = [step.banned_mass for step in self.blocked[index]]
        self.said.value = escape(f"{figures.mass_words(masses)} {self._innocent}")

    def _fill(self, strip: TokenStrip, run: Sequence[Step], words: Sequence[str]) -> None:
        masses = [step.banned_mass for step in run] if strip is self.strips[1] else None
        tokens = token_dicts([step.id for step in run], self.model().tokenizer, masses)
        places = got_past(_text(run), words)
        for token, is_found in zip(tokens, marked([s.text for s in run], places), strict=True):
            if is_found:
                token["mark"] = FOUND
        strip.tokens = tokens

    def _typed(self) -> list[str]:
        return [word.strip() for word in self.words.value.split(",") if word.strip()]

    def code_lines(self) -> str:
        """What got past in each of the texts with the list."""
        return (
            f"prompt = {self.text.value!r}\n"
            f"blocked = sp.block_list(m, {self._typed()!r}, {self.way.value!r})\n"
            f"rows = [(sp.Knobs(), seed) for seed in range({TEXTS})]\n"
            f"rounds = sp.generate_rows(m, prompt, rows, {self.length.value}, ban=blocked.banned)\n"
            'texts = ["".join(step.text for step in run if step) for run in zip(*rounds)]\n'
            "[sp.got_past(text, blocked.words) for text in texts]"
        )


def _text(run: Sequence[Step]) -> str:
    return "".join(step.text for step in run)


block_list_panel = BlockListPanel
