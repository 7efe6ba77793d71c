"""The constraint panel: a text that must have a form, and what the form takes away."""

import ipywidgets

from lablib.models.text import vectors
from lablib.sampling.compute.constraint import Guide, choice_pattern, json_fields, json_pattern
from lablib.sampling.compute.generation import Step, generate
from lablib.sampling.compute.knobs import OFF, Knobs
from lablib.sampling.compute.text import prepare
from lablib.sampling.figures import constraint as figures
from lablib.sampling.figures.block_list import mass_words
from lablib.sampling.panel.controls import knobs_code
from lablib.widgets import AnyModel, Drawing, LivePanel, Progress, TextInput, TokenStrip, as_choice
from lablib.widgets.controls import dropdown, number, seed_field, text_line
from lablib.widgets.html import escape
from lablib.widgets.layout import Fold, beside, in_row, mark_main
from lablib.widgets.tokens import token_dicts

FORMS = {
    "one of": " a king, a queen, a poor old woman",
    "pattern": r" in the year 1[5-9]\d\d",
    "JSON": "name: string, age: integer, rich: boolean",
}
"""The kinds of forms, each with the example that stands there at first."""


class ConstraintPanel(LivePanel):
    """Hold a text to a form: one of some texts, a regular expression, or a JSON object.

    `free` and `held` hold the steps of both texts.

    Args:
        prompt: the text at the start; it can be edited.
        kind: of the form: "one of" (texts with commas between), "pattern" or "JSON" (fields as
            name: kind, with commas between).
        form: what is wanted; None for an example.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
        knobs: how both texts are drawn.
        seed: decides the draws of both.
    """

    imports = "models, sampling as sp"

    def __init__(
        self,
        prompt: str = "Once upon a time there lived",
        kind: str = "one of",
        form: str | None = None,
        model: AnyModel = None,
        knobs: Knobs = OFF,
        seed: int = 0,
    ) -> None:
        self._make_controls(prompt, kind, FORMS[kind] if form is None else form, seed)
        self.free: list[Step] = []
        self.held: list[Step] = []
        self._knobs = knobs
        self._typed = dict(FORMS)
        labelled = [
            beside(ipywidgets.HTML(escape(strip.label)), strip, widths=(80, 720))
            for strip in self.strips
        ]
        super().__init__(
            "It must have this form",
            "The same random draws, free and held to a form. Watch how much of the probability the "
            "form takes away.",
            [
                self.text,
                in_row(self.kind, self.form),
                in_row(self.length, self.seed),
                *labelled,
                self.said,
                Fold("Step by step", [self.steps]),
            ],
            controls=[self.text, self.form, self.length, self.seed],
            choice=as_choice(model),
        )
        self.kind.observe(lambda change: self._other_form(change.old, change.new), "value")

    def _make_controls(self, prompt: str, kind: str, form: str, seed: int) -> None:
        """What is asked for, and places for both texts."""
        self.text = TextInput(value=prompt, label="Prompt")
        self.kind = dropdown("Form", list(FORMS), kind, width=200)
        self.form = text_line("", form, width=440)
        self.form.tooltip = (
            "Texts with commas between; a regular expression; name: kind, name: kind"
        )
        self.length = number("Tokens", 60, 1, 200, width=160)
        self.seed = seed_field(seed, width=160)
        self.strips = [
            TokenStrip(label="Free", legend=False),
            TokenStrip(
                label="Held to the form",
                value_label="probability taken away",
                scale={"min": 0.0, "max": 1.0},
            ),
        ]
        self.said, self.steps = ipywidgets.HTML(), ipywidgets.HTML()
        mark_main(self.form, self.strips[1])

    def _other_form(self, old: str, new: str) -> None:
        """Put what was last typed for this kind of form into its field."""
        self._typed[old] = self.form.value
        self.form.value = self._typed[new]
        self.redraw()  # also where the same is typed for both

    def draw(self) -> Drawing:
        """Write the free text, then the other."""
        m, n = self.model(), self.length.value
        prompt = prepare(m, self.text.value, n)
        self.text.note = prompt.note
        guide = Guide(m, self._pattern(), prompt)
        texts: list[list[Step]] = []
        for ban in (None, guide.banned):
            texts.append([])
            for step in generate(m, prompt, self._knobs, self.seed.value, n, ban=ban):
                texts[-1].append(step)
                yield Progress((len(texts) - 1) * n + len(texts[-1]), 2 * n, "tokens")
        self.free, self.held = texts
        written = [*prompt.ids, *(step.id for step in self.held)]
        self._show(figures.end_words(self.held, guide.matched(written)))

    def _show(self, end: str) -> None:
        m, masses = self.model(), [step.banned_mass for step in self.held]
        free, held = ([step.id for step in steps] for steps in (self.free, self.held))
        self.strips[0].tokens = token_dicts(free, m.tokenizer)
        self.strips[1].tokens = token_dicts(held, m.tokenizer, masses)
        words = [mass_words(masses, "form"), figures.probability_words(self.free, self.held), end]
        self.said.value = escape(" ".join(words))
        self.steps.value = figures.steps_table(self.held, vectors(m.model))

    def _pattern(self) -> str:
        if self.kind.value == "one of":
            return choice_pattern(self._options())
        if self.kind.value == "JSON":
            return json_pattern(json_fields(self.form.value))
        return str(self.form.value)

    def _options(self) -> list[str]:
        """The texts to choose from: each begins with the space before the first of them."""
        space = " " if self.form.value.startswith(" ") else ""
        return [space + part.strip() for part in self.form.value.split(",") if part.strip()]

    def code_lines(self) -> str:
        """Both texts, the pattern in between."""
        made = {
            "one of": lambda: f"sp.choice_pattern({self._options()!r})",
            "JSON": lambda: f"sp.json_pattern(sp.json_fields({self.form.value!r}))",
            "pattern": lambda: repr(self.form.value),
        }[self.kind.value]()
        write = f"sp.generate(m, prompt, {knobs_code(self._knobs)}, {self.seed.value}, n"
        return (
            f"n = {self.length.value}\n"
            f"prompt = sp.prepare(m, {self.text.value!r}, n)\n"
            f"guide = sp.Guide(m, {made}, prompt)\n"
            f"free = [*{write})]\n"
            f"held = [*{write}, ban=guide.banned)]\n"
            "[(step.text, step.banned_mass) for step in held]"
        )


constraint_panel = ConstraintPanel
