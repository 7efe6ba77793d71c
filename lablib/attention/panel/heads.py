"""The heads panel: all heads of a model on one map, and beside it the one that was opened."""

import ipywidgets
from torch import Tensor

from lablib.attention.compute.heads import AttentionMaps
from lablib.attention.compute.metrics import (
    METRICS,
    TEXTS,
    change,
    head_metrics,
    induction_scores,
    top_heads,
)
from lablib.attention.compute.repeating import random_words_twice
from lablib.attention.panel.head_choice import ANY_KIND, OFFERED
from lablib.attention.panel.recordings import MapsPanel
from lablib.attention.views.head_map import HeadMap
from lablib.attention.views.weights import AttentionView
from lablib.models import LoadedModel
from lablib.widgets import AnyModel, Drawing, TextInput, as_choice
from lablib.widgets.controls import button
from lablib.widgets.layout import beside, mark_main

CHANGE, RANDOM = "change", "random_induction"
_OFFERED = [
    *OFFERED,
    {
        "name": RANDOM,
        "label": "Induction on random tokens",
        "help": "The same on random tokens repeated once, where nothing else would lead there.",
        "unit": "weight",
    },
    {
        "name": CHANGE,
        "label": "Change from text to text",
        "help": "How much it depends on what the text says, over the texts below.",
        "unit": "bits",
    },
]


class HeadsPanel(MapsPanel):
    """See all heads of a model at once, find those that do one thing, and open any of them.

    A text, the map of all heads coloured by a metric, and the head that is open.
    `maps` are those of the text in sight, None before the first; older ones are not kept.

    Args:
        text: the text at the start; it can be edited.
        metric: what colours the map: a name of `METRICS`, "random_induction" or "change".
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "attention as at, models"
    stand_in = "heads"

    def __init__(
        self,
        text: str = "The little dog ran to the",
        metric: str = "previous_token",
        model: AnyModel = None,
    ) -> None:
        self.text = TextInput(value=text, label="Text")
        self.map = HeadMap(metrics=_OFFERED, metric=metric)
        self.view = AttentionView()
        self.texts = TextInput(value="\n".join(TEXTS), label="Texts to compare, one a line")
        tip = "A text in which induction heads show"
        self.button = button("Random words, twice", tip, width=200)
        self.maps: AttentionMaps | None = None
        self._of_model: dict[str, Tensor] = {}
        self._measured: LoadedModel | None = None
        super().__init__(
            "Heads at a glance",
            "One cell for each head. Click one, or move there with the arrow keys and press "
            "Enter: it opens beside the map.",
            [self.text, beside(ipywidgets.VBox([self.button, self.map]), self.view), self.texts],
            controls=[self.text],
            choice=as_choice(model, ANY_KIND),
        )
        mark_main(self.map, self.view)
        self._fold_texts()
        self.button.on_click(lambda _: self._write_random_words())
        self.view.follow(self.map)
        self.map.observe(lambda _: self._choose_metric(), "metric")
        self.texts.observe(lambda _: self._forget_change(), "value")
        self.view.observe(lambda _: self.show_code(), ["layer", "heads"])

    def draw(self) -> Drawing:
        """Where every head looks, and what kind of head that makes it."""
        found = self.attention()
        yield None
        self.maps = found
        self.text.note = found.note
        self.view.show(found)
        metrics = head_metrics(found)
        self.text.note = " ".join(filter(None, (found.note, metrics.note)))
        values = {name: getattr(metrics, name) for name in METRICS}
        yield None
        values |= self._measure(values["entropy"])
        with self.map.hold_sync():  # or a head opened between the two messages would be lost
            self.map.show(values)
            for layer, head, _ in top_heads(values[self.map.metric], 1):
                self.map.opened = self.map.opened or [layer, head]

    def _measure(self, like: Tensor) -> dict[str, Tensor]:
        """What depends on the model and not on the text, measured when it is first asked for; of a
        recording it is not known.
        """
        unknown = like.new_full(like.shape, float("nan"))
        if self.is_recorded:
            return {RANDOM: unknown, CHANGE: unknown}
        m = self.model()
        if m is not self._measured:
            self._of_model, self._measured = {}, m
        if self.map.metric == RANDOM and RANDOM not in self._of_model:
            self._of_model[RANDOM] = induction_scores(m)
        if self.map.metric == CHANGE and CHANGE not in self._of_model:
            self._of_model[CHANGE] = change(m, self._texts())
        return {name: self._of_model.get(name, unknown) for name in (RANDOM, CHANGE)}

    def _texts(self) -> list[str]:
        return [line for line in self.texts.value.splitlines() if line.strip()]

    def _forget_change(self) -> None:
        self._of_model.pop(CHANGE, None)
        self.redraw(self.quiet_seconds)

    def _choose_metric(self) -> None:
        self._fold_texts()
        if self.map.metric in (RANDOM, CHANGE) and self.map.metric not in self._of_model:
            self.redraw()
        else:
            self.show_code()

    def _fold_texts(self) -> None:
        self.texts.layout.display = None if self.map.metric == CHANGE else "none"

    def _write_random_words(self) -> None:
        if self._measured is not None:
            self.text.value = random_words_twice(self._measured.tokenizer)

    def code_lines(self) -> str:
        """The metric of every head, and the weights of those in sight."""
        calls = {
            RANDOM: "at.induction_scores(m)",
            CHANGE: "at.change(m)"
            if self._texts() == [*TEXTS]
            else f"at.change(m, {self._texts()!r})",
        }
        metric = calls.get(self.map.metric, f"at.head_metrics(maps).{self.map.metric}")
        return (
            f"{self.maps_code()}"
            f"metric = {metric}\n"
            f"metric, maps.weights[{self.view.layer}, {self.view.heads}]"
        )


heads_panel = HeadsPanel
