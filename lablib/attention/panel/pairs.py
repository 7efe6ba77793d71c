"""The pairs panel: two sentences read at once, and who looks at whom across them."""

from lablib.attention.compute.heads import AttentionMaps, maps
from lablib.attention.panel.base import TYPING_SECONDS, Drawing, TextPanel
from lablib.attention.views.weights import AttentionView
from lablib.widgets import ModelChoice, TextInput
from lablib.widgets.layout import mark_main


class PairsPanel(TextPanel):
    """Two texts, and the attention of every head within and between them.

    `maps` are those in sight, None before the first.
    """

    def __init__(self, first: str, second: str, model: str | ModelChoice | None) -> None:
        self.second = TextInput(value=second, label="Second text (B)")
        self.view = AttentionView(kind="lines", type_names=["A", "B"])
        mark_main(self.second, self.view)
        self.maps: AttentionMaps | None = None
        super().__init__(
            "Two sentences at once",
            "Every token sees every other, in both directions. Choose who looks at whom: all, A at "
            "A, A at B, B at A or B at B.",
            first,
            [self.second, self.view],
            model,
            kind=("encoder", "masked"),
        )
        self.text.label = "First text (A)"
        self.second.observe(lambda _: self.redraw(TYPING_SECONDS), "value")
        self.view.observe(lambda _: self.show_code(), ["layer", "heads"])

    def draw(self) -> Drawing:
        """Read both texts, and show where every head looks."""
        m = self.model()
        found = maps(m, self.text.value, self.second.value or None)
        yield None
        self.maps = found
        self.text.note = found.note
        self.view.show(found)

    def code_lines(self) -> str:
        """The weights of the heads in sight."""
        pair = f", {self.second.value!r}" if self.second.value else ""
        return (
            f"maps = at.maps(m, text{pair})\n"
            "print(maps.token_types)\n"
            f"maps.weights[{self.view.layer}, {self.view.heads}]"
        )


def pairs_panel(
    first: str = "The cat sat on the mat.",
    second: str = "It was tired and fell asleep.",
    model: str | ModelChoice | None = None,
) -> PairsPanel:
    """Look at the attention within and between two sentences that a BERT reads at once.

    Args:
        first: the first text, A.
        second: the second text, B; an empty one leaves A alone.
        model: a name, hub id or folder; None for the encoder that all panels of the notebook share.
    """
    return PairsPanel(first, second, model)
