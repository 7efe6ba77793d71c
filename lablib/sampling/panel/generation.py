"""The generation panel: text arrives token by token; any token can be looked into and changed."""

from collections.abc import Sequence
from typing import Any

import ipywidgets

from lablib.numbers import percent
from lablib.sampling.compute.branches import Branches
from lablib.sampling.compute.generation import Session, Step, choose, generate
from lablib.sampling.compute.knobs import OFF, Knobs
from lablib.sampling.compute.mirostat import Mirostat
from lablib.sampling.compute.text import Prompt, prepare
from lablib.sampling.figures.generation import limit_words, story_words
from lablib.sampling.panel.alternatives import Alternatives
from lablib.sampling.panel.attribution import AttributionFold
from lablib.sampling.panel.controls import KnobSliders, knobs_code, mirostat_code
from lablib.sampling.views.tree import TreeView
from lablib.widgets import AnyModel, Drawing, LivePanel, Progress, TextInput, TokenStrip, as_choice
from lablib.widgets.controls import button, dropdown, number, seed_field
from lablib.widgets.html import escape
from lablib.widgets.layout import beside, in_row, mark_main
from lablib.widgets.tokens import token_dicts, visible

COLOURS: dict[str, dict[str, Any]] = {
    "probability": {"min": 0.0, "max": 1.0, "palette": "viridis", "unit": ""},
    "surprisal": {"min": 12.0, "max": 0.0, "palette": "viridis", "unit": "bits"},
}
"""What the chips can be coloured by, and the scale of each: what the model expected is bright."""


class GenerationPanel(LivePanel):
    """Write a text token by token, look into each token, and branch off from any of them.

    `branches` holds every text since the prompt last changed, `shown` the nodes of the one in the
    strip. One session reads for all of them, so that a branch costs only its own tokens.

    Args:
        prompt: the text at the start; it can be edited.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
        knobs: how the knobs stand at first.
        seed: decides every draw: the same seed and settings write the same text.
        max_new_tokens: how many tokens to write.
        mirostat: moves the limit of surprisal after every token; None for nothing that does.
        simple: of the knobs the temperature alone is in sight, and the rest folded.
    """

    imports = "models, sampling as sp"
    stand_in = "writing"

    def __init__(
        self,
        prompt: str = "Once upon a time",
        model: AnyModel = None,
        knobs: Knobs = OFF,
        seed: int = 0,
        max_new_tokens: int = 60,
        mirostat: Mirostat | None = None,
        simple: bool = False,
    ) -> None:
        sliders = KnobSliders(knobs, mirostat=mirostat, simple=simple)
        self._make_controls(prompt, sliders, seed, max_new_tokens)
        self.branches = Branches()
        self.shown: list[int] = []
        self._scripts: dict[int, str] = {}
        self._prompt: Prompt | None = None
        self._session: Session | None = None
        super().__init__(
            "Write",
            "Each token is drawn from the distribution the knobs leave. "
            "Look into any of them, and branch off from it.",
            [
                self.text,
                self.sliders,
                in_row(self.seed, self.length, self.colour, self.button, width=200),
                self.strip,
                beside(self.words, self.why, widths=(480, 360)),
                self.alternatives,
                self.tree,
            ],
            choice=as_choice(model),
            button=self.button,
        )
        self.text.observe(lambda _: self.mark_stale(), "value")
        self.colour.observe(lambda _: self._show(self.shown), "value")
        self.strip.observe(lambda _: self._look(), "selected")
        self.why.follow(self, self.strip, self._ids)
        self.tree.observe(lambda change: self._visit(change.new), "picked")

    def _make_controls(
        self, prompt: str, sliders: KnobSliders, seed: int, max_new_tokens: int
    ) -> None:
        """What is asked for, and places for the text and what is seen of it."""
        self.text = TextInput(value=prompt, label="Prompt")
        self.sliders = sliders
        self.seed, self.length = seed_field(seed), number("Tokens", max_new_tokens, 1, 999)
        self.colour = dropdown("Colour", list(COLOURS))
        self.button = button("Write", primary=True)
        self.strip = TokenStrip(selection="one", marks=["prompt", "chosen"], label="Text")
        self.strip.add_class("lab-strip-four")
        self.words = ipywidgets.HTML()
        self.alternatives = Alternatives(self._branch)
        self.tree = TreeView(label="All branches")
        self.why = AttributionFold()
        mark_main(self.button, self.strip)
        self.tree.add_class("lab-tree-low")

    @property
    def steps(self) -> list[Step]:
        """The steps of the text in the strip."""
        return [self.branches.steps[node] for node in self.shown]

    def draw(self) -> Drawing:
        """Write a text from the prompt on."""
        yield from self._continue([], f"prompt = {self.text.value!r}\n")

    def _ids(self) -> list[int]:
        """The ids of the text in the strip."""
        prompt = self._prompt.ids if self._prompt else ()
        return [*prompt, *(step.id for step in self.steps)]

    def _continue(self, path: Sequence[Step], script: str) -> Drawing:
        """Write on after `path`, one chip at a time, until the length that was asked for.

        `script` is the code that leads to the path; that of the new steps is added to it.
        """
        m, prompt = self.model(), self._read_prompt()
        knobs, mirostat, seed = self.sliders.value, self.sliders.mirostat, self.seed.value
        how: dict[str, Any] = {"session": self._session, "mirostat": mirostat, "after": path}
        length = max(self.length.value - len(path), 1)
        self._show(self.branches.add_path(path))
        try:
            for step in generate(m, prompt, knobs, seed, length, **how):
                self.shown.append(self.branches.add(step, self.shown[-1] if self.shown else None))
                self.strip.append(self._chip(step))
                yield Progress(len(self.shown) - len(path), length, "tokens")
        finally:
            if self.shown:
                written = len(self.shown) - len(path)
                with_knobs = f"{knobs_code(knobs)}, seed={seed}{mirostat_code(mirostat)}"
                self._scripts[self.shown[-1]] = script + _writing_code(with_knobs, written, path)
            self._draw_tree()

    def _read_prompt(self) -> Prompt:
        """The prompt as the model reads it; a new prompt or model begins a new tree."""
        m = self.model()
        prompt = prepare(m, self.text.value, self.length.value)
        if prompt != self._prompt or self._session is None or self._session.model is not m.model:
            self._prompt, self._session = prompt, Session(m)
            self.branches, self.shown, self._scripts = Branches(), [], {}
            self.text.note = prompt.note
        return prompt

    def _branch(self, id: int) -> None:
        """Put another token in the place of the selected one, and write on from there."""
        place, steps = self._place(), self.steps
        script = f"{self._script()}path = [*steps[:{place}], sp.choose(m, steps[{place}], {id})]\n"

        def work() -> Drawing:
            path = [*steps[:place], choose(self.model(), steps[place], id)]
            yield from self._continue(path, script)

        self.run(work)

    def _visit(self, node: int | None) -> None:
        """Show the text that goes through a node of the tree."""
        if node is not None and not self.slot.busy:
            self._show(self.branches.line_through(node))
            self._draw_tree()
            self.show_code()

    def _place(self) -> int:
        """Which step is selected; -1 for none, or for a token of the prompt."""
        prompt = len(self._prompt.ids) if self._prompt else 0
        return max(self.strip.selected[0] - prompt, -1) if self.strip.selected else -1

    def _look(self) -> None:
        place = self._place()
        step = self.steps[place] if 0 <= place < len(self.shown) else None
        self.alternatives.show(step.alternatives if step else (), step.id if step else None)

    def _show(self, nodes: list[int]) -> None:
        """Put the prompt and the steps of these nodes into the strip."""
        if self._prompt is None:
            return
        self.shown = nodes
        prompt = token_dicts(self._prompt.ids, self.model().tokenizer)
        with self.strip.hold_sync():
            self.strip.selected = []
            self.strip.scale = COLOURS[self.colour.value]
            self.strip.value_label = self.colour.value
            self.strip.tokens = [{**token, "mark": "prompt"} for token in prompt] + [
                self._chip(step) for step in self.steps
            ]

    def _chip(self, step: Step) -> dict[str, Any]:
        value = step.model_probability if self.colour.value == "probability" else step.surprisal
        drawn = percent(step.probability, 1)
        note = f"cumulative log-probability {step.cumulative:.2f} nats; drawn at {drawn}"
        (token,) = token_dicts([step.id], self.model().tokenizer, [value])
        return {**token, "note": "; ".join(filter(None, [note, limit_words(step), step.end]))}

    def _draw_tree(self) -> None:
        """All branches, the one in the strip marked, and how probable that one is."""
        self.words.value = escape(story_words(self.steps))
        self.tree.nodes = [
            {
                "id": node,
                "parent": parent,
                "text": visible(step.text),
                "value": step.model_probability,
                "cumulative": step.cumulative,
                "state": "path" if node in self.shown else "kept",
                "step": step.position,
            }
            for node, (step, parent) in enumerate(
                zip(self.branches.steps, self.branches.parents, strict=True)
            )
        ]

    def _script(self) -> str:
        """The code that writes the steps in the strip, with every branch that led to them."""
        return self._scripts.get(self.shown[-1], "") if self.shown else ""

    def code_lines(self) -> str:
        """The calls that wrote the text in the strip."""
        script = self._script()
        return script and f'{script}"".join(step.text for step in steps)'


def _writing_code(how: str, length: int, path: Sequence[Step]) -> str:
    """The line that writes `length` tokens with some knobs, after `path` if there is one."""
    call = f"sp.generate(m, prompt, {how}, max_new_tokens={length}"
    return f"steps = [*path, *{call}, after=path)]\n" if path else f"steps = [*{call})]\n"


generation_panel = GenerationPanel
