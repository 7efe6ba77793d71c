"""The why panel: which tokens led a model to a token that it wrote? Three ways to ask."""

import ipywidgets

from lablib.attention.compute.heads import AttentionMaps
from lablib.attention.compute.text import Reading
from lablib.attention.compute.why import Why, why
from lablib.attention.compute.writing import so_far, write
from lablib.attention.figures.why import why_tokens
from lablib.sampling.compute.attribution import WAYS
from lablib.sampling.figures.attribution import (
    NAMES,
    TITLES,
    attribution_scale,
    attribution_words,
)
from lablib.widgets import AnyModel, Drawing, LivePanel, Progress, TextInput, TokenStrip, as_choice
from lablib.widgets.controls import slider
from lablib.widgets.html import escape
from lablib.widgets.layout import beside, mark_main
from lablib.widgets.tokens import token_dicts


class WhyPanel(LivePanel):
    """Let a model write, choose a token, and see which tokens before it led there: by leaving each
    out, by its gradient, and by the attention; and how far the three agree.

    `found` is what is in sight, None before the first.

    Args:
        prompt: the text at the start; it can be edited.
        tokens: how many tokens are written, 1 to 30; always the likeliest.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "attention as at, models"

    def __init__(
        self,
        prompt: str = "The king was so tired that",
        tokens: int = 6,
        model: AnyModel = None,
    ) -> None:
        self.text = TextInput(value=prompt, label="Prompt")
        self.tokens = slider("Tokens", tokens, 1, 30, width=300)
        self.strip = TokenStrip(
            selection="one", label="Choose a token", marks=["prompt"], legend=False
        )
        self.titles = [ipywidgets.HTML(escape(TITLES[way])) for way in WAYS]
        self.strips = {
            way: TokenStrip(value_label=NAMES[way], label=TITLES[way], legend=False) for way in WAYS
        }
        self.words = ipywidgets.HTML()
        rows = zip(self.titles, self.strips.values(), strict=True)
        picture = ipywidgets.VBox([part for row in rows for part in row])
        mark_main(self.strip, picture)
        self.found: Why | None = None
        self._written: tuple[object, str, int] | None = None
        self._reading: Reading | None = None
        self._prompt = 0
        super().__init__(
            "Why this token?",
            "Choose a token: which of those before it led the model there? Three ways to ask.",
            [
                beside(self.text, self.tokens, widths=(480, 320)),
                self.strip,
                picture,
                self.words,
            ],
            controls=[self.text, self.tokens],
            choice=as_choice(model),
        )
        self.strip.observe(lambda _: self.redraw(), "selected")

    @property
    def asked_place(self) -> int:
        """Which token is asked about: the chosen one, or else the first that was written."""
        chosen = self.strip.selected[0] if self.strip.selected else self._prompt
        return max(1, chosen)

    def draw(self) -> Drawing:
        """Write, if that is not done yet, and ask about the token that is chosen."""
        m = self.model()
        asked = (m, self.text.value, self.tokens.value)
        if self._written != asked:
            yield from self._write()
            self._written = asked
        if self._reading is None:
            return
        found = why(m, self._reading, self.asked_place)
        yield None
        self.found = found
        for way, strip in self.strips.items():
            with strip.hold_sync():
                strip.scale = attribution_scale(found, way)
                strip.tokens = why_tokens(found, way)
        words = attribution_words(found, found.tokens.tokens, found.text)
        self.words.value = escape(words)

    def _write(self) -> Drawing:
        """Let the model write, and show the text as chips."""
        m, written = self.model(), []
        for each in write(m, self.text.value, self.tokens.value):
            written.append(each)
            yield Progress(len(written), self.tokens.value + 1, "tokens")
        found: AttentionMaps = so_far(m, written)
        self._reading, self._prompt = found.queries, len(written[0].ids)
        self.text.note = written[0].note
        chips = token_dicts(found.queries.ids, m.tokenizer)
        marked = [{**chip, "mark": "prompt"} for chip in chips[: self._prompt]]
        self.strip.tokens = [*marked, *chips[self._prompt :]]

    def clear(self) -> None:
        """What was written for another prompt is gone."""
        self._written, self._reading, self.found = None, None, None
        self.strip.tokens, self.words.value = [], ""
        for strip in self.strips.values():
            strip.tokens = []

    def code_lines(self) -> str:
        """The text that was written, and the three answers for the chosen token."""
        return (
            f"text = {self.text.value!r}\n"
            f"written = list(at.write(m, text, {self.tokens.value}))\n"
            f"found = at.why(m, at.so_far(m, written).queries, place={self.asked_place})\n"
            "found.occlusion, found.gradient, found.rollout"
        )


why_panel = WhyPanel
