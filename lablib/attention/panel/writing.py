"""The writing panel: a row of attention for each token that is written."""

from lablib.attention.compute.heads import AttentionMaps
from lablib.attention.compute.writing import Written, so_far, write
from lablib.attention.views.weights import AttentionView
from lablib.sampling.panel.attribution import AttributionFold
from lablib.widgets import AnyModel, Progress, TextInput, TokenStrip, as_choice
from lablib.widgets.controls import slider
from lablib.widgets.layout import mark_main
from lablib.widgets.live import Drawing, LivePanel
from lablib.widgets.panel import RateLimit
from lablib.widgets.tokens import token_dicts


class WritingPanel(LivePanel):
    """Watch the attention grow, row by row, while a next-word model writes.

    `maps` are those of the whole text, None before the first.

    Args:
        prompt: the text at the start; it can be edited.
        tokens: how many tokens are written, 1 to 60; always the likeliest.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "attention as at, models"

    def __init__(
        self, prompt: str = "The king and the queen", tokens: int = 12, model: AnyModel = None
    ) -> None:
        self.text = TextInput(value=prompt, label="Prompt")
        self.tokens = slider("Tokens", tokens, 1, 60)
        self.strip = TokenStrip(
            value_label="probability", selection="one", label="What was written", marks=["prompt"]
        )
        self.why = AttributionFold()
        self.view = AttentionView()
        mark_main(self.strip, self.view)
        self.maps: AttentionMaps | None = None
        self._prompt = 0
        super().__init__(
            "While it writes",
            "Each new token reads all before it, and adds one row. Choose a token, or move the "
            "slider, to step through.",
            [self.text, self.tokens, self.strip, self.why, self.view],
            controls=[self.text, self.tokens],
            choice=as_choice(model),
        )
        self.strip.observe(lambda _: self._step(), "selected")
        self.view.observe(lambda _: self.show_code(), ["layer", "heads"])
        self.why.follow(self, self.strip, lambda: self.maps.queries.ids if self.maps else ())

    def draw(self) -> Drawing:
        """Write token by token; each adds its row."""
        m, total = self.model(), self.tokens.value
        self.strip.selected = []
        written: list[Written] = []
        limit = RateLimit()
        for each in write(m, self.text.value, total):
            written.append(each)
            self._prompt = len(written[0].ids)
            if limit.due() or each.step is None:
                self._show(written)
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
            f"text = {self.text.value!r}\n"
            f"written = list(at.write(m, text, {self.tokens.value}))\n"
            "maps = at.so_far(m, written)\n"
            f"maps.weights[{self.view.layer}, {self.view.heads}]"
        )


writing_panel = WritingPanel
