"""Why a token was written, in sight while one points at it: under the strip of a text."""

from collections.abc import Callable, Sequence

import ipywidgets

from lablib.models import LoadedModel
from lablib.sampling.compute.attribution import Attribution, grow_attribution
from lablib.sampling.figures.attribution import NAMES, TITLES, attribution_scale, attribution_words
from lablib.widgets import Drawing, LivePanel, Progress, TokenStrip
from lablib.widgets.controls import toggles
from lablib.widgets.html import escape
from lablib.widgets.layout import Fold
from lablib.widgets.tokens import finite, token_dicts

POINTING_SECONDS = 0.1
"""How long a pointer rests on a token before it is asked what pushed it."""
CLOSED = (
    "Point at a token of the text, or go to it with the arrow keys: here are the tokens before it, "
    "coloured by how much each did for it."
)


class AttributionFold(Fold):
    """Behind a line: the tokens before the one that is pointed at, coloured by what each did for it
    by the way that is chosen, and how far the three ways agree.

    `found` is what is in sight, None before the first.

    Example:
        >>> fold = AttributionFold()
        >>> fold.way.value, fold.strip.tokens
        ('gradient', [])
    """

    def __init__(self) -> None:
        options = [(name, way) for way, name in NAMES.items()]
        self.way = toggles("By", options, value="gradient", each="auto")
        self.strip = TokenStrip(label="The tokens before it, by what each did for it")
        self.strip.add_class("lab-strip-three")
        self.words = ipywidgets.HTML(escape(CLOSED))
        self.found: Attribution | None = None
        super().__init__("Why this token?", [self.way, self.strip, self.words])
        self.add_class("lab-fold-wide")
        self._job: object = None
        self.way.observe(lambda _: self._draw(), "value")

    def follow(self, panel: LivePanel, strip: TokenStrip, ids: Callable[[], Sequence[int]]) -> None:
        """Answer whenever a token of a panel's strip is pointed at.

        Args:
            panel: whose model is asked, and whose foot says how far it is.
            strip: what is pointed at.
            ids: gives the ids of the text in it.
        """
        self._panel, self._ids = panel, ids
        strip.observe(lambda change: self._point_at(change.new), "hovered")

    def _point_at(self, place: int | None) -> None:
        """Ask about a token, if that is in sight and no other work of the panel is in its way. A
        text that is older than the controls stays marked so.
        """
        job = self._panel.slot.job
        is_free = self._panel.state == "ready" or (job is not None and job is self._job)
        if place and self.line.is_open and is_free:
            self._panel.run(lambda: self._ask(place), POINTING_SECONDS)
            self._job = self._panel.slot.job

    def _ask(self, place: int) -> Drawing:
        """Show first what is quick, and the whole answer when it is there: each token that is left
        out is a reading, and another token may be pointed at before the last of them.
        """
        ids, total = self._ids(), 0
        if place >= len(ids):
            return
        m = self._panel.model()
        for found in grow_attribution(m, ids, place):
            if not total or not found.to_come:
                self._show(m, found)
            total = max(total, found.to_come)
            yield Progress(total - found.to_come, total, "tokens left out")

    def _show(self, m: LoadedModel, found: Attribution) -> None:
        """Take an answer for the one in sight."""
        self.found = found
        self._chips = token_dicts([*found.ids, found.token], m.tokenizer)
        *texts, asked = (chip["text"] for chip in self._chips)
        self.words.value = escape(attribution_words(found, texts, asked))
        self._draw()

    def _draw(self) -> None:
        """Colour the tokens by the way that is chosen."""
        if self.found is None:
            return
        way = self.way.value
        values = getattr(self.found, way).tolist()
        *before, asked = self._chips
        with self.strip.hold_sync():
            self.strip.scale = attribution_scale(self.found, way)
            self.strip.value_label, self.strip.label = NAMES[way], TITLES[way]
            self.strip.tokens = [
                *({**chip, "value": finite(v)} for chip, v in zip(before, values, strict=True)),
                {**asked, "mark": "this token"},
            ]
