"""The knob panel: one forward pass, then every knob answers in the browser."""

from dataclasses import asdict

from lablib import sampling as sp
from lablib.models import LoadedModel
from lablib.models.text import token_text
from lablib.sampling.compute.knobs import ALL_STAGES, OFF, Knobs
from lablib.sampling.panel.controls import knobs_code
from lablib.sampling.views.knobs import KnobView
from lablib.widgets import AnyModel, Drawing, LivePanel, TextInput, as_choice


class KnobPanel(LivePanel):
    """Show the distribution of the next token, and what each knob does to it.

    A prompt, the model's next-token distribution, and knobs over all of it (six in sight, eight
    more behind a button), or only one.

    Args:
        prompt: the text at the start; it can be edited.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
        knobs: how the knobs stand at first.
        simple: only the temperature and eight bars.

    Raises:
        ValueError: for a simple panel with another knob than the temperature turned.
    """

    imports = "models, sampling as sp"
    stand_in = "knobs"

    def __init__(
        self,
        prompt: str = "Once upon a time",
        model: AnyModel = None,
        knobs: Knobs = OFF,
        simple: bool = False,
    ) -> None:
        if simple and knobs != Knobs(temperature=knobs.temperature):
            raise ValueError("The simple panel has one knob: give it a temperature and no other.")
        self.text = TextInput(value=prompt, label="Prompt")
        self.view = KnobView(knobs=asdict(knobs), pickable=True, simple=simple)
        self._named: LoadedModel | None = None
        super().__init__(
            "What comes next?",
            "Every token has a probability. "
            f"Turn the {'temperature' if simple else 'knobs'}; click a bar to put its token at the "
            "end of the prompt.",
            [self.text, self.view],
            controls=[self.text],
            choice=as_choice(model),
        )
        self.view.observe(lambda _: self.show_code(), "summary")
        self.view.observe(lambda change: self._take(change.new), "picked")

    def draw(self) -> Drawing:
        """One pass; the browser makes all pictures of it."""
        m = self.model()
        # By way of the room's door, which loads torch when it is used: the panel is there before.
        prompt = sp.prepare(m, self.text.value)
        logits = sp.next_logits(m, prompt)
        yield None
        if m is not self._named:
            self.view.use_vocabulary(token_text(m.tokenizer, id) for id in range(len(logits)))
            self._named = m
        self.text.note = prompt.note
        self.view.show(logits, prompt.ids, self.text.value)

    def _take(self, picked: int | None) -> None:
        if picked is not None and self._named is not None:
            self.text.value += token_text(self._named.tokenizer, picked)

    def code_lines(self) -> str:
        """The distribution with the knobs as they stand."""
        knobs = Knobs(**self.view.knobs)
        order = "" if tuple(self.view.order) == ALL_STAGES else f", order={self.view.order!r}"
        return (
            f"prompt = sp.prepare(m, {self.text.value!r})\n"
            f"knobs = {knobs_code(knobs)}\n"
            "logits = sp.next_logits(m, prompt)\n"
            f"probabilities = sp.distribution(logits, knobs, prompt.ids{order})\n"
            "sp.top(m, probabilities, 10)"
        )


knob_panel = KnobPanel
