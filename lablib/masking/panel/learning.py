"""The learning panel: what a BERT sees while it learns, and which positions carry loss."""

import ipywidgets

from lablib.masking.compute.learning import KEPT, MASKED, RANDOM, MaskedExample, exercise
from lablib.masking.figures import learning as figures
from lablib.numbers import percent
from lablib.widgets import AnyModel, Drawing, LivePanel, TextInput, TokenStrip, as_choice
from lablib.widgets.controls import button, checkbox, seed_field, slider
from lablib.widgets.html import escape
from lablib.widgets.layout import in_row, mark_main
from lablib.widgets.tokens import token_dicts

SLIDERS: dict[str, tuple[str, float, str]] = {
    "rate": ("Chosen", 0.15, "The share of all tokens that the model is asked for."),
    "mask": ("… masked", 0.8, "The share of the chosen that are shown as [MASK]."),
    "random": ("… random", 0.1, "The share of the chosen that are shown as some other token."),
}


class CorruptionSliders(ipywidgets.HBox):
    """The three shares of the corruption; what is left of the chosen stays unchanged.

    `mask` and `random` together are at most 1: moving one moves the other out of the way.
    """

    def __init__(self) -> None:
        self.sliders = {
            name: slider(label, value, 0, 1, 0.05, width=260, tooltip=tip)
            for name, (label, value, tip) in SLIDERS.items()
        }
        self.kept = ipywidgets.Label()
        for name, other in (("mask", "random"), ("random", "mask")):
            self.sliders[name].observe(lambda _, a=name, b=other: self._make_room(a, b), "value")
        self._make_room("mask", "random")
        layout = {"flex_flow": "row wrap", "width": "100%"}
        super().__init__([*self.sliders.values(), self.kept], layout=layout)

    @property
    def shares(self) -> dict[str, float]:
        """The shares by the names of the arguments of `corrupt`."""
        return {name: round(slider.value, 2) for name, slider in self.sliders.items()}

    def _make_room(self, moved: str, other: str) -> None:
        left = round(1.0 - self.sliders[moved].value, 2)
        if self.sliders[other].value > left:
            self.sliders[other].value = left
        shares = self.shares
        kept = max(0.0, 1.0 - shares["mask"] - shares["random"])
        self.kept.value = f"… unchanged: {percent(kept)}"


class LearningPanel(LivePanel):
    """Corrupt a text as in BERT's pretraining, and see which positions carry loss, and how much.

    `result` is what is drawn.

    Args:
        text: any text; it can be edited.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "masking as mk, models"
    result: MaskedExample | None = None

    def __init__(
        self,
        text: str = "The old man walked slowly down to the sea, and his old dog walked behind him.",
        model: AnyModel = None,
    ) -> None:
        self.text = TextInput(value=text, label="Text")
        self.shares = CorruptionSliders()
        self.whole, self.seed = checkbox("choose whole words"), seed_field(name="Draw")
        self.again = button("Draw again", primary=True)
        self.again.on_click(lambda _: self.seed.set_trait("value", self.seed.value + 1))
        marks = [MASKED, RANDOM, KEPT]
        self.original = TokenStrip(
            value_label="loss", marks=marks, label="The text, and the loss where there is one"
        )
        self.seen = TokenStrip(label="What the model sees", marks=marks)
        self.words = ipywidgets.HTML()
        mark_main(self.shares, self.seen)
        super().__init__(
            "What a BERT is asked while it learns",
            "Of the tokens chosen most become [MASK], some another token, some stay; the "
            "model is asked for the original at these alone.",
            [
                self.text,
                self.shares,
                in_row(self.whole, self.seed, self.again),
                ipywidgets.HTML(escape("What the model sees:")),
                self.seen,
                ipywidgets.HTML(escape("What it is asked for, and its loss there:")),
                self.original,
                self.words,
            ],
            controls=[self.text, *self.shares.sliders.values(), self.whole, self.seed],
            choice=as_choice(model, "masked"),
        )

    def draw(self) -> Drawing:
        """Corrupt the text, and let the model guess."""
        m, text = self.model(), self.text.value
        shares, whole = self.shares.shares, self.whole.value
        yield None
        self.result = done = exercise(m, text, self.seed.value, **shares, whole_words=whole)
        self.text.note = done.read.note
        original, seen = (token_dicts(ids, m.tokenizer) for ids in (done.read.ids, done.seen))
        self.seen.tokens = [
            {**token, "mark": fate} for token, fate in zip(seen, done.corruption_types, strict=True)
        ]
        with self.original.hold_sync():
            self.original.scale = figures.loss_scale(done)
            self.original.tokens = figures.exercise_tokens(done, original)
        self.words.value = escape(figures.exercise_words(done))

    def clear(self) -> None:
        """Take both rows away."""
        self.result, self.words.value = None, ""
        self.original.tokens, self.seen.tokens = [], []

    def code_lines(self) -> str:
        """What the model saw, and its loss."""
        shares = ", ".join(f"{name}={value}" for name, value in self.shares.shares.items())
        whole = ", whole_words=True" if self.whole.value else ""
        return (
            f"text = {self.text.value!r}\n"
            f"done = mk.exercise(m, text, seed={self.seed.value}, {shares}{whole})\n"
            "done.seen, done.loss"
        )


learning_panel = LearningPanel
