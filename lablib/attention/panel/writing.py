"""The writing panel: a row of attention for each token that is written."""

import time

import ipywidgets

from lablib.attention.compute.heads import AttentionMaps
from lablib.attention.compute.writing import Written, so_far, write
from lablib.attention.panel.base import Drawing, TextPanel
from lablib.attention.views.weights import AttentionView
from lablib.widgets import ModelChoice, Progress, TokenStrip
from lablib.widgets.layout import mark_main
from lablib.widgets.panel import PROGRESS_SECONDS
from lablib.widgets.tokens import token_dicts


class WritingPanel(TextPanel):
    """A prompt, the tokens that follow it, and the attention each was chosen from.

    `maps` are those of the whole text, None before the first.
    """

    def __init__(self, prompt: str, tokens: int, model: str | ModelChoice | None) -> None:
        self.tokens = ipywidgets.IntSlider(tokens, min=1, max=60, description="Tokens")
        self.strip = TokenStrip(
            value_label="probability", selection="one", label="What was written", marks=["prompt"]
        )
        self.view = AttentionView()
        mark_main(self.strip, self.view)
        self.maps: AttentionMaps | None = None
        self._prompt = 0
        super().__init__(
            "While it writes",
            "Each new token reads all before it, and adds one row. Choose a token, or move the "
            "slider, to step through.",
            prompt,
            [self.tokens, self.strip, self.view],
            model,
            kind="causal",
        )
        self.text.label = "Prompt"
        self.tokens.observe(lambda _: self.redraw(), "value")
        self.strip.observe(lambda _: self._step(), "selected")
        self.view.observe(lambda _: self.show_code(), ["layer", "heads"])

    def draw(self) -> Drawing:
        """Write token by token; each adds its row."""
        m, total = self.model(), self.tokens.value
        self.strip.selected = []
        written: list[Written] = []
        drawn = 0.0
        for each in write(m, self.text.value, total):
            written.append(each)
            self._prompt = len(written[0].ids)
            if time.monotonic() - drawn > PROGRESS_SECONDS or each.step is None:
                self._show(written)
                drawn = time.monotonic()
            yield Progress(len(written), total + 1, "tokens")

    def _show(self, written: list[Written]) -> None:
        """Show what has been written, and the rows so far."""
        m = self.model()
        self.maps = so_far(m, written)
        self.text.note = " ".join(filter(None, (written[0].note, self.maps.note)))
        steps = [each.step for each in written if each.step is not None]
        ids = [*written[0].ids, *(step.id for step in steps)]
        probabilities = [None] * self._prompt + [step.model_probability for step in steps]
        chips = token_dicts(ids, m.tokenizer, probabilities)
        marked = [{**chip, "mark": "prompt"} for chip in chips[: self._prompt]]
        self.strip.tokens = [*marked, *chips[self._prompt :]]
        self.view.show(self.maps, written_from=self._prompt)

    def _step(self) -> None:
        """Show the rows up to the one that the chosen token was chosen from."""
        chosen = self.strip.selected[0] if self.strip.selected else 0
        self.view.step = chosen if chosen >= self._prompt else 0

    def code_lines(self) -> str:
        """The maps of the text that was written."""
        return (
            f"written = list(at.write(m, text, {self.tokens.value}))\n"
            "maps = at.so_far(m, written)\n"
            f"maps.weights[{self.view.layer}, {self.view.heads}]"
        )


def writing_panel(
    prompt: str = "Once upon a time", tokens: int = 12, model: str | ModelChoice | None = None
) -> WritingPanel:
    """Watch the attention grow, row by row, while a next-word model writes.

    Args:
        prompt: the text at the start; it can be edited.
        tokens: how many tokens are written, 1 to 60; always the likeliest.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """
    return WritingPanel(prompt, tokens, model)
