"""The panel that follows its controls: what every panel of a lab is made of."""

from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets

from lablib.widgets.choice import Choice, ModelChoice
from lablib.widgets.panel import Panel
from lablib.widgets.worker import Progress

if TYPE_CHECKING:
    from lablib.widgets.plot import Plot

Drawing = Generator[Progress | None, None, None]
"""Work that draws; at each `yield` it can be dropped (see `worker`)."""

CLICKED = (ipywidgets.Checkbox, ipywidgets.Dropdown, ipywidgets.ToggleButtons)
"""Controls that change with a click. All others are typed into or dragged, and change often."""


class PlotPlace(ipywidgets.VBox):
    """Where a panel's plot will stand, empty until there is something to plot (`open_plot`).

    It imports plotly, on the thread that makes the panel: of two threads that import the same large
    library at once, one may find it half done.
    """

    def __init__(self) -> None:
        import lablib.widgets.plot  # noqa: F401

        super().__init__()


class LivePanel(Panel):
    """A panel that draws when it is made, and anew when one of its controls or the model changes.

    A room's panel makes its controls and its picture, names them here, and has three methods:
    `draw`, `code_lines` and, if an old picture must not stand beside an error, `clear`.

    Args:
        title: one line.
        subtitle: one sentence under it.
        body: the controls and the picture, from top to bottom.
        controls: the widgets whose `value` the picture depends on, in a fixed order, so that two
            panels of a kind can be linked (see `masking.side_by_side`). After typing and dragging
            it is drawn when they have rested for `quiet_seconds`, after a click at once.
        choice: the model or tokenizer it uses; None for a panel that needs none.
        button: draws when it is pressed.

    Attributes:
        imports: what the code imports from lablib; `models` among it opens the model as `m`.
        quiet_seconds: see `controls`.
        waits: whether nothing is drawn before the button is pressed; a change of a control or of
            the model only shows in the code then.
        plot: the plot of a panel that has a `place` for one; None before the first.

    Example:
        >>> class Length(LivePanel):
        ...     imports = "widgets"
        ...
        ...     def __init__(self, text):
        ...         self.text, self.words = ipywidgets.Text(text), ipywidgets.Label()
        ...         body = [self.text, self.words]
        ...         super().__init__("Length", "How long is it?", body, controls=[self.text])
        ...
        ...     def draw(self):
        ...         yield
        ...         self.words.value = f"{len(self.text.value)} characters"
        ...
        ...     def code_lines(self):
        ...         return f"len({self.text.value!r})"
        >>> panel = Length("cat")
        >>> panel.wait(), panel.words.value
        (True, '3 characters')
        >>> print(panel.foot.code)
        from lablib import widgets
        <BLANKLINE>
        len('cat')
    """

    imports = ""
    quiet_seconds = 0.1
    waits = False
    place: PlotPlace
    plot: "Plot | None" = None

    def __init__(
        self,
        title: str,
        subtitle: str,
        body: Sequence[ipywidgets.Widget],
        controls: Sequence[Any] = (),
        choice: Choice | None = None,
        button: ipywidgets.Button | None = None,
    ) -> None:
        self.controls = tuple(controls)
        super().__init__(title, body, choice=choice, subtitle=subtitle, code=self._code_fold)
        for control in self.controls:
            delay = 0.0 if isinstance(control, CLICKED) else self.quiet_seconds
            control.observe(lambda _, delay=delay: self._respond(delay), "value")
        if button is not None:
            button.on_click(lambda _: self.redraw())
        self._respond()

    def draw(self) -> Drawing:
        """The work that draws the picture, a generator (see `worker`)."""
        raise TypeError(f"{type(self).__name__} does not say how it is drawn.")

    def clear(self) -> None:
        """Take the picture away, called when drawing fails; else the one before stays."""

    def code_lines(self) -> str:
        """The lines behind the picture, after the imports and the model `m`; "" for none yet."""
        return ""

    def redraw(self, delay: float = 0.0) -> None:
        """Ask for the picture anew, after `delay` seconds of quiet."""
        self.run(self._draw_or_clear, delay)

    def model_changed(self) -> None:
        """Another model makes another picture."""
        self._respond()

    def open_plot(self, make: Callable[..., "Plot"], *arguments: Any) -> "Plot":
        """The plot of this panel, made and put into `place` at first use: it takes a second."""
        if self.plot is None:
            self.plot = make(*arguments)
            self.place.children = [self.plot]
        return self.plot

    def _respond(self, delay: float = 0.0) -> None:
        if self.waits:
            self.show_code()
        else:
            self.redraw(delay)

    def _draw_or_clear(self) -> Drawing:
        try:
            yield from self.draw()
        except Exception:  # the panel shows it; here only the old picture goes
            self.clear()
            raise

    def _code_fold(self) -> str:
        lines = self.code_lines()
        return lines and f"from lablib import {self.imports}\n\n{self._code_opening()}{lines}"

    def _code_opening(self) -> str:
        opens = "models" in self.imports.split(", ")
        choice = self._choice
        return f"m = {choice.code}\n" if opens and isinstance(choice, ModelChoice) else ""
