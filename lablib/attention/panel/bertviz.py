"""The bertviz panel: its head view and its model view, following the text, with no network."""

from collections.abc import Callable

import ipywidgets

from lablib.attention.panel.head_choice import ANY_KIND
from lablib.attention.panel.recordings import MapsPanel
from lablib.attention.views.bertviz import head_view, model_view
from lablib.widgets import AnyModel, Drawing, TextInput, as_choice
from lablib.widgets.closing import put_in
from lablib.widgets.controls import toggles
from lablib.widgets.layout import mark_main

VIEWS: dict[str, Callable[..., ipywidgets.VBox]] = {"head": head_view, "model": model_view}


class BertvizPanel(MapsPanel):
    """See bertviz's head view or model view of a text.

    A text and a view of bertviz's. `picture` is the one in sight, None before the first.

    Args:
        text: the text at the start; it can be edited.
        view: "head" or "model".
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "attention as at, models"
    quiet_seconds = 0.5  # a page of bertviz is large: it is made when the typing has really stopped

    def __init__(
        self,
        text: str = "The cat sat on the mat because it was tired",
        view: str = "head",
        model: AnyModel = None,
    ) -> None:
        if view not in VIEWS:
            raise ValueError(f"view is one of {', '.join(VIEWS)}, not {view!r}.")
        self.text = TextInput(value=text, label="Text")
        views = [(f"{name.capitalize()} view", name) for name in VIEWS]
        self.choose = toggles("Show", views, view)
        self.stage = ipywidgets.VBox()
        mark_main(self.choose, self.stage)
        self.picture: ipywidgets.VBox | None = None
        super().__init__(
            "bertviz",
            "The views many people know, by Jesse Vig (2019). Here they follow the text and need "
            "no network.",
            [self.text, self.choose, self.stage],
            controls=[self.text, self.choose],
            choice=as_choice(model, ANY_KIND),
        )

    def draw(self) -> Drawing:
        """Make the page of the view that is chosen, and let the one before go."""
        found = self.attention()
        yield None
        self.text.note = found.note
        self.picture = VIEWS[self.choose.value](found)
        put_in(self.stage, [self.picture])

    def code_lines(self) -> str:
        """The call that makes the view."""
        return f"{self.maps_code()}at.{self.choose.value}_view(maps)"


bertviz_panel = BertvizPanel
