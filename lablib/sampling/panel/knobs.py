"""The knob panel: one forward pass, then every knob answers in the browser."""

from collections.abc import Generator
from dataclasses import asdict

from lablib import sampling as sp
from lablib.models import LoadedModel
from lablib.models.text import token_text
from lablib.sampling.compute.knobs import OFF, STAGES, Knobs
from lablib.sampling.panel.controls import knobs_code, opening_code
from lablib.sampling.views.knobs import KnobView
from lablib.widgets import ModelChoice, Panel, TextInput, as_choice

TYPING_SECONDS = 0.1


class KnobPanel(Panel):
    """A prompt, the model's next-token distribution, and six knobs over all of it, or only one."""

    def __init__(
        self, prompt: str, model: str | ModelChoice | None, knobs: Knobs, simple: bool
    ) -> None:
        if simple and knobs != Knobs(temperature=knobs.temperature):
            raise ValueError("The simple panel has one knob: give it a temperature and no other.")
        self.text = TextInput(value=prompt, label="Prompt")
        self.view = KnobView(knobs=asdict(knobs), pickable=True, simple=simple)
        self._named: LoadedModel | None = None
        super().__init__(
            "What comes next?",
            [self.text, self.view],
            choice=as_choice(model),
            subtitle="Every token has a probability. "
            f"Turn the {'temperature' if simple else 'knobs'}; click a bar to put its token at the "
            "end of the prompt.",
            code=self._lines,
        )
        self.text.observe(lambda _: self.run(self._work, TYPING_SECONDS), "value")
        self.view.observe(lambda _: self.show_code(), "summary")
        self.view.observe(lambda change: self._take(change.new), "picked")
        self.run(self._work)

    def model_changed(self) -> None:
        """Ask the new model."""
        self.run(self._work)

    def _work(self) -> Generator[None, None, None]:
        m = self.model()
        # By way of the room's door, which loads torch when it is used: the panel is there before.
        prompt = sp.prepare(m, self.text.value)
        logits = sp.next_logits(m, prompt)
        yield
        if m is not self._named:
            self.view.use_vocabulary(token_text(m.tokenizer, id) for id in range(len(logits)))
            self._named = m
        self.text.note = prompt.note
        self.view.show(logits, prompt.ids, self.text.value)

    def _take(self, picked: int | None) -> None:
        if picked is not None and self._named is not None:
            self.text.value += token_text(self._named.tokenizer, picked)

    def _lines(self) -> str:
        knobs = Knobs(**self.view.knobs)
        order = "" if tuple(self.view.order) == tuple(STAGES) else f", order={self.view.order!r}"
        return opening_code(self.choice.name or "") + (
            f"prompt = sp.prepare(m, {self.text.value!r})\n"
            f"knobs = {knobs_code(knobs)}\n"
            "logits = sp.next_logits(m, prompt)\n"
            f"probabilities = sp.distribution(logits, knobs, prompt.ids{order})\n"
            "sp.top(m, probabilities, 10)"
        )


def knob_panel(
    prompt: str = "Once upon a time",
    model: str | ModelChoice | None = None,
    knobs: Knobs = OFF,
    simple: bool = False,
) -> KnobPanel:
    """Show the distribution of the next token, and what each knob does to it.

    Args:
        prompt: the text at the start; it can be edited.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
        knobs: how the knobs stand at first.
        simple: only the temperature and eight bars.

    Raises:
        ValueError: for a simple panel with another knob than the temperature turned.
    """
    return KnobPanel(prompt, model, knobs, simple)
