"""The contamination panel: test texts leaked into the training part, and a search for them."""

import ipywidgets

from lablib.transfer.compute.contamination import Overlap, leaked, overlaps
from lablib.transfer.compute.data import LabelledSet
from lablib.transfer.figures import contamination as figures
from lablib.transfer.panel.shared import DESK, SharedClassifier
from lablib.widgets import Drawing, LivePanel, PlotPlace, TokenStrip
from lablib.widgets.controls import dropdown, slider
from lablib.widgets.html import escape
from lablib.widgets.layout import in_row, mark_main

LEAKED = 20
SIZES = tuple(range(2, 14))
CHANGES = {"as they are": 0, **{f"one word in {n} exchanged": n for n in (6, 5, 4, 3)}}


class ContaminationPanel(LivePanel):
    """Let test texts of the notebook's set leak into its training part, and look for them.

    `found` holds what each test text shares with the training part, the leaked ones first.

    Args:
        n: words of a stretch that is looked for.
        every: so many words on, one of a leaked text is exchanged; 0, 3, 4, 5 or 6.
        desk: what the panels share; None for the one of all panels.
    """

    imports = "transfer as tr"

    def __init__(self, n: int = 8, every: int = 0, desk: SharedClassifier | None = None) -> None:
        self.desk = desk or DESK
        self.n = slider("Words (n)", n, SIZES[0], SIZES[-1], width=400)
        self.change = dropdown("Leaked", CHANGES, every)
        self.shown = slider("Test text", 1, 1, LEAKED, width=400)
        self.place, self.words = PlotPlace(), ipywidgets.HTML()
        self.strip = TokenStrip(label="A leaked test text", marks=[figures.SHARED])
        self.found: list[Overlap] = []
        mark_main(self.n, self.place)
        super().__init__(
            "Was the test learned from?",
            f"{LEAKED} test texts leaked into the training part. Can they be found there?",
            [in_row(self.n, self.change), self.words, self.place, self.shown, self.strip],
            controls=[self.n, self.change],
        )
        self.shown.observe(lambda _: self._show(), "value")
        self.desk.observe(lambda _: self.redraw(), "labelled")

    def draw(self) -> Drawing:
        """Search with every n, and show what is found with the one that is set."""
        labelled = self.desk.read()
        self.shown.max = count = min(LEAKED, len(labelled.test))
        yield None
        counts = []
        for n in SIZES:
            shared = self._search(labelled, n)
            counts.append((_positive(shared[:count]), _positive(shared[count:])))
            yield None
        plot = self.open_plot(figures.found_plot)
        figures.draw_found(plot, SIZES, *zip(*counts, strict=True))
        ours = counts[SIZES.index(self.n.value)]
        self.words.value = escape(figures.found_words(self.n.value, ours[0], count, ours[1]))
        self.found = self._search(labelled, self.n.value)
        self._show()

    def _search(self, labelled: LabelledSet, n: int) -> list[Overlap]:
        test = labelled.test.texts
        train = [*labelled.train.texts, *leaked(test, LEAKED, self.change.value)]
        return overlaps(test, train, n)

    def _show(self) -> None:
        if self.found:
            self.strip.tokens = figures.overlap_tokens(self.found[self.shown.value - 1])

    def code_lines(self) -> str:
        """How many of the leaked texts, and of the others, share a stretch."""
        return (
            f"{self.desk.code}test = labelled.test.texts\n"
            f"train = [*labelled.train.texts, *tr.leaked(test, {LEAKED}, {self.change.value})]\n"
            f"found = [one.share > 0 for one in tr.overlaps(test, train, {self.n.value})]\n"
            f"sum(found[:{LEAKED}]), sum(found[{LEAKED}:])"
        )


def _positive(found: list[Overlap]) -> int:
    return sum(one.share > 0 for one in found)


contamination_panel = ContaminationPanel
