"""The ablation panel: mute heads and see whether anything changes."""

from collections.abc import Sequence

import ipywidgets

from lablib.attention.compute.ablation import (
    Ablation,
    Sweep,
    ablate,
    clear_pattern_low_effect_head,
    sweep,
)
from lablib.attention.compute.heads import AttentionMaps, maps
from lablib.attention.compute.metrics import METRICS, HeadMetrics, head_metrics, top_heads
from lablib.attention.figures import ablation as figures
from lablib.attention.panel.head_choice import OFFERED
from lablib.attention.views.head_map import HeadMap
from lablib.attention.views.weights import AttentionView
from lablib.widgets import AnyModel, Drawing, LivePanel, Progress, TextInput, as_choice
from lablib.widgets.controls import button
from lablib.widgets.html import escape, html_widget
from lablib.widgets.layout import Fold, beside, mark_main
from lablib.widgets.panel import RateLimit

EFFECTS = [
    {
        "name": "divergence", "label": "Effect: prediction moved", "unit": "bits", "low": 0.0,
        "help": "How far muting this head alone moves the prediction.",
    },
    {
        "name": "loss_change", "label": "Effect: loss change", "unit": "bits per token",
        "palette": "signed",
        "help": "What muting this head alone costs on the whole text; below 0 the model got "
        "better.",
    },
]  # fmt: skip
NOT_EXPLANATION = (
    "Attention is not explanation: a pattern shows where a head looks, not whether the model uses "
    "what it finds there. Nor is one muted head the whole story: others may do its work."
)


class AblationPanel(LivePanel):
    """Mute heads of a model and see what it says then; sweep all of them to find those that matter.

    `result` is the ablation in sight, `effects` the sweep as far as it went; None before the first.

    Args:
        text: the text at the start; it can be edited.
        heads: the (layer, head) pairs that are muted at first.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "attention as at, models"
    stand_in = "muting"

    def __init__(
        self,
        text: str = "The good king and the good queen lived in a great",
        heads: Sequence[tuple[int, int]] = (),
        model: AnyModel = None,
    ) -> None:
        self._make_controls(text, heads)
        self.result: Ablation | None = None
        self.effects: Sweep | None = None
        self._maps: AttentionMaps | None = None
        self._metrics: HeadMetrics | None = None
        self._idle: tuple[int, int] | None = None
        effect = ipywidgets.VBox([self.words, self.table])
        mark_main(self.map, effect)
        super().__init__(
            "Does it matter?",
            "Click heads to mute them: their output becomes 0, and what follows goes on "
            "without it.",
            [
                self.text,
                beside(
                    ipywidgets.VBox([self.map, ipywidgets.HBox([self.sweep, self.idle_button])]),
                    ipywidgets.VBox([effect, self.idle, html_widget("{w}", w=NOT_EXPLANATION)]),
                    widths=(400, 400),
                ),
                Fold("Where the open head looks", [self.view]),
            ],
            controls=[self.text],
            choice=as_choice(model, ("causal", "masked")),
        )
        self.run(self._draw_and_sweep)
        self._listen()

    def _make_controls(self, text: str, heads: Sequence[tuple[int, int]]) -> None:
        """What is read and muted, and places for what that changes."""
        self.text = TextInput(value=text, label="Text")
        self.map = HeadMap(metrics=[*EFFECTS, *OFFERED], can_mute=True, mode="mute")
        self.map.muted = [list(head) for head in heads]
        self.view = AttentionView()
        self.words, self.table, self.idle = (ipywidgets.HTML() for _ in range(3))
        self.sweep = button("Mute each head in turn", width=200)
        self.idle_button = button("Show that head, muted", width=200)
        self.idle_button.layout.display = "none"

    def _listen(self) -> None:
        """The buttons and the map are pressed."""
        self.sweep.on_click(lambda _: self.run(self._draw_and_sweep))
        self.idle_button.on_click(lambda _: self._show_idle())
        self.map.observe(lambda _: self.redraw(), "muted")
        self.view.follow(self.map)

    def draw(self) -> Drawing:
        """What the model says with and without the muted heads, and where its heads look."""
        m = self.model()
        muted = [(layer, head) for layer, head in self.map.muted]
        result = ablate(m, self.text.value, muted)
        yield None
        if self.effects is not None and result.tokens != self.effects.tokens:
            self._forget_sweep()
        self._maps = maps(m, result.tokens)
        self._metrics = head_metrics(self._maps)
        yield None
        self.result = result
        self.text.note = self._maps.note
        self.view.show(self._maps)
        self._colour(self._metrics)
        self.words.value = escape(figures.ablation_words(result))
        self.table.value = figures.changes_table(result)

    def model_changed(self) -> None:
        """Another model has other heads; the first one is asked with those that were given."""
        if any(self.map.size):
            self.map.muted, self.effects = [], None
        self.run(self._draw_and_sweep)

    def _draw_and_sweep(self) -> Drawing:
        yield from self.draw()
        limit = RateLimit()
        for effects in sweep(self.model(), self.text.value):
            self.effects = effects
            if limit.due() or effects.done == effects.total:
                self._colour(self._metrics)
            yield Progress(effects.done, effects.total, "heads")
        self._find_idle()

    def _colour(self, metrics: HeadMetrics | None) -> None:
        """Colour the map by the patterns and, as far as they are known, by the effects."""
        if metrics is None:
            return
        values = {name: getattr(metrics, name) for name in METRICS}
        unknown = metrics.entropy.new_full(metrics.entropy.shape, float("nan"))
        for name in ("divergence", "loss_change"):
            values[name] = unknown if self.effects is None else getattr(self.effects, name)
        self.map.show(values)

    def _find_idle(self) -> None:
        """Say which head has a striking pattern and no effect."""
        if self._metrics is None or self.effects is None:
            return
        found = clear_pattern_low_effect_head(self._metrics, self.effects)
        self._idle = found[:2] if found else None
        for layer, head, _ in top_heads(self.effects.divergence, 1):
            striking = list(self._idle or (layer, head))
            self.map.opened = self.map.opened or [*self.map.muted, striking][0]
        self.idle.value = escape(
            figures.idle_words(*found, self._metrics, self.effects)
            if found
            else "No head of this model gives half of its attention to one kind of place here."
        )
        self.idle_button.layout.display = None if found else "none"

    def _forget_sweep(self) -> None:
        self.effects, self._idle, self.idle.value = None, None, ""
        self.idle_button.layout.display = "none"

    def _show_idle(self) -> None:
        if self._idle is not None:
            self.map.opened = list(self._idle)
            self.map.muted = [list(self._idle)]

    def code_lines(self) -> str:
        """What the model says with the chosen heads muted."""
        heads = [tuple(head) for head in self.map.muted]
        return (
            f"text = {self.text.value!r}\n"
            f"result = at.ablate(m, text, heads={heads})\n"
            "result.changes, result.loss_change"
        )


ablation_panel = AblationPanel
