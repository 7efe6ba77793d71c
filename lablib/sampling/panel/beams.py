"""The beam panel: the tree of a beam search as it grows, and greedy decoding beside it."""

from collections.abc import Sequence

import ipywidgets
from transformers import PreTrainedTokenizerBase

from lablib.sampling.compute.beams import BeamNode, BeamTree, grow_beams
from lablib.sampling.compute.generation import Step
from lablib.sampling.compute.text import prepare
from lablib.sampling.figures import beams as figures
from lablib.sampling.views.tree import TreeView
from lablib.widgets import AnyModel, Drawing, LivePanel, Progress, TextInput, TokenStrip, as_choice
from lablib.widgets.controls import slider
from lablib.widgets.html import escape
from lablib.widgets.layout import Fold, beside, in_row, mark_main
from lablib.widgets.panel import RateLimit
from lablib.widgets.tokens import token_dicts


class Line(ipywidgets.VBox):
    """A text of the tree: its name with its log-probability, and its tokens."""

    def __init__(self, name: str) -> None:
        self.words = ipywidgets.HTML(escape(name))
        self.strip = TokenStrip(value_label="probability", label=name, legend=False)
        self._name = name
        super().__init__([self.words, self.strip])

    def show(
        self, nodes: Sequence[BeamNode] | Sequence[Step], tokenizer: PreTrainedTokenizerBase
    ) -> None:
        """Show these tokens, from the first after the prompt on."""
        self.words.value = escape(figures.log_probability_words(self._name, nodes))
        probabilities = figures.probabilities(nodes)
        self.strip.tokens = token_dicts([node.id for node in nodes], tokenizer, probabilities)


class BeamPanel(LivePanel):
    """Watch beam search keep and prune texts, and compare its winner with greedy decoding.

    `result` is the tree that is drawn, None before the first.

    Args:
        prompt: the text at the start; it can be edited.
        beams: how many texts go on from each step, 1 to 8.
        steps: how many tokens are written at most, 1 to 20.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "models, sampling as sp"
    stand_in = "beams"
    quiet_seconds = 0.2
    result: BeamTree | None = None

    def __init__(
        self,
        prompt: str = "Once upon a time",
        beams: int = 4,
        steps: int = 8,
        model: AnyModel = None,
    ) -> None:
        self.text = TextInput(value=prompt, label="Prompt")
        self.beams = slider("Beams", beams, 1, 8, width=208)
        self.steps = slider("Steps", steps, 1, 20, width=208)
        self.tree = TreeView(label="Beam search")
        self.words = ipywidgets.HTML()
        self.winner, self.greedy = Line("Beam search"), Line("Greedy")
        self.picked = Line("Click a token of the tree to see the text that leads to it")
        self.greedy.strip.legend = True
        lines = [self.picked, self.winner, self.greedy]
        mark_main(self.beams, self.tree)
        super().__init__(
            "Beam search",
            "Every beam goes on with every token, and only the likeliest texts are kept: "
            "what looks poor now may win later.",
            [
                beside(self.text, in_row(self.beams, self.steps), widths=(424, 440)),
                self.tree,
                self.words,
                Fold("The texts: of a token, of beam search, and greedy", lines),
            ],
            controls=[self.text, self.beams, self.steps],
            choice=as_choice(model),
        )
        self.tree.observe(lambda change: self._pick(change.new), "picked")

    def draw(self) -> Drawing:
        """Search, drawing the tree as it grows."""
        m, beams, steps = self.model(), self.beams.value, self.steps.value
        prompt = prepare(m, self.text.value, steps)
        self.text.note = prompt.note
        self.tree.picked = None
        limit = RateLimit()
        for tree in grow_beams(m, prompt, beams, steps):
            self.result = tree
            if limit.due():
                self._draw(tree)
            yield Progress(len(tree.steps), steps, "steps")
        self._draw(tree)
        self.words.value = escape(figures.beam_words(tree))

    def _draw(self, tree: BeamTree) -> None:
        tokenizer = self.model().tokenizer
        self.tree.nodes = figures.tree_nodes(tree)
        self.winner.show(tree.winner, tokenizer)
        self.greedy.show(tree.greedy, tokenizer)

    def _pick(self, node: int | None) -> None:
        if self.result is None:
            return
        path = () if node is None else self.result.path(*self.result.places[node])
        self.picked.show(path, self.model().tokenizer)

    def code_lines(self) -> str:
        """Both texts, with how probable they are."""
        return (
            f"prompt = {self.text.value!r}\n"
            f"beams, steps = {self.beams.value}, {self.steps.value}\n"
            "tree = sp.beam_search(m, prompt, beams, steps)\n"
            "winner, greedy = tree.winner[-1].cumulative, tree.greedy[-1].cumulative\n"
            "tree.text, winner, greedy"
        )


beam_panel = BeamPanel
