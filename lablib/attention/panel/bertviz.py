"""The bertviz panel: its head view and its model view, following the text, with no network."""

from collections.abc import Callable

import ipywidgets

from lablib.attention.compute.heads import maps
from lablib.attention.panel.base import Drawing, TextPanel
from lablib.attention.views.bertviz import head_view, model_view
from lablib.widgets import ModelChoice
from lablib.widgets.layout import mark_main

VIEWS: dict[str, Callable[..., ipywidgets.VBox]] = {"head": head_view, "model": model_view}
QUIET_SECONDS = 0.5
"""A page of bertviz is large: it is made anew when the typing has really stopped."""


class BertvizPanel(TextPanel):
    """A text and a view of bertviz's. `picture` is the one in sight, None before the first."""

    def __init__(self, text: str, view: str, model: str | ModelChoice | None) -> None:
        if view not in VIEWS:
            raise ValueError(f"view is one of {', '.join(VIEWS)}, not {view!r}.")
        self.choose = ipywidgets.ToggleButtons(
            options=[(f"{name.capitalize()} view", name) for name in VIEWS],
            value=view,
            description="Show",
        )
        self.stage = ipywidgets.VBox()
        mark_main(self.choose, self.stage)
        self.picture: ipywidgets.VBox | None = None
        super().__init__(
            "bertviz",
            "The views many people know, by Jesse Vig (2019). Here they follow the text and need "
            "no network.",
            text,
            [self.choose, self.stage],
            model,
        )
        self.choose.observe(lambda _: self.redraw(), "value")

    def redraw(self, delay: float = 0.0) -> None:
        """Ask for the picture anew, after a longer pause in typing than elsewhere."""
        super().redraw(QUIET_SECONDS if delay else 0.0)

    def draw(self) -> Drawing:
        """Make the page of the view that is chosen, and let the one before go."""
        found = maps(self.model(), self.text.value)
        yield None
        self.text.note = found.note
        before, self.picture = self.picture, VIEWS[self.choose.value](found)
        self.stage.children = [self.picture]
        if before is not None:
            for widget in (*before.children, before):
                widget.close()

    def code_lines(self) -> str:
        """The call that makes the view."""
        return f"maps = at.maps(m, text)\nat.{self.choose.value}_view(maps)"


def bertviz_panel(
    text: str = "The cat sat on the mat because it was tired",
    view: str = "head",
    model: str | ModelChoice | None = None,
) -> BertvizPanel:
    """See bertviz's head view or model view of a text.

    Args:
        text: the text at the start; it can be edited.
        view: "head" or "model".
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """
    return BertvizPanel(text, view, model)
