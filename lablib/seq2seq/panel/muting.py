"""The heads panel: the three attentions of both stacks, and cross-attention with heads muted."""

import ipywidgets

from lablib.attention.compute.heads import AttentionMaps
from lablib.attention.panel.head_choice import OFFERED
from lablib.attention.views.head_map import HeadMap
from lablib.attention.views.weights import AttentionView
from lablib.seq2seq.compute.muting import Muting, mute
from lablib.seq2seq.figures import muting as figures
from lablib.widgets import AnyModel, Drawing, LivePanel, TextInput, as_choice
from lablib.widgets.controls import toggles
from lablib.widgets.layout import beside, mark_main

WHICH = ("cross", "encoder", "decoder")
_ENTROPY = [metric for metric in OFFERED if metric["name"] == "entropy"]


class HeadsPanel(LivePanel):
    """See the three attentions of a model, and mute heads of the one that looks at the source.

    `result` is what is drawn, None before the first.

    Args:
        text: the text at the start, its prefix included; it can be edited.
        heads: the (layer, head) pairs of cross-attention that are muted at first.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "models, seq2seq as ss"
    stand_in = "cross_heads"
    quiet_seconds = 0.2
    result: Muting | None = None

    def __init__(
        self,
        text: str = "plural: the old dog",
        heads: tuple[tuple[int, int], ...] = (),
        model: AnyModel = None,
    ) -> None:
        self.text = TextInput(value=text, label="Text, with its prefix")
        self.which = toggles("Attention", [(name, name) for name in WHICH], each="auto")
        self.map = HeadMap(metrics=_ENTROPY, can_mute=True, mode="mute")
        self.map.muted = [list(head) for head in heads]
        self.view, self.table = AttentionView(), ipywidgets.HTML()
        left = ipywidgets.VBox([self.map, self.which])
        mark_main(self.map, self.table)
        super().__init__(
            "Three attentions, and one without which nothing is translated",
            "The map shows the heads of cross-attention. Click some to mute them: they see nothing "
            "of the source then.",
            [self.text, self.table, beside(left, self.view)],
            controls=[self.text, self.which],
            choice=as_choice(model, "seq2seq"),
        )
        self.map.observe(lambda _: self.redraw(), "muted")
        self.view.follow(self.map)

    def draw(self) -> Drawing:
        """What the model writes with the muted heads and without, and where its heads look."""
        m = self.model()
        yield None
        found = mute(m, self.text.value, [(layer, head) for layer, head in self.map.muted])
        yield None
        self.result = found
        self.text.note = found.before.note
        self.map.show({"entropy": found.entropy})
        self.view.show(self.attention(found))
        self.table.value = figures.muting_table(found)

    def attention(self, found: Muting) -> AttentionMaps:
        """The attention that is chosen, of the whole model."""
        chosen: AttentionMaps = getattr(found.before.maps, self.which.value)
        return chosen

    def clear(self) -> None:
        """Take the result away."""
        self.result, self.table.value = None, ""

    def model_changed(self) -> None:
        """Another model has other heads; the first one is asked with those that were given."""
        if any(self.map.size):
            self.map.muted = []
        super().model_changed()

    def code_lines(self) -> str:
        """What the model writes with the chosen heads muted."""
        heads = [tuple(head) for head in self.map.muted]
        return (
            f"text = {self.text.value!r}\n"
            f"found = ss.mute(m, text, heads={heads})\n"
            f"found.before.text, found.after.text, found.before.maps.{self.which.value}.weights"
        )


heads_panel = HeadsPanel
