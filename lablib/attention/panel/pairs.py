"""The pairs panel: two sentences read at once, and who looks at whom across them."""

from lablib.attention.compute.heads import AttentionMaps, maps
from lablib.attention.views.weights import AttentionView
from lablib.widgets import AnyModel, Drawing, LivePanel, TextInput, as_choice
from lablib.widgets.layout import mark_main


class PairsPanel(LivePanel):
    """Look at the attention within and between two sentences that a BERT reads at once.

    `maps` are those in sight, None before the first.

    Args:
        first: the first text, A.
        second: the second text, B; an empty one leaves A alone.
        model: a name, hub id or folder; None for the encoder that all panels of the notebook share.
    """

    imports = "attention as at, models"

    def __init__(
        self,
        first: str = "The cat sat on the mat.",
        second: str = "It was tired and fell asleep.",
        model: AnyModel = None,
    ) -> None:
        self.text = TextInput(value=first, label="First text (A)")
        self.second = TextInput(value=second, label="Second text (B)")
        self.view = AttentionView(kind="lines", type_names=["A", "B"])
        mark_main(self.second, self.view)
        self.maps: AttentionMaps | None = None
        super().__init__(
            "Two sentences at once",
            "Every token sees every other, in both directions. Choose who looks at whom: all, A at "
            "A, A at B, B at A or B at B.",
            [self.text, self.second, self.view],
            controls=[self.text, self.second],
            choice=as_choice(model, ("encoder", "masked")),
        )
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
            f"text = {self.text.value!r}\n"
            f"maps = at.maps(m, text{pair})\n"
            "print(maps.token_types)\n"
            f"maps.weights[{self.view.layer}, {self.view.heads}]"
        )


pairs_panel = PairsPanel
