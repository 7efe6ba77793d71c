"""What the panels of this room share: a text, a picture that follows it, and choosing a head."""

from collections.abc import Callable, Generator, Sequence

import ipywidgets

from lablib.models import Kind, LoadedModel
from lablib.widgets import Choice, ModelChoice, Panel, Progress, TextInput, as_choice

ANY_KIND: tuple[Kind, ...] = ("causal", "masked", "encoder", "seq2seq")
"""Whatever has attention. Of a sequence-to-sequence model it is the encoder that is shown."""
TYPING_SECONDS = 0.1
MOST_LAYERS = 1000

Drawing = Generator[Progress | None, None, None]


class TextPanel(Panel):
    """A text and a picture that is drawn anew when the text or the model changes.

    A panel of this kind has its work in `draw` and its code in `code_lines`.

    Args:
        title: one line.
        subtitle: one sentence under it.
        text: the text at the start; it can be edited.
        body: what stands below the text.
        model: a name, hub id or folder, a choice, or None for the one all panels share.
        kind: what the model may be.
    """

    def __init__(
        self,
        title: str,
        subtitle: str,
        text: str,
        body: Sequence[ipywidgets.Widget],
        model: str | ModelChoice | None,
        kind: Kind | tuple[Kind, ...] = ANY_KIND,
    ) -> None:
        self.text = TextInput(value=text, label="Text")
        super().__init__(
            title,
            [self.text, *body],
            choice=as_choice(model, kind),
            subtitle=subtitle,
            code=self._code_with_opening,
        )
        self.text.observe(lambda _: self.redraw(TYPING_SECONDS), "value")
        self.redraw()

    def redraw(self, delay: float = 0.0) -> None:
        """Ask for the picture anew, after `delay` seconds of quiet."""
        self.run(self.draw, delay)

    def model_changed(self) -> None:
        """What another model does with the text is another picture."""
        self.redraw()

    def draw(self) -> Drawing:
        """The work that draws the picture."""
        yield None

    def code_lines(self) -> str:
        """The lines behind the picture, which find the model as `m` and the text as `text`."""
        return ""

    def _code_with_opening(self) -> str:
        lines = self.code_lines()
        return lines and f"{opening_code(self.choice)}text = {self.text.value!r}\n{lines}"


def opening_code(choice: Choice) -> str:
    """The lines that every code fold of this room begins with."""
    kind = choice.loaded.card.kind if choice.loaded else "causal"
    more = "" if kind == "causal" else f", kind={kind!r}"
    return f"from lablib import attention as at, models\n\nm = models.load({choice.name!r}{more})\n"


class HeadChoice(ipywidgets.HBox):
    """Two sliders: a layer, and a head of it.

    Args:
        layer: from 0.
        head: from 0; None where a whole layer is chosen.
        on_change: called when another was chosen.
    """

    def __init__(self, layer: int, head: int | None, on_change: Callable[[], object]) -> None:
        self._layer, self._head = _slider("Layer", layer), _slider("Head", head or 0)
        self._fitting = False
        children = [self._layer] if head is None else [self._layer, self._head]
        for slider in children:
            slider.observe(lambda _: self._fitting or on_change(), "value")
        super().__init__(children)

    @property
    def layer(self) -> int:
        """The layer, from 0."""
        return self._layer.value

    @property
    def head(self) -> int:
        """The head, from 0."""
        return self._head.value

    def fit(self, m: LoadedModel) -> None:
        """Offer the layers and heads that a model has; what it lacks becomes its last."""
        config = m.model.config.get_text_config()
        self._fitting = True
        # A model without attention may have neither; what it lacks is said by whoever asks for it.
        self._layer.max = getattr(config, "num_hidden_layers", 1) - 1
        self._head.max = getattr(config, "num_attention_heads", 1) - 1
        self._fitting = False


def _slider(label: str, value: int) -> ipywidgets.IntSlider:
    return ipywidgets.IntSlider(
        value, min=0, max=max(value, MOST_LAYERS), description=label, layout={"width": "300px"}
    )
