"""The BLEU panel: a translation held against a reference, word by word."""

import ipywidgets

from lablib.foundations.compute.bleu import LONGEST, Bleu, bleu
from lablib.foundations.figures import bleu as figures
from lablib.widgets import Drawing, LivePanel, TextInput, TokenStrip
from lablib.widgets.controls import dropdown
from lablib.widgets.html import escape
from lablib.widgets.layout import mark_main
from lablib.widgets.presets import start_from

CASES = {
    "nearly the same": (
        "The cat sat quietly on the old mat by the door.",
        "The cat sat on the old mat by the door.",
    ),
    "the opposite, and a high score": (
        "The doctor did say that the water is safe to drink.",
        "The doctor did not say that the water is safe to drink.",
    ),
    "the same meaning, and a low score": (
        "After school the children walked home.",
        "When lessons were over, the boys and girls went back to their houses on foot.",
    ),
    "short and safe": ("The cat", "The cat sat on the old mat by the door."),
    "one word, again and again": ("the the the the the the", "The cat saw the dog by the door."),
}
"""Pairs to try, each a candidate and a reference."""


class BleuPanel(LivePanel):
    """Score a text against a reference with BLEU, and show which pieces are matched.

    Two texts as strips: the darker a word's chip, the shorter the matched piece it is in.
    `found` is what is drawn.

    Args:
        candidate: what is scored; it can be edited.
        reference: what it is held against; it can be edited.
    """

    imports = "foundations as fo"
    found: Bleu | None = None

    def __init__(
        self,
        candidate: str = CASES["nearly the same"][0],
        reference: str = CASES["nearly the same"][1],
    ) -> None:
        self.candidate = TextInput(value=candidate, label="Candidate")
        self.reference = TextInput(value=reference, label="Reference")
        self.case = dropdown("Or try", [("choose one …", ""), *((name, name) for name in CASES)])
        self.strips = [_strip("Candidate"), _strip("Reference")]
        self.strips[0].legend = False
        self.words, self.table = ipywidgets.HTML(), ipywidgets.HTML()
        mark_main(self.candidate, self.table)
        super().__init__(
            "BLEU",
            "Pieces of one to four words that both texts have. It counts words, and "
            "knows nothing of meaning.",
            [
                self.candidate,
                self.reference,
                self.case,
                ipywidgets.HTML(escape("Candidate")),
                self.strips[0],
                ipywidgets.HTML(escape("Reference")),
                self.strips[1],
                self.words,
                self.table,
            ],
            controls=[self.candidate, self.reference],
        )
        start_from(self.case, self._take, (self.candidate, self.reference))

    def _take(self, name: str) -> None:
        self.candidate.value, self.reference.value = CASES[name]

    def draw(self) -> Drawing:
        """Score the candidate, and mark what is matched."""
        yield None
        self.found = found = bleu(self.candidate.value, self.reference.value)
        sides = (
            (found.candidate, found.candidate_longest),
            (found.reference, found.reference_longest),
        )
        for strip, (words, longest) in zip(self.strips, sides, strict=True):
            strip.tokens = figures.word_chips(words, longest)
        self.words.value = escape(figures.bleu_words(found))
        self.table.value = figures.bleu_table(found)

    def code_lines(self) -> str:
        """The score and what it is made of."""
        return (
            f"found = fo.bleu({self.candidate.value!r},\n"
            f"                {self.reference.value!r})\n"
            "found.score, found.precisions, found.penalty"
        )


def _strip(label: str) -> TokenStrip:
    scale = {"min": 0.0, "max": float(LONGEST), "palette": "viridis", "unit": ""}
    look = {"value_label": "words in the piece", "scale": scale, "marks": [figures.NOT_MATCHED]}
    return TokenStrip(label=label, show_numbers=True, **look)


bleu_panel = BleuPanel
