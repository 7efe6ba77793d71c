"""A panel of attention maps whose model can also be the real GPT-2, recorded for two sentences."""

from collections.abc import Generator
from typing import Any

from lablib.attention.compute.heads import AttentionMaps, maps
from lablib.attention.compute.recordings import RECORDED, recorded, recorded_prompts
from lablib.widgets import LivePanel, Progress, TextInput

ENTRY = {
    "name": RECORDED,
    "text": f"{RECORDED} (124 M parameters): its attention for {len(recorded_prompts())} "
    "sentences, to look at without a network.",
}
WHY = "These weights were recorded; another sentence is read by the model that is open."


class MapsPanel(LivePanel):
    """A panel with a `text` whose attention it draws: as a model gives it, or as it was recorded.

    The recording is one more entry of the model chooser. Choosing it brings a sentence it was made
    of; typing another one goes back to the model. `is_recorded` says which of them is in sight.
    """

    text: TextInput
    is_recorded = False

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.head.choices = [*self.head.choices, ENTRY]

    def attention(self) -> AttentionMaps:
        """The maps to draw; call it inside work."""
        found = recorded(self.text.value) if self.is_recorded else None
        self.is_recorded = found is not None
        found = found or maps(self.model(), self.text.value)
        self.head.model_name, self.head.why = (
            (RECORDED, WHY) if self.is_recorded else self.choice.badge()
        )
        self.imports = "attention as at" if self.is_recorded else type(self).imports
        return found

    def maps_code(self) -> str:
        """The lines that give `maps`, for the code under the picture."""
        call = "at.recorded(text)" if self.is_recorded else "at.maps(m, text)"
        return f"text = {self.text.value!r}\nmaps = {call}\n"

    def _on_head(self, sender: object, message: dict[str, Any], buffers: object) -> None:
        name = str(message.get("open", ""))
        if name == RECORDED:
            self.is_recorded = True
            if recorded(self.text.value) is None:
                self.text.value = recorded_prompts()[0]
            self.redraw()
        elif self.is_recorded:
            self.is_recorded = False
            self.run(lambda: self._open_and_draw(name))
        else:
            super()._on_head(sender, message, buffers)

    def _open_and_draw(self, name: str) -> Generator[Progress | None, None, None]:
        """Open a model and draw, also if it is the one that was open all the time."""
        self.choice.open(self.slot, name)
        yield from self._draw_or_clear()
