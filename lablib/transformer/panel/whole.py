"""The whole-model panel: every part of a model, from the ids of a text to the next token."""

from lablib.attention.compute.text import Reading
from lablib.models import LoadedModel
from lablib.transformer.compute.ablation import PartAblation, ablate
from lablib.transformer.compute.parts import Parts, parts
from lablib.transformer.figures import whole as figures
from lablib.transformer.views.whole import WholeView
from lablib.widgets import AnyModel, Drawing, LivePanel, TextInput, as_choice
from lablib.widgets.layout import mark_main
from lablib.widgets.tokens import spoken, visible

MORE = 2
"""How many times as many tokens are compared as are shown: those of both distributions."""


class WholePanel(LivePanel):
    """See a whole model: each part with its shape, its numbers, and a switch to leave it out.

    A text, and a model's parts from its ids to its scores. `parts` and `outcome` are those in
    sight, None before the first.

    Args:
        text: the text at the start; it can be edited.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "models, transformer as tf"
    stand_in = "whole"

    def __init__(
        self,
        text: str = "Once upon a time there was a little girl who lived in a",
        model: AnyModel = None,
    ) -> None:
        self.text = TextInput(value=text, label="Text")
        self.view = WholeView()
        mark_main(self.text, self.view)
        self.parts: Parts | None = None
        self.outcome: PartAblation | None = None
        self._drawn_for: tuple[LoadedModel, Reading] | None = None
        super().__init__(
            "The whole model",
            "From ids to the next token. Click a box for its numbers; untick one to leave it out.",
            [self.text, self.view],
            controls=[self.text],
            choice=as_choice(model, ("causal", "masked")),
        )
        self.view.observe(lambda _: self.redraw(), ["off_parts", "off_blocks"])

    def draw(self) -> Drawing:
        """Run the model as it is and without what is off; show its parts if they are new."""
        m = self.model()
        view = self.view
        config = m.model.config.get_text_config()
        off = [block for block in view.off_blocks if block < config.num_hidden_layers]
        found = ablate(m, self.text.value, view.off_parts, off, MORE * figures.CANDIDATES)
        yield None
        if self._drawn_for != (m, found.tokens):
            self._show_parts(m, found.tokens)
            yield None
        self.text.note = found.tokens.note
        self.outcome = found
        masked = not m.model.can_generate()
        asked = f"What is masked, token {found.position}" if masked else "The next token"
        view.show_outcome(
            figures.candidates(found), figures.loss_words(found), asked, found.parts, off
        )

    def _show_parts(self, m: LoadedModel, tokens: Reading) -> None:
        self.parts = parts(m, tokens)
        heads = m.model.config.get_text_config().num_attention_heads
        boxes, values = figures.packed(figures.boxes(self.parts, heads))
        shown = tokens.tokens[-figures.TOKENS :]
        self.view.show(
            boxes,
            values,
            [{"text": visible(token), "spoken": spoken(token)} for token in shown],
            len(self.parts.blocks),
            figures.tour(self.parts),
        )
        self._drawn_for = (m, tokens)

    def code_lines(self) -> str:
        """What the model says without the parts that are switched off."""
        view = self.view
        return (
            f"text = {self.text.value!r}\n"
            f"found = tf.ablate(m, text, parts={list(view.off_parts)!r}, "
            f"blocks={list(view.off_blocks)!r})\n"
            "seen = tf.parts(m, found.tokens)\n"
            "found.changes, found.loss_before, found.loss_after"
        )


whole_panel = WholePanel
