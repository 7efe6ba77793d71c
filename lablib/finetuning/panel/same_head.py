"""The head panel: where the same attention head looks before and after."""

import ipywidgets
import traitlets

from lablib.attention.views.weights import AttentionView
from lablib.finetuning.compute.same_head import HeadChange, head_change
from lablib.finetuning.figures import same_head as figures
from lablib.finetuning.panel.pair import READ, Named, PairPanel
from lablib.widgets import Drawing, TextInput
from lablib.widgets.controls import button
from lablib.widgets.html import escape
from lablib.widgets.layout import beside, mark_main


class SameHeadPanel(PairPanel):
    """See where an attention head looks before and after a model learned a text.

    Two attention views whose layer and heads move together, at first on the head that changed most.
    `found` is what is drawn.

    Args:
        text: what is read; it can be edited.
        before: a model's name or folder, or a run; None for what `after` was made from.
        after: the same; None for the newest run that has made a model.
    """

    found: HeadChange | None = None

    def __init__(
        self,
        text: str = READ,
        before: Named | None = None,
        after: Named | None = None,
    ) -> None:
        self.text = TextInput(value=text, label="Text")
        self.views = AttentionView(), AttentionView()
        self.words = ipywidgets.HTML()
        self.most = button("The head that changed most", width=240)
        first, second = self.views
        for name in ("layer", "heads", "kind", "hide_sinks"):
            traitlets.link((first, name), (second, name))
        columns = [
            ipywidgets.VBox([ipywidgets.HTML(escape(label)), view])
            for label, view in zip(("Before", "After"), self.views, strict=True)
        ]
        mark_main(self.most, first)
        super().__init__(
            "The same head, before and after",
            "Where a head looks, in both models, and how much of its attention has moved.",
            before,
            after,
            [
                beside(self.text, self.most, widths=(600, 240)),
                beside(*columns, widths=(400, 400)),
                self.words,
            ],
            controls=[self.text],
        )
        self.most.on_click(lambda _: self._open_most_changed())
        first.observe(lambda _: self._say(), ["layer", "heads"])

    def draw(self) -> Drawing:
        """Read the text with both models."""
        both = self.open_both()
        yield None
        is_first, self.found = self.found is None, head_change(*both, self.text.value)
        self.text.note = self.found.before.note
        for view, found in zip(self.views, (self.found.before, self.found.after), strict=True):
            view.show(found)
        if is_first:
            self._open_most_changed()
        self._say()

    def _say(self) -> None:
        """How far the head in sight has moved, and which has most."""
        if self.found is not None and self.views[0].heads:
            place = self.views[0].layer, self.views[0].heads[0]
            self.words.value = escape(figures.head_words(self.found, *place))
            self.show_code()

    def _open_most_changed(self) -> None:
        if self.found is not None:
            layer, head, _ = self.found.top(1)[0]
            self.views[0].layer, self.views[0].heads = layer, [head]

    def code_lines(self) -> str:
        """The weights of the head in sight, and how far they have moved."""
        return self.opening() + (
            f"change = ft.head_change(before, after, {self.text.value!r})\n"
            f"place = {self.views[0].layer}, {self.views[0].heads}\n"
            "change.before.weights[place], change.after.weights[place], change.moved[place]"
        )


same_head_panel = SameHeadPanel
